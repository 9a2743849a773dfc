// What the daemon says while somebody reads.

#include "unit/reader/desk.hpp"

using namespace newscache;
using namespace newscache::reader;
using namespace newscache::reader::test;

TEST_CASE("events make one look due, which shows what is new and keeps the place") {
  Desk desk(1);
  desk.press("j");
  CHECK_FALSE(desk.reader.reload_due());
  for (int i = 0; i < 5; ++i) desk.tell("article.added", R"({"id":14})");
  REQUIRE(desk.reader.reload_due());
  desk.answers["GET /v1/articles"] =
      R"({"articles":[{"id":14,"title":"Newest"},{"id":13,"title":"Third"},{"id":12,"title":"Second"}]})";
  desk.reload();
  CHECK(desk.shows("Newest"));
  CHECK(desk.shows("5 new articles"));
  CHECK(desk.selected().find("Second") != std::string::npos);
  CHECK_FALSE(desk.reader.reload_due());
}

TEST_CASE("what the reader has marked itself makes no look due, what others mark does") {
  Desk desk(1);
  desk.press("N");
  desk.tell("article.state", R"({"id":13})");
  CHECK_FALSE(desk.reader.reload_due());
  desk.tell("article.state", R"({"id":13})");
  CHECK(desk.reader.reload_due());
}

TEST_CASE("a mark made while a look is on its way makes another one due, as the first may be older") {
  Desk desk(1);
  desk.silent = true;
  desk.reload();
  desk.press("N");
  desk.tell("article.state", R"({"id":13})");
  desk.silent = false;
  for (const auto& call : desk.held) desk.answer(call);
  CHECK(desk.reader.reload_due());
}

TEST_CASE("keys wait for the page that they are meant for, but not for long") {
  Desk desk;
  CHECK_FALSE(desk.reader.keys_wait());
  desk.silent = true;
  desk.press("jjj\n");
  CHECK(desk.reader.keys_wait());
  desk.reader.set_slow(true);
  CHECK_FALSE(desk.reader.keys_wait());
  desk.reader.set_slow(false);
  desk.reader.take(desk.held.back(), three_articles);
  CHECK_FALSE(desk.reader.keys_wait());
  desk.press("\n");
  CHECK(desk.reader.keys_wait());
}

TEST_CASE("no second look is due while one is on its way") {
  Desk desk;
  desk.silent = true;
  desk.reload();
  desk.tell("feed.updated", R"({"id":1})");
  CHECK_FALSE(desk.reader.reload_due());
  for (const auto& call : desk.held) desk.reader.take(call, std::string("{}"));
  CHECK(desk.reader.reload_due());
}

TEST_CASE("an article that is edited while it is read shows the new text, and stays as it was marked") {
  Desk desk(1);
  desk.press("\nN");
  desk.answers["GET /v1/articles/13"] = R"({"id":13,"title":"Third","content_html":"<p>corrected"})";
  const auto marks = desk.calls.size();
  desk.tell("article.updated", R"({"id":13})");
  CHECK(desk.shows("corrected"));
  CHECK(desk.calls.size() == marks + 1);  // not marked as read again
  desk.tell("article.updated", R"({"id":12})");
  CHECK(desk.calls.size() == marks + 1);
}

TEST_CASE("states of network and storage are told") {
  Desk desk;
  desk.tell("network", R"({"state":"offline"})");
  CHECK(desk.last_row().ends_with("offline  2 unread"));
  desk.tell("storage", R"({"state":"full"})");
  CHECK(desk.shows("storage is full"));
}

TEST_CASE("a lost daemon is shown until it is back, and what was loaded can be read on") {
  Desk desk(1);
  desk.reader.lost(
      client::Failure(client::Exit::unreachable, "cannot reach it at /run/s; start it, or name its socket"));
  CHECK(desk.last_row().starts_with("the daemon is away; trying again   "));
  CHECK(desk.last_row().ends_with("no daemon  2 unread"));
  desk.reader.resize({12, 40});
  CHECK(desk.last_row().ends_with("no daemon  2 unread"));
  desk.reader.resize({12, 80});
  desk.press("j");
  CHECK(desk.selected().find("Second") != std::string::npos);
  CHECK(desk.shows("no daemon"));
  desk.failure = client::Failure(client::Exit::unreachable, "no daemon");
  desk.press("N");
  CHECK(desk.shows("not marked"));
  desk.failure.reset();
  desk.calls.clear();
  desk.reader.connected(*client::parse_object(status));
  desk.work();
  CHECK(desk.calls == std::vector<std::string>{"GET /v1/status", "GET /v1/feeds",
                                               "GET /v1/articles?fields=summary&limit=200&order=newest&feed=1"});
  CHECK(desk.last_row().ends_with("online  2 unread"));
  CHECK_FALSE(desk.shows("not marked"));
}

TEST_CASE("a list that could not be loaded is loaded when the daemon is back") {
  Desk desk;
  desk.failure = client::Failure(client::Exit::unreachable, "cannot reach newscached");
  desk.press("jjj\n");
  CHECK_FALSE(desk.shows("Third"));
  desk.failure.reset();
  desk.reader.connected(*client::parse_object(status));
  desk.work();
  CHECK(desk.shows("Third"));
}

TEST_CASE("polling is followed to its end and summed up") {
  Desk desk;
  desk.answers["POST /v1/refresh"] = R"({"feeds":[1,2],"started_at":"2026-11-25T09:00:00Z"})";
  desk.press("R");
  CHECK(desk.shows("polling 2 feeds"));
  REQUIRE(desk.reader.reload_due());
  desk.answers["GET /v1/feeds"] =
      R"({"feeds":[{"id":1,"title":"Harbour","state":"ok","polling":true},)"
      R"({"id":2,"title":"Kernel","state":"failing","last_attempt":"2026-11-25T09:00:01Z","error":{"cause":"tls"}}]})";
  desk.tell("article.added", R"({"id":20})");
  desk.reload();
  CHECK(desk.shows("1 of 2 feeds polled, 1 new article, 1 failed"));
  // One failed for the network's sake, which is not counted against it; the other had failed before.
  desk.answers["GET /v1/feeds"] =
      R"({"feeds":[{"id":1,"title":"Harbour","state":"ok","last_attempt":"2026-11-25T09:00:02Z","error":{"cause":"dns"}},)"
      R"({"id":2,"title":"Kernel","state":"failing","last_attempt":"2026-11-25T08:00:01Z","error":{"cause":"tls"}}]})";
  desk.reload();
  CHECK(desk.shows("2 of 2 feeds polled, 1 new article, 1 failed"));
  CHECK(desk.shows("Harbour  dns"));
  CHECK_FALSE(desk.reader.reload_due());
}

TEST_CASE("feeds that wait for the network are not said to have been polled") {
  Desk desk;
  desk.answers["POST /v1/refresh"] = R"({"feeds":[1,2]})";
  desk.press("R");
  desk.answers["GET /v1/status"] = R"({"network":{"state":"offline"}})";
  desk.reload();
  CHECK(desk.shows("the network is offline: feeds are polled when it is back"));
  CHECK_FALSE(desk.reader.reload_due());
  desk.press("R");
  CHECK(desk.shows("the network is offline"));
}

TEST_CASE("another database under the daemon takes the reader back to the feeds") {
  Desk desk(1);
  desk.press("\n");
  desk.reader.connected(*client::parse_object(status));
  desk.work();
  CHECK(desk.screen().starts_with("Third"));
  desk.reader.connected({{"epoch", "another"}});
  desk.work();
  CHECK(desk.screen().starts_with("Feeds"));
}

TEST_CASE("answers that come late or make no sense end nothing") {
  Desk desk;
  desk.silent = true;
  desk.press("jjj\n");
  const auto list = desk.held.back();
  desk.press("q");
  desk.reader.take(list, three_articles);  // of a list that has been left
  CHECK(desk.screen().starts_with("Feeds"));
  desk.press("\n");
  desk.reader.take(desk.held.back(), std::string("no JSON"));
  CHECK(desk.shows("no JSON object"));
  desk.reader.take(client::Event{"", "article.added", "{{"});
}

TEST_CASE("nothing that a publisher wrote steers the terminal, on any page") {
  const std::string evil = "a\x1b]0;b\x07\u009b31mc\nd\u202ee\x7f";
  const boost::json::object feed{
      {"id", 1}, {"title", evil}, {"folder", evil}, {"state", evil}, {"home_page_url", evil}};
  const boost::json::object article{
      {"id", 13},
      {"feed_id", 1},
      {"title", evil},
      {"url", evil},
      {"authors", boost::json::array{boost::json::object{{"name", evil}}}},
      {"tags", boost::json::array{evil}},
      {"content_html", "<p>" + evil + "<a href='" + evil + "'>" + evil + "</a>"},
      {"attachments", boost::json::array{boost::json::object{{"url", evil}, {"mime_type", evil}}}}};
  Desk desk;
  desk.answers["GET /v1/feeds"] = boost::json::serialize(boost::json::object{{"feeds", boost::json::array{feed}}});
  desk.answers["GET /v1/articles"] =
      boost::json::serialize(boost::json::object{{"articles", boost::json::array{article}}});
  desk.answers["GET /v1/articles/13"] = boost::json::serialize(article);
  desk.reload();
  for (const std::string keys : {"", "jjjj", "o", "A", "n\n", "o", "\n", "o", "2o", "G", "/\x1b"}) {
    desk.press(keys);
    CAPTURE(keys, desk.screen());
    for (const auto& row : desk.reader.frame().rows) {
      for (const auto& piece : row.pieces) CHECK(piece.text == client::printable_line(piece.text));
    }
  }
  desk.failure = client::Failure(client::Exit::failed, evil);
  desk.press("qN");
  CHECK(desk.shows("a]0;b31mc de"));
}

TEST_CASE("a slow answer is shown as such") {
  Desk desk;
  desk.silent = true;
  desk.press("jjj\n");
  CHECK(desk.reader.waiting());
  desk.reader.set_slow(true);
  CHECK(desk.last_row().ends_with("waiting"));
}
