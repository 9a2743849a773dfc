#include "store/set_aside.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/file.hpp"
#include "store/store.hpp"

namespace newscache::store {

namespace {

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

[[noreturn]] void fail(const std::string& what) {
  throw StoreError(Cause::unavailable, "salvage of a damaged database: cannot " + what + ": " + std::strerror(errno));
}

void rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("rename " + from + " to " + to);
}

void require(const Result<void>& done) {
  if (!done) throw StoreError(Cause::unavailable, "salvage of a damaged database: " + done.error().detail);
}

}  // namespace

std::string salvage_source(const std::string& path) { return path + ".salvaging"; }
std::string salvage_target(const std::string& path) { return path + ".new"; }
std::string damaged_copy(const std::string& path) { return path + ".damaged"; }

bool is_being_salvaged(const std::string& path) { return exists(salvage_source(path)) && !exists(path); }

void remove_database(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm", "-journal"}) ::unlink((path + part).c_str());
}

void set_aside(const std::string& path) {
  const auto source = salvage_source(path);
  if (!exists(source)) {
    if (exists(path)) {
      rename_file(path, source);
    } else {
      // Only its WAL is left.
      const FileDescriptor empty(::open(source.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
      if (!empty) fail("create " + source);
    }
    require(sync_folder_of(path));
  }
  if (exists(path + "-wal")) rename_file(path + "-wal", source + "-wal");
  ::unlink((path + "-shm").c_str());
  ::unlink((path + "-journal").c_str());
  require(sync_folder_of(path));
}

void put_in_place(const std::string& path) {
  require(move_into_place(salvage_target(path), path));
  tidy_up_salvage(path);
}

void tidy_up_salvage(const std::string& path) {
  const auto source = salvage_source(path);
  const auto kept = damaged_copy(path);
  if (!exists(path)) return;
  if (exists(source)) {
    ::unlink((kept + "-wal").c_str());
    rename_file(source, kept);
    require(sync_folder_of(path));
  }
  if (exists(source + "-wal")) {
    rename_file(source + "-wal", kept + "-wal");
    require(sync_folder_of(path));
  }
  remove_database(salvage_target(path));
}

}  // namespace newscache::store
