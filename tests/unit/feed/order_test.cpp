#include "feed/order.hpp"

#include "support/catch.hpp"

using namespace newscache;

TEST_CASE("A document lists its newest first when dates go down, give or take a day") {
  constexpr int kUndated = -1;
  struct Case {
    const char* what;
    bool newest_first;
    std::vector<int> hours;
  };
  const Case cases[] = {
      {"nothing", false, {}},
      {"one entry", false, {500}},
      {"two, going down", true, {500, 499}},
      {"two, going up", false, {499, 500}},
      {"all equal", false, {500, 500, 500}},
      {"some equal", true, {500, 500, 400, 400}},
      {"a little disorder", true, {500, 490, 495, 300, 310, 200}},
      {"a day of disorder", true, {500, 400, 424, 300}},
      {"more than a day of disorder", false, {500, 400, 425, 300}},
      {"creeping up by hours", false, {500, 510, 520, 530, 540}},
      {"up within a day", false, {500, 501, 502, 503}},
      {"a pinned piece on top", false, {100, 500, 490, 480}},
      {"a new one at the end", false, {500, 490, 480, 600}},
      {"as much up as down", false, {500, 499, 500}},
      {"one undated", false, {500, kUndated, 400}},
      {"the last undated", false, {500, 400, kUndated}},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    std::vector<model::Entry> entries;
    for (const int hour : test.hours) {
      auto& entry = entries.emplace_back();
      if (hour != kUndated) entry.date_published = Instant(std::chrono::hours(hour));
    }
    CHECK(feed::newest_first(entries) == test.newest_first);
  }
}

TEST_CASE("The date of an edit counts where there is no other") {
  std::vector<model::Entry> entries(2);
  entries[0].date_modified = Instant(std::chrono::hours(500));
  entries[1].date_modified = Instant(std::chrono::hours(400));
  CHECK(feed::newest_first(entries));
  entries[0].date_published = Instant(std::chrono::hours(100));
  CHECK_FALSE(feed::newest_first(entries));
}
