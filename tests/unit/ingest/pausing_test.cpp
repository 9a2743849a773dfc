// Network trouble: whose fault a failure is, when polling pauses, and how it comes back.

#include <set>

#include "support/catch.hpp"
#include "world.hpp"

using namespace newscache;
using namespace newscache::test;
using namespace std::chrono_literals;

namespace {

using ingest::NetworkState;

// `count` feeds on as many hosts, read once.
struct Feeds : World {
  explicit Feeds(int count) {
    for (int i = 0; i < count; ++i) ids.push_back(add("http://host" + std::to_string(i) + ".example/feed"));
    start();
  }
  void answer_all(Error error) {
    fetcher.answer = [error](const net::Request&) -> Result<net::Response> { return error; };
  }
  void answer_page() {
    fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
      net::Response page;
      page.status = 200;
      page.url = request.url;
      page.validators = {"\"portal\"", ""};
      page.body = "<!doctype html><html><title>Welcome</title><body>Please log in</body></html>";
      return page;
    };
  }
  std::vector<model::FeedId> ids;
};

}  // namespace

TEST_CASE("hosts that all fall silent are a dead network: no feed is blamed, and each is polled when it is back") {
  Feeds world(5);
  const auto [cause, detail] = GENERATE(table<Cause, std::string>(
      {{Cause::dns, "no address"}, {Cause::timeout, "no answer"}, {Cause::refused, "cannot connect"}}));
  std::vector<model::FeedState> before;
  for (const auto id : world.ids) before.push_back(*world.poller->state(id));
  world.answer_all({cause, detail});
  world.pass(48h, 1min);
  CHECK(world.poller->network().state == NetworkState::offline);
  CHECK(world.fetcher.asked.size() < 5 + 5 + 48 * 6 + 10);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const model::FeedState& state = *world.poller->state(world.ids[i]);
    CHECK(state.status == model::FeedStatus::ok);
    CHECK(state.validators == before[i].validators);
    CHECK(state.next_poll == before[i].next_poll);
    if (state.error) CHECK(state.error->count == 0);
  }
  world.fetcher.asked.clear();
  world.fetcher.answer = unchanged;
  world.pass(12min, 1s);
  CHECK(world.poller->network().state == NetworkState::online);
  std::set<std::string> polled;
  for (const auto& asked : world.fetcher.asked) polled.insert(asked.request.url);
  CHECK(polled.size() == 5);
  CHECK(world.fetcher.asked.size() == 5);
  for (const auto id : world.ids) CHECK_FALSE(world.stored(id).state.error);
}

TEST_CASE("one host that falls silent among others that answer is to blame itself") {
  Feeds world(5);
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    if (request.url == "http://host3.example/feed") return Error{Cause::timeout, "no answer"};
    return unchanged(request);
  };
  world.pass(3 * 24h, 1min);
  CHECK(world.poller->network().state == NetworkState::online);
  CHECK(world.poller->state(world.ids[3])->status == model::FeedStatus::failing);
  CHECK(world.poller->state(world.ids[3])->error->count >= 4);
  CHECK(world.fetcher.times("http://host3.example/feed").size() < 10);
}

TEST_CASE("a portal that answers everything stores nothing, changes nothing, and is left when a feed comes through") {
  Feeds world(4);
  std::vector<model::FeedState> before;
  for (const auto id : world.ids) before.push_back(*world.poller->state(id));
  const auto revision = world.reader_connection->counts().articles;
  int changes = 0;
  world.poller->on_network_change = [&] { ++changes; };
  SECTION("pages") { world.answer_page(); }
  SECTION("certificates of others") { world.answer_all({Cause::tls, "the certificate is for another name"}); }
  SECTION("redirects to the login") {
    world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
      net::Response page;
      page.status = 404;
      page.url = page.permanent_url = "http://login.example/";
      page.hops.push_back({301, "http://login.example/", {}});
      if (request.url.empty()) page.status = 500;
      return page;
    };
  }
  world.pass(10 * 24h, 10min);
  CHECK(world.poller->network().state == NetworkState::portal);
  CHECK(changes == 1);
  CHECK(world.reader_connection->counts().articles == revision);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const model::Feed feed = world.stored(world.ids[i]);
    CHECK(feed.url == "http://host" + std::to_string(i) + ".example/feed");
    CHECK(feed.state.status == model::FeedStatus::ok);
    CHECK(feed.state.validators == before[i].validators);
    CHECK(feed.state.move == model::Move{});
    CHECK(feed.state.body_hash == before[i].body_hash);
    if (feed.state.error) CHECK(feed.state.error->count == 0);
  }
  world.fetcher.answer = unchanged;
  world.pass(12min, 1s);
  CHECK(world.poller->network().state == NetworkState::online);
  CHECK(changes == 2);
  for (const auto id : world.ids) CHECK_FALSE(world.stored(id).state.error);
}

TEST_CASE("a portal that says so is believed at once, also by a single feed") {
  Feeds world(1);
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    net::Response answer;
    answer.status = 511;
    answer.url = request.url;
    return answer;
  };
  world.pass(65min);
  CHECK(world.poller->network().state == NetworkState::portal);
  CHECK(world.poller->state(world.ids[0])->status == model::FeedStatus::ok);
}

TEST_CASE("a single feed that turns into a page is no feed, and not a portal") {
  Feeds world(4);
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    auto answer = unchanged(request);
    if (request.url != "http://host0.example/feed") return answer;
    answer->status = 200;
    answer->body = "<html><body>This domain is for sale</body></html>";
    return answer;
  };
  world.pass(24h, 1min);
  CHECK(world.poller->network().state == NetworkState::online);
  CHECK(world.poller->state(world.ids[0])->error->cause == Cause::not_a_feed);
  CHECK(world.poller->state(world.ids[0])->status == model::FeedStatus::failing);
}

TEST_CASE("a link that goes down pauses polling at once; when it is up names are waited for, and then all is polled") {
  Feeds world(10);
  std::vector<std::string_view> states;
  world.poller->on_network_change = [&] { states.push_back(ingest::network_word(world.poller->network())); };
  world.link_up();
  world.answer_all({Cause::dns, "no address"});
  world.link_down();
  CHECK(world.poller->network().state == NetworkState::offline);
  world.pass(2h, 1min);
  const auto tries = world.fetcher.asked.size();
  CHECK(tries <= 10 + 2 * 6 + 5);

  world.link_up();
  world.pass(5s, 100ms);  // the resolver is not there yet
  CHECK(world.poller->network().state == NetworkState::offline);
  CHECK(world.fetcher.asked.size() - tries >= 2);
  CHECK(world.fetcher.asked.size() - tries <= 4);
  world.fetcher.answer = unchanged;
  world.fetcher.asked.clear();
  world.pass(20s, 100ms);
  CHECK(world.poller->network().state == NetworkState::online);
  CHECK(world.fetcher.asked.size() == 10);
  CHECK(states == std::vector<std::string_view>{"offline", "online"});
}

TEST_CASE("after weeks offline what has waited longest and is read most is polled first, spread and not all at once") {
  World world;
  for (int i = 0; i < 100; ++i) world.add("http://host" + std::to_string(i) + ".example/feed");
  world.start();
  const auto favourite = world.reader_connection->feed_by_url("http://host42.example/feed")->id;
  model::MarkRequest all_of_it;
  all_of_it.all = true;
  all_of_it.feed = favourite;
  all_of_it.read = true;
  world.link_up();
  world.link_down();
  world.fetcher.answer = [](const net::Request&) -> Result<net::Response> { return Error{Cause::link, "no route"}; };
  world.pass(21 * 24h, 10min);
  // On the writer's thread, which may be writing what was deferred.
  std::int64_t marked = 0;
  auto mark = [&](store::Writer& writer) { marked = writer.mark(all_of_it).value(); };
  world.await(world.writer->run(mark));
  REQUIRE(marked == 1);
  world.fetcher.asked.clear();
  world.fetcher.answer = unchanged;
  world.link_up();
  world.pass(30s, 10ms);
  const auto& asked = world.fetcher.asked;
  REQUIRE(asked.size() == 100);
  // The first asks whether there is a network.
  const auto place = std::find_if(asked.begin(), asked.end(),
                                  [](const auto& a) { return a.request.url == "http://host42.example/feed"; });
  CHECK(place - asked.begin() <= 1);
  CHECK(asked.back().at - asked.front().at >= 5s);
  CHECK(world.fetcher.most_at_once <= 100);
  for (std::size_t i = 20; i < asked.size(); ++i) CHECK(asked[i].at - asked[i - 20].at >= 500ms);
}

TEST_CASE("a wrong clock of years makes nothing due, expires nothing, and changes no wait") {
  Feeds world(3);
  const Instant real = world.clock.wall();
  for (int hour = 0; hour < 12; ++hour) {
    const int years = hour % 3 == 0 ? 40 : hour % 3 == 1 ? -20 : 73;
    world.clock.set_wall(real + std::chrono::hours(24 * 365 * years));
    world.settle();
    world.pass(30min);
    world.clock.set_wall(real);
    world.settle();
    world.pass(30min);
  }
  for (int i = 0; i < 3; ++i) {
    const auto times = world.fetcher.times("http://host" + std::to_string(i) + ".example/feed");
    CHECK(times.size() == 12);
    for (std::size_t j = 1; j < times.size(); ++j) {
      CHECK(times[j] - times[j - 1] >= 1h);
      CHECK(times[j] - times[j - 1] <= 64min);
    }
    CHECK(world.stored(world.ids[static_cast<std::size_t>(i)]).articles == 1);
  }
}

TEST_CASE("dead hosts among living ones do not stop the living from being polled, however many and fast they fail") {
  World world;
  for (int i = 0; i < 23; ++i) world.add("http://host" + std::to_string(i) + ".example/feed");
  const auto dead = [](const std::string& url) {
    return url.find("host20.") + 1 || url.find("host21.") + 1 || url.find("host22.") + 1;
  };
  world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
    if (dead(request.url)) return Error{Cause::dns, "no such name"};
    return unchanged(request);
  };
  world.start();
  int minutes_offline = 0;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    world.pass(1min);
    minutes_offline += world.poller->network().state == NetworkState::offline ? 1 : 0;
  }
  CHECK(minutes_offline <= 20);
  std::size_t polls = 0;
  for (const auto& asked : world.fetcher.asked) polls += dead(asked.request.url) ? 0 : 1;
  CHECK(polls >= 20 * 21);
  for (const char* url : {"http://host20.example/feed", "http://host22.example/feed"})
    CHECK(world.fetcher.times(url).size() < 20);
}

TEST_CASE("what lives in our own network is polled while there is no way out of it") {
  World world;
  const auto id = world.add("http://192.168.1.5:8080/feed");
  world.add("http://one.example/feed");
  world.start();
  world.link_up();
  world.link_down();
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    if (request.url == "http://one.example/feed") return Error{Cause::link, "no route"};
    return unchanged(request);
  };
  world.fetcher.asked.clear();
  world.pass(24h, 1min);
  CHECK(world.poller->network().state == NetworkState::offline);
  CHECK(world.fetcher.times("http://192.168.1.5:8080/feed").size() >= 22);
  CHECK(world.poller->state(id)->status == model::FeedStatus::ok);
  // A switch that is off as well: nobody is asked again and again.
  world.fetcher.answer = [](const net::Request&) -> Result<net::Response> { return Error{Cause::link, "no route"}; };
  world.fetcher.asked.clear();
  world.pass(24h, 1min);
  CHECK(world.fetcher.asked.size() <= 2 * 24 * 6 + 10);
}

TEST_CASE("our time is confirmed by publishers whose clocks agree, not by itself") {
  World world;
  world.add("http://one.example/feed");
  std::string date;
  world.fetcher.answer = [&](const net::Request& request) {
    auto answer = unchanged(request);
    answer->date = date;
    return answer;
  };
  world.start();
  CHECK_FALSE(world.poller->time_confirmed());
  date = "Wed, 25 Nov 2026 00:30:00 GMT";
  world.clock.set_wall(Instant{std::chrono::sys_days{std::chrono::year(2099) / 1 / 1}});
  world.pass(65min);
  CHECK_FALSE(world.poller->time_confirmed());
  world.clock.set_wall(Instant{std::chrono::sys_days{std::chrono::year(2026) / 11 / 25}} + 2h);
  world.pass(65min);
  CHECK(world.poller->time_confirmed());
}

TEST_CASE("a transfer that hangs since the cable is out keeps nobody else from running") {
  World world;
  world.add("http://one.example/a");
  world.add("http://one.example/b");
  world.settings.poll.host_gap = 0ms;
  world.start();
  world.link_up();
  const auto released = std::make_shared<loop::Event>(world.io.get_executor());
  for (const char* url : {"http://one.example/a", "http://one.example/b"}) world.fetcher.held[url] = released;
  const auto run = [&](std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 1s) {
      world.clock.advance(1s);
      world.io.restart();
      world.io.poll();  // it comes back: the loop is not kept busy
    }
  };
  world.fetcher.asked.clear();
  run(65min);
  REQUIRE(world.fetcher.asked.size() == 1);
  world.link_down();
  run(5min);
  world.link_up();
  run(5min);
  CHECK(world.fetcher.asked.size() == 1);
  world.fetcher.held.clear();
  released->set();
  world.pass(1min, 1s);
  CHECK(world.fetcher.asked.size() >= 2);
  CHECK(world.poller->network().state == NetworkState::online);
}

TEST_CASE("a host that has taken over many feeds and refuses them is no portal, and is left alone") {
  World world;
  for (int i = 0; i < 7; ++i) world.add("http://host" + std::to_string(i) + ".example/feed");
  world.start();
  const int status = GENERATE(429, 404, 200);
  int changes = 0;
  world.poller->on_network_change = [&] { ++changes; };
  world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
    if (request.url != "http://host0.example/feed" && request.url != "http://host1.example/feed")
      return unchanged(request);
    net::Response answer;
    answer.status = status;
    answer.url = "http://platform.example/sorry";
    answer.hops.push_back({302, answer.url, {}});
    answer.from_public_host = true;
    answer.body = "<html>Sorry</html>";
    if (status == 429) answer.retry_after = "86400";
    return answer;
  };
  world.pass(24h, 1min);
  CHECK(changes <= 2);
  CHECK(world.poller->network().state == NetworkState::online);
  // When chance has nobody else answer just then, they are taken for a portal's until one does, within the hour, and
  // are what is probed meanwhile.
  constexpr std::size_t backing_off = 8;
  constexpr std::size_t probes_of_an_hour = 10;
  for (const char* url : {"http://host0.example/feed", "http://host1.example/feed"})
    CHECK(world.fetcher.times(url).size() <= backing_off + probes_of_an_hour);
  if (status == 429) CHECK(world.fetcher.asked.size() <= 7 + 3 + 5 * 25);
}

TEST_CASE("a host that cannot be reached while the link is up fails by itself") {
  Feeds world(5);
  world.link_up();
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    if (request.url == "http://host0.example/feed") return Error{Cause::link, "no route to host"};
    return unchanged(request);
  };
  world.pass(24h, 1min);
  CHECK(world.poller->state(world.ids[0])->status == model::FeedStatus::failing);
  CHECK(world.fetcher.times("http://host0.example/feed").size() <= 8);
}

TEST_CASE("a feed that is paused while it is polled, or before it is pardoned, is not polled again") {
  Feeds world(4);
  bool paused = false;
  const auto pause = [&](model::FeedId id) {
    model::FeedPatch patch;
    patch.paused = true;
    REQUIRE(world.writer_connection->change_feed(id, patch).has_value());
    world.tasks->spawn("reload", world.poller->reload_feed(id));
  };
  SECTION("while it is polled") {
    world.fetcher.answer = [&](const net::Request& request) {
      if (request.url == "http://host0.example/feed" && !std::exchange(paused, true)) pause(world.ids[0]);
      return unchanged(request);
    };
  }
  SECTION("before it is pardoned") {
    world.answer_all({Cause::timeout, "no answer"});
    world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
      if (request.url == "http://host0.example/feed") pause(world.ids[0]);
      return Error{Cause::timeout, "no answer"};
    };
  }
  world.pass(65min, 1min);
  const auto polls = world.fetcher.times("http://host0.example/feed").size();
  world.pass(5h, 1min);
  CHECK(world.fetcher.times("http://host0.example/feed").size() == polls);
  CHECK(polls == 2);
}
