#include "schedule/schedule.hpp"

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::schedule;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

const Policy policy{1h, 24h, 168h};
// A Wednesday.
constexpr Instant noon{std::chrono::sys_days{std::chrono::year(2026) / 11 / 25} + 12h};

Plan success(const ServerHints& server, const model::UpdateHints& document = {}, double random = 0) {
  return after_success(policy, {.server = server, .document = document, .now = noon, .random = random});
}

Plan failure(Cause cause, std::int64_t count, const ServerHints& server = {}, double random = 0,
             const model::UpdateHints& document = {}) {
  return after_failure(policy, cause, count, {.server = server, .document = document, .now = noon, .random = random});
}

}  // namespace

TEST_CASE("without any hint a feed is polled at the floor, a little later at random, never earlier") {
  CHECK(success({}).wait == 1h);
  CHECK(success({}).rule == "default");
  CHECK(success({}, {}, 0.999).wait > 1h);
  CHECK(success({}, {}, 0.999).wait <= 63min);
}

TEST_CASE("the publisher's hints are floors, capped at a ceiling of their own") {
  struct Case {
    ServerHints server;
    seconds wait;
    std::string rule;
  };
  const Case cases[] = {
      {{.cache_control = "max-age=7200"}, 2h, "max-age"},
      {{.cache_control = "public, Max-Age=\"7200\" , must-revalidate"}, 2h, "max-age"},
      {{.cache_control = "s-maxage=9999, max-age=7200", .age = "600"}, 110min, "max-age"},
      {{.cache_control = "max-age=60"}, 1h, "default"},
      {{.cache_control = "max-age=-5"}, 1h, "default"},
      {{.cache_control = "max-age=172800"}, 48h, "max-age"},
      {{.cache_control = "max-age=99999999999999999999"}, 168h, "max-age"},
      {{.cache_control = "max-age=600", .age = "9999"}, 1h, "default"},
      {{.retry_after = "7200"}, 2h, "retry-after"},  // of a redirect that was followed
      {{.cache_control = "no-cache"}, 1h, "default"},
      {{.expires = "Wed, 25 Nov 2026 15:00:00 GMT", .date = "Wed, 25 Nov 2026 12:00:00 GMT"}, 3h, "expires"},
      {{.expires = "0", .date = "Wed, 25 Nov 2026 12:00:00 GMT"}, 1h, "default"},
      // max-age overrides Expires even where it is shorter (RFC 9111, section 5.3).
      {{.cache_control = "max-age=60",
        .expires = "Wed, 25 Nov 2026 15:00:00 GMT",
        .date = "Wed, 25 Nov 2026 12:00:00 GMT"},
       1h,
       "default"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.server.cache_control, c.server.expires);
    const Plan plan = success(c.server);
    CHECK(plan.wait == c.wait);
    CHECK(plan.rule == c.rule);
  }
}

TEST_CASE("a ttl in the document counts as a hint, and an absurd one is capped") {
  CHECK(success({}, {.ttl_s = 3 * 3600}).wait == 3h);
  CHECK(success({}, {.ttl_s = 3 * 3600}).rule == "ttl");
  CHECK(success({}, {.ttl_s = 4'000'000'000'000}).wait == 168h);
  CHECK(success({}, {.ttl_s = -1}).wait == 1h);
}

TEST_CASE("the feed's own interval takes the floor's place but not the publisher's") {
  const auto plan = [](seconds interval, const ServerHints& server) {
    return after_success(policy, {.server = server, .interval = interval, .now = noon});
  };
  CHECK(plan(15min, {}).wait == 15min);
  CHECK(plan(15min, {}).rule == "poll_interval");
  CHECK(plan(15min, {.cache_control = "max-age=1800"}).wait == 30min);
}

TEST_CASE("skipHours and skipDays move the poll to the next hour that is allowed") {
  model::UpdateHints afternoon;
  for (unsigned hour = 13; hour < 18; ++hour) afternoon.skip_hours |= 1U << hour;
  CHECK(success({}, afternoon).wait == 6h);
  CHECK(success({}, afternoon).rule == "skip-hours");
  model::UpdateHints wednesday_thursday;
  wednesday_thursday.skip_days = 1U << 3 | 1U << 4;
  CHECK(success({}, wednesday_thursday).wait == 36h);
  CHECK(success({}, wednesday_thursday).rule == "skip-days");
}

TEST_CASE("a feed that asks to be skipped always is polled all the same") {
  CHECK(success({}, {.skip_hours = 0xffffff}).wait == 1h);
  CHECK(success({}, {.skip_days = 0x7f}).wait == 1h);
  model::UpdateHints but_one_hour_on_one_day;
  but_one_hour_on_one_day.skip_hours = 0xffffff & ~(1U << 11);
  but_one_hour_on_one_day.skip_days = 0x7f & ~(1U << 3);
  CHECK(success({}, but_one_hour_on_one_day).wait == 7 * 24h - 1h);
}

TEST_CASE("failures of the feed back off exponentially to a day, and never stop") {
  std::int64_t count = 1;
  seconds last{0};
  for (; count <= 60; ++count) {
    const Plan plan = failure(Cause::server, count);
    CHECK(plan.rule == "back-off");
    CHECK(plan.wait >= last);
    last = plan.wait;
  }
  CHECK(failure(Cause::missing, 1).wait == 1h);
  CHECK(failure(Cause::missing, 2).wait == 2h);
  CHECK(last == 24h);
  CHECK(failure(Cause::server, 3, {}, 0.5).wait > 4h);
}

TEST_CASE("four weeks of failures cost some thirty requests, and the last day has one too") {
  for (const Cause cause :
       {Cause::denied, Cause::missing, Cause::not_a_feed, Cause::server, Cause::tls, Cause::timeout, Cause::busy}) {
    CAPTURE(cause_name(cause));
    seconds passed{0};
    seconds last{0};
    std::int64_t count = 0;
    while (passed < 28 * 24h) {
      ++count;
      last = failure(cause, count, {}, 0.1 * static_cast<double>(count % 10)).wait;
      passed += last;
    }
    CHECK(count >= 26);
    CHECK(count <= 33);
    CHECK(last <= 27h);
  }
}

TEST_CASE("a busy server is left alone for as long as it asks, in seconds or as a date by its own clock") {
  const auto wait = [](const ServerHints& server) { return failure(Cause::busy, 1, server, 0); };
  CHECK(wait({.retry_after = "7200"}).wait == 2h);
  CHECK(wait({.retry_after = "7200"}).rule == "retry-after");
  CHECK(wait({.date = "Tue, 01 Jan 2019 00:00:00 GMT", .retry_after = "Tue, 01 Jan 2019 05:00:00 GMT"}).wait == 5h);
  CHECK(wait({.retry_after = "5"}).wait == 1h);
  CHECK(wait({.retry_after = "172800"}).wait == 48h);
  CHECK(wait({.retry_after = "999999999"}).wait == 168h);
  CHECK(wait({.cache_control = "max-age=36000", .retry_after = "7200"}).wait == 10h);
  CHECK(wait({.cache_control = "no-store, max-age=0"}).wait == 4h);
}

TEST_CASE("a busy server that names no time is left alone for hours, growing to a day") {
  CHECK(failure(Cause::busy, 1, {}, 0).wait == 4h);
  CHECK(failure(Cause::busy, 1, {}, 0).rule == "cool-down");
  CHECK(failure(Cause::busy, 2, {.retry_after = "soon"}, 0).wait == 8h);
  CHECK(failure(Cause::busy, 9, {}, 0).wait == 24h);
}

TEST_CASE("a host cools down by Retry-After or by how often it refused, not by what one feed says of itself") {
  CHECK(cool_down(policy, 1, {.retry_after = "7200"}, 0).wait == 2h);
  CHECK(cool_down(policy, 9, {.retry_after = "7200"}, 0).wait == 2h);
  CHECK(cool_down(policy, 1, {.retry_after = "99999999"}, 0).wait == 168h);
  CHECK(cool_down(policy, 1, {.retry_after = "5"}, 0).wait == 1h);
  CHECK(cool_down(policy, 1, {.cache_control = "max-age=360000"}, 0).wait == 4h);
  CHECK(cool_down(policy, 2, {}, 0).wait == 8h);
  CHECK(cool_down(policy, 50, {}, 0).wait == 24h);
  CHECK(cool_down(policy, 1, {}, 0.999).wait > 4h);
}

TEST_CASE("hints are floors after a failure too, and it keeps out of skipped hours") {
  CHECK(failure(Cause::denied, 1, {.cache_control = "max-age=36000"}).wait == 10h);
  CHECK(failure(Cause::denied, 1, {.cache_control = "max-age=36000"}).rule == "max-age");
  CHECK(
      failure(Cause::missing, 1, {.expires = "Wed, 25 Nov 2026 15:00:00 GMT", .date = "Wed, 25 Nov 2026 12:00:00 GMT"})
          .wait == 3h);
  CHECK(failure(Cause::server, 1, {.retry_after = "7200"}).rule == "retry-after");
  CHECK(failure(Cause::server, 1, {}, 0, {.ttl_s = 5 * 3600}).wait == 5h);
  CHECK(failure(Cause::server, 1, {}, 0, {.skip_hours = 1U << 13 | 1U << 14}).wait == 3h);
}

TEST_CASE("feeds that skip the same hours do not return at the same moment") {
  const model::UpdateHints afternoon{.skip_hours = 1U << 13 | 1U << 14};
  CHECK(success({}, afternoon, 0.2).wait > success({}, afternoon, 0.1).wait);
  CHECK(success({}, afternoon, 0.999).wait < 3h + 10min);
}

TEST_CASE("our own failures are tried again soon however often they happened") {
  CHECK(failure(Cause::dns, 1, {}, 0).wait == 5min);
  CHECK(failure(Cause::dns, 40, {}, 0).wait == 24h);
  for (const Cause cause : {Cause::link, Cause::portal}) {
    CHECK_FALSE(is_feeds_fault(cause));
    CHECK(failure(cause, 40, {}, 0.9).wait <= 10min);
  }
  // Until the clock is set, each try is a handshake for nothing.
  CHECK_FALSE(is_feeds_fault(Cause::clock));
  CHECK(failure(Cause::clock, 40, {}, 0).wait == 1h);
  for (const Cause cause :
       {Cause::missing, Cause::tls, Cause::not_a_feed, Cause::server, Cause::timeout, Cause::refused}) {
    CHECK(is_feeds_fault(cause));
  }
}
