// Durations and sizes as people write them, and back.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "settings/rule.hpp"
#include "settings/settings.hpp"

namespace newscache::settings {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array<Unit, 6> duration_units = {{
    {"w", 604'800'000},
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1000},
    {"ms", 1},
}};

constexpr std::array<Unit, 10> size_units = {{
    {"TiB", std::int64_t{1} << 40},
    {"GiB", 1 << 30},
    {"MiB", 1 << 20},
    {"KiB", 1 << 10},
    {"TB", 1'000'000'000'000},
    {"GB", 1'000'000'000},
    {"MB", 1'000'000},
    {"kB", 1000},
    {"KB", 1000},
    {"B", 1},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error bad(std::string_view text, std::string_view problem) {
  return Error{Cause::invalid, toml_string(text) + " " + std::string(problem)};
}

// Takes "16MiB" off the front: the digits, then the letters. An empty result: no number, no known unit, or too large.
std::optional<std::int64_t> take(std::string_view& text, std::span<const Unit> units, std::size_t& unit_index) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !is_digit(text.front())) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const std::string_view name =
      text.substr(0, static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_digit) - text.begin()));
  text.remove_prefix(name.size());
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == units.end() || number > std::numeric_limits<std::int64_t>::max() / 4 / unit->factor) return std::nullopt;
  unit_index = static_cast<std::size_t>(unit - units.begin());
  return number * unit->factor;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
    return bad(text, "has no unit (ms, s, m, h, d, w)");
  }
  std::string_view rest = text;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!rest.empty()) {
    std::size_t unit = 0;
    const auto part = take(rest, duration_units, unit);
    // Each unit at most once and in falling order, so at most six parts: the sum cannot overflow.
    if (!part || unit < next_unit || *part > std::numeric_limits<std::int64_t>::max() / 8) {
      return bad(text, "is no duration");
    }
    next_unit = unit + 1;
    total += *part;
  }
  if (text.empty()) return bad(text, "is no duration");
  return std::chrono::milliseconds(total);
}

Result<std::int64_t> parse_size(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
    return bad(text, "has no unit (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)");
  }
  std::string_view rest = text;
  std::size_t unit = 0;
  const auto size = text.empty() ? std::nullopt : take(rest, size_units, unit);
  if (!size || !rest.empty()) return bad(text, "is no size");
  return *size;
}

Result<TimeSpan> parse_time_span(std::string_view text) {
  const auto refused = [&] { return bad(text, "is no span of time; expected one such as \"23:00-06:30\""); };
  const auto two_digits = [&](std::size_t at) {
    return is_digit(text[at]) && is_digit(text[at + 1]) ? (text[at] - '0') * 10 + (text[at + 1] - '0') : 99;
  };
  if (text.size() != 11 || text[2] != ':' || text[5] != '-' || text[8] != ':') return refused();
  if (two_digits(3) > 59 || two_digits(9) > 59) return refused();
  const TimeSpan span{two_digits(0) * 60 + two_digits(3), two_digits(6) * 60 + two_digits(9)};
  // A span from a time to the same time may be meant as nothing or as a whole day.
  if (span.begin >= 24 * 60 || span.end > 24 * 60 || span.begin == span.end) return refused();
  return span;
}

std::string format_duration(std::int64_t milliseconds) {
  if (milliseconds == 0) return "0s";
  const auto unit = std::find_if(duration_units.begin(), duration_units.end(),
                                 [&](const Unit& u) { return milliseconds % u.factor == 0; });
  return std::to_string(milliseconds / unit->factor) + std::string(unit->name);
}

std::string format_size(std::int64_t bytes) {
  if (bytes == 0) return "0B";
  const auto unit =
      std::find_if(size_units.begin(), size_units.end(), [&](const Unit& u) { return bytes % u.factor == 0; });
  return std::to_string(bytes / unit->factor) + std::string(unit->name);
}

}  // namespace newscache::settings
