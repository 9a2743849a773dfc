#pragma once
// How much room is left where the database lives.

#include <cstdint>
#include <string>

namespace newscache::sys {

// Bytes that we may still write there (statvfs(3)); 0 when that cannot be told.
std::int64_t free_bytes(const std::string& path);

}  // namespace newscache::sys
