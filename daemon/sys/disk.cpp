#include "sys/disk.hpp"

#include <sys/statvfs.h>

namespace newscache::sys {

std::optional<DiskSpace> disk_space(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return std::nullopt;
  const auto block = static_cast<std::int64_t>(info.f_frsize);
  return DiskSpace{static_cast<std::int64_t>(info.f_bavail) * block, (info.f_flag & ST_RDONLY) != 0,
                   static_cast<std::int64_t>(info.f_blocks) * block};
}

}  // namespace newscache::sys
