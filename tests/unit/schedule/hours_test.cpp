#include "schedule/hours.hpp"

#include <string>

#include "support/catch.hpp"

using namespace newscache::schedule;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr int day = 24 * 60;
constexpr Span at(int begin_hour, int end_hour) { return {begin_hour * 60, end_hour * 60}; }

struct Case {
  const char* what;
  Hours hours;
  seconds time, rest;
};

// Spans over midnight, in each other, side by side, of a minute, and of a whole day.
const Hours kinds[] = {
    {},
    {{at(9, 17)}, {}},
    {{at(23, 6)}, {}},
    {{at(0, 24)}, {}},
    {{at(7, 7)}, {}},
    {{{0, 1}}, {}},
    {{{day - 1, day}}, {}},
    {{{day - 1, 0}}, {}},
    {{at(23, 6), at(5, 9), at(12, 13)}, {}},
    {{}, {at(2, 5)}},
    {{}, {at(22, 2)}},
    {{}, {at(0, 24)}},
    {{}, {{0, 1}}},
    {{}, {at(2, 5), at(14, 15)}},
    {{at(3, 4)}, {at(2, 5)}},
    {{at(1, 6)}, {at(2, 5)}},
    {{at(12, 12)}, {at(2, 5)}},
    {{at(23, 3), at(4, 22)}, {at(22, 5)}},
};

// By the words of the header.
bool is_in(const std::vector<Span>& spans, int minute) {
  for (const Span& span : spans) {
    const int end = span.end > span.begin ? span.end : span.end + day;
    if ((minute >= span.begin && minute < end) || (minute + day >= span.begin && minute + day < end)) return true;
  }
  return false;
}

bool allowed(const Hours& hours, int minute) {
  return !is_in(hours.quiet, minute) && (hours.windows.empty() || is_in(hours.windows, minute));
}

}  // namespace

TEST_CASE("polling rests in quiet hours and outside of the windows, until they end or begin") {
  const Case cases[] = {
      {"no hours are set", {}, 3h, 0s},
      {"before quiet hours", {{at(9, 17)}, {}}, 9h - 1s, 0s},
      {"at their begin", {{at(9, 17)}, {}}, 9h, 8h},
      {"in their last second", {{at(9, 17)}, {}}, 17h - 1s, 1s},
      {"at their end", {{at(9, 17)}, {}}, 17h, 0s},
      {"in the middle of a minute", {{at(9, 17)}, {}}, 16h + 58min + 20s, 100s},
      {"over midnight, before it", {{at(23, 6)}, {}}, 23h + 30min, 6h + 30min},
      {"over midnight, at it", {{at(23, 6)}, {}}, 0s, 6h},
      {"over midnight, after it", {{at(23, 6)}, {}}, 5h, 1h},
      {"over midnight, by day", {{at(23, 6)}, {}}, 12h, 0s},
      {"until the end of the day", {{at(22, 24)}, {}}, 23h, 1h},
      {"until midnight, said otherwise", {{at(22, 0)}, {}}, 23h, 1h},
      {"two quiet spans, in the second", {{at(1, 2), at(4, 6)}, {}}, 5h, 1h},
      {"two quiet spans, between them", {{at(1, 2), at(4, 6)}, {}}, 3h, 0s},
      {"one follows the other", {{at(4, 6), at(6, 9)}, {}}, 5h, 4h},
      {"in each other", {{at(1, 9), at(2, 3)}, {}}, 2h + 30min, 6h + 30min},
      {"in a window", {{}, {at(2, 5)}}, 3h, 0s},
      {"before a window", {{}, {at(2, 5)}}, 1h, 1h},
      {"at a window's end", {{}, {at(2, 5)}}, 5h, 21h},
      {"after a window", {{}, {at(2, 5)}}, 23h, 3h},
      {"a window over midnight", {{}, {at(22, 2)}}, 1h, 0s},
      {"the next of two windows", {{}, {at(2, 5), at(14, 15)}}, 6h, 8h},
      {"the next of two windows, tomorrow", {{}, {at(2, 5), at(14, 15)}}, 20h, 6h},
      {"quiet inside of a window", {{at(3, 4)}, {at(2, 5)}}, 3h + 15min, 45min},
      {"a window that begins quietly", {{at(1, 3)}, {at(2, 5)}}, 30min, 2h + 30min},
      {"a window that ends quietly", {{at(4, 6)}, {at(2, 5)}}, 4h + 30min, 21h + 30min},
      {"quiet from a time to the same time: always", {{at(7, 7)}, {}}, 7h, 24h},
      {"quiet always", {{at(0, 24)}, {}}, 12h, 24h},
      {"a window that is always quiet", {{at(1, 6)}, {at(2, 5)}}, 3h + 20s, 24h},
      {"a window from a time to the same time: always", {{}, {at(7, 7)}}, 6h, 0s},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    CHECK(rest(c.hours, c.time).count() == c.rest.count());
  }
}

TEST_CASE("at every minute of a day, the rest ends at the first minute that is allowed") {
  for (const Hours& hours : kinds) {
    INFO("kind " << (&hours - kinds));
    bool ever = false;
    for (int minute = 0; minute < day; ++minute) ever = ever || allowed(hours, minute);
    std::string wrong;
    for (int time = 0; time < day * 60 && wrong.empty(); time += time % 60 == 1 ? 58 : 1) {
      const auto wait = static_cast<int>(rest(hours, seconds(time)).count());
      const int end = time + wait;
      const bool right_end = ever ? allowed(hours, end / 60 % day) && (wait == 0 || end % 60 == 0) : wait == day * 60;
      bool none_before = true;
      for (int minute = time / 60; ever && minute < end / 60; ++minute) {
        none_before = none_before && !allowed(hours, minute % day);
      }
      if (!right_end || !none_before)
        wrong = "at " + std::to_string(time) + " s it rests " + std::to_string(wait) + " s";
    }
    CHECK(wrong == "");
  }
}
