// The real kernel, in a network namespace of our own: this wants root and iproute2.

#include "sys/link.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "support/catch.hpp"

using namespace newscache;
using namespace std::chrono_literals;
using sys::LinkState;
namespace asio = boost::asio;

namespace {

// Moves this thread to a network namespace without interfaces, and back.
class Namespace {
 public:
  Namespace() : before_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    entered_ = before_ && ::unshare(CLONE_NEWNET) == 0;
  }
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;
  ~Namespace() {
    if (entered_ && ::setns(before_.get(), CLONE_NEWNET) != 0) std::abort();
  }
  bool entered() const { return entered_; }

 private:
  FileDescriptor before_;
  bool entered_ = false;
};

bool try_ip(const std::string& command) { return std::system(("ip " + command + " 2>/dev/null").c_str()) == 0; }

void ip(std::initializer_list<const char*> commands) {
  for (const char* command : commands) {
    INFO("ip " << command);
    REQUIRE(try_ip(command));
  }
}

// A hundred times as fast, so that nobody waits for a debounce.
class QuickClock final : public Clock {
 public:
  Instant wall() const override { return real_.wall(); }
  BootInstant boot() const override { return BootInstant{real_.boot().time_since_epoch() * 100}; }
  std::chrono::milliseconds wait_for(BootInstant when) const override { return std::max(when - boot(), 0ms) / 100; }

 private:
  SystemClock real_;
};

// Moves when it is told to, which its waiters notice within a millisecond.
class HeldClock final : public Clock {
 public:
  Instant wall() const override { return Instant{}; }
  BootInstant boot() const override { return boot_; }
  std::chrono::milliseconds wait_for(BootInstant) const override { return 1ms; }
  void advance(std::chrono::milliseconds by) { boot_ += by; }

 private:
  BootInstant boot_{1h};
};

template <class TestClock>
struct Fixture {
  // Stops the test with a message where the namespace cannot be had.
  bool prepare() {
    if (!space.entered() || !try_ip("link add v0 type veth peer name v1")) {
      WARN("skipped: this test wants root, iproute2 and the veth driver");
      return false;
    }
    return open();
  }
  bool open() {
    auto opened = sys::LinkMonitor::open(io.get_executor(), clock);
    REQUIRE(opened);
    monitor = std::move(*opened);
    return true;
  }

  static asio::awaitable<void> collect(Fixture& f, LinkState wanted) {
    do {
      const LinkState before = f.monitor->state();
      f.last = co_await f.monitor->next();
      f.differed = f.differed && *f.last != before;
      f.consistent = f.consistent && *f.last == f.monitor->state();
    } while (*f.last != wanted);
  }
  void start(LinkState wanted) {
    last.reset();
    ended = false;
    asio::co_spawn(io, collect(*this, std::move(wanted)), [this](std::exception_ptr error) {
      ended = true;
      if (error) std::rethrow_exception(error);
    });
  }
  // Whether that state is told. The limit only ends a test that fails.
  bool run(std::chrono::milliseconds limit = 30s) {
    io.restart();
    io.run_for(limit);
    return ended;
  }
  bool comes_to(LinkState wanted) {
    start(std::move(wanted));
    return run();
  }

  Namespace space;
  TestClock clock;
  asio::io_context io;
  std::unique_ptr<sys::LinkMonitor> monitor;
  std::optional<LinkState> last;
  bool ended = false;
  bool differed = true;
  bool consistent = true;
};

// Advances the clock until what was started has ended.
template <class Before = void (*)()>
int seconds_until_told(
    Fixture<HeldClock>& f, Before before_each = [] {}) {
  int seconds = 0;
  while (!f.run(200ms)) {
    REQUIRE(seconds < 100);
    before_each();
    f.clock.advance(1s);
    ++seconds;
  }
  return seconds;
}

const LinkState none{.up = false, .interface = {}};
const LinkState v0_up{.up = true, .interface = "v0"};
const LinkState v0_down{.up = false, .interface = "v0"};

constexpr auto connect_v0 = {"link set v1 up", "link set v0 up", "addr add 192.0.2.2/24 dev v0",
                             "route add default via 192.0.2.1 dev v0 metric 100"};

constexpr auto route_v0 = {"route add default via 192.0.2.1 dev v0"};

// v0 with all but a route, told and at rest: what the kernel says about a new carrier comes late.
void come_to_rest(Fixture<HeldClock>& f) {
  ip(connect_v0);
  f.start(v0_up);
  seconds_until_told(f);
  f.clock.advance(1s);
  ip({"route del default"});
  REQUIRE(f.comes_to(none));  // at once: the clock stands still
  f.clock.advance(1s);
}

}  // namespace

TEST_CASE("the link follows the cable, the interface and the route") {
  Fixture<QuickClock> f;
  if (!f.prepare()) return;
  CHECK(f.monitor->state() == none);
  ip(connect_v0);
  REQUIRE(f.comes_to(v0_up));

  INFO("pulled cable: the route stays");
  ip({"link set v1 down"});
  REQUIRE(f.comes_to(v0_down));
  ip({"link set v1 up"});
  REQUIRE(f.comes_to(v0_up));

  INFO("taken down: the route goes, and says nothing");
  ip({"link set v0 down"});
  REQUIRE(f.comes_to(none));
  ip({"link set v0 up", "route add default via 192.0.2.1 dev v0"});
  REQUIRE(f.comes_to(v0_up));

  INFO("the address alone");
  ip({"addr del 192.0.2.2/24 dev v0"});
  REQUIRE(f.comes_to(none));
  ip({"addr add 192.0.2.2/24 dev v0", "route add default dev v0"});
  REQUIRE(f.comes_to(v0_up));

  INFO("the route alone");
  ip({"route del default"});
  REQUIRE(f.comes_to(none));
  CHECK(f.differed);
  CHECK(f.consistent);
}

TEST_CASE("a monitor opened on a working link knows it at once") {
  Fixture<QuickClock> f;
  if (!f.prepare()) return;
  ip(connect_v0);
  REQUIRE(f.comes_to(v0_up));
  REQUIRE(f.open());
  CHECK(f.monitor->state() == v0_up);
}

TEST_CASE("of two default routes the working one with the lower metric counts") {
  Fixture<QuickClock> f;
  if (!f.prepare()) return;
  ip(connect_v0);
  ip({"link add w0 type veth peer name w1", "link set w0 up", "link set w1 up", "addr add 198.51.100.2/24 dev w0",
      "route add default via 198.51.100.1 dev w0 metric 600"});
  REQUIRE(f.comes_to(v0_up));
  ip({"link set v1 down"});
  REQUIRE(f.comes_to({.up = true, .interface = "w0"}));
  ip({"link set v1 up"});
  REQUIRE(f.comes_to(v0_up));
  ip({"route add default via 198.51.100.1 dev w0 metric 50"});
  REQUIRE(f.comes_to({.up = true, .interface = "w0"}));
}

TEST_CASE("routes of every kind that lead out count, and others do not") {
  struct Case {
    const char* name;
    std::initializer_list<const char*> commands;
    LinkState expected;
  };
  const Case cases[] = {
      {"IPv6 only", {"-6 addr add 2001:db8::2/64 dev v0 nodad", "-6 route add default via 2001:db8::1 dev v0"}, v0_up},
      {"several next hops",
       {"addr add 192.0.2.2/24 dev v0", "route add default nexthop via 192.0.2.1 dev v0 nexthop via 192.0.2.3 dev v0"},
       v0_up},
      {"another table", {"addr add 192.0.2.2/24 dev v0", "route add default via 192.0.2.1 table 5000"}, v0_up},
      {"a network that is not the default",
       {"addr add 192.0.2.2/24 dev v0", "route add 203.0.113.0/24 via 192.0.2.1"},
       none},
      {"an unreachable default", {"addr add 192.0.2.2/24 dev v0", "route add unreachable default"}, none},
      {"a link-local address", {"addr add 169.254.1.2/16 dev v0 scope link", "route add default dev v0"}, v0_down},
  };
  for (const auto& c : cases) {
    Fixture<QuickClock> f;
    if (!f.prepare()) return;
    INFO(c.name);
    ip({"link set v1 up", "link set v0 up", "addr add 192.0.2.9/32 dev lo scope host"});
    // That both have a carrier is told by v0's route.
    ip({"addr add 198.51.100.2/24 dev v0", "route add default via 198.51.100.1 dev v0"});
    REQUIRE(f.comes_to(v0_up));
    ip({"addr del 198.51.100.2/24 dev v0"});
    REQUIRE(f.comes_to(none));
    ip(c.commands);
    REQUIRE(f.open());
    CHECK(f.monitor->state() == c.expected);
  }
}

TEST_CASE("the end of the link is told at once, its return after a second of quiet") {
  Fixture<HeldClock> f;
  if (!f.prepare()) return;
  come_to_rest(f);
  ip(route_v0);
  f.start(v0_up);
  CHECK(seconds_until_told(f) == 1);
  f.clock.advance(1s);
  ip({"route del default"});
  CHECK(f.comes_to(none));
}

TEST_CASE("a link that does not come to rest is told after three seconds") {
  Fixture<HeldClock> f;
  if (!f.prepare()) return;
  come_to_rest(f);
  ip(route_v0);
  f.start(v0_up);
  const auto another_event = [] { ip({"addr add 198.51.100.2/24 dev v0", "addr del 198.51.100.2/24 dev v0"}); };
  CHECK(seconds_until_told(f, another_event) == 3);
}

TEST_CASE("events that are too many to be kept are an event") {
  Fixture<QuickClock> f;
  if (!f.prepare()) return;
  ip(connect_v0);
  REQUIRE(f.comes_to(v0_up));
  const std::string flood =
      "for i in $(seq 1 2000); do echo addr add 10.0.0.1/32 dev lo; echo addr del 10.0.0.1/32 dev lo; done";
  REQUIRE(std::system(("(" + flood + "; echo route del default) | ip -batch -").c_str()) == 0);
  CHECK(f.comes_to(none));
  ip({"route add default via 192.0.2.1 dev v0"});
  CHECK(f.comes_to(v0_up));
}

TEST_CASE("nothing wakes the monitor while nothing happens") {
  Fixture<QuickClock> f;
  if (!f.prepare()) return;
  f.start(v0_up);
  f.run(50ms);  // what making the interfaces has left
  f.io.restart();
  CHECK(f.io.run_for(100ms) == 0);
}

TEST_CASE("waiting for the link can be cancelled, and nothing is lost by it") {
  Fixture<HeldClock> f;
  if (!f.prepare()) return;
  come_to_rest(f);
  ip(route_v0);
  asio::cancellation_signal cancel;
  std::exception_ptr thrown;
  auto ended = [&](std::exception_ptr error) { thrown = error; };
  asio::co_spawn(f.io, Fixture<HeldClock>::collect(f, v0_up), asio::bind_cancellation_slot(cancel.slot(), ended));
  f.run(50ms);  // it has seen the events and waits for quiet
  cancel.emit(asio::cancellation_type::terminal);
  f.run();
  REQUIRE(thrown);
  CHECK_THROWS_AS(std::rethrow_exception(thrown), boost::system::system_error);
  f.clock.advance(1s);  // it may look again
  f.start(v0_up);
  CHECK(seconds_until_told(f) == 1);
  CHECK(f.monitor->state() == v0_up);
}
