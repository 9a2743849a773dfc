#include "text/date.hpp"

#include <array>
#include <charconv>

#include "text/ascii.hpp"
#include "text/date_fields.hpp"
#include "text/date_prose.hpp"
#include "text/date_words.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

constexpr std::size_t kLongestDate = 160;

// Takes things off the front of a text; each says whether it was there.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  bool next_is_digit() const { return !text_.empty() && is_digit(text_.front()); }
  bool skip(char c) {
    if (text_.empty() || lower(text_.front()) != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skip_blanks() {
    while (skip(' ')) {
    }
  }
  // Exactly `digits` digits.
  bool number(std::size_t digits, int& value) {
    if (text_.size() < digits) return false;
    int sum = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(text_[i])) return false;
      sum = sum * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(digits);
    value = sum;
    return true;
  }
  std::size_t digits_ahead() const {
    std::size_t count = 0;
    while (count < text_.size() && is_digit(text_[count])) ++count;
    return count;
  }
  void skip_digits() { text_.remove_prefix(digits_ahead()); }
  std::string_view take(std::size_t bytes) {
    const auto taken = text_.substr(0, bytes);
    text_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};

// "+01:00", "+0100", "+01", "Z"; in ISO's family and in RFC 822's.
bool read_numeric_zone(Cursor& cursor, DateFields& fields) {
  const bool west = cursor.skip('-');
  if (!west && !cursor.skip('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!cursor.number(2, hours)) return false;
  if (!cursor.at_end()) {
    cursor.skip(':');
    if (!cursor.number(2, minutes)) return false;
  }
  const auto offset = zone_offset(hours, minutes, west);
  fields.offset = offset.value_or(0);
  return offset && cursor.at_end();
}

bool read_iso_time(Cursor& cursor, DateFields& fields) {
  if (!cursor.number(2, fields.hour)) return false;
  const bool extended = cursor.skip(':');
  if (extended || cursor.next_is_digit()) {
    if (!cursor.number(2, fields.minute)) return false;
    if (extended ? cursor.skip(':') : cursor.next_is_digit()) {
      if (!cursor.number(2, fields.second)) return false;
    }
    if (cursor.skip('.') || cursor.skip(',')) {
      if (!cursor.next_is_digit()) return false;
      cursor.skip_digits();
    }
  }
  cursor.skip_blanks();
  return cursor.at_end() || (cursor.skip('z') && cursor.at_end()) || read_numeric_zone(cursor, fields);
}

// Day 1 is the first of January; 366 only in leap years.
bool set_ordinal_day(DateFields& fields, int day) {
  using namespace std::chrono;
  const auto y = year(fields.year);
  if (day < 1 || day > (y.is_leap() ? 366 : 365)) return false;
  const year_month_day date(sys_days(y / January / 1) + days(day - 1));
  fields.month = static_cast<int>(static_cast<unsigned>(date.month()));
  fields.day = static_cast<int>(static_cast<unsigned>(date.day()));
  return true;
}

// ISO 8601, 5.2.3: week 1 has the year's first Thursday.
bool set_week_day(DateFields& fields, int week, int day) {
  using namespace std::chrono;
  if (week < 1 || week > 53 || day < 1 || day > 7) return false;
  const auto monday = [](int y) {
    const sys_days fourth = sys_days(year(y) / January / 4);
    return fourth - (weekday(fourth) - Monday);
  };
  const sys_days wanted = monday(fields.year) + weeks(week - 1) + days(day - 1);
  if (wanted >= monday(fields.year + 1)) return false;
  const year_month_day date(wanted);
  fields.year = static_cast<int>(date.year());
  fields.month = static_cast<int>(static_cast<unsigned>(date.month()));
  fields.day = static_cast<int>(static_cast<unsigned>(date.day()));
  return true;
}

bool read_week(Cursor& cursor, DateFields& fields, bool extended) {
  int week = 0;
  int day = 1;
  if (!cursor.number(2, week)) return false;
  if (extended ? cursor.skip('-') : cursor.next_is_digit()) {
    if (!cursor.number(1, day)) return false;
  }
  return set_week_day(fields, week, day);
}

// Sets `complete` when there is a day, after which a time may follow.
bool read_iso_date(Cursor& cursor, DateFields& fields, bool& complete) {
  complete = false;
  if (!cursor.number(4, fields.year)) return false;
  if (cursor.at_end()) return true;
  complete = true;
  int ordinal = 0;
  if (cursor.skip('-')) {
    if (cursor.skip('w')) return read_week(cursor, fields, true);
    if (cursor.digits_ahead() == 3) return cursor.number(3, ordinal) && set_ordinal_day(fields, ordinal);
    if (!cursor.number(2, fields.month)) return false;
    complete = cursor.skip('-');
    return complete ? cursor.number(2, fields.day) : cursor.at_end();
  }
  if (cursor.skip('w')) return read_week(cursor, fields, false);
  if (cursor.digits_ahead() == 3) return cursor.number(3, ordinal) && set_ordinal_day(fields, ordinal);
  return cursor.digits_ahead() == 4 && cursor.number(2, fields.month) && cursor.number(2, fields.day);
}

// RFC 3339, W3C-DTF, and ISO 8601's other forms of dates with a year of four digits.
std::optional<Instant> parse_iso(std::string_view text) {
  Cursor cursor(text);
  DateFields fields;
  bool complete = false;
  if (!read_iso_date(cursor, fields, complete)) return std::nullopt;
  if (cursor.at_end()) return fields.instant();
  if (!complete) return std::nullopt;
  if (cursor.skip('t') || cursor.skip(' ')) {
    cursor.skip_blanks();
    if (!read_iso_time(cursor, fields)) return std::nullopt;
  } else if (!(cursor.skip('z') && cursor.at_end()) && !read_numeric_zone(cursor, fields)) {
    return std::nullopt;  // XML Schema's dates have a zone but no time
  }
  return fields.instant();
}

// Digits alone: Unix seconds to nanoseconds where the number is of our times, otherwise a date without separators.
std::optional<Instant> parse_digits(std::string_view text) {
  std::int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
  DateFields fields;
  Cursor cursor(text);
  const bool of_our_times = text.starts_with("19") || text.starts_with("20");
  switch (text.size()) {
    case 4:
    case 7:
    case 8:
      return of_our_times ? parse_iso(text) : std::nullopt;
    case 6: {  // yymmdd; but 200312 could be a month as well
      if (!cursor.number(2, fields.year) || !cursor.number(2, fields.month) || !cursor.number(2, fields.day))
        return std::nullopt;
      if (of_our_times && fields.month <= 12) return std::nullopt;
      fields.year = full_year(fields.year, 2);
      return fields.instant();
    }
    case 9:
    case 10:
      return Instant(std::chrono::seconds(value));
    case 12:
    case 14: {
      if (!of_our_times)
        return text.size() == 12 ? std::optional(Instant(std::chrono::seconds(value / 1000))) : std::nullopt;
      int clock = 0;
      if (!cursor.number(4, fields.year) || !cursor.number(2, fields.month) || !cursor.number(2, fields.day))
        return std::nullopt;
      if (!cursor.number(4, clock)) return std::nullopt;
      fields.hour = clock / 100;
      fields.minute = clock % 100;
      if (!cursor.at_end()) cursor.number(2, fields.second);
      return fields.instant();
    }
    case 13:
      return Instant(std::chrono::seconds(value / 1000));
    case 16:
      return Instant(std::chrono::seconds(value / 1000000));
    case 19:
      return Instant(std::chrono::seconds(value / 1000000000));
    default:
      return std::nullopt;
  }
}

// "1764062820.25"
std::optional<Instant> parse_fractional_seconds(std::string_view text, std::size_t digits) {
  if (digits != 9 && digits != 10) return std::nullopt;
  const auto fraction = text.substr(digits + 1);
  if (text[digits] != '.' || fraction.empty() || fraction.size() > 9) return std::nullopt;
  if (fraction.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return parse_digits(text.substr(0, digits));
}

bool read_822_zone(Cursor& cursor, DateFields& fields) {
  const auto zone = cursor.rest();
  return zone == "GMT" || zone == "UTC" || zone == "Z" || zone == "UT" || read_numeric_zone(cursor, fields);
}

// The form that nearly every RSS feed has: "Wed, 25 Nov 2026 09:27:00 +0100", weekday and seconds optional.
std::optional<Instant> parse_822(std::string_view text) {
  Cursor cursor(text);
  if (text.size() > 5 && text[3] == ',' && text[4] == ' ' && is_alpha(text[0]) && is_alpha(text[1]) &&
      is_alpha(text[2])) {
    cursor.take(5);
  }
  DateFields fields;
  const auto day_digits = cursor.digits_ahead();
  if (day_digits < 1 || day_digits > 2 || !cursor.number(day_digits, fields.day) || !cursor.skip(' '))
    return std::nullopt;
  fields.month = static_cast<int>(english_month(cursor.take(3)));
  if (fields.month == 0 || !cursor.skip(' ') || !cursor.number(4, fields.year) || !cursor.skip(' '))
    return std::nullopt;
  if (!cursor.number(2, fields.hour) || !cursor.skip(':') || !cursor.number(2, fields.minute)) return std::nullopt;
  if (cursor.skip(':') && !cursor.number(2, fields.second)) return std::nullopt;
  if (!cursor.skip(' ') || !read_822_zone(cursor, fields)) return std::nullopt;
  return fields.instant();
}

struct Civil {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
  std::chrono::weekday weekday;
};

Civil civil(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<std::chrono::seconds>(instant - day),
          std::chrono::weekday(day)};
}

template <class Number>
void append_padded(std::string& out, Number number, std::size_t width) {
  const auto digits = std::to_string(static_cast<long>(number));
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out.append(digits);
}

void append_time(std::string& out, const Civil& when) {
  append_padded(out, when.time.hours().count(), 2);
  out.push_back(':');
  append_padded(out, when.time.minutes().count(), 2);
  out.push_back(':');
  append_padded(out, when.time.seconds().count(), 2);
}

}  // namespace

std::optional<Instant> parse_date(std::string_view text) {
  text = trim(text);
  if (text.size() < 4 || text.size() > kLongestDate) return std::nullopt;
  if (!is_digit(text.front())) {
    if (const auto usual = parse_822(text)) return usual;
    return parse_date_prose(text);
  }
  const auto digits = Cursor(text).digits_ahead();
  if (digits == text.size()) return parse_digits(text);
  if (digits >= 4) {
    if (const auto iso = parse_iso(text)) return iso;
    if (digits > 4) return parse_fractional_seconds(text, digits);
  } else if (const auto usual = parse_822(text)) {
    return usual;
  }
  return parse_date_prose(text);
}

std::optional<Instant> parse_http_date(std::string_view text) {
  text = trim(text);
  // All three forms begin with a weekday; "0" and "-1" are what servers send that mean no date.
  if (text.size() > kLongestDate || text.empty() || !is_alpha(text.front())) return std::nullopt;
  if (text.find(':') == std::string_view::npos) return std::nullopt;
  return parse_date(text);
}

std::string format_rfc3339(Instant instant) {
  const auto when = civil(instant);
  std::string out;
  out.reserve(20);
  append_padded(out, static_cast<int>(when.date.year()), 4);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(when.date.month()), 2);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(when.date.day()), 2);
  out.push_back('T');
  append_time(out, when);
  out.push_back('Z');
  return out;
}

std::string format_rfc822(Instant instant) {
  constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto when = civil(instant);
  std::string out;
  out.reserve(29);
  out.append(weekdays.substr(when.weekday.c_encoding() * 3, 3)).append(", ");
  append_padded(out, static_cast<unsigned>(when.date.day()), 2);
  out.push_back(' ');
  out.append(months.substr((static_cast<unsigned>(when.date.month()) - 1) * 3, 3)).push_back(' ');
  append_padded(out, static_cast<int>(when.date.year()), 4);
  out.push_back(' ');
  append_time(out, when);
  out.append(" GMT");
  return out;
}

}  // namespace newscache::text
