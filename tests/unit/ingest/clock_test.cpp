// Boots without a clock, and restarts around its jumps: stored schedules hold, and nothing storms.

#include "support/catch.hpp"
#include "world.hpp"

using namespace newscache;
using namespace newscache::test;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;

namespace {

constexpr int healthy = 180;
constexpr int busy = 20;

// Healthy feeds on a host each, and some whose hosts want to be left alone for six hours.
struct Rebooted : World {
  Rebooted() {
    fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
      if (request.url.find("busy") == std::string::npos) return unchanged(request);
      net::Response refusal;
      refusal.status = 429;
      refusal.url = request.url;
      refusal.from_public_host = true;
      refusal.retry_after = "21600";
      return refusal;
    };
    for (int i = 0; i < healthy; ++i) ids.push_back(add("http://host" + std::to_string(i) + ".example/feed"));
    for (int i = 0; i < busy; ++i) ids.push_back(add("http://busy" + std::to_string(i) + ".example/feed"));
  }
  ~Rebooted() { shut_down(); }
  // Without its power, and so without its clock, for `off`.
  void reboot(std::chrono::milliseconds off) {
    shut_down();
    clock.advance(off);
    right_ahead = clock.wall() - clock.boot().time_since_epoch();
    clock_trusted = false;
    clock.set_wall(Instant{40s});
    fetcher.asked.clear();
    booted = clock.boot();
    start();
  }
  void set_clock() {
    clock.set_wall(std::chrono::floor<seconds>(right_ahead + clock.boot().time_since_epoch()));
    clock_trusted = true;
    poller->clock_jumped();
    settle();
  }
  std::size_t most_within(std::chrono::milliseconds span, BootInstant since) const {
    std::size_t most = 0;
    for (auto first = fetcher.asked.begin(); first != fetcher.asked.end(); ++first) {
      if (first->at < since) continue;
      const auto last =
          std::find_if(first, fetcher.asked.end(), [&](const auto& a) { return a.at >= first->at + span; });
      most = std::max(most, static_cast<std::size_t>(last - first));
    }
    return most;
  }

  std::vector<model::FeedId> ids;
  std::chrono::sys_time<std::chrono::milliseconds> right_ahead{};
  BootInstant booted{};
};

}  // namespace

TEST_CASE("a boot in 1970 is no burst, waits for cool-downs in full, and the right time is no burst either") {
  Rebooted world;
  world.start();
  world.pass(2h + 30min, 1s);
  world.reboot(10min);
  world.pass(1h + 4min, 1s);
  // Spread over the hour that they wait, each once, and most of them once.
  CHECK(world.fetcher.asked.size() >= healthy);
  CHECK(world.most_within(1min, world.booted) <= 15);
  for (int i = 0; i < healthy; ++i) {
    const auto times = world.fetcher.times("http://host" + std::to_string(i) + ".example/feed");
    REQUIRE_FALSE(times.empty());
    CHECK(times.size() <= 2);
  }

  const BootInstant set = world.clock.boot();
  world.set_clock();
  CHECK(world.clock.wall() > Instant{std::chrono::sys_days{std::chrono::year(2026) / 11 / 25}});
  for (const auto id : world.ids) {
    const model::FeedState& state = *world.poller->state(id);
    REQUIRE(state.next_poll);
    CHECK(*state.next_poll >= world.clock.wall());
    CHECK(*state.next_poll <= world.clock.wall() + 7h);
    REQUIRE(state.last_attempt);
    CHECK(*state.last_attempt <= world.clock.wall());
    CHECK(*state.last_attempt >= world.clock.wall() - 4h);
  }
  world.pass(5h + 2min, 1s);
  CHECK(world.most_within(1min, set) <= 15);
  for (int i = 0; i < busy; ++i) {
    const auto times = world.fetcher.times("http://busy" + std::to_string(i) + ".example/feed");
    for (const BootInstant at : times) CHECK(at >= world.booted + 6h);
  }
  world.pass(1h, 1s);
  for (int i = 0; i < busy; ++i) {
    CHECK(world.fetcher.times("http://busy" + std::to_string(i) + ".example/feed").size() == 1);
  }
}

TEST_CASE("a restart after the clock went wrong, or became right, polls nothing that was just polled") {
  Rebooted world;
  world.start();
  const auto change = GENERATE(as<std::string>(), "wrong", "right", "wrong and right");
  CAPTURE(change);
  const Instant real = world.clock.wall();
  if (change == "right") {
    world.reboot(10min);
    world.pass(2h, 1min);
    world.set_clock();
  } else {
    world.clock.set_wall(real + days(365 * 40));
    world.poller->clock_jumped();
    world.pass(2h, 1min);
    if (change == "wrong and right") {
      world.clock.set_wall(real + 2h);
      world.poller->clock_jumped();
    }
  }
  world.pass(1min, 1s);
  std::map<std::string, BootInstant> last;
  for (const auto& asked : world.fetcher.asked) last[asked.request.url] = asked.at;
  world.shut_down();
  world.fetcher.asked.clear();
  world.start();
  world.pass(1h + 4min, 10s);
  CHECK(world.fetcher.asked.size() >= healthy);
  int early = 0;
  for (const auto& asked : world.fetcher.asked) {
    const bool is_busy = asked.request.url.find("busy") != std::string::npos;
    if (const auto known = last.find(asked.request.url); known != last.end() && asked.at - known->second < 1h - 2s)
      ++early;
    CHECK_FALSE(is_busy);
  }
  CHECK(early == 0);
  CHECK(world.most_within(1min, world.clock.boot() - 2h) <= 90);  // polled together before, and jitter is three minutes
}

TEST_CASE("what fell due while the machine slept is polled once, and no more at a time than ever") {
  World world;
  world.settings.net.max_transfers = 8;
  constexpr std::size_t feeds = 100;
  for (std::size_t i = 0; i < feeds; ++i) world.add("http://host" + std::to_string(i) + ".example/feed");
  world.start();
  world.pass(30min);
  world.fetcher.asked.clear();
  world.fetcher.most_at_once = 0;
  world.pass(8h, 8h);
  CHECK(world.fetcher.asked.size() == feeds);
  CHECK(world.fetcher.most_at_once <= 8);
  world.pass(30min);
  CHECK(world.fetcher.asked.size() == feeds);
  CHECK(world.poller->network().state == ingest::NetworkState::online);
}
