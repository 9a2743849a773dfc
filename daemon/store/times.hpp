#pragma once
// Times as the tables and the record hold them: seconds since 1970, UTC.

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace newscache::store {

inline std::int64_t seconds(Instant instant) { return instant.time_since_epoch().count(); }
inline Instant instant(std::int64_t seconds) { return Instant(std::chrono::seconds(seconds)); }

inline std::optional<std::int64_t> seconds(const std::optional<Instant>& instant) {
  if (!instant) return std::nullopt;
  return seconds(*instant);
}
inline std::optional<Instant> instant(const std::optional<std::int64_t>& seconds) {
  if (!seconds) return std::nullopt;
  return instant(*seconds);
}

}  // namespace newscache::store
