#include "ingest/budget.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::ingest;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;

namespace {

Instant at(int year, unsigned month, unsigned day, std::chrono::seconds time = 12h) {
  return sys_days{std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)} + time;
}

std::int64_t day_of(Instant instant) { return std::chrono::floor<days>(instant).time_since_epoch().count(); }

model::Traffic traffic_of(Instant instant, std::int64_t day_bytes, std::int64_t month_bytes) {
  return {day_of(instant), day_bytes, month_bytes};
}

struct Expected {
  std::int64_t left = 0;
  std::string_view key;
  Instant renewed{};
};

void check(const std::optional<Allowance>& allowance, const std::optional<Expected>& expected) {
  REQUIRE(allowance.has_value() == expected.has_value());
  if (!allowance) return;
  CHECK(allowance->left == expected->left);
  CHECK(allowance->key == expected->key);
  CHECK(allowance->renewed == expected->renewed);
}

struct Spent {
  std::int64_t earlier = 0;  // the day before
  std::int64_t today = 0;
  std::int64_t today_metered = 0;
};

}  // namespace

TEST_CASE("the tightest of the budgets that hold limits, until it is renewed") {
  const Instant now = at(2026, 11, 25);
  const Instant tomorrow = at(2026, 11, 26, 0s);
  const Instant december = at(2026, 12, 1, 0s);
  struct Case {
    const char* what;
    model::BudgetSettings settings;
    Spent spent;
    bool metered;
    std::optional<Expected> expected;
  };
  const Case cases[] = {
      {"nothing limits", {}, {5, 5, 5}, true, std::nullopt},
      {"a day, untouched", {.day = 100}, {70, 0, 0}, false, Expected{100, "budget.day", tomorrow}},
      {"a day, in part", {.day = 100}, {70, 30, 0}, false, Expected{70, "budget.day", tomorrow}},
      {"a day, to the last byte", {.day = 100}, {0, 100, 0}, false, Expected{0, "budget.day", tomorrow}},
      {"a day, overspent", {.day = 100}, {0, 130, 0}, false, Expected{-30, "budget.day", tomorrow}},
      {"a day of nothing", {.day = 0}, {}, false, Expected{0, "budget.day", tomorrow}},
      {"metered bytes count for the day as well",
       {.day = 100},
       {0, 10, 30},
       false,
       Expected{60, "budget.day", tomorrow}},
      {"a month", {.month = 100}, {70, 20, 0}, false, Expected{10, "budget.month", december}},
      {"a month, overspent", {.month = 100}, {99, 20, 0}, false, Expected{-19, "budget.month", december}},
      {"a metered day while the link costs",
       {.metered_day = 100},
       {0, 70, 30},
       true,
       Expected{70, "budget.metered_day", tomorrow}},
      {"a metered day is untouched by what cost nothing",
       {.metered_day = 100},
       {0, 70, 0},
       true,
       Expected{100, "budget.metered_day", tomorrow}},
      {"a metered day while it costs nothing", {.metered_day = 100}, {0, 70, 30}, false, std::nullopt},
      {"the day is tighter", {.day = 100, .month = 1000}, {300, 40, 0}, false, Expected{60, "budget.day", tomorrow}},
      {"the month is tighter",
       {.day = 100, .month = 1000},
       {950, 40, 0},
       false,
       Expected{10, "budget.month", december}},
      {"the metered day is tighter",
       {.day = 100, .month = 1000, .metered_day = 20},
       {0, 0, 15},
       true,
       Expected{5, "budget.metered_day", tomorrow}},
      {"day and month are used up: it is the month that has to end",
       {.day = 100, .month = 100},
       {0, 100, 0},
       false,
       Expected{0, "budget.day", december}},
      {"however much of the day is overspent",
       {.day = 100, .month = 1000},
       {700, 300, 0},
       false,
       Expected{-200, "budget.day", december}},
      {"and of the month",
       {.day = 100, .month = 1000},
       {2000, 100, 0},
       false,
       Expected{-1100, "budget.month", december}},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Budget budget;
    budget.configure(c.settings);
    if (c.spent.earlier > 0) budget.receive(c.spent.earlier, false, now - 24h);
    if (c.spent.today > 0) budget.receive(c.spent.today, false, now);
    if (c.spent.today_metered > 0) budget.receive(c.spent.today_metered, true, now);
    check(budget.allowance({}, c.metered, now), c.expected);
  }
}

TEST_CASE("a feed has its own budget, by its own setting before the general one") {
  const Instant now = at(2026, 11, 25);
  const Instant tomorrow = at(2026, 11, 26, 0s);
  const Instant december = at(2026, 12, 1, 0s);
  struct Case {
    const char* what;
    model::BudgetSettings settings;
    model::FeedSettings own;
    model::Traffic traffic;
    std::optional<Expected> expected;
  };
  const model::Traffic today = traffic_of(now, 30, 400);
  const Case cases[] = {
      {"none", {}, {}, today, std::nullopt},
      {"a day", {.feed_day = 100}, {}, today, Expected{70, "budget_day", tomorrow}},
      {"a month", {.feed_month = 1000}, {}, today, Expected{600, "budget_month", december}},
      {"the tighter", {.feed_day = 1000, .feed_month = 410}, {}, today, Expected{10, "budget_month", december}},
      {"its own, without a general one", {}, {{"budget_day", "50B"}}, today, Expected{20, "budget_day", tomorrow}},
      {"its own, smaller", {.feed_day = 100}, {{"budget_day", "50B"}}, today, Expected{20, "budget_day", tomorrow}},
      {"its own, larger", {.feed_day = 100}, {{"budget_day", "1kB"}}, today, Expected{970, "budget_day", tomorrow}},
      {"its own month, smaller than what is used",
       {.feed_month = 1000},
       {{"budget_month", "100B"}},
       today,
       Expected{-300, "budget_month", december}},
      {"its own day, the general month",
       {.feed_month = 405},
       {{"budget_day", "1kB"}},
       today,
       Expected{5, "budget_month", december}},
      {"what is no size", {.feed_day = 100}, {{"budget_day", "lots"}}, today, Expected{70, "budget_day", tomorrow}},
      {"what is no text",
       {.feed_day = 100},
       {{"budget_day", std::int64_t{7}}},
       today,
       Expected{70, "budget_day", tomorrow}},
      {"yesterday's bytes are none of today's",
       {.feed_day = 100},
       {},
       traffic_of(now - 24h, 90, 90),
       Expected{100, "budget_day", tomorrow}},
      {"but of the month's",
       {.feed_month = 100},
       {},
       traffic_of(now - 24h, 90, 90),
       Expected{10, "budget_month", december}},
      {"last month's are of neither",
       {.feed_month = 100},
       {},
       traffic_of(at(2026, 10, 31), 90, 90),
       Expected{100, "budget_month", december}},
      {"nor are last year's of the same month",
       {.feed_month = 100},
       {},
       traffic_of(at(2025, 11, 25), 90, 90),
       Expected{100, "budget_month", december}},
      {"all feeds together have less", {.day = 40, .feed_day = 100}, {}, today, Expected{40, "budget.day", tomorrow}},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Budget budget;
    budget.configure(c.settings);
    model::Feed feed;
    feed.settings = c.own;
    feed.state.traffic = c.traffic;
    check(budget.allowance(feed, false, now), c.expected);
  }
}

TEST_CASE("a budget is renewed at midnight, and at the end of the month, whatever the month") {
  struct Case {
    Instant last;  // second of a month
    std::int64_t days_of_month;
  };
  const auto end_of = [](Instant next_month) { return next_month - 1s; };
  const Case cases[] = {
      {end_of(at(2026, 2, 1, 0s)), 31}, {end_of(at(2026, 3, 1, 0s)), 28}, {end_of(at(2028, 3, 1, 0s)), 29},
      {end_of(at(2100, 3, 1, 0s)), 28}, {end_of(at(2000, 3, 1, 0s)), 29}, {end_of(at(2026, 5, 1, 0s)), 30},
      {end_of(at(2027, 1, 1, 0s)), 31}, {end_of(at(1970, 2, 1, 0s)), 31},
  };
  for (const Case& c : cases) {
    INFO(day_of(c.last));
    const Instant next = c.last + 1s;
    Budget budget;
    for (std::int64_t day = 0; day < c.days_of_month; ++day) budget.receive(10, false, c.last - days(day));
    budget.receive(500, false, c.last - days(c.days_of_month));  // the month before

    budget.configure({.month = 1000});
    const auto last = budget.allowance({}, false, c.last);
    REQUIRE(last);
    CHECK(last->left == 1000 - 10 * c.days_of_month);
    CHECK(last->renewed == next);
    const auto renewed = budget.allowance({}, false, next);
    REQUIRE(renewed);
    CHECK(renewed->left == 1000);
    CHECK(renewed->left == renewed->limit);

    budget.configure({.day = 100});
    CHECK(budget.allowance({}, false, c.last)->left == 90);
    CHECK(budget.allowance({}, false, c.last)->renewed == next);
    CHECK(budget.allowance({}, false, next)->left == 100);
    CHECK(budget.allowance({}, false, next)->renewed == next + 24h);
    CHECK(budget.received_today(c.last) == 10);
    CHECK(budget.received_today(next) == 0);
  }
}

TEST_CASE("a clock that jumps by twenty years and back finds each account again") {
  const int days_before[] = {0, 1, 40, 63, 200};
  for (const int before : days_before) {
    for (const int years : {20, -20, -56}) {
      INFO(before << " days of traffic, then " << years << " years");
      const Instant real = at(2026, 11, 25);
      const Instant wrong = at(2026 + years, 11, 25);
      Budget budget;
      budget.configure({.day = 1000, .month = 100'000});
      for (int day = before; day >= 1; --day) budget.receive(10, false, real - days(day));
      budget.receive(400, false, real);
      const auto untroubled = budget.allowance({}, false, real);
      for (int day = 0; day < 3; ++day) budget.receive(70, false, wrong + days(day));
      CHECK(budget.received_today(wrong) == 70);
      CHECK(budget.allowance({}, false, wrong)->left == 930);

      CHECK(budget.received_today(real) == 400);
      CHECK(budget.allowance({}, false, real)->left == untroubled->left);
      budget.configure({.month = 100'000});
      CHECK(budget.allowance({}, false, real)->left == 100'000 - 400 - 10 * std::min(before, 24));
    }
  }
}

TEST_CASE("months in a wrong year do not keep the budget from counting in the right one") {
  Budget budget;
  budget.configure({.month = 10'000});
  for (int day = 0; day < 100; ++day) budget.receive(1, false, at(2046, 1, 1) + days(day));
  for (int day = 0; day < 30; ++day) budget.receive(100, false, at(2026, 11, 1) + days(day));
  CHECK(budget.allowance({}, false, at(2026, 11, 30))->left == 7000);
}

TEST_CASE("what earlier runs have received counts") {
  const Instant now = at(2026, 11, 25);
  Budget budget;
  budget.configure({.day = 1000, .month = 5000, .metered_day = 300});
  budget.receive(77, false, now);
  budget.load({{day_of(at(2026, 10, 31)), 900, 0}, {day_of(at(2026, 11, 1)), 2000, 0}, {day_of(now), 600, 250}});
  CHECK(budget.received_today(now) == 600);
  CHECK(budget.allowance({}, false, now)->left == 400);
  CHECK(budget.allowance({}, true, now)->left == 50);
  budget.receive(30, true, now);
  CHECK(budget.received_today(now) == 630);
  CHECK(budget.allowance({}, true, now)->left == 20);
  budget.configure({.month = 5000});
  CHECK(budget.allowance({}, false, now)->left == 5000 - 2630);
}

TEST_CASE("of the budgets of a day, the one in force is shown") {
  struct Case {
    std::optional<std::int64_t> day, metered_day;
    bool metered;
    std::optional<std::int64_t> shown;
  };
  const Case cases[] = {
      {{}, {}, false, {}}, {{}, {}, true, {}},    {100, {}, false, 100}, {100, {}, true, 100},  {{}, 50, false, {}},
      {{}, 50, true, 50},  {100, 50, false, 100}, {100, 50, true, 50},   {100, 500, true, 100},
  };
  for (const Case& c : cases) {
    Budget budget;
    budget.configure({.day = c.day, .metered_day = c.metered_day});
    CHECK(budget.day_limit(c.metered) == c.shown);
  }
}

TEST_CASE("a feed is charged by day and month") {
  const Instant now = at(2026, 11, 25);
  struct Case {
    const char* what;
    model::Traffic before;
    Instant when;
    model::Traffic after;
  };
  const Case cases[] = {
      {"for the first time", {}, now, traffic_of(now, 5, 5)},
      {"on the same day", traffic_of(now, 30, 400), now, traffic_of(now, 35, 405)},
      {"in its last second", traffic_of(now, 30, 400), at(2026, 11, 26, 0s) - 1s, traffic_of(now, 35, 405)},
      {"on the next", traffic_of(now, 30, 400), at(2026, 11, 26, 0s), traffic_of(now + 24h, 5, 405)},
      {"in the next month", traffic_of(at(2026, 11, 30), 30, 400), at(2026, 12, 1, 0s),
       traffic_of(at(2026, 12, 1), 5, 5)},
      {"in the next year", traffic_of(at(2026, 12, 31), 30, 400), at(2027, 1, 1, 0s), traffic_of(at(2027, 1, 1), 5, 5)},
      {"on a leap day", traffic_of(at(2028, 2, 28), 30, 400), at(2028, 2, 29), traffic_of(at(2028, 2, 29), 5, 405)},
      {"a year later", traffic_of(now, 30, 400), at(2027, 11, 25), traffic_of(at(2027, 11, 25), 5, 5)},
      {"a day earlier, by a clock put right", traffic_of(now, 30, 400), now - 24h, traffic_of(now - 24h, 5, 405)},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    model::Traffic traffic = c.before;
    charge(traffic, 5, c.when);
    CHECK(traffic.day == c.after.day);
    CHECK(traffic.day_bytes == c.after.day_bytes);
    CHECK(traffic.month_bytes == c.after.month_bytes);
  }
}
