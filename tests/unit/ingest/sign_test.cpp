// What a fetch tells about the network; what is made of it: network_test.cpp.

#include <string>

#include "ingest/network.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::ingest;

TEST_CASE("what a fetch shows depends on its cause, on whether a feed was there, and on who answered") {
  using enum Sign;
  struct Row {
    const char* what;
    std::optional<Cause> cause;  // none: it worked
    bool answer;                 // there was one, of whatever status
    Sign known, fresh;           // of a feed that has worked, and of one that never has
    Sign led_away;               // of the first, when another host has answered in the end
    Sign in_house;               // of the first, in our own house
  };
  const Row rows[] = {
      {"a feed", {}, true, works, works, works, works},
      {"no route", Cause::link, false, no_route, no_route, no_route, no_route},
      {"no such name", Cause::dns, false, silent, silent, silent, none},
      {"no answer in time", Cause::timeout, false, silent, silent, silent, none},
      {"refused", Cause::refused, false, silent, silent, silent, none},
      {"511", Cause::portal, true, portal, portal, portal, portal},
      {"a certificate", Cause::tls, false, strange, none, strange, strange},
      {"a page", Cause::not_a_feed, true, strange, none, strange, strange},
      {"the clock", Cause::clock, false, none, none, none, none},
      {"429", Cause::busy, true, answered, answered, answered, answered},
      {"403", Cause::denied, true, answered, answered, strange, answered},
      {"404", Cause::missing, true, answered, answered, strange, answered},
      {"410", Cause::gone, true, answered, answered, strange, answered},
      {"500", Cause::server, true, answered, answered, strange, answered},
      {"an address that is not allowed", Cause::denied, false, strange, none, strange, none},
      {"what is no HTTP", Cause::server, false, strange, none, strange, none},
      {"too large", Cause::too_large, true, none, none, none, none},
      {"a circle of redirects", Cause::too_large, false, strange, none, strange, none},
      {"a budget", Cause::budget, false, none, none, none, none},
      {"no web address", Cause::invalid, false, none, none, none, none},
      {"our own fault", Cause::internal, false, none, none, none, none},
  };
  const auto sign = [](const Row& row, bool was_a_feed, std::string url, std::string end) {
    model::Feed feed;
    feed.url = std::move(url);
    if (was_a_feed) feed.state.last_success = Instant{std::chrono::seconds(1'800'000'000)};
    std::optional<Error> error;
    if (row.cause) error = Error{*row.cause, row.what};
    net::Response response;
    response.url = std::move(end);
    Result<net::Response> answer = std::move(response);
    if (!row.answer) answer = Error{row.cause.value_or(Cause::internal), row.what};
    return static_cast<int>(sign_of(feed, answer, error, {}));
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(sign(row, true, "https://a.example/feed", "https://a.example/feed") == static_cast<int>(row.known));
    CHECK(sign(row, true, "http://a.example/feed", "https://a.example/new") == static_cast<int>(row.known));
    CHECK(sign(row, false, "https://a.example/feed", "https://a.example/feed") == static_cast<int>(row.fresh));
    CHECK(sign(row, false, "https://a.example/feed", "https://b.example/feed") == static_cast<int>(row.fresh));
    CHECK(sign(row, true, "https://a.example/feed", "https://b.example/feed") == static_cast<int>(row.led_away));
    for (const char* const url :
         {"http://127.0.0.1/f", "http://localhost:81/f", "http://[::1]/f", "http://192.168.1.5/f"}) {
      INFO(url);
      CHECK(sign(row, true, url, url) == static_cast<int>(row.in_house));
    }
  }
}

TEST_CASE("a feed that has been failing by its own fault shows nothing by failing again") {
  model::Feed feed;
  feed.url = "https://a.example/feed";
  feed.state.last_success = Instant{std::chrono::seconds(1'800'000'000)};
  feed.state.error = model::FeedError{Cause::timeout, "", 1, {}};
  for (const Cause cause : {Cause::dns, Cause::timeout, Cause::refused, Cause::tls}) {
    CHECK(sign_of(feed, Error{cause, ""}, Error{cause, ""}, {}) == Sign::none);
  }
  CHECK(sign_of(feed, Error{Cause::link, ""}, Error{Cause::link, ""}, {}) == Sign::no_route);
  feed.state.error->count = 0;
  CHECK(sign_of(feed, Error{Cause::dns, ""}, Error{Cause::dns, ""}, {}) == Sign::silent);
}
