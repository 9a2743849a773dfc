// What the poller promises, whatever the hour and the network; see also pausing_test, limits_test, gap_test.

#include "ingest/poller.hpp"

#include <atomic>
#include <future>

#include "ingest/subscriptions.hpp"
#include "support/catch.hpp"
#include "text/date.hpp"
#include "world.hpp"

using namespace newscache;
using namespace newscache::test;
using namespace std::chrono_literals;

TEST_CASE("a feed is polled at once, then hourly, conditionally from the second time on") {
  World world;
  world.add("http://one.example/feed");
  world.start();
  world.pass(5h);
  const auto& asked = world.fetcher.asked;
  REQUIRE(asked.size() >= 5);
  CHECK(asked.size() <= 6);
  CHECK(asked[0].request.validators.empty());
  for (std::size_t i = 1; i < asked.size(); ++i) {
    CHECK(asked[i].request.validators.etag == "\"1\"");
    CHECK(asked[i].at - asked[i - 1].at >= 1h);
    CHECK(asked[i].at - asked[i - 1].at <= 1h + 5min);
  }
}

TEST_CASE("feeds of one host are polled one after the other with the gap between them, other hosts meanwhile") {
  World world;
  world.settings.poll.host_gap = 2s;
  for (int i = 0; i < 5; ++i) world.add("http://one.example/feed" + std::to_string(i));
  for (int i = 0; i < 5; ++i) world.add("http://host" + std::to_string(i) + ".example/feed");
  world.start();
  CHECK(world.fetcher.asked.size() == 6);  // one of the shared host, and the five others
  CHECK(world.fetcher.most_at_once == 6);
  world.pass(15s, 100ms);
  std::vector<BootInstant> times;
  for (const auto& asked : world.fetcher.asked) {
    if (asked.request.url.starts_with("http://one.example/")) times.push_back(asked.at);
  }
  REQUIRE(times.size() == 5);
  for (std::size_t i = 1; i < times.size(); ++i) {
    CHECK(times[i] - times[i - 1] >= 2s);
    CHECK(times[i] - times[i - 1] <= 2600ms);
  }
}

TEST_CASE("there are never more transfers at once than allowed, and every feed has its turn") {
  World world;
  world.settings.net.max_transfers = 4;
  for (int i = 0; i < 50; ++i) world.add("http://host" + std::to_string(i) + ".example/feed");
  world.start();
  CHECK(world.fetcher.most_at_once == 4);
  CHECK(world.fetcher.asked.size() == 50);
}

TEST_CASE("while the disk is slow nothing more is fetched than some megabytes, and all of it afterwards") {
  World world;
  constexpr std::size_t feeds = 60;
  for (std::size_t i = 0; i < feeds; ++i) world.add("http://host" + std::to_string(i) + ".example/feed");
  world.settings.net.max_transfers = 4;
  world.fetcher.answer = [](const net::Request& request) {
    auto answer = unchanged(request);
    answer->body = "<rss version=\"2.0\"><channel><title>t</title><item><guid>1</guid><description>" +
                   std::string(1 << 20, 'x') + "</description></item></channel></rss>";
    return answer;
  };
  world.tasks.emplace(world.io.get_executor(), world.log);
  world.poller.emplace(world.services(), world.settings);
  world.await(world.poller->load());
  std::promise<void> disk;
  auto slow = [&disk](store::Writer&) { disk.get_future().wait(); };
  world.tasks->spawn("a slow disk", world.writer->run(slow));
  world.tasks->spawn_vital("poller", world.poller->run());
  for (int turn = 0; turn < 40; ++turn) {
    world.io.poll();
    std::atomic<bool> digested = false;
    auto note = [&digested] { digested = true; };
    world.tasks->spawn("the worker's turn", loop::offload(world.worker, note));
    world.run_until([&] { return digested.load(); });
  }
  CHECK(world.fetcher.asked.size() >= 8);
  CHECK(world.fetcher.asked.size() <= 8 + 4);
  disk.set_value();
  world.run_until([&] { return world.fetcher.asked.size() == feeds && world.poller->activity().active == 0; });
}

TEST_CASE("a restart does not poll what was just polled, and keeps the validators") {
  World world;
  const auto id = world.add("http://one.example/feed");
  world.start();
  REQUIRE(world.fetcher.asked.size() == 1);
  world.pass(61min + 3min);  // the second poll was a 304, whose time is only bookkeeping
  REQUIRE(world.fetcher.asked.size() == 2);
  world.shut_down();
  CHECK(world.stored(id).state.next_poll > world.clock.wall());
  world.clock.advance(10min);
  world.start();
  CHECK(world.fetcher.asked.size() == 2);
  world.pass(1h);
  REQUIRE(world.fetcher.asked.size() == 3);
  CHECK(world.fetcher.asked[2].request.validators.etag == "\"1\"");
}

TEST_CASE("a wall clock that jumps by years changes no schedule") {
  World world;
  world.add("http://one.example/feed");
  world.start();
  const Instant real = world.clock.wall();
  world.clock.set_wall(real + std::chrono::hours(24 * 365 * 20));
  world.settle();
  world.clock.set_wall(real - std::chrono::hours(24 * 365 * 20));
  world.settle();
  CHECK(world.fetcher.asked.size() == 1);
  world.pass(64min);
  CHECK(world.fetcher.asked.size() == 2);
}

TEST_CASE("a round in which nothing changed moves no revision and writes nothing but its times") {
  World world;
  for (int i = 0; i < 20; ++i) world.add("http://host" + std::to_string(i) + ".example/feed");
  world.start();
  const auto revision = world.writer_connection->revision();
  world.pass(64min);
  CHECK(world.fetcher.asked.size() == 40);
  CHECK(world.writer_connection->revision() == revision);
}

TEST_CASE("a cooldown is respected by a manual refresh unless it is forced") {
  World world;
  const auto id = world.add("http://one.example/feed");
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    net::Response busy;
    busy.url = request.url;
    busy.status = 429;
    busy.retry_after = "7200";
    return busy;
  };
  world.start();
  REQUIRE(world.fetcher.asked.size() == 1);
  CHECK(world.poller->refresh(id, false).value().empty());
  world.pass(1min);
  CHECK(world.fetcher.asked.size() == 1);
  CHECK(world.poller->refresh(id, true).value() == std::vector{id});
  world.pass(1min);
  CHECK(world.fetcher.asked.size() == 2);
}

namespace {

net::Response refusal(const net::Request& request, bool from_public_host, std::string retry_after = {}) {
  net::Response busy;
  busy.url = request.url;
  busy.status = 429;
  busy.retry_after = std::move(retry_after);
  busy.from_public_host = from_public_host;
  return busy;
}

}  // namespace

TEST_CASE("a public host that is busy is left alone by all of its feeds, over a restart and for a manual refresh too") {
  World world;
  for (int i = 0; i < 3; ++i) world.add("http://one.example/" + std::to_string(i));
  const auto last = world.add("https://one.example/3");
  world.add("http://two.example/");
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    if (request.url.find("one.example") != std::string::npos) return refusal(request, true, "7200");
    return unchanged(request);
  };
  world.start();
  world.pass(1h);
  CHECK(world.fetcher.asked.size() == 2);
  CHECK(world.poller->state(last)->next_poll_rule == "host-cool-down");
  CHECK(world.stored(last).state.next_poll_rule == "host-cool-down");
  CHECK(world.poller->refresh(last, false).value().empty());

  world.shut_down();
  const auto late = world.add("http://one.example/late");
  world.start();
  world.pass(59min);
  CHECK(world.fetcher.times("http://one.example/late").empty());
  CHECK(world.poller->refresh(late, false).value().empty());
  CHECK(world.fetcher.times("https://one.example/3").empty());

  world.fetcher.answer = unchanged;
  world.pass(20min, 1s);
  for (const char* path : {"http://one.example/0", "https://one.example/3", "http://one.example/late"}) {
    CHECK_FALSE(world.fetcher.times(path).empty());
  }
}

TEST_CASE("force polls during a cooldown of the host") {
  World world;
  world.add("http://one.example/0");
  const auto other = world.add("http://one.example/1");
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> { return refusal(request, true); };
  world.start();
  world.pass(1min);
  REQUIRE(world.fetcher.asked.size() == 1);
  CHECK(world.poller->refresh(other, true).value() == std::vector{other});
  world.pass(1min);
  CHECK(world.fetcher.asked.size() == 2);
}

TEST_CASE("a busy host that names no time is asked ever more rarely: a few times in a week, whichever feed it is") {
  World world;
  for (int i = 0; i < 5; ++i) world.add("http://one.example/" + std::to_string(i));
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> { return refusal(request, true); };
  world.start();
  world.pass(7 * 24h, 10min);
  CHECK(world.fetcher.asked.size() >= 7);
  CHECK(world.fetcher.asked.size() <= 10);  // after 4, 8, 16 and each 24 hours
}

TEST_CASE("a busy address of the local network burdens its own feed only") {
  World world;
  for (int i = 0; i < 3; ++i) world.add("http://nas.lan/" + std::to_string(i));
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    if (request.url == "http://nas.lan/0") return refusal(request, false, "7200");
    return unchanged(request);
  };
  world.start();
  world.pass(1min, 1s);
  CHECK(world.fetcher.asked.size() == 3);
}

namespace {

// As if `from` answered 301.
std::function<Result<net::Response>(const net::Request&)> moved(std::string from, std::string to) {
  return [from = std::move(from), to = std::move(to)](const net::Request& request) {
    net::Request there = request;
    Result<net::Response> answer = unchanged(there);
    if (request.url != from) return answer;
    answer->hops.push_back({301, to, {}});
    answer->url = answer->permanent_url = to;
    return answer;
  };
}

}  // namespace

TEST_CASE(
    "a permanent redirect is stored after a week of the same answer, with validators, identity and no further "
    "request") {
  World world;
  const auto id = world.add("http://one.example/old");
  world.fetcher.answer = moved("http://one.example/old", "http://two.example/new");
  world.start();
  const std::string uid = world.stored(id).uid;
  world.pass(6 * 24h, 30min);
  CHECK(world.stored(id).url == "http://one.example/old");
  world.shut_down();
  world.start();
  world.pass(28h, 30min);
  const auto now = world.stored(id);
  CHECK(now.url == "http://two.example/new");
  CHECK(now.uid == uid);
  CHECK(now.state.validators.etag == "\"1\"");
  const auto& asked = world.fetcher.asked;
  for (std::size_t i = 1; i < asked.size(); ++i) {
    CHECK_FALSE(asked[i].request.validators.empty());
    CHECK(asked[i].at - asked[i - 1].at >= 1h);
  }
  CHECK(asked.back().request.url == "http://two.example/new");
}

TEST_CASE("http becomes https on the same host after a day") {
  World world;
  const auto id = world.add("http://one.example/feed");
  world.fetcher.answer = moved("http://one.example/feed", "https://one.example/feed");
  world.start();
  world.pass(23h, 30min);
  CHECK(world.stored(id).url == "http://one.example/feed");
  world.pass(4h, 30min);
  CHECK(world.stored(id).url == "https://one.example/feed");
}

TEST_CASE("a portal, temporary redirects and a document of strangers move no feed") {
  World world;
  const auto id = world.add("http://one.example/feed");
  int poll = 0;
  SECTION("a portal") {
    world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
      auto answer = unchanged(request);
      if (++poll == 1) return answer;
      answer->status = 200;
      answer->body = "<html>Log in</html>";
      answer->url = answer->permanent_url = "http://portal.example/";
      return answer;
    };
  }
  SECTION("other articles each time") {
    world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
      auto answer = unchanged({.url = request.url, .validators = {}});
      const std::string name = std::to_string(++poll);
      answer->body = "<rss version=\"2.0\"><channel><item><guid>" + name + "</guid><title>" + name +
                     "</title></item></channel></rss>";
      if (poll > 1) answer->url = answer->permanent_url = "http://spam.example/";
      return answer;
    };
  }
  SECTION("temporary redirects") {
    world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
      auto answer = unchanged(request);
      answer->hops.push_back({302, "http://two.example/", {}});
      answer->url = "http://two.example/";
      return answer;
    };
  }
  SECTION("a clock that is not set") {
    world.clock_trusted = false;
    world.fetcher.answer = moved("http://one.example/feed", "http://two.example/");
  }
  world.start();
  world.pass(10 * 24h, 1h);
  CHECK(world.stored(id).url == "http://one.example/feed");
}

TEST_CASE("a feed does not move to where another subscription is") {
  World world;
  const auto id = world.add("http://one.example/old");
  world.add("http://two.example/new");
  world.fetcher.answer = moved("http://one.example/old", "http://two.example/new");
  world.start();
  world.pass(9 * 24h, 1h);
  CHECK(world.stored(id).url == "http://one.example/old");
  CHECK(world.poller->state(id)->status == model::FeedStatus::ok);
}

TEST_CASE("a feed that is gone is not polled again, one that is missing is, ever more rarely") {
  World world;
  const auto gone = world.add("http://one.example/gone");
  world.add("http://two.example/missing");
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    net::Response answer;
    answer.url = request.url;
    answer.status = request.url.ends_with("gone") ? 410 : 404;
    return answer;
  };
  world.start();
  world.pass(14 * 24h, 1h);
  CHECK(world.fetcher.times("http://one.example/gone").size() == 1);
  CHECK(world.stored(gone).state.status == model::FeedStatus::gone);
  CHECK(world.fetcher.times("http://two.example/missing").size() >= 15);
  CHECK(world.fetcher.times("http://two.example/missing").size() <= 20);
}

TEST_CASE("without a link every feed keeps its standing, the state says offline, and the first success ends it") {
  World world;
  const auto id = world.add("http://one.example/feed");
  int changes = 0;
  world.start();
  world.poller->on_network_change = [&] { ++changes; };
  world.fetcher.answer = [](const net::Request&) -> Result<net::Response> {
    return Error{Cause::link, "no route to host"};
  };
  world.pass(48h, 5min);
  CHECK(world.poller->network().state == ingest::NetworkState::offline);
  CHECK(world.poller->state(id)->status == model::FeedStatus::ok);
  CHECK(world.poller->state(id)->error->count == 0);
  world.fetcher.answer = unchanged;
  world.pass(15min);
  CHECK(world.poller->network().state == ingest::NetworkState::online);
  CHECK_FALSE(world.poller->state(id)->error);
  CHECK(changes == 2);
}

TEST_CASE("a feed that is forgotten while it is being polled is not polled again, and nothing breaks") {
  World world;
  const auto id = world.add("http://one.example/feed");
  world.fetcher.answer = [&](const net::Request& request) {
    REQUIRE(world.writer_connection->remove_feed(id, false));
    world.poller->forget_feed(id);
    return unchanged(request);
  };
  world.start();
  world.pass(3h);
  CHECK(world.fetcher.asked.size() == 1);
  CHECK(world.poller->state(id) == nullptr);
  CHECK(world.reader_connection->counts().articles == 0);
}

TEST_CASE("while offline one feed at a time finds out, ever less often, and all are polled when the network is back") {
  World world;
  for (int i = 0; i < 100; ++i) world.add("http://host" + std::to_string(i) + ".example/feed");
  world.settings.net.max_transfers = 10;
  world.fetcher.answer = [](const net::Request&) -> Result<net::Response> {
    return Error{Cause::link, "no route to host"};
  };
  world.start();
  world.pass(24h, 5s * 12);
  // Those that were under way when it broke, then one in ten minutes.
  CHECK(world.fetcher.asked.size() < 10 + 24 * 6 + 10);
  CHECK(world.fetcher.asked.size() > 100);
  world.fetcher.asked.clear();
  world.fetcher.answer = unchanged;
  world.pass(11min);
  CHECK(world.fetcher.asked.size() == 100);
  CHECK(world.reader_connection->counts().articles == 100);
}

TEST_CASE("a feed that moves while it is being polled is polled at its new address, without the old one's validators") {
  World world;
  const auto id = world.add("http://one.example/old");
  bool moved = false;
  world.fetcher.answer = [&](const net::Request& request) {
    if (!moved) {
      moved = true;
      model::FeedPatch patch;
      patch.url = "http://one.example/new";
      REQUIRE(world.writer_connection->change_feed(id, patch).has_value());
      world.tasks->spawn("reload", world.poller->reload_feed(id));
    }
    return unchanged(request);
  };
  world.start();
  world.pass(2min);
  REQUIRE(world.fetcher.asked.size() == 2);
  CHECK(world.fetcher.asked[1].request.url == "http://one.example/new");
  CHECK(world.fetcher.asked[1].request.validators.empty());
  CHECK(world.stored(id).state.validators.etag == "\"1\"");
  CHECK(world.reader_connection->counts().articles == 1);
}

TEST_CASE("a certificate that fails while the clock is not trusted is the clock's fault, not the feed's") {
  World world;
  const auto id = world.add("https://one.example/feed");
  world.clock_trusted = false;
  world.fetcher.answer = [](const net::Request&) -> Result<net::Response> {
    return Error{Cause::tls, "not yet valid"};
  };
  world.start();
  CHECK(world.poller->state(id)->error->cause == Cause::clock);
  CHECK(world.poller->state(id)->error->count == 0);
  world.clock_trusted = true;
  world.poller->clock_jumped();
  world.pass(1min);
  CHECK(world.poller->state(id)->error->cause == Cause::tls);
}

namespace {

boost::asio::awaitable<void> subscribe_to(ingest::Subscriptions& subscriptions, std::string url, bool& added) {
  model::NewFeed feed;
  feed.url = std::move(url);
  const auto outcome = co_await subscriptions.subscribe(std::move(feed), ingest::Validate::automatic);
  added = std::holds_alternative<model::Feed>(outcome);
}

}  // namespace

TEST_CASE(
    "a subscription whose certificate cannot be judged for want of a clock is taken unseen; with a clock it is "
    "refused") {
  World world;
  world.fetcher.answer = [](const net::Request&) -> Result<net::Response> {
    return Error{Cause::tls, "not yet valid"};
  };
  world.start();
  ingest::Subscriptions subscriptions(world.services(), *world.poller);
  bool added = true;
  world.await(subscribe_to(subscriptions, "https://one.example/feed", added));
  CHECK_FALSE(added);
  world.clock_trusted = false;
  world.await(subscribe_to(subscriptions, "https://one.example/feed", added));
  CHECK(added);
  world.settle();
}

TEST_CASE("a subscription at a host that wants to be left alone is taken unseen, and polled afterwards") {
  World world;
  world.add("http://one.example/0");
  world.fetcher.answer = [](const net::Request& request) -> Result<net::Response> {
    return refusal(request, true, "7200");
  };
  world.start();
  ingest::Subscriptions subscriptions(world.services(), *world.poller);
  bool added = false;
  world.await(subscribe_to(subscriptions, "http://one.example/1", added));
  CHECK(added);
  world.pass(1h);
  CHECK(world.fetcher.times("http://one.example/1").empty());
  world.fetcher.answer = unchanged;
  world.pass(90min);
  CHECK(world.fetcher.times("http://one.example/1").size() == 1);
}

namespace {

// A long document without validators, the newest first.
std::string long_document(int newest) {
  std::string body = "<rss version=\"2.0\"><channel><title>Long</title>";
  for (int n = newest; n > newest - 100; --n) {
    body += "<item><guid>" + std::to_string(n) + "</guid><title>Article " + std::to_string(n) + "</title><pubDate>" +
            text::format_rfc3339(Instant{std::chrono::hours(24 * 20777 + n)}) + "</pubDate><description>" +
            std::string(1000, 'x') + "</description></item>";
  }
  return body + "</channel></rss>";
}

}  // namespace

TEST_CASE("a long document without validators is read only as far as it is new, and once a day whole") {
  World world;
  int newest = 100;
  std::vector<std::size_t> read;
  world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
    net::Response response;
    response.status = 200;
    response.url = request.url;
    const std::string body = long_document(newest);
    for (std::size_t end = 0; end < body.size() && !response.cut_off;) {
      end = std::min(end + 1500, body.size());
      response.body = body.substr(0, end);
      response.cut_off = request.is_enough && request.is_enough(response.body);
    }
    read.push_back(response.body.size());
    return response;
  };
  const auto id = world.add("http://one.example/feed");
  world.start();
  REQUIRE(read.size() == 1);
  const std::size_t whole = long_document(newest).size();
  CHECK(read[0] == whole);

  world.pass(5h, 1min);
  REQUIRE(read.size() == 2);
  CHECK(read[1] < whole / 5);
  newest += 3;
  world.pass(4h + 10min, 1min);
  REQUIRE(read.size() == 3);
  CHECK(read[2] < whole / 5);
  CHECK(world.reader_connection->counts().articles == 103);
  const auto revision = world.writer_connection->revision();
  world.pass(4h + 10min, 1min);
  REQUIRE(read.size() == 4);
  CHECK(world.writer_connection->revision() == revision);
  CHECK_FALSE(world.stored(id).state.gap);

  world.pass(24h, 1min);
  CHECK(std::count_if(read.begin() + 1, read.end(), [&](std::size_t size) { return size > whole / 2; }) == 1);
  CHECK(world.poller->state(id)->validators.empty());
}

TEST_CASE("two subscriptions that end at one address are found out") {
  World world;
  const auto old = world.add("http://one.example/old");
  const auto other = world.add("http://one.example/other");
  const auto target = world.add("http://one.example/feed");
  world.fetcher.answer = [](const net::Request& request) {
    auto answer = unchanged(request);
    if (request.url == "http://one.example/other") return answer;
    if (request.url == "http://one.example/old") answer->hops.push_back({302, "http://one.example/feed", {}});
    answer->url = "http://one.example/feed";
    return answer;
  };
  world.start();
  world.pass(1min, 1s);
  const auto found = world.poller->duplicates();
  CHECK(found.size() == 2);
  CHECK(found.at(old) == target);
  CHECK(found.at(target) == old);
  CHECK_FALSE(found.contains(other));
}

TEST_CASE("what the configuration says of access goes with the request, for that publisher only") {
  World world;
  model::DeclaredFeed declared;
  declared.url = "http://one.example/feed";
  declared.access.user = "anna";
  declared.access.password = "secret";
  world.settings.feeds.push_back(declared);
  world.settings.hosts.push_back({.host = "two.example", .access = {.token = "token"}, .sources = {}});
  for (const char* url : {"http://one.example/feed", "http://two.example/feed", "http://three.example/feed"})
    world.add(url);
  world.start();
  for (const auto& asked : world.fetcher.asked) {
    const model::Access& access = asked.request.access;
    CHECK((access.user == "anna") == (asked.request.url == "http://one.example/feed"));
    CHECK((access.token == "token") == (asked.request.url == "http://two.example/feed"));
  }
}

TEST_CASE("a subscription while no budget is left is taken unseen") {
  World world;
  world.settings.budget.day = 100;
  world.fetcher.answer = [](const net::Request& request) {
    auto answer = unchanged(request);
    answer->wire_bytes = 80;
    return answer;
  };
  world.add("http://one.example/feed");
  world.start();
  ingest::Subscriptions subscriptions(world.services(), *world.poller);
  bool added = false;
  world.await(subscribe_to(subscriptions, "http://two.example/feed", added));
  CHECK(added);
  world.pass(1min);
  CHECK(world.reader_connection->counts().articles == 1);
  CHECK(world.poller->received_today() == 160);
}

TEST_CASE("what a burst has learnt about times is on the disk soon after it") {
  World world;
  world.settings.poll.burst = 5min;
  const auto id = world.add("http://one.example/feed");
  world.start();
  world.pass(67min, 10s);
  REQUIRE(world.fetcher.asked.size() == 2);
  CHECK(world.stored(id).state.last_attempt == world.poller->state(id)->last_attempt);
}
