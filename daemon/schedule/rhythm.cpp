#include "schedule/rhythm.hpp"

#include <algorithm>
#include <functional>

namespace newscache::schedule {
namespace {

// Dates before this are broken clocks and defaults, not news.
constexpr Instant earliest{std::chrono::sys_days{std::chrono::year{1990} / 1 / 1}};

}  // namespace

std::optional<std::chrono::seconds> rhythm(std::vector<Instant> dates, Instant now) {
  std::erase_if(dates, [now](Instant date) { return date < earliest || date > now; });
  std::sort(dates.begin(), dates.end(), std::greater<>());
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
  if (dates.size() < 2) return std::nullopt;  // nothing, or what carries the date of the document
  const std::size_t half = std::max<std::size_t>(dates.size() / 2, 2);
  return (now - dates[half - 1]) / static_cast<std::int64_t>(half);
}

}  // namespace newscache::schedule
