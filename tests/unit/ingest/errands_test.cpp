// Fetches for what articles refer to take turns with the feeds.

#include "world.hpp"

using namespace newscache;
using namespace newscache::test;

namespace {

struct Errands : World {
  Errands() { feed = add("http://one.example/feed"); }

  using Reach = ingest::Poller::Errand::Reach;
  // What becomes of one errand; nothing while it waits.
  struct Sent {
    std::optional<BootInstant> permitted;
    std::optional<Error> refused;
    Reach reach = Reach::everybody;
    Result<net::Response> answer = Error{};
  };
  loop::awaitable<void> errand(Sent& fate, std::string url, bool metered) {
    auto errand = co_await poller->errand(feed, ingest::host_of(url), metered);
    if (!errand.permit) {
      fate.refused = errand.refusal;
      fate.reach = errand.reach;
      co_return;
    }
    fate.permitted = clock.boot();
    net::Request request;
    request.url = url;
    auto fetched = co_await poller->fetch(errand, feed, std::move(request), metered);
    fate.answer = std::move(fetched.answer);
  }
  Sent& send(std::string url, bool metered = false) {
    tasks->spawn("errand", errand(sent.emplace_back(), std::move(url), metered));
    settle_errands();
    return sent.back();
  }
  void settle_errands() {
    io.restart();
    while (io.poll() > 0) {
    }
  }
  // As pass(), which would wait for errands that wait for the time.
  void wait(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 250ms) {
      clock.advance(250ms);
      settle_errands();
    }
  }
  model::FeedId feed{};
  std::list<Sent> sent;
};

}  // namespace

TEST_CASE("an errand to a host waits for its gap, as a feed would") {
  Errands world;
  world.start();
  const auto polled = world.fetcher.times("http://one.example/feed").at(0);
  auto& page = world.send("http://one.example/page");
  CHECK_FALSE(page.permitted);
  world.wait(4s);
  REQUIRE(page.permitted);
  CHECK(*page.permitted >= polled + world.settings.poll.host_gap);
  CHECK(page.answer.has_value());
  auto& other = world.send("http://pictures.example/1.jpg");
  world.wait(1s);
  CHECK(other.permitted);
}

TEST_CASE("no errand is run without a network, nor where bytes cost unless it may, and those that wait are told") {
  Errands world;
  world.start();
  auto& waiting = world.send("http://one.example/page");
  CHECK_FALSE(waiting.refused);
  SECTION("the link goes") {
    world.link_up();
    world.link_down();
    world.settle_errands();
    REQUIRE(waiting.refused);
    CHECK(waiting.refused->detail == "not now: link");
    CHECK(world.send("http://other.example/").refused);
  }
  SECTION("the link turns metered") {
    world.link_up("wwan0");
    world.settle_errands();
    REQUIRE(waiting.refused);
    CHECK(waiting.refused->detail == "not now: metered");
    auto& allowed = world.send("http://other.example/", true);
    world.wait(1s);
    CHECK(allowed.permitted);
  }
}

TEST_CASE("a link that turns metered stops an errand under way at once") {
  Errands world;
  world.start();
  const auto released = std::make_shared<loop::Event>(world.io.get_executor());
  world.fetcher.held["http://other.example/film"] = released;
  auto& film = world.send("http://other.example/film");
  world.wait(1s);
  REQUIRE(film.permitted);
  world.link_up("wwan0");
  released->set();
  world.settle_errands();
  REQUIRE(film.answer.has_error());
  CHECK(film.answer.error().cause == Cause::budget);
}

TEST_CASE("a host that wants to be left alone is left alone by errands too") {
  Errands world;
  world.fetcher.answer = [](const net::Request& request) {
    auto answer = unchanged(request);
    answer->status = 429;
    answer->retry_after = "3600";
    answer->from_public_host = true;
    return answer;
  };
  world.start();
  const auto& page = world.send("http://one.example/page");
  REQUIRE(page.refused);
  CHECK(page.refused->detail == "not now: host-cool-down");
  CHECK(page.reach == Errands::Reach::host);
}

TEST_CASE("errands end where half of a budget is used up, and polls go on") {
  using enum Errands::Reach;
  Errands world;
  world.settings.poll.floor = 1h;
  world.fetcher.answer = [](const net::Request& request) {
    auto answer = unchanged(request);
    answer->wire_bytes = 100;
    return answer;
  };
  Errands::Reach reach = everybody;
  SECTION("the day's") { world.settings.budget.day = 400; }
  SECTION("the month's") { world.settings.budget.month = 400; }
  SECTION("the feed's own") {
    world.settings.budget.feed_day = 400;
    reach = feed;
  }
  world.start();
  auto& first = world.send("http://other.example/1");
  world.wait(1s);
  CHECK(first.answer.has_value());
  auto& second = world.send("http://third.example/2");
  REQUIRE(second.refused);
  CHECK(second.refused->detail == "not now: budget");
  CHECK(second.reach == reach);
  REQUIRE(world.poller->refresh(world.feed, false).value().size() == 1);
  world.pass(1min);
  CHECK(world.fetcher.times("http://one.example/feed").size() == 2);
}

TEST_CASE("what an errand costs during a poll of its feed is counted, and so is the poll") {
  Errands world;
  world.settings.poll.floor = 1h;
  world.fetcher.answer = [](const net::Request& request) {
    auto answer = unchanged(request);
    answer->wire_bytes = request.url.ends_with("/feed") ? 10 : 300;
    return answer;
  };
  world.start();
  const std::string held = GENERATE("http://one.example/feed", "http://other.example/1");
  const auto released = std::make_shared<loop::Event>(world.io.get_executor());
  world.fetcher.held[held] = released;
  if (held.ends_with("/feed")) {
    world.wait(1min);
    REQUIRE(world.poller->refresh(world.feed, false).value().size() == 1);
    world.settle_errands();
    world.send("http://other.example/1");
    world.wait(1s);
  } else {
    world.send("http://other.example/1");
    world.wait(1min);
    REQUIRE(world.poller->refresh(world.feed, false).value().size() == 1);
    world.settle_errands();
    world.run_until([&] { return world.poller->activity().active == 0; });
  }
  CHECK(world.fetcher.asked.size() == 3);
  released->set();
  world.settle();
  CHECK(world.poller->state(world.feed)->traffic.day_bytes == 320);
}

TEST_CASE("a network that is dead or wants a login is noticed by errands; hosts that are dead are not its fault") {
  Errands world;
  world.start();
  Result<net::Response> answer = Error{Cause::timeout, "no answer"};
  auto state = ingest::NetworkState::online;
  SECTION("no route") {
    answer = Error{Cause::link, "no route"};
    state = ingest::NetworkState::offline;
  }
  SECTION("a login") {
    answer = net::Response();
    answer->status = 511;
    state = ingest::NetworkState::portal;
  }
  SECTION("names that are not found") { answer = Error{Cause::dns, "no such name"}; }
  SECTION("no answers") {}
  world.fetcher.answer = [&answer](const net::Request&) { return answer; };
  for (int i = 0; i < 5; ++i) {
    world.send("http://" + std::to_string(i) + ".example/1.jpg");
    world.wait(1s);
  }
  CHECK(world.poller->network().state == state);
}

TEST_CASE("errands that wait are told when the disk takes nothing any more") {
  Errands world;
  world.start();
  const auto& page = world.send("http://one.example/page");
  REQUIRE_FALSE(page.refused);
  world.poller->hold_for_storage(true);
  world.settle_errands();
  REQUIRE(page.refused);
  CHECK(page.refused->detail == "not now: storage");
}

TEST_CASE("what a poll brought is committed at once while an errand goes on") {
  Errands world;
  world.settings.store.commit_interval = 10min;
  world.fetcher.held["http://other.example/film"] = std::make_shared<loop::Event>(world.io.get_executor());
  const auto other = world.add("http://two.example/feed");
  world.fetcher.held["http://two.example/feed"] = std::make_shared<loop::Event>(world.io.get_executor());
  world.tasks.emplace(world.io.get_executor(), world.log);
  world.poller.emplace(world.services(), world.settings);
  world.await(world.poller->load());
  world.tasks->spawn_vital("poller", world.poller->run());
  world.settle_errands();
  world.send("http://other.example/film");
  world.wait(1s);
  REQUIRE(world.fetcher.times("http://other.example/film").size() == 1);
  world.fetcher.held["http://two.example/feed"]->set();
  world.run_until([&] { return world.poller->activity().active == 0; });
  CHECK(world.poller->state(other)->last_success);
}

TEST_CASE("a feed that is gone has no errands, which says nothing of the others") {
  Errands world;
  world.start();
  world.poller->forget_feed(world.feed);
  const auto& page = world.send("http://other.example/page");
  REQUIRE(page.refused);
  CHECK(page.reach == Errands::Reach::feed);
}

TEST_CASE("an errand whose task is cancelled while it waits leaves its place to others") {
  Errands world;
  world.start();
  world.send("http://one.example/page");
  world.shut_down();
  CHECK(world.fetcher.times("http://one.example/page").empty());
}
