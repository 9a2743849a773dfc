#include "sys/reserve.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"

namespace newscache::sys {

Result<void> Reserve::take(std::int64_t bytes) const {
  if (this->bytes() == bytes) return {};
  ::unlink(path_.c_str());  // of another size, or what a power cut left
  const FileDescriptor file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  const int error = file ? ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes)) : errno;
  if (error == 0) return {};
  ::unlink(path_.c_str());
  return Error{Cause::unavailable, "no room can be kept in " + path_ + ": " + std::strerror(error)};
}

bool Reserve::release() const { return ::unlink(path_.c_str()) == 0; }

std::int64_t Reserve::bytes() const {
  struct stat info {};
  return ::lstat(path_.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_size) : 0;
}

}  // namespace newscache::sys
