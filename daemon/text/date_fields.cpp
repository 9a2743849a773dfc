#include "text/date_fields.hpp"

namespace newscache::text {

namespace {

using namespace std::chrono;

// 15 U.S.C. 260a: from 2007 on the second Sunday of March to the first of November, before that (to 1987) the first of
// April to the last of October; both at two o'clock.
bool us_summer_time(sys_seconds local, year y) {
  const bool now = y >= year(2007);
  const sys_days begin = now ? sys_days(y / March / Sunday[2]) : sys_days(y / April / Sunday[1]);
  const sys_days end = now ? sys_days(y / November / Sunday[1]) : sys_days(y / October / Sunday[last]);
  return local >= begin + hours(2) && local < end + hours(2);
}

}  // namespace

std::optional<Instant> DateFields::instant() const {
  const auto date = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                    std::chrono::day(static_cast<unsigned>(day));
  if (year < 1970 || year > 9999 || month < 1 || day < 1 || !date.ok()) return std::nullopt;
  if (hour < 0 || minute < 0 || second < 0 || minute > 59 || second > 60) return std::nullopt;
  if (hour > 24 || (hour == 24 && (minute != 0 || second != 0))) return std::nullopt;
  const sys_seconds local = sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
  auto instant = local - minutes(offset);
  if (us_local && us_summer_time(local, date.year())) instant -= hours(1);
  constexpr sys_seconds end = sys_days(std::chrono::year(10000) / January / 1);
  if (instant < sys_seconds(seconds(0)) || instant >= end) return std::nullopt;
  return instant;
}

std::optional<int> zone_offset(int hours, int minutes, bool west) {
  if (hours > 14 || minutes > 59) return std::nullopt;
  const int offset = hours * 60 + minutes;
  return west ? -offset : offset;
}

int full_year(int written, std::size_t digits) {
  if (digits == 2) return written + (written < 50 ? 2000 : 1900);
  return digits == 3 ? written + 1900 : written;
}

}  // namespace newscache::text
