#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace newscache {
namespace {

Error file_error(std::string_view what, const std::string& path) {
  return Error{Cause::invalid, std::string(what) + " " + path + ": " + std::strerror(errno)};
}

Result<void> sync_path(const std::string& path, int flags) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  if (!file || ::fsync(file.get()) != 0) return file_error("cannot sync", path);
  return {};
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  FileDescriptor file(path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_error("cannot open", path);
  std::string content;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("cannot read", path);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > limit) {
      return Error{Cause::too_large, path + ": larger than " + std::to_string(limit) + " bytes"};
    }
  }
}

Result<void> sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return sync_path(slash == path.npos ? "." : path.substr(0, slash + 1), O_DIRECTORY);
}

Result<void> move_into_place(const std::string& from, const std::string& to) {
  if (const auto synced = sync_path(from, 0); !synced) return synced.error();
  if (::rename(from.c_str(), to.c_str()) != 0) return file_error("cannot rename", from);
  return sync_folder_of(to);
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<void> replace_file(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());  // a stale one may be a hard link or of another owner
  FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return file_error("cannot create", temporary);
  if (!write_all(file.get(), content)) return file_error("cannot write", temporary);
  return move_into_place(temporary, path);
}

}  // namespace newscache
