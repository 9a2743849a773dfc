#pragma once
// The words that dates are written with, in the languages that feeds are.

#include <cstdint>
#include <string_view>

namespace newscache::text {

enum class DateWordKind {
  unknown,
  month,             // value 1..12
  weekday,           // no value: a date does not need it
  month_or_weekday,  // "mar": March, or Tuesday in French, Italian and Spanish
  zone,              // value: minutes east of Greenwich
  us_zone,           // value: minutes in winter; the United States' summer time applies
  meridiem,          // value: 0 before noon, 12 after
  unit,              // value: a DateUnit, as in Korean "11월"
  particle,          // "of", "de", "T": means nothing
  ordinal,           // "th", only directly after a number
};

enum class DateUnit { year, month, day, hour, minute, second };

struct DateWord {
  DateWordKind kind = DateWordKind::unknown;
  int value = 0;
};

// `word` in lower case.
DateWord find_date_word(std::string_view word);
// For the usual case: the month of three English letters in any case, or 0.
unsigned english_month(std::string_view three_letters);

}  // namespace newscache::text
