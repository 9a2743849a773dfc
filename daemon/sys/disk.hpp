#pragma once
// How much room is left where the database lives.

#include <cstdint>
#include <optional>
#include <string>

namespace newscache::sys {

struct DiskSpace {
  std::int64_t free_bytes = 0;  // that we may still write
  bool read_only = false;
  std::int64_t total_bytes = 0;
};
// Of the file system of a path (statvfs(3)); none when that cannot be told.
std::optional<DiskSpace> disk_space(const std::string& path);

}  // namespace newscache::sys
