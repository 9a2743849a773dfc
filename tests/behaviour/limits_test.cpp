// Budgets, hours, documents without validators, gaps, and addresses that end at one document.

#include <boost/json/serialize.hpp>
#include <chrono>
#include <ctime>
#include <thread>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

constexpr std::string_view poll_config = "[net]\nallow_private = [\"127.0.0.0/8\"]\n[poll]\nhost_gap = \"0s\"\n";

std::string feed_path(std::int64_t id) { return "/v1/feeds/" + std::to_string(id); }
boost::json::object feed(const Daemon& daemon, std::int64_t id) { return get(daemon, feed_path(id)).json.as_object(); }
boost::json::array attempts(const Daemon& daemon, std::int64_t id) {
  return get(daemon, feed_path(id) + "/journal").json.at("attempts").as_array();
}
boost::json::object traffic(const Daemon& daemon) { return get(daemon, "/v1/status").json.at("traffic").as_object(); }

// "HH:MM" of local time, so many minutes from now.
std::string local_time(int minutes_from_now) {
  const std::time_t when = std::time(nullptr) + 60 * minutes_from_now;
  std::tm parts{};
  ::localtime_r(&when, &parts);
  char text[6];
  std::strftime(text, sizeof text, "%H:%M", &parts);
  return text;
}

// Newest first, dated a day apart from the year 2010 on; some 600 bytes each.
std::string dated_items(int newest, int oldest) {
  std::string items;
  for (int n = newest; n >= oldest; --n) {
    const std::time_t when = 1262304000 + 86400L * n;
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    char date[64];
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    const std::string number = std::to_string(n);
    items += "<item><guid isPermaLink=\"false\">g" + number + "</guid><title>Number " + number + "</title><pubDate>" +
             date + "</pubDate><description>" + std::string(400, 'x') + "</description></item>";
  }
  return items;
}

// Without dates, so that a document which has nothing known in it is believed to have left something out.
std::string atom(const std::string& links, int newest, int oldest) {
  std::string document = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>urn:f</id><title>Windows</title>" + links;
  for (int n = newest; n >= oldest; --n) {
    const std::string number = std::to_string(n);
    document += "<entry><id>urn:e" + number + "</id><title>Entry " + number + "</title><content>Text of " + number +
                "</content></entry>";
  }
  return document + "</feed>";
}

// What is new has to be later than the last poll, and times are whole seconds.
void await_next_second() {
  for (const std::time_t now = std::time(nullptr); std::time(nullptr) == now;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

TEST_CASE("a day's budget stops an endless document in its middle, and the feed is not to blame") {
  Publisher publisher;
  Daemon daemon;
  daemon.write_config(std::string(poll_config) + "[budget]\nday = \"5MB\"\n");
  daemon.start();
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  const auto id = subscribe(daemon, publisher.url("/feed.xml"));
  publisher.serve_file("/first.xml", rss("t", item("b", std::string(1'000'000, 'x'))));
  subscribe(daemon, publisher.url("/first.xml"));  // uses up some of it
  const auto sent_before = publisher.bytes_sent();
  publisher.answer("/feed.xml", Answer{.body = dated_items(100, 0), .fault = Fault::endless});
  refresh(daemon);

  const auto newest = attempts(daemon, id).at(0).as_object();
  CAPTURE(boost::json::serialize(newest));
  CHECK(newest.at("cause") == "budget");
  CHECK(newest.at("bytes").as_int64() > 3'000'000);
  CHECK(newest.at("bytes").as_int64() < 4'000'000 + 2'000'000);         // at most what had arrived when it was full
  CHECK(publisher.bytes_sent() - sent_before < 5'000'000 + 8'000'000);  // and what the kernel keeps for both sides
  const auto now = feed(daemon, id);
  CHECK(now.at("state") == "ok");
  CHECK(now.at("next_poll_rule") == "budget");
  CHECK(traffic(daemon).at("budget_bytes") == 5'000'000);
  const auto received = traffic(daemon).at("received_today_bytes").as_int64();
  CHECK(received >= newest.at("bytes").as_int64());

  // Nothing more today, whoever asks, and a restart does not forget.
  publisher.clear_requests();
  refresh(daemon);
  CHECK(publisher.requests().empty());
  daemon.kill();
  daemon.start();
  CHECK(traffic(daemon).at("received_today_bytes").as_int64() > 4'000'000);
  refresh(daemon);
  CHECK(publisher.requests().empty());
  CHECK(feed(daemon, id).at("next_poll_rule") == "budget");
}

TEST_CASE("a document that drips is stopped by a feed's own budget, and the other feeds go on") {
  Publisher publisher;
  Daemon daemon;
  daemon.write_config(std::string(poll_config) + "[budget]\nfeed_day = \"200kB\"\n");
  daemon.start();
  publisher.serve_file("/drip.xml", rss("t", item("a", "One")));
  publisher.serve_file("/other.xml", rss("t", item("b", "Two")));
  const auto id = subscribe(daemon, publisher.url("/drip.xml"));
  subscribe(daemon, publisher.url("/other.xml"));
  publisher.answer("/drip.xml", Answer{.body = rss("t", dated_items(2000, 0)), .fault = Fault::drip});
  publisher.serve_file("/other.xml", rss("t", item("c", "Three")));
  refresh(daemon);
  const auto newest = attempts(daemon, id).at(0).as_object();
  CAPTURE(boost::json::serialize(newest));
  CHECK(newest.contains("cause"));
  CHECK(newest.at("bytes").as_int64() < 600'000);
  CHECK(article(daemon, "Three").at("title") == "Three");
}

TEST_CASE("in quiet hours nothing is polled, unless a person asks") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  Daemon daemon;
  daemon.write_config(std::string(poll_config) + "quiet = [\"" + local_time(-120) + "-" + local_time(120) +
                      "\"]\n[[feed]]\nurl = \"" + publisher.url("/feed.xml") + "\"\n");
  daemon.start();
  // It was due at once; a second start shows that it was looked at and held back.
  CHECK(daemon.stop() == 0);
  daemon.start();
  CHECK(publisher.requests().empty());
  CHECK(feed(daemon, 1).at("next_poll_rule") == "quiet-hours");
  refresh(daemon);
  CHECK(publisher.requests().size() == 1);
  CHECK(titles(daemon).size() == 1);
}

TEST_CASE("a long document without validators is cut off where it is known, and what is new at its top is found") {
  Publisher publisher;
  const auto serve = [&](int newest) {
    publisher.answer("/feed.xml",
                     Answer{.body = rss("t", dated_items(newest, newest - 3999)), .type = "application/rss+xml"});
  };
  serve(5000);
  Daemon daemon;
  daemon.start();
  const auto id = subscribe(daemon, publisher.url("/feed.xml"));
  refresh(daemon);  // unchanged; what is in it is learnt
  const auto whole = attempts(daemon, id).at(0).at("bytes").as_int64();
  CHECK(whole > 1'500'000);
  serve(5003);
  refresh(daemon);
  const auto newest = attempts(daemon, id).at(0).as_object();
  CAPTURE(boost::json::serialize(newest));
  CHECK_FALSE(newest.contains("cause"));
  CHECK(newest.at("new") == 3);
  CHECK(newest.at("bytes").as_int64() < whole / 2);
  for (const auto* title : {"Number 5001", "Number 5002", "Number 5003"})
    CHECK(article(daemon, title).at("title") == title);
  CHECK(feed(daemon, id).at("state") == "ok");
  refresh(daemon);
  CHECK(attempts(daemon, id).at(0).at("new") == 0);
}

TEST_CASE("articles that have left the document meanwhile are read from its archives") {
  Publisher publisher;
  Daemon daemon;
  daemon.start();
  publisher.serve_file("/feed.atom", atom("", 3, 1));
  const auto id = subscribe(daemon, publisher.url("/feed.atom"));
  await_next_second();
  const auto link = [&](const std::string& path) {
    return "<link rel=\"prev-archive\" href=\"" + publisher.url(path) + "\"/>";
  };
  publisher.serve_file("/feed.atom", atom(link("/2.atom"), 20, 16));
  publisher.serve_file("/2.atom", atom(link("/1.atom"), 15, 9));
  publisher.serve_file("/1.atom", atom("", 8, 1));
  EventReader events(daemon.socket(), "/v1/events");
  request(daemon, "POST", "/v1/refresh");
  for (int added = 0; added < 17;) {
    const auto event = events.next();
    REQUIRE(event);
    if (event->name == "article.added") ++added;
  }
  CHECK(titles(daemon, "limit=100").size() == 20);
  CHECK(feed(daemon, id).at("gap").is_null());
  CHECK(feed(daemon, id).at("state") == "ok");
}

TEST_CASE("where there are no archives, the feed says from when to when articles may be missing") {
  Publisher publisher;
  Daemon daemon;
  daemon.start();
  publisher.serve_file("/feed.atom", atom("", 3, 1));
  const auto id = subscribe(daemon, publisher.url("/feed.atom"));
  await_next_second();
  publisher.serve_file("/feed.atom", atom("", 20, 16));
  refresh(daemon);
  const auto now = feed(daemon, id);
  CAPTURE(boost::json::serialize(now));
  REQUIRE(now.at("gap").is_object());
  CHECK(now.at("gap").at("after").as_string() < now.at("gap").at("before").as_string());
  const auto why = run_client(daemon, {"why", std::to_string(id)});
  CAPTURE(why.out);
  CHECK(why.out.find("missing between") != std::string::npos);
}

TEST_CASE("two subscriptions that end at one address know of each other") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  publisher.answer("/old.xml", redirect(302, "/feed.xml"));
  Daemon daemon;
  daemon.start();
  const auto one = subscribe(daemon, publisher.url("/feed.xml"));
  const auto two = subscribe(daemon, publisher.url("/old.xml"));
  refresh(daemon);
  CHECK(feed(daemon, one).at("duplicate_of") == two);
  CHECK(feed(daemon, two).at("duplicate_of") == one);
}
