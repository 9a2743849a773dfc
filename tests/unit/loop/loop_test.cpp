#include <boost/asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/leaping_clock.hpp"
#include "loop/task.hpp"
#include "support/catch.hpp"

using namespace newscache;
using loop::awaitable;

namespace {

struct Fixture {
  boost::asio::io_context io{1};
  Log log = Log::silent();
  loop::Tasks tasks{io.get_executor(), log};
  ManualClock clock{Instant{std::chrono::seconds(1'000'000)}};
};

awaitable<void> run_on(loop::Thread& thread, std::vector<std::thread::id>& where, std::unique_ptr<int>& moved_out) {
  where.push_back(std::this_thread::get_id());
  auto job = [&where, value = std::make_unique<int>(42)]() mutable {
    where.push_back(std::this_thread::get_id());
    return std::move(value);
  };
  moved_out = co_await loop::offload(thread, std::move(job));
  where.push_back(std::this_thread::get_id());
}

awaitable<void> catch_from(loop::Thread& thread, std::string& message) {
  auto job = []() -> int { throw std::runtime_error("from the thread"); };
  try {
    co_await loop::offload(thread, std::move(job));
  } catch (const std::exception& error) {
    message = error.what();
  }
}

awaitable<void> throw_error() {
  throw std::runtime_error("broken");
  co_return;
}

awaitable<void> sleep_once(loop::Alarm& alarm, BootInstant until, std::vector<bool>& answers) {
  answers.push_back(co_await alarm.wait_until(until));
}

}  // namespace

TEST_CASE("offloaded work runs on its thread, and the caller goes on where it was") {
  Fixture f;
  loop::Thread thread;
  std::vector<std::thread::id> where;
  std::unique_ptr<int> value;
  f.tasks.spawn("test", run_on(thread, where, value));
  f.io.run();
  REQUIRE(where.size() == 3);
  CHECK(where[0] == std::this_thread::get_id());
  CHECK(where[1] != where[0]);
  CHECK(where[2] == where[0]);
  REQUIRE(value);
  CHECK(*value == 42);
}

TEST_CASE("what offloaded work throws, its caller catches") {
  Fixture f;
  loop::Thread thread;
  std::string message;
  f.tasks.spawn("test", catch_from(thread, message));
  f.io.run();
  CHECK(message == "from the thread");
}

TEST_CASE("a task that throws ends alone, unless it is vital") {
  Fixture f;
  int fatal = 0;
  f.tasks.on_fatal = [&] { ++fatal; };
  f.tasks.spawn("ordinary", throw_error());
  f.io.run();
  CHECK(fatal == 0);
  CHECK(f.tasks.count() == 0);
  f.io.restart();
  f.tasks.spawn_vital("vital", throw_error());
  f.io.run();
  CHECK(fatal == 1);
}

TEST_CASE("an alarm rings when the manual clock reaches its time, however far that is") {
  Fixture f;
  loop::Alarm alarm(f.io.get_executor(), f.clock);
  f.clock.on_change = [&] { alarm.wake(); };
  std::vector<bool> answers;
  f.tasks.spawn("sleeper", sleep_once(alarm, f.clock.boot() + std::chrono::hours(48), answers));
  f.io.poll();
  CHECK(answers.empty());
  f.clock.advance(std::chrono::hours(48));
  f.io.run();
  REQUIRE(answers.size() == 1);
}

TEST_CASE("a leaping clock goes no further than to who waits for the soonest time, and forgets who does not wait") {
  Fixture f;
  const BootInstant start{std::chrono::hours(1)};
  LeapingClock clock(start, Instant{std::chrono::seconds(1'000'000)});
  loop::Alarm sooner(f.io.get_executor(), clock);
  loop::Alarm later(f.io.get_executor(), clock);
  std::vector<bool> answers;
  f.tasks.spawn("later", sleep_once(later, start + std::chrono::hours(48), answers));
  f.tasks.spawn("sooner", sleep_once(sooner, start + std::chrono::hours(2), answers));
  f.io.poll();
  clock.leap(start + std::chrono::hours(72));
  CHECK(clock.boot() == start + std::chrono::hours(2));
  CHECK(clock.wall() == Instant{std::chrono::seconds(1'000'000)} + std::chrono::hours(2));
  f.io.poll();
  CHECK(answers == std::vector<bool>{true});
  later.wake();
  f.io.run();
  CHECK(answers == std::vector<bool>{true, false});
  clock.leap(start + std::chrono::hours(72));
  CHECK(clock.boot() == start + std::chrono::hours(72));
}

TEST_CASE("waking an alarm before anybody waits ends the next wait at once") {
  Fixture f;
  loop::Alarm alarm(f.io.get_executor(), f.clock);
  alarm.wake();
  std::vector<bool> answers;
  f.tasks.spawn("sleeper", sleep_once(alarm, f.clock.boot() + std::chrono::hours(1), answers));
  f.io.run();
  CHECK(answers == std::vector<bool>{false});
}

TEST_CASE("cancelling ends every task, also one that waits for an alarm, and is no failure") {
  Fixture f;
  int fatal = 0;
  f.tasks.on_fatal = [&] { ++fatal; };
  loop::Alarm first(f.io.get_executor(), f.clock);
  loop::Alarm second(f.io.get_executor(), f.clock);
  std::vector<bool> answers;
  f.tasks.spawn_vital("one", sleep_once(first, f.clock.boot() + std::chrono::hours(1), answers));
  f.tasks.spawn_vital("two", sleep_once(second, f.clock.boot() + std::chrono::hours(1), answers));
  f.io.poll();
  CHECK(f.tasks.count() == 2);
  f.tasks.cancel_all();
  f.io.run();
  CHECK(f.tasks.count() == 0);
  CHECK(answers.empty());
  CHECK(fatal == 0);
}
