#pragma once
// What the room on the disk means. Pure.

#include <cstdint>
#include <string_view>

#include "sys/disk.hpp"

namespace newscache::ingest {

enum class DiskState { ok, low, full, read_only };
std::string_view disk_word(DiskState state);  // ok, low, full, read_only

// Below which it is called so, in free bytes.
struct DiskBounds {
  std::int64_t low = 0;
  std::int64_t full = 0;
};
DiskBounds disk_bounds(std::int64_t total_bytes);
// What `bound` is to be exceeded by, once it has been fallen short of: a quarter.
std::int64_t well_above(std::int64_t bound);

DiskState disk_state(const sys::DiskSpace& disk, DiskState before);

// How much is kept for the WAL and for deletions; 0: not worth it.
std::int64_t reserve_bytes(std::int64_t total_bytes);

}  // namespace newscache::ingest
