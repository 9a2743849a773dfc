#include "schedule/hours.hpp"

#include <algorithm>

namespace newscache::schedule {
namespace {

constexpr int minutes_a_day = 24 * 60;

bool contains(const Span& span, int minute) {
  if (span.begin < span.end) return minute >= span.begin && minute < span.end;
  return minute >= span.begin || minute < span.end;
}

bool contains(const std::vector<Span>& spans, int minute) {
  return std::any_of(spans.begin(), spans.end(), [minute](const Span& span) { return contains(span, minute); });
}

}  // namespace

std::chrono::seconds rest(const Hours& hours, std::chrono::seconds time_of_day) {
  using std::chrono::seconds;
  const auto allowed = [&](int minute) {
    return !contains(hours.quiet, minute) && (hours.windows.empty() || contains(hours.windows, minute));
  };
  const int now = static_cast<int>(time_of_day.count() / 60) % minutes_a_day;
  for (int wait = 0; wait < minutes_a_day; ++wait) {
    if (!allowed((now + wait) % minutes_a_day)) continue;
    return wait == 0 ? seconds(0) : seconds(60 * wait) - seconds(time_of_day.count() % 60);
  }
  return std::chrono::hours(24);  // never; asked again tomorrow
}

}  // namespace newscache::schedule
