#pragma once
// A date as it is written, before it is known whether it exists.

#include <optional>

#include "base/clock.hpp"

namespace newscache::text {

struct DateFields {
  int year = 0;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int offset = 0;         // minutes east of Greenwich
  bool us_local = false;  // `offset` is standard time and the United States' summer time applies

  // None when there is no such moment. 24:00:00 is the next day, a leap second the next minute.
  std::optional<Instant> instant() const;
};

// Minutes of a written offset, or none when no place on Earth has it.
std::optional<int> zone_offset(int hours, int minutes, bool west);
// RFC 5322, section 4.3: 00..49 are of this century, the other two-digit years and three-digit ones count from 1900.
int full_year(int written, std::size_t digits);

}  // namespace newscache::text
