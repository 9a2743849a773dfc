// The client library against a daemon that is not one; the real one is in behaviour/library_test.cpp.

#include "newscache/client.hpp"
#include "unit/client/scripted_daemon.hpp"

using namespace newscache::client;
using namespace newscache::client::test;

namespace {

constexpr auto at_once = std::chrono::milliseconds(0);

std::string event(int revision) {
  return "id: " + std::to_string(revision) + "\nevent: article.state\ndata: {\"revision\":" + std::to_string(revision) +
         ",\"type\":\"article\",\"op\":\"state\",\"id\":5}\n\n";
}

}  // namespace

TEST_CASE("an article has what the API says of it") {
  const ScriptedDaemon daemon(
      {{"GET /v1/articles?order=oldest&feed=7&folder=A%20b&read=false&since=2026-11-25T09%3A00%3A00Z&limit=2",
        {200,
         R"({"articles":[{"id":5,"uid":"u","feed_id":7,"url":"l","external_url":"e","title":"T","content_html":"<p>",)"
         R"("summary":"S","authors":[{"name":"Ann"},{"url":"bo"}],"tags":["x"],"revision":9,"read":true,"starred":true,)"
         R"("attachments":[{"url":"a","mime_type":"audio/ogg","size_in_bytes":3}],"date_published":"2026-11-25T09:00:00Z",)"
         R"("date_received":"2026-11-25T10:00:00Z"}]})"}}});
  Query query;
  query.order = Order::oldest;
  query.feed = 7;
  query.folder = "A b";
  query.read = false;
  query.since = Time(std::chrono::seconds(1795597200));
  query.limit = 2;
  const auto articles = Daemon(daemon.socket()).articles(query).value();
  REQUIRE(articles.size() == 1);
  const auto& article = articles.front();
  CHECK(article.id == 5);
  CHECK(article.uid == "u");
  CHECK(article.feed == 7);
  CHECK(article.url + article.external_url + article.title + article.content_html + article.summary == "leT<p>S");
  CHECK(article.authors == std::vector<std::string>{"Ann", "bo"});
  CHECK(article.tags == std::vector<std::string>{"x"});
  REQUIRE(article.attachments.size() == 1);
  CHECK(article.attachments[0].url == "a");
  CHECK(article.attachments[0].bytes == 3);
  CHECK(article.published == query.since);
  CHECK(article.received - *article.published == std::chrono::hours(1));
  CHECK(article.revision == 9);
  CHECK((article.read && article.starred));
}

TEST_CASE("marks say what to change and no more") {
  const ScriptedDaemon daemon({{"POST /v1/articles/mark", {200, R"({"changed":2})"}}});
  CHECK(Daemon(daemon.socket()).mark({5, 6}, {.read = true}).value() == 2);
  CHECK(daemon.requests.back() == R"(POST /v1/articles/mark {"ids":[5,6],"read":true})");
}

TEST_CASE("problems are told apart") {
  const ScriptedDaemon daemon({{"GET /v1/changes?since=3&epoch=e", {410, R"({"detail":"start over"})"}},
                               {"DELETE /v1/feeds/1", {403, R"({"detail":"not you"})"}}});
  Daemon client(daemon.socket());
  CHECK(client.changes({"e", 3}).error().problem == Problem::start_over);
  CHECK(client.changes({"e", 3}).error().message == "start over");
  CHECK(client.article(1).error().problem == Problem::not_found);
  CHECK(client.request("DELETE", "/v1/feeds/1").error().problem == Problem::refused);
  CHECK(Daemon("/nonexistent/socket").feeds().error().problem == Problem::unreachable);
  CHECK_THROWS_WITH(Daemon(daemon.socket()).article(1).value(), "not here");
}

TEST_CASE("a page of changes ends at its last one while there are more, else at the end of the log") {
  const std::string change = R"({"revision":4,"type":"feed","op":"added","id":1})";
  const auto page = [&](bool more, const std::string& changes) {
    return Answer{200, R"({"epoch":"e","revision":9,"more":)" + std::string(more ? "true" : "false") +
                           R"(,"changes":[)" + changes + "]}"};
  };
  const ScriptedDaemon daemon({{"GET /v1/changes?since=3&epoch=e", page(true, change)},
                               {"GET /v1/changes?since=4&epoch=e&feed=1", page(false, change)},
                               {"GET /v1/changes?since=5&epoch=e&folder=F", page(false, "")}});
  Daemon client(daemon.socket());
  const auto first = client.changes({"e", 3}).value();
  CHECK(first.more);
  CHECK(first.position.revision == 4);
  REQUIRE(first.changes.size() == 1);
  CHECK(first.changes[0].event == "feed.added");
  CHECK(first.changes[0].id == 1);
  CHECK(client.changes({"e", 4}, {.feed = 1}).value().position.revision == 9);
  CHECK(client.changes({"e", 5}, {.folder = "F"}).value().position.revision == 9);
}

TEST_CASE("a follower learns the epoch, goes on behind what it has seen, and keeps a problem") {
  const ScriptedDaemon daemon({{"GET /v1/status", {200, R"({"epoch":"e","revision":6})"}},
                               {"GET /v1/events?since=6&epoch=e", {200, event(7) + event(8)}},
                               {"GET /v1/events?since=8&epoch=e", {410, R"({"detail":"start over"})"}}});
  Follower follower(daemon.socket());
  const auto changes = follower.next(std::chrono::seconds(60)).value();
  REQUIRE(changes.size() == 2);
  CHECK(changes[1].event == "article.state");
  CHECK(changes[1].id == 5);
  CHECK(follower.position().epoch == "e");
  CHECK(follower.position().revision == 8);
  CHECK(follower.next(at_once).value().empty());  // the stream has ended
  CHECK(follower.next(at_once).value().empty());  // it does not try again yet
  CHECK(follower.next(std::chrono::seconds(60)).error().problem == Problem::start_over);
}
