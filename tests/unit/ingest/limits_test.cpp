// Budgets, quiet hours, metered links, and bursts.

#include <ctime>
#include <map>
#include <set>

#include "support/catch.hpp"
#include "world.hpp"

using namespace newscache;
using namespace newscache::test;
using namespace std::chrono_literals;

namespace {

// Each feed costs 1000 bytes, changed or not.
Result<net::Response> thousand_bytes(const net::Request& request) {
  auto answer = unchanged(request);
  answer->wire_bytes = 1000;
  return answer;
}

struct Limited : World {
  Limited(int feeds, const std::function<void(model::Settings&)>& change) {
    change(settings);
    fetcher.answer = thousand_bytes;
    for (int i = 0; i < feeds; ++i) ids.push_back(add("http://host" + std::to_string(i) + ".example/feed"));
    start();
  }
  std::map<std::int64_t, std::int64_t> bytes_by_day() const {
    std::map<std::int64_t, std::int64_t> days;
    for (const auto& asked : fetcher.asked)
      days[std::chrono::floor<std::chrono::days>(wall_at(asked.at)).time_since_epoch().count()] += 1000;
    return days;
  }
  Instant wall_at(BootInstant when) const {
    return clock.wall() - std::chrono::floor<std::chrono::seconds>(clock.boot() - when);
  }
  std::vector<model::FeedId> ids;
};

}  // namespace

TEST_CASE("a day's budget is never exceeded by more than the transfers under way, and the next day polling goes on") {
  Limited world(10, [](model::Settings& s) {
    s.budget.day = 50'500;
    s.net.max_transfers = 1;
  });
  world.pass(4 * 24h - 1min, 1min);
  const auto days = world.bytes_by_day();
  REQUIRE(days.size() == 4);
  for (const auto& [day, bytes] : days) {
    CHECK(bytes >= 49'000);
    CHECK(bytes <= 51'000);
  }
  CHECK(world.poller->state(world.ids[0])->next_poll_rule == "budget");
  CHECK(world.poller->state(world.ids[0])->status == model::FeedStatus::ok);
  CHECK_FALSE(world.poller->state(world.ids[0])->error);
}

TEST_CASE("what was received before a restart counts") {
  Limited world(10, [](model::Settings& s) { s.budget.day = 25'000; });
  world.pass(5h, 1min);
  const auto before = world.fetcher.asked.size();
  CHECK(before <= 30);
  CHECK(world.poller->received_today() >= 25'000);
  world.shut_down();
  world.start();
  world.pass(10h, 1min);
  CHECK(world.fetcher.asked.size() == before);
  CHECK(world.poller->received_today() >= 25'000);
}

TEST_CASE("a month's budget holds until the next month") {
  Limited world(5, [](model::Settings& s) { s.budget.month = 100'000; });
  world.pass(5 * 24h, 10min);  // it is the 25th of November
  const auto used = world.fetcher.asked.size();
  CHECK(used >= 100);
  CHECK(used <= 105);
  world.pass(2 * 24h, 10min);
  CHECK(world.fetcher.asked.size() > used);
}

TEST_CASE("a feed that has a budget of its own stops alone") {
  Limited world(2, [](model::Settings& s) { s.budget.feed_day = 1'000'000; });
  model::FeedPatch patch;
  patch.settings.emplace("budget_day", "3kB");
  REQUIRE(world.writer_connection->change_feed(world.ids[0], patch).has_value());
  world.await(world.poller->reload_feed(world.ids[0]));
  world.pass(20h, 1min);
  CHECK(world.fetcher.times("http://host0.example/feed").size() <= 4);
  CHECK(world.fetcher.times("http://host1.example/feed").size() >= 19);
}

TEST_CASE("a budget stops a transfer in its middle, the feed waits for the next day, and is blamed for nothing") {
  World world;
  world.settings.budget.day = 10'000;
  const auto small = world.add("http://small.example/feed");
  world.fetcher.answer = thousand_bytes;
  world.start();
  world.pass(65min, 1min);
  const auto large = world.add("http://large.example/feed");
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    auto answer = thousand_bytes(request);
    if (request.url == "http://large.example/feed") answer->wire_bytes = 8'500;
    return answer;
  };
  world.await(world.poller->reload_feed(large));
  world.pass(1min);
  CHECK(world.fetcher.times("http://large.example/feed").size() == 1);
  const model::FeedState& state = *world.poller->state(large);
  CHECK_FALSE(state.error);
  CHECK(state.next_poll_rule == "budget");
  // Written at once: a crash must not lead to spending it again.
  const auto attempts = world.reader_connection->journal(large, 1).value();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].cause == Cause::budget);
  CHECK(attempts[0].bytes == 8'500);
  world.pass(24h, 1min);
  CHECK(world.poller->state(large)->status == model::FeedStatus::ok);
  CHECK(world.poller->state(small)->status == model::FeedStatus::ok);
}

TEST_CASE("a document larger than all of a budget is too large") {
  World world;
  world.settings.budget.day = 10'000;
  const auto id = world.add("http://large.example/feed");
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    auto answer = unchanged(request);
    answer->wire_bytes = 20'000;
    return answer;
  };
  world.start();
  REQUIRE(world.poller->state(id)->error);
  CHECK(world.poller->state(id)->error->cause == Cause::too_large);
  CHECK(world.poller->state(id)->error->detail.find("budget.day") != std::string::npos);
}

TEST_CASE("only force goes beyond a budget") {
  Limited world(1, [](model::Settings& s) { s.budget.day = 900; });
  const auto before = world.fetcher.asked.size();
  CHECK(world.poller->refresh(world.ids[0], false).value().empty());
  world.pass(1min);
  CHECK(world.fetcher.asked.size() == before);
  CHECK(world.poller->refresh(world.ids[0], true).value().size() == 1);
  world.pass(1min);
  CHECK(world.fetcher.asked.size() == before + 1);
  CHECK(world.poller->state(world.ids[0])->next_poll_rule != "budget");  // and it came whole
  CHECK_FALSE(world.poller->state(world.ids[0])->error);
}

TEST_CASE("a metered link has its own budget, by its name, by a hint or by decree, and ends with the link") {
  Limited world(10, [](model::Settings& s) {
    s.budget.metered_day = 15'000;
    s.net.max_transfers = 1;
  });
  std::vector<std::string_view> states;
  world.poller->on_network_change = [&] { states.push_back(ingest::network_word(world.poller->network())); };
  const auto unmetered = world.fetcher.asked.size();
  world.link_up("wwan0");
  CHECK(world.poller->network().metered);
  CHECK(world.poller->day_budget() == 15'000);
  world.pass(10h, 1min);
  CHECK(world.fetcher.asked.size() - unmetered <= 16);
  world.link_up();
  CHECK_FALSE(world.poller->network().metered);
  world.pass(1min, 1s);
  CHECK(world.fetcher.asked.size() - unmetered >= 25);  // what the budget held back
  CHECK(states == std::vector<std::string_view>{"metered", "online"});
  world.poller->link_reported({.up = true, .interface = "eth0", .metered = true, .portal = false});
  CHECK(world.poller->network().metered);
  world.settings.net.metered = "no";
  world.poller->reconfigure(world.settings);
  CHECK_FALSE(world.poller->network().metered);
}

namespace {

std::set<int> hours_of_polls(const Limited& world) {
  std::set<int> hours;
  for (const auto& asked : world.fetcher.asked) {
    const auto time = local_time_of_day(world.wall_at(asked.at));
    hours.insert(static_cast<int>(std::chrono::floor<std::chrono::hours>(time).count()));
  }
  return hours;
}

}  // namespace

TEST_CASE("no feed is polled in quiet hours, except when a person asks, and each of them afterwards") {
  Limited world(5, [](model::Settings& s) { s.poll.quiet = {"22:00-06:00"}; });
  world.fetcher.asked.clear();
  world.pass(48h, 1min);
  const auto hours = hours_of_polls(world);
  for (const int quiet : {22, 23, 0, 1, 2, 3, 4, 5}) CHECK(hours.count(quiet) == 0);
  CHECK(hours.size() == 16);
  while (local_time_of_day(world.clock.wall()) < 23h) world.pass(1min);
  CHECK(world.poller->state(world.ids[0])->next_poll_rule == "quiet-hours");
  const auto before = world.fetcher.asked.size();
  CHECK(world.poller->refresh(world.ids[0], false).value().size() == 1);
  world.pass(1min);
  CHECK(world.fetcher.asked.size() == before + 1);
}

TEST_CASE("with a cheap window polls happen in it and nowhere else") {
  Limited world(5, [](model::Settings& s) { s.poll.windows = {"02:00-05:00"}; });
  world.fetcher.asked.clear();
  world.pass(3 * 24h, 1min);
  CHECK(hours_of_polls(world) == std::set<int>{2, 3, 4});
}

TEST_CASE("while the clock is not trusted there are no quiet hours, for nobody knows the hour") {
  World world;
  world.clock_trusted = false;
  world.settings.poll.quiet = {"00:00-23:59"};
  world.add("http://one.example/feed");
  world.start();
  CHECK(world.fetcher.asked.size() == 1);
}

TEST_CASE("feeds that fall due within minutes are polled in one burst, and none of them early") {
  Limited world(60, [](model::Settings& s) { s.poll.burst = 5min; });
  world.pass(24h, 10s);
  std::set<BootInstant> wakes;
  std::map<std::string, BootInstant> last;
  for (const auto& asked : world.fetcher.asked) {
    wakes.insert(asked.at);
    const auto known = last.find(asked.request.url);
    if (known != last.end()) {
      CHECK(asked.at - known->second >= 1h);
      CHECK(asked.at - known->second <= 63min + 5min + 20s);
    }
    last[asked.request.url] = asked.at;
  }
  CHECK(world.fetcher.asked.size() >= 60 * 21);
  // Without bursts every poll would be a wake of its own.
  CHECK(wakes.size() <= 24 * 12 + 2);
}

TEST_CASE("a feed with a short interval does not wait for company") {
  Limited world(1, [](model::Settings& s) {
    s.poll.burst = 5min;
    s.poll.floor = 5min;
  });
  world.pass(1h, 1s);
  CHECK(world.fetcher.asked.size() >= 11);
}
