// The socket itself: who may do what, limits, live events under load, and how it all ends.

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <future>
#include <list>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

std::string since(std::int64_t place) { return "since=" + std::to_string(place); }

// Reads events until `last`; how many there were, or -1 when one was missing or out of order.
int count_gapless(EventReader& events, std::int64_t first, std::int64_t last) {
  int count = 0;
  for (auto expected = first; expected <= last; ++expected) {
    const auto event = events.next();
    if (!event || event->id != std::to_string(expected)) return -1;
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("every path without an id answers GET, and HEAD like it without the body") {
  Daemon daemon;
  daemon.start();
  HttpClient client(daemon.socket());
  for (const std::string path : {"/healthz", "/metrics", "/v1/openapi.json", "/v1/status", "/v1/feeds", "/v1/articles",
                                 "/v1/changes", "/v1/opml"}) {
    INFO(path);
    const auto whole = client.get(path);
    CHECK(whole.status == 200);
    const auto head = client.request("HEAD", path);
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(head.header("Content-Type") == whole.header("Content-Type"));
  }
}

TEST_CASE("the status has every field of the contract") {
  Daemon daemon;
  daemon.start();
  const auto status = get(daemon, "/v1/status").json;
  for (const auto* pointer : {"/version",
                              "/uptime_s",
                              "/epoch",
                              "/revision",
                              "/network/state",
                              "/network/since",
                              "/clock/trusted",
                              "/clock/floor",
                              "/counts/feeds",
                              "/counts/articles",
                              "/counts/unread",
                              "/counts/starred",
                              "/storage/bytes",
                              "/storage/limit_bytes",
                              "/storage/free_bytes",
                              "/storage/state",
                              "/traffic/received_today_bytes",
                              "/traffic/budget_bytes",
                              "/polling/active",
                              "/polling/queued",
                              "/polling/next_at"}) {
    INFO(pointer);
    boost::system::error_code error;
    CHECK(status.find_pointer(pointer, error) != nullptr);
  }
}

TEST_CASE("whoever is no administrator may read and mark, and gets 403 for the rest") {
  if (::geteuid() != 0) return;  // cannot become somebody else
  Daemon daemon("[socket]\nmode = \"0666\"\n");
  daemon.start();
  import_articles(daemon, 1);
  ::chmod(daemon.config_file().parent_path().c_str(), 0711);
  std::optional<HttpClient> nobody;
  {
    const AsNobody while_connecting;
    nobody.emplace(daemon.socket());
  }
  CHECK(nobody->get("/v1/articles").status == 200);
  CHECK(nobody->request("POST", "/v1/articles/mark", R"({"read":true})").body == R"({"changed":1})");
  CHECK(nobody->request("POST", "/v1/refresh").status == 202);
  CHECK(nobody->request("POST", "/v1/refresh?force=true").status == 403);
  CHECK(nobody->request("DELETE", "/v1/feeds/1").status == 403);
  for (const auto* path : {"/v1/feeds", "/v1/opml", "/v1/import"}) {
    INFO(path);
    CHECK(HttpClient(daemon.socket()).request("POST", path, "x").status != 403);
    CHECK(nobody->request("POST", path, "x").status == 403);
    const AsNobody while_connecting;
    nobody.emplace(daemon.socket());  // the one before was closed with its body unread
  }
}

TEST_CASE("an error names what is wrong as a problem document") {
  Daemon daemon;
  daemon.start();
  struct Row {
    const char* method;
    const char* target;
    const char* body;
    int status;
    const char* word;
  };
  const Row rows[] = {
      {"GET", "/v1/feeds/99", "", 404, "99"},
      {"GET", "/v1/articles/99", "", 404, "99"},
      {"PATCH", "/v1/articles/99", R"({"read":true})", 404, "99"},
      {"PATCH", "/v1/feeds/99", R"({"paused":true})", 404, "99"},
      {"DELETE", "/v1/feeds/99", "", 404, "99"},
      {"POST", "/v1/feeds/99/refresh", "", 404, "99"},
      {"POST", "/v1/articles/mark", R"({"ids":[99],"read":true})", 404, "99"},
      {"GET", "/v1/articles?limit=0", "", 400, "'limit'"},
      {"GET", "/v1/articles?order=relevance", "", 400, "'order'"},
      {"GET", "/v1/articles?colour=red", "", 400, "'colour'"},
      {"GET", "/v1/articles?cursor=nonsense", "", 400, "cursor"},
      {"GET", "/v1/articles?q=%22open", "", 400, "quotation"},
      {"GET", "/v1/changes?since=-1", "", 400, "'since'"},
      {"GET", "/v1/changes?since=1000000", "", 410, "1000000"},
      {"GET", "/v1/changes?epoch=other", "", 410, "epoch"},
      {"GET", "/v1/events?since=1000000", "", 410, "1000000"},
      {"POST", "/v1/feeds", "{", 400, "JSON"},
      {"POST", "/v1/feeds", "{}", 422, "'url'"},
      {"POST", "/v1/feeds", R"({"url":"ftp://x/"})", 422, "ftp"},
      {"POST", "/v1/feeds?validate=maybe", R"({"url":"http://x/"})", 400, "'validate'"},
      {"POST", "/v1/opml", "no outline", 400, "OPML"},
      {"GET", "/v1/nowhere", "", 404, "/v1/nowhere"},
      {"PUT", "/v1/status", "", 405, "GET, HEAD"},
  };
  for (const auto& row : rows) {
    INFO(row.method << " " << row.target << " " << row.body);
    HttpClient client(daemon.socket());
    const auto answer = client.request(row.method, row.target, row.body);
    INFO(answer.body);
    CHECK(answer.status == row.status);
    CHECK(answer.header("Content-Type") == "application/problem+json");
    CHECK(answer.body.find(row.word) != std::string::npos);
  }
}

TEST_CASE("a connection too many is told so, and a place that becomes free is used again") {
  Daemon daemon("[socket]\nmax_connections = 3\n");
  daemon.start();
  std::list<HttpClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(daemon.socket());
    CHECK(clients.back().get("/healthz").status == 200);
  }
  // Event streams have a bound of their own.
  clients.back().request("GET", "/healthz", {}, {{"Connection", "close"}});
  CHECK(clients.back().at_end());
  clients.pop_back();
  EventReader events(daemon.socket(), "/v1/events");
  CHECK(events.head().status == 200);
  clients.emplace_back(daemon.socket());
  CHECK(clients.back().get("/healthz").status == 200);

  HttpClient fourth(daemon.socket());
  const auto refused = fourth.receive();
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK(fourth.at_end());
  clients.front().request("GET", "/healthz", {}, {{"Connection", "close"}});
  CHECK(clients.front().at_end());
  CHECK(HttpClient(daemon.socket()).get("/healthz").status == 200);
}

TEST_CASE("a burst of thousands of events reaches who reads, without a gap, and cuts off who does not") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 2000);
  const auto start = revision(daemon);
  EventReader stalled(daemon.socket(), "/v1/events?" + since(start));
  EventReader reading(daemon.socket(), "/v1/events?" + since(start));
  REQUIRE(reading.head().status == 200);
  constexpr int rounds = 6;
  const auto last = start + rounds * 2000;
  auto counted =
      std::async(std::launch::async, [&reading, start, last] { return count_gapless(reading, start + 1, last); });
  for (int round = 0; round < rounds; ++round) {
    const auto* body = round % 2 == 0 ? R"({"read":true})" : R"({"read":false})";
    CHECK(request(daemon, "POST", "/v1/articles/mark", body).body == R"({"changed":2000})");
  }
  CHECK(counted.get() == rounds * 2000);
  pollfd hung_up{stalled.descriptor(), 0, 0};
  CHECK(::poll(&hung_up, 1, 60'000) == 1);
  int before_the_end = 0;
  while (stalled.next()) ++before_the_end;
  CHECK(before_the_end < rounds * 2000);
}

TEST_CASE("a stream begins with what was missed, however much that is, and goes on live") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1500);
  EventReader events(daemon.socket(), "/v1/events?since=0");
  const auto known = revision(daemon);
  CHECK(count_gapless(events, 1, known) == known);
  request(daemon, "POST", "/v1/articles/mark", R"({"starred":true})");
  CHECK(count_gapless(events, known + 1, known + 1500) == 1500);
}

TEST_CASE("many clients hear of one change, in its words") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1);
  const auto start = revision(daemon);
  std::list<EventReader> clients;
  for (int i = 0; i < 100; ++i) clients.emplace_back(daemon.socket(), "/v1/events");
  request(daemon, "POST", "/v1/articles/mark", R"({"starred":true})");
  for (auto& client : clients) {
    const auto event = client.next();
    REQUIRE(event);
    CHECK(event->id == std::to_string(start + 1));
    CHECK(event->name == "article.state");
    CHECK(event->data == R"({"revision":)" + event->id + R"(,"type":"article","op":"state","id":1})");
  }
}

TEST_CASE("settings that two clients change at once are both changed") {
  Daemon daemon;
  daemon.start();
  REQUIRE(request(daemon, "POST", "/v1/feeds?validate=later", R"({"url":"http://127.0.0.1:1/"})").status == 201);
  HttpClient one(daemon.socket());
  HttpClient other(daemon.socket());
  const auto patch = [](HttpClient& client, std::string_view settings) {
    const std::string body = R"({"settings":)" + std::string(settings) + "}";
    client.send("PATCH /v1/feeds/1 HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                body);
  };
  for (int days = 1; days <= 20; ++days) {
    patch(one, R"({"keep_days":)" + std::to_string(days) + "}");
    patch(other, R"({"poll_interval":")" + std::to_string(days) + R"(h"})");
    REQUIRE(one.receive()->status == 200);
    REQUIRE(other.receive()->status == 200);
    const auto settings = get(daemon, "/v1/feeds/1").json.at("settings");
    CHECK(settings.at("keep_days") == days);
    CHECK(settings.at("poll_interval").as_string() == std::to_string(days) + "h");
  }
  const auto left = request(daemon, "PATCH", "/v1/feeds/1", R"({"settings":{"keep_days":null}})");
  CHECK(boost::json::serialize(left.json.at("settings")) == R"({"poll_interval":"20h"})");
}

TEST_CASE("subscribing, changing and unsubscribing are events of the feed") {
  Daemon daemon;
  daemon.start();
  EventReader events(daemon.socket(), "/v1/events");
  const auto added = request(daemon, "POST", "/v1/feeds?validate=later", R"({"url":"http://127.0.0.1:1/"})");
  REQUIRE(added.status == 201);
  const auto path = "/v1/feeds/" + std::to_string(added.json.at("id").as_int64());
  CHECK(events.next()->name == "feed.added");
  CHECK(request(daemon, "PATCH", path, R"({"title":"Mine"})").json.at("title") == "Mine");
  CHECK(request(daemon, "DELETE", path).status == 204);
  std::vector<std::string> names;
  while (names.empty() || names.back() != "feed.deleted") {
    const auto event = events.next();
    REQUIRE(event);
    names.push_back(event->name);
  }
  CHECK(std::count(names.begin(), names.end(), "feed.updated") >= 1);
}

TEST_CASE("a stop ends streams and waiting connections, and does not wait for a client that does not read") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 2000);
  EventReader listening(daemon.socket(), "/v1/events");
  HttpClient waiting(daemon.socket());
  CHECK(waiting.get("/healthz").status == 200);
  HttpClient half(daemon.socket());
  half.send("GET /v1/sta");
  HttpClient stalled(daemon.socket());
  stalled.send("GET /v1/articles?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n");
  EventReader stalled_stream(daemon.socket(), "/v1/events?since=0");
  CHECK(daemon.stop() == 0);
  CHECK_FALSE(listening.next());
  CHECK(waiting.at_end());
  CHECK(half.at_end());
}

TEST_CASE("a monitoring system reads the figures as OpenMetrics") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 3);
  const auto answer = HttpClient(daemon.socket()).get("/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type") == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK_THAT(answer.body, Catch::Matchers::Contains("\nnewscached_articles 3\n"));
  CHECK_THAT(answer.body, Catch::Matchers::Contains("# UNIT newscached_written_bytes bytes\n"));
  CHECK_THAT(answer.body, Catch::Matchers::EndsWith("\n# EOF\n"));
}
