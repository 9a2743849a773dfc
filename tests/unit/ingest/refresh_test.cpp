#include "ingest/refresh.hpp"

#include <set>

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::ingest;
using model::FeedStatus;

namespace {

constexpr Instant now{std::chrono::sys_days{std::chrono::year(2026) / 11 / 25} + std::chrono::hours(12)};

std::string rss(std::string_view items) {
  return "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Harbour "
         "news</title><link>http://example.org/</link>"
         "<description>d</description>" +
         std::string(items) + "</channel></rss>";
}

std::string item(std::string_view guid, std::string_view link, std::string_view title) {
  return "<item><guid isPermaLink=\"false\">" + std::string(guid) + "</guid><link>" + std::string(link) +
         "</link><title>" + std::string(title) + "</title><description>Text of " + std::string(title) +
         "</description></item>";
}

net::Response response(int status, std::string body = {}) {
  net::Response r;
  r.status = status;
  r.url = "http://example.org/feed.xml";
  r.body = std::move(body);
  r.content_type = "application/rss+xml";
  r.validators = {"\"v1\"", "Wed, 25 Nov 2026 10:00:00 GMT"};
  return r;
}

model::Feed feed() {
  model::Feed f;
  f.id = model::FeedId{7};
  f.uid = "0123456789abcdef";
  f.url = "http://example.org/feed.xml";
  return f;
}

Refreshed refreshed(const model::Feed& f, const Result<net::Response>& answer) {
  return refresh(f, answer, RefreshContext{{}, now, 0.0, {}});
}

// The feed as it is after that answer.
model::Feed after(model::Feed f, const Result<net::Response>& answer) {
  f.state = refreshed(f, answer).update.state;
  return f;
}

}  // namespace

TEST_CASE("a document brings its entries, its validators verbatim and the time of the next poll in one update") {
  const Refreshed r = refreshed(feed(), response(200, rss(item("a", "http://example.org/a", "One"))));
  CHECK_FALSE(r.error);
  CHECK_FALSE(r.only_times);
  REQUIRE(r.update.document);
  CHECK(r.update.document->title == "Harbour news");
  REQUIRE(r.update.entries.size() == 1);
  CHECK(r.update.entries[0].entry.title == "One");
  CHECK(r.update.state.validators.etag == "\"v1\"");
  CHECK(r.update.state.validators.last_modified == "Wed, 25 Nov 2026 10:00:00 GMT");
  CHECK(r.update.state.status == FeedStatus::ok);
  CHECK(r.update.state.last_success == now);
  CHECK(r.update.state.next_poll == now + std::chrono::hours(1));
  CHECK(r.update.received == now);
}

TEST_CASE("a 304 changes nothing but times") {
  const auto known = after(feed(), response(200, rss(item("a", "http://example.org/a", "One"))));
  const Refreshed r = refreshed(known, response(304));
  CHECK(r.only_times);
  CHECK_FALSE(r.update.document);
  CHECK(r.update.entries.empty());
  CHECK(r.update.state.validators == known.state.validators);
}

TEST_CASE("a 304 without validators of its own leaves ours as they are, and one with others replaces them as a pair") {
  const auto known = after(feed(), response(200, rss("")));
  net::Response answer = response(304);
  answer.validators = {};
  CHECK(refreshed(known, answer).update.state.validators == known.state.validators);
  answer.validators = {"\"v2\"", ""};
  const Refreshed r = refreshed(known, answer);
  CHECK(r.update.state.validators == model::Validators{"\"v2\"", ""});
}

TEST_CASE("a 304 to a request without validators is an error of the server") {
  const Refreshed r = refreshed(feed(), response(304));
  REQUIRE(r.error);
  CHECK(r.error->cause == Cause::server);
}

TEST_CASE("the same bytes again are not parsed and not worth a write, also where the server makes up new validators") {
  const std::string body = rss(item("a", "http://example.org/a", "One"));
  const auto known = after(feed(), response(200, body));
  CHECK(refreshed(known, response(200, body)).only_times);
  net::Response other = response(200, body);
  other.validators.etag = "\"random\"";
  const Refreshed r = refreshed(known, other);
  CHECK(r.only_times);
  CHECK_FALSE(r.update.document);
  CHECK(r.update.state.validators.etag == "\"random\"");
}

TEST_CASE("a document that was cut off keeps its whole entries and stores no validators") {
  std::string body = rss(item("a", "http://example.org/a", "One") + item("b", "http://example.org/b", "Two"));
  body.resize(body.find("Text of Two") + 4);
  const Refreshed r = refreshed(feed(), response(200, body));
  CHECK_FALSE(r.error);
  CHECK(r.update.state.validators.empty());
  CHECK(r.update.state.body_hash.empty());
  REQUIRE_FALSE(r.update.entries.empty());
  CHECK(r.update.entries[0].entry.title == "One");
}

TEST_CASE("a page where a feed was keeps validators, hash and title, and counts as a failure") {
  const auto known = after(feed(), response(200, rss("")));
  net::Response page = response(200, "<!doctype html><html><body>Log in to use this network</body></html>");
  page.content_type = "text/html";
  const Refreshed r = refreshed(known, page);
  REQUIRE(r.error);
  CHECK(r.error->cause == Cause::not_a_feed);
  CHECK(r.update.state.validators == known.state.validators);
  CHECK(r.update.state.body_hash == known.state.body_hash);
  CHECK(r.update.state.error->count == 1);
  CHECK(r.update.state.status == FeedStatus::failing);
}

TEST_CASE("every status has its cause") {
  const std::pair<int, Cause> cases[] = {{401, Cause::denied}, {403, Cause::denied}, {404, Cause::missing},
                                         {410, Cause::gone},   {429, Cause::busy},   {503, Cause::busy},
                                         {511, Cause::portal}, {500, Cause::server}, {204, Cause::server},
                                         {206, Cause::server}, {418, Cause::server}};
  for (const auto& [status, cause] : cases) {
    CAPTURE(status);
    const Refreshed r = refreshed(feed(), response(status));
    REQUIRE(r.error);
    CHECK(r.error->cause == cause);
    CHECK(r.update.state.validators.empty());
    CHECK(r.update.entries.empty());
  }
}

TEST_CASE("failures are counted and backed off from, a success forgets them") {
  model::Feed f = feed();
  const Result<net::Response> broken = response(500);
  f = after(f, broken);
  const Instant first = f.state.error->since;
  f = after(f, broken);
  f = after(f, broken);
  CHECK(f.state.error->count == 3);
  CHECK(f.state.error->since == first);
  CHECK(*f.state.next_poll - now == std::chrono::hours(4));
  f = after(f, response(200, rss("")));
  CHECK_FALSE(f.state.error);
  CHECK(f.state.status == FeedStatus::ok);
}

TEST_CASE("a failure of our own link never counts against the feed and leaves its standing alone") {
  const auto cause = GENERATE(Cause::link, Cause::unavailable);
  model::Feed f = after(feed(), response(200, rss("")));
  for (int i = 0; i < 50; ++i) f = after(f, Result<net::Response>(Error{cause, "no route, or no socket"}));
  CHECK(f.state.status == FeedStatus::ok);
  CHECK(f.state.error->count == 0);
  CHECK(f.state.error->cause == cause);
  CHECK(*f.state.next_poll - now <= std::chrono::minutes(10));
}

TEST_CASE("gone is gone: no next poll") {
  const auto f = after(feed(), response(410));
  CHECK(f.state.status == FeedStatus::gone);
  CHECK_FALSE(f.state.next_poll);
}

TEST_CASE("a busy server's Retry-After decides the next poll") {
  net::Response busy = response(429);
  busy.retry_after = "7200";
  const auto f = after(feed(), busy);
  CHECK(f.state.next_poll_rule == "retry-after");
  CHECK(*f.state.next_poll - now == std::chrono::hours(2));
}

TEST_CASE("max-age counts on every status, and so does the Retry-After of a redirect on the way") {
  const auto known = after(feed(), response(200, rss(item("a", "http://example.org/a", "One"))));
  for (const int status : {200, 304, 403, 404, 429, 500, 503}) {
    CAPTURE(status);
    net::Response answer = response(status, rss(item("b", "http://example.org/b", "Two")));
    answer.cache_control = "max-age=36000";
    answer.age = "600";
    CHECK(*after(known, answer).state.next_poll - now == std::chrono::seconds(35400));
    CHECK(after(known, answer).state.next_poll_rule == "max-age");
    answer.hops.push_back({302, "http://example.org/feed.xml", "72000"});
    CHECK(*after(known, answer).state.next_poll - now == std::chrono::seconds(72000));
    CHECK(after(known, answer).state.next_poll_rule == "retry-after");
  }
}

TEST_CASE("the document's ttl is remembered: it counts after a 304 and after errors too") {
  const std::string ttl = "<ttl>600</ttl>";
  const auto known = after(feed(), response(200, rss(ttl + item("a", "http://example.org/a", "One"))));
  for (const int status : {304, 404, 500}) {
    CAPTURE(status);
    CHECK(*after(known, response(status)).state.next_poll - now == std::chrono::hours(10));
  }
}

TEST_CASE(
    "how often a feed publishes is learnt from its document, by the publisher's clock, and kept by a 304 and errors") {
  const auto dated = [](std::string_view guid, std::string_view date) {
    return "<item><guid>" + std::string(guid) + "</guid><title>t</title><pubDate>" + std::string(date) +
           "</pubDate></item>";
  };
  net::Response answer =
      response(200, rss(dated("a", "Tue, 01 Jan 2019 12:00:00 GMT") + dated("b", "Tue, 01 Jan 2019 00:00:00 GMT")));
  answer.date = "Wed, 02 Jan 2019 00:00:00 GMT";
  answer.validators.last_modified.clear();
  auto known = after(feed(), answer);
  CHECK(known.state.rhythm_s == 12 * 3600);
  CHECK(known.state.next_poll_rule == "rhythm");
  CHECK(*known.state.next_poll - now == std::chrono::hours(6));
  for (const int status : {500, 304, 304}) {
    net::Response next = response(status);
    next.validators = {};
    known = after(known, next);
    CHECK(known.state.rhythm_s == 12 * 3600);
  }
  CHECK(known.state.next_poll_rule == "rhythm");
  CHECK(after(known, response(200, rss(""))).state.rhythm_s == 12 * 3600);
}

TEST_CASE("a feed without validators is polled more rarely") {
  net::Response answer = response(200, rss(item("a", "http://example.org/a", "One")));
  answer.validators = {};
  CHECK(after(feed(), answer).state.next_poll_rule == "unconditional");
}

TEST_CASE("tracking is removed unless the configuration or the feed's own setting says otherwise") {
  const net::Response answer = response(
      200, rss("<item><guid>a</guid><description>&lt;a href=\"http://example.org/a?utm_source=x\"&gt;a&lt;/a&gt;"
               "</description></item>"));
  const auto is_stripped = [&](bool general, std::optional<bool> own) {
    model::Feed f = feed();
    if (own) f.settings["strip_tracking"] = *own;
    const Refreshed r = refresh(f, answer, RefreshContext{{}, now, 0.0, {general}});
    return r.update.entries.at(0).entry.content_html.find("utm_source") == std::string::npos;
  };
  CHECK(is_stripped(true, {}));
  CHECK_FALSE(is_stripped(false, {}));
  CHECK(is_stripped(false, true));
  CHECK_FALSE(is_stripped(true, false));
}

TEST_CASE("that a feed's guids are no identities is part of its state") {
  const std::string body = rss(item("a", "http://example.org/1", "One") + item("a", "http://example.org/2", "Two") +
                               item("a", "http://example.org/3", "Three"));
  const auto known = after(feed(), response(200, body));
  CHECK(known.state.unreliable == model::Unreliable{true, false});
  CHECK(after(known, response(200, rss(item("b", "http://example.org/4", "Four")))).state.unreliable ==
        known.state.unreliable);
  CHECK(after(known, response(500)).state.unreliable == known.state.unreliable);
}

TEST_CASE("every poll leaves one attempt that says how it went and what decided the next time") {
  const auto known = after(feed(), response(200, rss(item("a", "http://example.org/a", "One"))));
  RefreshContext context;
  context.now = now;
  context.cost = {321, true, std::chrono::milliseconds(47)};
  const Refreshed missing = refresh(known, response(404), context);
  REQUIRE(missing.update.attempts.size() == 1);
  const model::Attempt& attempt = missing.update.attempts[0];
  CHECK(attempt.time == now);
  CHECK(attempt.cause == Cause::missing);
  CHECK(attempt.detail == missing.error->detail);
  CHECK(attempt.status == 404);
  CHECK(attempt.bytes == 321);
  CHECK(attempt.metered);
  CHECK(attempt.duration == std::chrono::milliseconds(47));
  CHECK(attempt.next_poll == missing.update.state.next_poll);
  CHECK(attempt.next_poll_rule == "back-off");

  const Refreshed unchanged = refreshed(known, response(304));
  REQUIRE(unchanged.update.attempts.size() == 1);
  CHECK_FALSE(unchanged.update.attempts[0].cause);
  CHECK(unchanged.update.attempts[0].status == 304);

  const Refreshed offline = refreshed(known, Error{Cause::link, "no route"});
  REQUIRE(offline.update.attempts.size() == 1);
  CHECK(offline.update.attempts[0].cause == Cause::link);
  CHECK(offline.update.attempts[0].status == 0);

  const Refreshed gone = refreshed(known, response(410));
  REQUIRE(gone.update.attempts.size() == 1);
  CHECK_FALSE(gone.update.attempts[0].next_poll);
  CHECK(gone.update.attempts[0].next_poll_rule == "gone");
}
