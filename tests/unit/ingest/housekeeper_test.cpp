// When the disk is called what, and what the housekeeper does about it.

#include "ingest/housekeeper.hpp"

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "support/catch.hpp"
#include "world.hpp"

using namespace newscache;
using namespace newscache::test;
using namespace std::chrono_literals;
using ingest::DiskState;

namespace {

constexpr std::int64_t mib = 1 << 20;

struct House : World {
  House() {
    settings.poll.floor = 60min;
    feed = add("http://one.example/feed");
  }
  ~House() {
    if (tasks) {
      tasks->cancel_all();
      run_until([&] { return tasks->count() == 0; });
    }
  }
  void begin() {
    start();
    auto probe = [this, loop = std::this_thread::get_id()] {
      ++probes;
      const auto seen = std::optional(disk);
      if (std::this_thread::get_id() != loop && --probes_to_hang == 0) {
        hangs.set_value();
        goes_on.get_future().wait();
      }
      return seen;
    };
    housekeeper.emplace(services(), *poller, probe, (directory.path() / "reserve").string());
    clock.on_change = [this] {
      poller->wake();
      housekeeper->wake();
    };
    housekeeper->on_change = [this] { changes.emplace_back(ingest::disk_word(housekeeper->status().state)); };
    housekeeper->configure(settings.store);
    tasks->spawn_vital("housekeeper", housekeeper->run());
    quiesce();
  }
  // Until nothing happens any more without time passing.
  void quiesce() {
    for (int i = 0; i < 40; ++i) {
      await(written());
      io.restart();
      io.poll();
    }
  }
  void wait(std::chrono::milliseconds time) {
    clock.advance(time);
    quiesce();
  }
  void free(std::int64_t bytes) {
    disk.free_bytes = bytes;
    housekeeper->status();
    quiesce();
  }
  std::size_t polls() const { return fetcher.asked.size(); }
  bool has_reserve() const { return std::filesystem::exists(directory.path() / "reserve"); }

  sys::DiskSpace disk{1000 * mib, false, 4000 * mib};
  std::atomic<int> probes = 0;
  std::atomic<int> probes_to_hang = -1;
  std::promise<void> hangs;
  std::promise<void> goes_on;
  model::FeedId feed{};
  std::vector<std::string> changes;
  std::optional<ingest::Housekeeper> housekeeper;
};

}  // namespace

TEST_CASE("a disk is called low and full by what is free, and well again when that is clearly more") {
  struct Case {
    std::int64_t total;
    std::int64_t free;
    DiskState before;
    DiskState now;
  };
  using enum DiskState;
  const Case cases[] = {
      {10'000 * mib, 64 * mib, ok, ok},     {10'000 * mib, 64 * mib - 1, ok, low}, {10'000 * mib, 79 * mib, low, low},
      {10'000 * mib, 80 * mib, low, ok},    {10'000 * mib, 16 * mib, low, low},    {10'000 * mib, 15 * mib, ok, full},
      {10'000 * mib, 19 * mib, full, full}, {10'000 * mib, 20 * mib, full, low},   {10'000 * mib, 80 * mib, full, ok},
      {40 * mib, 4 * mib, ok, ok},          {40 * mib, 3 * mib, ok, low},          {40 * mib, 1 * mib, ok, full},
      {40 * mib, 5 * mib, read_only, ok},
  };
  for (const auto& c : cases) {
    CAPTURE(c.total, c.free);
    CHECK(ingest::disk_state({c.free, false, c.total}, c.before) == c.now);
    CHECK(ingest::disk_state({c.free, true, c.total}, c.before) == read_only);
  }
  CHECK(ingest::reserve_bytes(10'000 * mib) == 16 * mib);
  CHECK(ingest::reserve_bytes(32 * mib) == mib);
  CHECK(ingest::reserve_bytes(mib) == 0);
}

TEST_CASE("polling is held back while the disk is low, and what is due is polled when it is not") {
  House house;
  house.begin();
  CHECK(house.polls() == 1);
  CHECK(house.has_reserve());
  house.free(20 * mib);
  CHECK(house.changes == std::vector<std::string>{"low"});
  house.wait(3h);
  CHECK(house.polls() == 1);
  CHECK_FALSE(house.poller->polling(house.feed));
  const auto* state = house.poller->state(house.feed);
  CHECK_FALSE(state->error);
  CHECK(state->next_poll < house.clock.wall());
  house.disk.free_bytes = 1000 * mib;
  house.wait(1min);
  CHECK(house.changes == std::vector<std::string>{"low", "ok"});
  CHECK(house.polls() == 2);
}

TEST_CASE("the reserve is given up on a full disk, and kept again when there is room for it") {
  House house;
  house.begin();
  REQUIRE(house.has_reserve());
  house.free(1 * mib);
  CHECK(house.changes == std::vector<std::string>{"full"});
  CHECK_FALSE(house.has_reserve());
  house.free(30 * mib);
  CHECK_FALSE(house.has_reserve());
  house.free(1000 * mib);
  CHECK(house.has_reserve());
  CHECK(house.changes == std::vector<std::string>{"full", "low", "ok"});
}

TEST_CASE("a refused write counts as a full disk until one is taken") {
  House house;
  house.begin();
  house.housekeeper->note_shortage(store::Shortage::disk);
  house.quiesce();
  CHECK(house.changes == std::vector<std::string>{"full", "ok"});
}

TEST_CASE("room that comes while the housekeeper is at work is seen when it is done") {
  House house;
  house.begin();
  house.free(1 * mib);
  const int before = house.probes;
  house.wait(1min);
  house.probes_to_hang = house.probes - before;  // the last one of a round
  house.clock.advance(1min);
  auto hangs = house.hangs.get_future();
  while (hangs.wait_for(0s) != std::future_status::ready) {
    house.io.restart();
    house.io.poll();
  }
  house.disk.free_bytes = 1000 * mib;
  house.housekeeper->status();
  CHECK(house.changes == std::vector<std::string>{"full"});
  house.goes_on.set_value();
  house.quiesce();
  CHECK(house.changes == std::vector<std::string>{"full", "ok"});
}

TEST_CASE("while all is well the housekeeper looks at nothing") {
  House house;
  house.begin();
  const int before = house.probes;
  house.poller->forget_feed(house.feed);
  house.wait(10h);
  house.wait(10h);
  CHECK(house.probes == before);
}

TEST_CASE("the limit is a quarter of the disk unless it is set") {
  House house;
  house.begin();
  CHECK(house.housekeeper->status().limit_bytes == 1000 * mib);
  house.settings.store.limit = 5 * mib;
  house.housekeeper->configure(house.settings.store);
  house.quiesce();
  CHECK(house.housekeeper->status().limit_bytes == 5 * mib);
}
