#include "sys/disk.hpp"

#include <sys/statvfs.h>

namespace newscache::sys {

std::int64_t free_bytes(const std::string& path) {
  struct statvfs info {};
  if (statvfs(path.c_str(), &info) != 0) return 0;
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

}  // namespace newscache::sys
