#include "ingest/disk_state.hpp"

#include <algorithm>

namespace newscache::ingest {
namespace {

constexpr std::int64_t mib = 1 << 20;
// Of a small disk: a tenth, a twentieth, a thirty-second.
constexpr std::int64_t low_bytes = 64 * mib;
constexpr std::int64_t low_share = 10;
constexpr std::int64_t full_bytes = 16 * mib;
constexpr std::int64_t full_share = 20;
constexpr std::int64_t most_reserve = 16 * mib;  // twice the WAL
constexpr std::int64_t reserve_share = 32;
constexpr std::int64_t least_reserve = 64 * 1024;

}  // namespace

std::string_view disk_word(DiskState state) {
  switch (state) {
    case DiskState::ok:
      return "ok";
    case DiskState::low:
      return "low";
    case DiskState::full:
      return "full";
    case DiskState::read_only:
      return "read_only";
  }
  return "ok";
}

DiskBounds disk_bounds(std::int64_t total_bytes) {
  return {std::min(low_bytes, total_bytes / low_share), std::min(full_bytes, total_bytes / full_share)};
}

std::int64_t well_above(std::int64_t bound) { return bound + bound / 4; }

DiskState disk_state(const sys::DiskSpace& disk, DiskState before) {
  if (disk.read_only) return DiskState::read_only;
  const auto bounds = disk_bounds(disk.total_bytes);
  const auto below = [&](std::int64_t bound, bool was) { return disk.free_bytes < (was ? well_above(bound) : bound); };
  if (below(bounds.full, before == DiskState::full)) return DiskState::full;
  if (below(bounds.low, before == DiskState::full || before == DiskState::low)) return DiskState::low;
  return DiskState::ok;
}

std::int64_t reserve_bytes(std::int64_t total_bytes) {
  const auto bytes = std::min(most_reserve, total_bytes / reserve_share);
  return bytes < least_reserve ? 0 : bytes;
}

}  // namespace newscache::ingest
