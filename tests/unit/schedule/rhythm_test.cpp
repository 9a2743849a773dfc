#include "schedule/rhythm.hpp"

#include <random>

#include "schedule/schedule.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::schedule;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;

namespace {

constexpr Instant now{std::chrono::sys_days{std::chrono::year(2026) / 11 / 25} + 12h};

// `count` articles, the newest `silence` ago.
std::vector<Instant> every(seconds gap, int count, seconds silence = 1h) {
  std::vector<Instant> dates;
  for (int i = 0; i < count; ++i) dates.push_back(now - silence - i * gap);
  return dates;
}

std::vector<Instant> with(std::vector<Instant> dates, std::vector<Instant> more) {
  dates.insert(dates.end(), more.begin(), more.end());
  return dates;
}

Plan plan(std::optional<seconds> gap, const ServerHints& server = {}) {
  return after_success({}, {.server = server, .rhythm = gap, .now = now});
}

}  // namespace

TEST_CASE("a feed's rhythm is the time between its recent articles, whatever else its document holds") {
  struct Case {
    const char* what;
    std::vector<Instant> dates;
    std::optional<seconds> least, most;
  };
  const Instant future = now + days(400);
  const Case cases[] = {
      {"one a day", every(24h, 30), 22h, 26h},
      {"one an hour", every(1h, 30), 55min, 70min},
      {"one a week, silent for two", every(days(7), 10, days(14)), days(7), days(10)},
      {"one a day, then silent for half a year", every(24h, 10, days(180)), days(30), days(60)},
      {"shuffled",
       [] {
         auto dates = every(24h, 30);
         std::shuffle(dates.begin(), dates.end(), std::mt19937(1));
         return dates;
       }(),
       22h, 26h},
      {"a post of years ago that is pinned", with(every(24h, 10), {now - days(4000)}), 18h, 26h},
      {"events to come", with(every(24h, 10), {future, now + 1h, future + 24h}), 18h, 26h},
      {"defaults of broken clocks", with(every(24h, 10), {Instant{}, Instant{seconds(1)}, Instant{-days(90000)}}), 18h,
       26h},
      {"ten at once, each week", with(every(1s, 10), with(every(1s, 10, days(7)), every(1s, 10, days(14)))), 8h, 24h},
      {"two", every(24h, 2), 12h, 13h},
      {"one", {now - 1h}, {}, {}},
      {"none", {}, {}, {}},
      {"all of the document's date", std::vector<Instant>(20, now - 1min), {}, {}},
      {"only the future", {future, future + 1h, future + 2h}, {}, {}},
      {"only absurd ones", {Instant{}, Instant::min(), Instant::max()}, {}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const auto found = rhythm(c.dates, now);
    REQUIRE(found.has_value() == c.least.has_value());
    if (!found) continue;
    CHECK(*found >= *c.least);
    CHECK(*found <= *c.most);
  }
}

TEST_CASE("without a hint a feed is polled twice in its rhythm, between the floor and the ceiling") {
  CHECK(plan(12h).wait == 6h);
  CHECK(plan(12h).rule == "rhythm");
  CHECK(plan(10min).wait == 1h);
  CHECK(plan(10min).rule == "rhythm");
  CHECK(plan(days(100)).wait == 24h);
  CHECK(plan(std::nullopt).wait == 1h);
  CHECK(plan(std::nullopt).rule == "default");
}

TEST_CASE("jitter makes no wait of our own longer than the ceiling") {
  for (const double random : {0.0, 0.5, 0.999}) {
    const auto wait = after_success({}, {.rhythm = days(100), .now = now, .random = random}).wait;
    CHECK(wait <= 24h);
    CHECK(wait > 22h);
  }
  CHECK(after_success({}, {.rhythm = days(100), .now = now, .random = 0.5}).wait < 24h);
}

TEST_CASE("a publisher's hint or the feed's own interval takes the place of the rhythm") {
  CHECK(plan(days(10), {.cache_control = "max-age=7200"}).wait == 2h);
  CHECK(plan(days(10), {.cache_control = "max-age=7200"}).rule == "max-age");
  CHECK(plan(days(10), {.cache_control = "max-age=300"}).rule == "rhythm");  // not longer than the floor: no hint
  CHECK(after_success({}, {.interval = 15min, .rhythm = days(10), .now = now}).wait == 15min);
}

TEST_CASE("a silence that Last-Modified tells of makes polls rarer, by a tenth of it") {
  const auto silent_since = [](std::string_view last_modified, std::optional<seconds> gap) {
    return after_success({}, {.server = {.date = "Wed, 25 Nov 2026 12:00:00 GMT"},
                              .rhythm = gap,
                              .last_modified = last_modified,
                              .now = now});
  };
  CHECK(silent_since("Mon, 23 Nov 2026 10:00:00 GMT", 1h).wait == 5h);
  CHECK(silent_since("Mon, 23 Nov 2026 10:00:00 GMT", 1h).rule == "rhythm");
  CHECK(silent_since("Mon, 23 Nov 2026 10:00:00 GMT", {}).wait == 5h);
  CHECK(silent_since("Mon, 23 Nov 2020 10:00:00 GMT", 1h).wait == 24h);
  CHECK(silent_since("Wed, 25 Nov 2026 12:00:00 GMT", {}).rule == "default");
  CHECK(silent_since("Fri, 25 Nov 2050 12:00:00 GMT", 12h).wait == 6h);
  CHECK(silent_since("yesterday", 12h).wait == 6h);
}

TEST_CASE(
    "where the next request cannot be conditional, polls are rarer unless the publisher or the user says otherwise") {
  const auto unconditional = [](Situation situation) {
    situation.conditional = false;
    situation.now = now;
    return after_success({}, situation);
  };
  CHECK(unconditional({}).wait == 4h);
  CHECK(unconditional({}).rule == "unconditional");
  CHECK(unconditional({.rhythm = 12h}).wait == 6h);
  CHECK(unconditional({.rhythm = 12h}).rule == "rhythm");
  CHECK(unconditional({.server = {.cache_control = "max-age=7200"}}).wait == 2h);
  CHECK(unconditional({.server = {.cache_control = "max-age=0"}}).wait == 4h);
  CHECK(unconditional({.interval = 15min}).wait == 15min);
  CHECK(after_success({.ceiling = 2h}, {.conditional = false, .now = now}).wait == 2h);
}

TEST_CASE("four weeks of polling: a daily feed is asked some fifty times, an hourly one hourly, a dead one daily") {
  struct Case {
    seconds gap;
    seconds silence;
    int least, most;
  };
  const Case cases[] = {{24h, 0h, 50, 70}, {1h, 0h, 600, 672}, {days(7), 0h, 28, 30}, {1h, days(700), 28, 30}};
  for (const Case& c : cases) {
    CAPTURE(c.gap.count(), c.silence.count());
    std::mt19937 generator(1);
    std::uniform_real_distribution<double> random(0.0, 1.0);
    int polls = 0;
    for (Instant at = now; at < now + days(28); ++polls) {
      std::vector<Instant> dates;
      for (Instant date = now - c.silence - 40 * c.gap; date <= at - c.silence; date += c.gap) dates.push_back(date);
      if (dates.size() > 20) dates.erase(dates.begin(), dates.end() - 20);
      const Plan next = after_success({}, {.rhythm = rhythm(dates, at), .now = at, .random = random(generator)});
      CHECK(next.wait >= 1h);
      CHECK(next.wait <= 24h);
      at += next.wait;
    }
    CHECK(polls >= c.least);
    CHECK(polls <= c.most);
  }
}
