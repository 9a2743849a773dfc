// What each day's polls have cost.

#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kToday = kNow.time_since_epoch() / 24h;  // kNow is midnight

model::Attempt cost(Instant time, std::int64_t bytes, bool metered = false) {
  model::Attempt attempt;
  attempt.time = time;
  attempt.bytes = bytes;
  attempt.metered = metered;
  return attempt;
}

model::FeedUpdate update_of(model::FeedId feed, std::vector<model::Attempt> attempts) {
  model::FeedUpdate update;
  update.feed_id = feed;
  update.received = kNow;
  update.attempts = std::move(attempts);
  return update;
}

void apply(Store& store, std::vector<model::FeedUpdate> updates) { store.writer->apply(updates, Durability::relaxed); }

std::vector<std::int64_t> days(Store& store) {
  std::vector<std::int64_t> days;
  for (const auto& day : store.reader->traffic(0)) days.push_back(day.day);
  return days;
}

}  // namespace

TEST_CASE("the bytes of all feeds' attempts are added up by day in UTC, the metered ones also apart") {
  Store store;
  const auto a = store.subscribe("a");
  const auto b = store.subscribe("b");
  apply(store, {update_of(a, {cost(kNow - 1s, 10), cost(kNow, 100, true)}), update_of(b, {cost(kNow + 23h, 1000)})});
  apply(store, {update_of(b, {cost(kNow + 24h - 1s, 10'000, true)})});
  const std::vector<model::DayTraffic> expected{{kToday - 1, 10, 0}, {kToday, 11'100, 10'100}};
  CHECK(store.reader->traffic(0) == expected);
  CHECK(store.reader->traffic(kToday) == std::vector<model::DayTraffic>{expected[1]});
  CHECK(store.reader->traffic(kToday + 1).empty());
  store.reopen();
  CHECK(store.reader->traffic(0) == expected);
}

TEST_CASE("an attempt that received nothing makes no day") {
  Store store;
  const auto feed = store.subscribe("a");
  apply(store, {update_of(feed, {cost(kNow, 0)})});
  CHECK(store.reader->traffic(0).empty());
}

TEST_CASE("what was received for a feed that has gone meanwhile counts too") {
  Store store;
  apply(store, {update_of(model::FeedId{4711}, {cost(kNow, 7)})});
  CHECK(store.reader->traffic(0) == std::vector<model::DayTraffic>{{kToday, 7, 0}});
}

TEST_CASE("days are kept for two months, until another one begins") {
  Store store;
  const auto feed = store.subscribe("a");
  for (int day = 0; day <= 62; ++day) apply(store, {update_of(feed, {cost(kNow + day * 24h, 1)})});
  CHECK(days(store).size() == 63);
  CHECK(days(store).front() == kToday);
  apply(store, {update_of(feed, {cost(kNow + 63 * 24h, 1)})});
  CHECK(days(store).size() == 63);
  CHECK(days(store).front() == kToday + 1);
  store.reopen();
  apply(store, {update_of(feed, {cost(kNow + 64 * 24h, 1)})});
  CHECK(days(store).front() == kToday + 2);
}

TEST_CASE("a clock that was wrong for a while does not keep the right days from being counted") {
  Store store;
  const auto feed = store.subscribe("a");
  apply(store, {update_of(feed, {cost(kNow, 1)})});
  const int wrong = GENERATE(-20'000, 20'000);
  apply(store, {update_of(feed, {cost(kNow + wrong * 24h, 1)})});
  for (int day = 1; day <= 3; ++day) apply(store, {update_of(feed, {cost(kNow + day * 24h, 5)})});
  const auto right = store.reader->traffic(kToday + 1);
  REQUIRE(right.size() >= 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(right[i] == model::DayTraffic{kToday + 1 + static_cast<std::int64_t>(i), 5, 0});
  }
}

TEST_CASE("what was written to disks is summed up with the day of the poll") {
  Folder folder;
  auto options = options_in(folder);
  std::int64_t written = 5000;
  options.written_bytes = [&] { return written; };
  const auto writer = open_writer(options);
  model::NewFeed wish;
  wish.url = "https://a.example/feed";
  model::FeedUpdate update;
  update.feed_id = writer->add_feed(wish, "0000000000000001", kNow)->id;
  update.attempts.emplace_back();
  update.attempts.back().bytes = 1;
  const auto poll_at = [&](Instant time) {
    update.attempts.back().time = time;
    writer->apply({&update, 1}, Durability::relaxed);
  };
  poll_at(kNow);
  written = 7000;
  poll_at(kNow);
  written = 7300;
  poll_at(kNow + std::chrono::hours(24));
  const auto days = open_reader(options)->traffic(0);
  REQUIRE(days.size() == 2);
  CHECK(days.front().written_bytes == 7000);
  CHECK(days.back().written_bytes == 300);
}
