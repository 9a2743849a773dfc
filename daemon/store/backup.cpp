#include "store/backup.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "base/file.hpp"
#include "store/checkup.hpp"
#include "store/database.hpp"
#include "store/open_file.hpp"
#include "store/salvage.hpp"
#include "store/set_aside.hpp"
#include "store/times.hpp"

namespace newscache::store {

namespace {

constexpr int kPagesPerStep = 100;
constexpr const char* kRevision = "SELECT revision FROM store";

std::int64_t revision_of(Options options, const std::string& path) {
  options.path = path;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return -1;
  try {
    return Database(options, Access::read).number(kRevision);
  } catch (const StoreError&) {
    return -1;  // as good as none
  }
}

bool is_sound(Options options, const std::string& path) {
  options.path = path;
  return Checkup(options).run().condition == Condition::sound;
}

}  // namespace

std::optional<Instant> Backup::last() const {
  struct stat info {};
  if (::stat(snapshot_path(options_.path).c_str(), &info) != 0) return std::nullopt;
  return instant(static_cast<std::int64_t>(info.st_mtime));
}

Result<bool> Backup::make() {
  const auto path = snapshot_path(options_.path);
  const auto fresh = path + ".new";
  remove_database(fresh);
  if (revision_of(options_, path) == revision_of(options_, options_.path)) return false;
  std::error_code error;
  const auto size = static_cast<std::uintmax_t>(file_bytes(options_.path));
  const auto space = std::filesystem::space(options_.path, error);
  if (error || space.available / 2 < size) {
    return Error{Cause::unavailable, "there is no room for a snapshot of " + std::to_string(size) +
                                         " bytes: it is made where twice as much is free"};
  }
  const bool good = copy(fresh) && is_sound(options_, fresh);
  if (!good) {
    remove_database(fresh);
    if (stopped_) return false;
    return Error{Cause::internal, "the snapshot was not kept: the copy is damaged"};
  }
  for (const char* part : {"-wal", "-shm"}) ::unlink((fresh + part).c_str());
  if (const auto placed = move_into_place(fresh, path); !placed) return placed.error();
  return true;
}

// Within one read transaction, so that what is written meanwhile does not make it begin anew.
bool Backup::copy(const std::string& to) {
  Database source(options_, Access::read);
  const Snapshot view(source);
  source.number(kRevision);
  const FileDescriptor created(::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(to.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> target(handle, &sqlite3_close);
  if (opened != SQLITE_OK) source.fail(opened, "open the snapshot");
  sqlite3_exec(handle, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
  sqlite3_backup* backup = sqlite3_backup_init(handle, "main", source.handle(), "main");
  if (backup == nullptr) source.fail(sqlite3_errcode(handle), "begin the snapshot");
  int code = SQLITE_OK;
  while (code == SQLITE_OK && !stopped_) code = sqlite3_backup_step(backup, kPagesPerStep);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE && code != SQLITE_OK) source.fail(code, "write the snapshot");
  return code == SQLITE_DONE;
}

}  // namespace newscache::store
