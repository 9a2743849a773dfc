#include "ingest/network.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::ingest;
using namespace std::chrono_literals;

namespace {

using enum NetworkState;

constexpr BootInstant start{1h};
const LinkReport up{.interface = "eth0"};
const LinkReport down{.up = false};

struct Step {
  enum Kind { fetch, link, pass } kind;
  std::string host;
  Sign sign = Sign::none;
  LinkReport report;
  std::chrono::milliseconds time{};  // that passes, or that the fetch took

  static Step of(std::string host, Sign sign, std::chrono::milliseconds took = 0ms) {
    if (host.find_first_of(":.") == host.npos) host += ".example";  // in the tables a letter will do
    return {fetch, std::move(host), sign, {}, took};
  }
  static Step of(const LinkReport& report) { return {link, {}, Sign::none, report, {}}; }
  static Step of(std::chrono::milliseconds time) { return {pass, {}, Sign::none, {}, time}; }
};

Step silent(std::string host) { return Step::of(std::move(host), Sign::silent); }
Step strange(std::string host) { return Step::of(std::move(host), Sign::strange); }
Step no_route(std::string host) { return Step::of(std::move(host), Sign::no_route); }
Step works(std::string host) { return Step::of(std::move(host), Sign::works); }
Step answered(std::string host) { return Step::of(std::move(host), Sign::answered); }
Step portal_says(std::string host) { return Step::of(std::move(host), Sign::portal); }
Step nothing(std::string host) { return Step::of(std::move(host), Sign::none); }

struct World {
  Network network;
  BootInstant now = start;
  std::size_t hosts = 10;

  void take(const Step& step) {
    if (step.kind == Step::link) network.link_reported(step.report, now);
    if (step.kind == Step::fetch) network.fetched(step.host, step.sign, hosts, now, step.time);
    if (step.kind == Step::pass) now += step.time;
  }
  void take(const std::vector<Step>& steps) {
    for (const Step& step : steps) take(step);
  }
};

struct Case {
  const char* what;
  std::vector<Step> steps;
  NetworkState expected;
  std::size_t hosts = 10;
};

void check(const Case& c) {
  INFO(c.what);
  World world;
  world.hosts = c.hosts;
  world.take(c.steps);
  CHECK(static_cast<int>(world.network.state()) == static_cast<int>(c.expected));
}

}  // namespace

TEST_CASE("silence is proof only when hosts in a row are silent, and none has answered") {
  const Case cases[] = {
      {"at the start", {}, online},
      {"one host", {silent("a")}, online},
      {"two of many", {silent("a"), silent("b")}, online},
      {"three of many", {silent("a"), silent("b"), silent("c")}, offline},
      {"three of three", {silent("a"), silent("b"), silent("c")}, offline, 3},
      {"two of two", {silent("a"), silent("b")}, offline, 2},
      {"one of two, again and again", {silent("a"), silent("a"), silent("a"), silent("a")}, online, 2},
      {"one of many, again and again", {silent("a"), silent("a"), silent("a"), silent("a")}, online},
      {"the only host", {silent("a"), silent("a"), silent("a"), silent("a")}, online, 1},
      {"no feed is left", {silent("a"), silent("a"), silent("a")}, online, 0},
      {"a feed in between", {silent("a"), silent("b"), works("d"), silent("c")}, online},
      {"a refusal in between", {silent("a"), silent("b"), answered("d"), silent("c")}, online},
      {"the silent host itself in between", {silent("a"), silent("b"), works("a"), silent("c")}, online},
      {"from the answer on it counts anew",
       {silent("a"), silent("b"), works("d"), Step::of(1min), silent("c"), silent("a"), silent("b")},
       offline},
      {"a failure of the publisher's own in between shows nothing",
       {silent("a"), silent("b"), nothing("d"), silent("c")},
       offline},
      {"one strange answer among the silent", {silent("a"), strange("b"), silent("c")}, offline},
      {"hours between them", {silent("a"), Step::of(5h), silent("b"), Step::of(5h), silent("c")}, offline},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("dead hosts whose fetches end last, after all others have answered, prove nothing") {
  const auto dead = [](std::string host) { return Step::of(std::move(host), Sign::silent, 15s); };
  const Case cases[] = {
      {"an answer meanwhile", {works("d"), Step::of(14s), dead("a"), dead("b"), dead("c")}, online},
      {"a refusal meanwhile", {answered("d"), Step::of(14s), dead("a"), dead("b"), dead("c")}, online},
      {"an answer long before they began", {works("d"), Step::of(75s), dead("a"), dead("b"), dead("c")}, offline},
      {"most of all hosts, soon after an answer",
       {works("d"), dead("a"), dead("b"), dead("c"), dead("e"), dead("f"), dead("g")},
       offline},
      {"an answer of our own house", {works("localhost:80"), Step::of(14s), dead("a"), dead("b"), dead("c")}, offline},
      {"no answer ever", {Step::of(14s), dead("a"), dead("b"), dead("c")}, offline},
      {"the ones before the cut prove nothing, those after it do",
       {works("d"), Step::of(14s), dead("a"), dead("b"), Step::of(75s), dead("e"), dead("f"), dead("g")},
       offline},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("without a way out we are offline at once, unless the kernel says that there is one") {
  const Case cases[] = {
      {"the kernel says nothing", {no_route("a")}, offline},
      {"it says down", {Step::of(up), Step::of(down), works("d"), no_route("a")}, offline},
      {"it has said nothing but down", {Step::of(down), no_route("a")}, offline},
      {"it says up: one host", {Step::of(up), no_route("a")}, online},
      {"it says up: one host again and again", {Step::of(up), no_route("a"), no_route("a"), no_route("a")}, online},
      {"it says up: three hosts", {Step::of(up), no_route("a"), no_route("b"), no_route("c")}, offline},
      {"it says up: the silent count as well", {Step::of(up), silent("a"), no_route("b"), silent("c")}, offline},
      {"it says up: an answer in between",
       {Step::of(up), no_route("a"), no_route("b"), works("d"), no_route("c")},
       online},
      {"a host of the house that is off, the kernel says nothing", {no_route("192.168.1.5:80")}, online},
      {"hosts of the house that are off, it says up",
       {Step::of(up), no_route("192.168.1.5:80"), no_route("192.168.1.6:80"), no_route("192.168.1.7:80")},
       online},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("strange answers of two hosts are a portal's, and so is one that says so") {
  const Case cases[] = {
      {"one", {strange("a")}, online},
      {"one again and again", {strange("a"), strange("a"), strange("a")}, online},
      {"two", {strange("a"), strange("b")}, portal},
      {"two of two", {strange("a"), strange("b")}, portal, 2},
      {"the only host", {strange("a"), strange("a")}, online, 1},
      {"a feed in between", {strange("a"), works("d"), strange("b")}, online},
      {"a refusal in between", {strange("a"), answered("d"), strange("b")}, online},
      {"silence in between", {strange("a"), silent("c"), strange("b")}, portal},
      {"one host, strange and then silent", {strange("a"), silent("a"), strange("b")}, online},
      {"511", {portal_says("a")}, portal},
      {"511 of the only host", {portal_says("a")}, portal, 1},
      {"the system says so", {Step::of(LinkReport{.interface = "wlan0", .portal = true})}, portal},
      {"addresses, not names", {strange("192.168.1.5:80"), strange("192.168.1.5:8080")}, portal},
      {"a program of our own house in between",
       {strange("192.168.1.5:80"), works("[::1]:80"), strange("192.168.1.5:8080")},
       online},
      {"our own house answers for itself only", {strange("a"), works("[::1]:80"), strange("b")}, portal},
      {"another program of our own house, afterwards",
       {strange("192.168.1.5:80"), strange("192.168.1.5:8080"), works("[::1]:80")},
       online},
      {"offline first, then it says so", {no_route("a"), portal_says("a")}, portal},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("a portal is left by a feed that works only, being offline by any answer") {
  struct End {
    const char* what;
    Step step;
    NetworkState after_offline, after_portal;
  };
  const End ends[] = {
      {"a feed", works("a"), online, online},
      {"a refusal", answered("a"), online, portal},
      {"silence", silent("a"), offline, portal},
      {"something strange", strange("a"), offline, portal},
      {"a failure that shows nothing", nothing("a"), offline, portal},
      {"no way out", no_route("a"), offline, offline},
      {"the link's end", Step::of(down), offline, offline},
      {"the link", Step::of(up), offline, portal},
      {"time", Step::of(24h * 100), offline, portal},
      {"a feed of our own house", works("localhost:80"), offline, portal},
  };
  for (const End& end : ends) {
    check({end.what, {Step::of(up), silent("a"), silent("b"), silent("c"), end.step}, end.after_offline});
    // What the kernel says of the way out holds for a portal too.
    const bool kernel_speaks = end.step.sign != Sign::no_route;
    check({end.what,
           {kernel_speaks ? Step::of(up) : Step::of(1s), strange("a"), strange("b"), end.step},
           end.after_portal});
  }
}

TEST_CASE("our own house shows nothing of the net outside, but that a link is back") {
  for (const char* const host : {"127.0.0.1:80", "localhost:8080", "[::1]:80", "[fd00::1]:8080", "192.168.1.5:80"}) {
    INFO(host);
    const Case cases[] = {
        {"its answer starts nothing over", {silent("a"), silent("b"), works(host), silent("c")}, offline},
        {"its answer while nobody else answers", {silent("a"), silent("b"), silent("c"), works(host)}, offline},
        {"its answer while nobody else answers, and the link is up",
         {Step::of(up), silent("a"), silent("b"), silent("c"), answered(host)},
         offline},
        {"its answer behind a portal", {portal_says("a"), works(host)}, portal},
        {"its answer while the link is down", {Step::of(up), Step::of(down), works(host)}, offline},
        {"its refusal while the link is down", {Step::of(up), Step::of(down), answered(host)}, offline},
        {"its answer when the link is back", {Step::of(up), Step::of(down), Step::of(up), works(host)}, online},
        {"its answer when there was no way out and the kernel says nothing", {no_route("a"), works(host)}, online},
        {"a publisher's answer while the link is down", {Step::of(up), Step::of(down), works("a")}, online},
        {"its silence", {silent("a"), silent("b"), silent(host)}, online},
    };
    for (const Case& c : cases) check(c);
  }
}

TEST_CASE("the end of the link is believed at once, its return has to be shown, and what was never up never ends") {
  const LinkReport metered{.interface = "eth0", .metered = true};
  const Case cases[] = {
      {"down since the start", {Step::of(down)}, online},
      {"down since the start, told again", {Step::of(down), Step::of(down)}, online},
      {"up", {Step::of(up)}, online},
      {"down after it was up", {Step::of(up), Step::of(down)}, offline},
      {"down, up, down at the start", {Step::of(down), Step::of(up), Step::of(down)}, offline},
      {"up again", {Step::of(up), Step::of(down), Step::of(up)}, offline},
      {"up again, and an answer", {Step::of(up), Step::of(down), Step::of(up), answered("a")}, online},
      {"down, an answer shows another way, and told again",
       {Step::of(up), Step::of(down), works("a"), Step::of(down)},
       online},
      {"another property of it", {Step::of(up), Step::of(metered)}, online},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("each change of state or interface makes a generation, and nothing else does") {
  const LinkReport other{.interface = "wwan0"};
  const LinkReport metered{.interface = "eth0", .metered = true};
  struct Change {
    const char* what;
    std::vector<Step> before;
    Step step;
    std::uint64_t generations;
  };
  const Change changes[] = {
      {"the first report", {}, Step::of(up), 0},
      {"the same again", {Step::of(up)}, Step::of(up), 0},
      {"it costs now", {Step::of(up)}, Step::of(metered), 0},
      {"another interface", {Step::of(up)}, Step::of(other), 1},
      {"one host is silent", {}, silent("a"), 0},
      {"the third is silent", {silent("a"), silent("b")}, silent("c"), 1},
      {"the fourth is silent", {silent("a"), silent("b"), silent("c")}, silent("d"), 0},
      {"a feed works", {}, works("a"), 0},
      {"a feed works again", {no_route("b")}, works("a"), 1},
      {"a portal", {no_route("b")}, portal_says("a"), 1},
  };
  for (const Change& c : changes) {
    INFO(c.what);
    World world;
    world.take(c.before);
    const auto before = world.network.generation();
    world.take(c.step);
    CHECK(world.network.generation() == before + c.generations);
  }
}

TEST_CASE("silence over one interface says nothing of another one") {
  const LinkReport other{.interface = "wwan0"};
  World world;
  world.take({Step::of(up), silent("a"), silent("b")});
  CHECK(world.network.in_doubt());
  world.take(Step::of(other));
  CHECK_FALSE(world.network.in_doubt());
  world.take({silent("c"), silent("a")});
  CHECK(world.network.state() == online);
  world.take(silent("b"));
  CHECK(world.network.state() == offline);
  CHECK(world.network.link().interface == "wwan0");
}

TEST_CASE("failures are in doubt from the first silence until an answer or a state without doubt") {
  struct Doubt {
    const char* what;
    std::vector<Step> steps;
    bool expected;
  };
  const Doubt doubts[] = {
      {"at the start", {}, false},
      {"silence", {silent("a")}, true},
      {"something strange", {strange("a")}, true},
      {"no way out, while the kernel sees one", {Step::of(up), no_route("a")}, true},
      {"a failure that shows nothing", {nothing("a")}, false},
      {"an answer", {silent("a"), answered("b")}, false},
      {"offline", {silent("a"), silent("b"), silent("c")}, false},
      {"a silent house", {silent("127.0.0.1:80")}, false},
  };
  for (const Doubt& d : doubts) {
    INFO(d.what);
    World world;
    world.take(d.steps);
    CHECK(world.network.in_doubt() == d.expected);
  }
}

namespace {

// When probes are made, if every one fails at once, within `duration`.
std::vector<std::chrono::seconds> probes(World& world, const Step& fails, std::chrono::milliseconds duration) {
  std::vector<std::chrono::seconds> times;
  const BootInstant begin = world.now;
  while (world.network.next_probe() <= begin + duration) {
    world.now = world.network.next_probe();
    if (world.now > begin) REQUIRE_FALSE(world.network.may_start(world.now - 1ms));
    REQUIRE(world.network.may_start(world.now));
    times.push_back(std::chrono::floor<std::chrono::seconds>(world.now - begin));
    world.take(fails);
  }
  return times;
}

using Times = std::vector<std::chrono::seconds>;

}  // namespace

TEST_CASE("offline is probed after 15 seconds, then ever less often down to every ten minutes") {
  const Times expected{15s, 45s, 105s, 225s, 465s, 945s, 1545s, 2145s};
  struct Begin {
    const char* what;
    std::vector<Step> steps;
    Step fails;
  };
  const Begin begins[] = {
      {"nobody answers", {silent("a"), silent("b"), silent("c")}, silent("a")},
      {"no way out", {no_route("a")}, no_route("a")},
      {"the link has ended", {Step::of(up), Step::of(down)}, no_route("a")},
      {"a portal", {strange("a"), strange("b")}, strange("a")},
      {"a portal that refuses", {portal_says("a")}, answered("a")},
      {"what shows nothing", {no_route("a")}, nothing("a")},
      {"our own house is what is probed", {portal_says("a")}, works("localhost:80")},
      {"a portal found by a probe", {no_route("a"), Step::of(15s), portal_says("a")}, portal_says("a")},
  };
  for (const Begin& begin : begins) {
    INFO(begin.what);
    World world;
    world.take(begin.steps);
    CHECK_FALSE(world.network.may_start(world.now));
    CHECK(probes(world, begin.fails, 2200s) == expected);
  }
}

TEST_CASE("three weeks offline cost a probe every ten minutes, and end with the first that works") {
  World world;
  world.take(no_route("a"));
  const auto times = probes(world, silent("a"), 24h * 21);
  CHECK(times.size() >= 3020);
  CHECK(times.size() <= 3029);
  CHECK(world.network.generation() == 1);
  world.now = world.network.next_probe();
  world.take(works("a"));
  CHECK(world.network.state() == online);
  CHECK(world.network.may_start(world.now));

  world.take(no_route("a"));  // all begins anew
  CHECK(world.network.next_probe() == world.now + 15s);
}

TEST_CASE("when the link comes up it is probed at once, and again two seconds later, then ever less often") {
  const std::vector<Step> befores[] = {
      {Step::of(up), Step::of(down)},
      {Step::of(up), Step::of(down), Step::of(15s), no_route("a"), Step::of(24h)},
      {Step::of(up), strange("a"), strange("b")},
  };
  for (const auto& before : befores) {
    World world;
    world.take(before);
    world.take(Step::of(up));
    CHECK(probes(world, silent("a"), 1300s) == Times{0s, 2s, 6s, 14s, 30s, 62s, 126s, 254s, 510s, 1022s});
  }
}

TEST_CASE("a link that flaps every two seconds costs two probes each time at most") {
  World world;
  world.take(Step::of(up));
  int started = 0;
  for (int second = 0; second < 120; ++second) {
    if (second % 4 == 0) world.take(Step::of(down));
    if (second % 4 == 2) world.take(Step::of(up));
    if (world.network.may_start(world.now)) {
      ++started;
      world.take(silent("a"));
    }
    world.now += 1s;
  }
  CHECK(started >= 30);
  CHECK(started <= 60);
  CHECK(world.network.generation() <= 61);
}

TEST_CASE("a fetch that began before we were offline is no probe") {
  World world;
  world.take({no_route("a"), Step::of(5s), silent("b"), silent("c"), Step::of(5s), silent("d")});
  CHECK(world.network.next_probe() == start + 15s);
}

TEST_CASE("who knows that the network is back can have it probed, and the rhythm goes on") {
  World world;
  world.take(no_route("a"));
  world.take(Step::of(3s));
  world.network.probe_soon(world.now);
  CHECK(world.network.may_start(world.now));
  world.take(silent("a"));
  CHECK_FALSE(world.network.may_start(world.now));
  CHECK(world.network.next_probe() == world.now + 30s);
}

TEST_CASE("silence while the kernel knows of no link is ours, unless somebody has answered since it said so") {
  const Case cases[] = {
      {"the only host, no link since the start", {Step::of(down), silent("a")}, offline, 1},
      {"after an answer that came before", {works("a"), Step::of(1s), Step::of(down), silent("a")}, offline, 1},
      {"after an answer that has come since", {Step::of(down), Step::of(1s), works("a"), silent("b")}, online},
      {"our own house", {Step::of(down), silent("192.168.1.5:80")}, online},
      {"there is a link", {Step::of(up), silent("a")}, online, 1},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE(
    "where nothing can show that a link which is back works, it is believed; silence and portals are not undone by "
    "it") {
  struct Believed {
    const char* what;
    std::vector<Step> steps;
    NetworkState expected;
  };
  const Believed cases[] = {
      {"back", {Step::of(up), Step::of(down), Step::of(up)}, online},
      {"back, but a fetch has shown otherwise", {Step::of(up), Step::of(down), Step::of(up), silent("a")}, offline},
      {"no way out, and no word of the kernel", {no_route("a")}, offline},
      {"still down", {Step::of(up), Step::of(down)}, offline},
      {"silent hosts", {Step::of(up), silent("a"), silent("b"), silent("c")}, offline},
      {"a portal", {Step::of(up), strange("a"), strange("b")}, portal},
  };
  for (const Believed& c : cases) {
    INFO(c.what);
    World world;
    world.take(c.steps);
    world.network.believe_link(world.now);
    CHECK(static_cast<int>(world.network.state()) == static_cast<int>(c.expected));
  }
}
