#include "api/range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "text/utf8.hpp"

namespace newscache::api {
namespace {

// Digits alone; what is too large for any file counts as the largest number.
std::optional<std::int64_t> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() ? value : INT64_MAX;
}

}  // namespace

Part choose_part(std::string_view range, std::int64_t size) {
  const Part whole{200, 0, size};
  const Part none{416, 0, 0};
  constexpr std::string_view unit = "bytes=";
  if (!text::equal_ignoring_case(range.substr(0, unit.size()), unit)) return whole;
  const auto spec = text::trim(range.substr(unit.size()));
  const auto dash = spec.find('-');
  if (dash == spec.npos) return whole;
  const auto first = number(spec.substr(0, dash));
  const auto last = number(spec.substr(dash + 1));
  const bool open_end = dash + 1 == spec.size();
  if (dash == 0) {  // the last so many
    if (!last) return whole;
    const auto length = std::min(*last, size);
    return length == 0 ? none : Part{206, size - length, length};
  }
  if (!first || (!last && !open_end) || (last && *last < *first)) return whole;
  if (*first >= size) return none;
  const auto end = last ? std::min(*last, size - 1) : size - 1;
  return {206, *first, end - *first + 1};
}

}  // namespace newscache::api
