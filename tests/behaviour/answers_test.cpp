// Answers that are given again: the same bytes, and never older than what the client can know.

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

// All bytes of an answer but for the second in which it was sent.
std::string bytes_of(const Daemon& daemon, std::string_view target, std::string_view fields = "",
                     std::string_view method = "GET") {
  HttpClient client(daemon.socket());
  client.send(std::string(method) + " " + std::string(target) +
              " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + std::string(fields) + "\r\n");
  std::string all;
  char some[4096];
  for (ssize_t got = 0; (got = ::read(client.descriptor(), some, sizeof some)) > 0;) {
    all.append(some, static_cast<std::size_t>(got));
  }
  const auto date = all.find("Date: ");
  REQUIRE(date != std::string::npos);
  return all.erase(date, all.find("\r\n", date) - date);
}

std::int64_t figure(const Daemon& daemon, std::string_view name) {
  const auto text = get(daemon, "/metrics").body;
  const auto line = "\n" + std::string(name) + " ";
  const auto at = text.find(line);
  REQUIRE(at != std::string::npos);
  return std::stoll(text.substr(at + line.size()));
}

std::int64_t repeated(const Daemon& daemon) { return figure(daemon, "newscached_answers_repeated_total"); }

// Now and then something is committed in between that changes no answer; then it is asked again.
std::string from_memory(const Daemon& daemon, std::string_view target, const std::string& fields = "",
                        std::string_view method = "GET") {
  for (int tries = 0; tries < 100; ++tries) {
    bytes_of(daemon, target, fields, method);
    const auto before = repeated(daemon);
    auto bytes = bytes_of(daemon, target, fields, method);
    if (repeated(daemon) > before) return bytes;
  }
  return "it is never given again";
}

// A range means nothing here, but makes the question one that nobody has asked yet.
std::string made_anew(const Daemon& daemon, std::string_view target, const std::string& fields = "",
                      std::string_view method = "GET") {
  static int ranges = 0;
  const auto before = repeated(daemon);
  auto bytes = bytes_of(daemon, target, fields + "Range: " + std::to_string(++ranges) + "\r\n", method);
  CHECK(repeated(daemon) == before);
  return bytes;
}

// Asked for twice, so that what follows would be answered from memory if it were still so.
std::string keep(const Daemon& daemon, std::string_view target) {
  get(daemon, target);
  return get(daemon, target).body;
}

std::string read_of(const Daemon& daemon, std::int64_t id) {
  return std::to_string(get(daemon, "/v1/articles/" + std::to_string(id)).json.at("read").as_bool());
}

}  // namespace

TEST_CASE("the same question is answered with the same bytes, without a look at the database") {
  Daemon daemon;
  daemon.start();
  const auto feed = std::to_string(import_articles(daemon, 60, "Files", std::string(2000, 'x')));
  struct Row {
    std::string target;
    std::string fields;
    std::string method = "GET";
  };
  const Row rows[] = {
      {"/v1/openapi.json", ""},
      {"/v1/articles?fields=summary&limit=50", ""},
      {"/v1/articles?fields=summary&limit=50", "", "HEAD"},
      {"/v1/articles?fields=summary&limit=50", "Accept-Encoding: gzip\r\n"},
      {"/v1/articles?q=text&limit=5", ""},
      {"/v1/articles/1", ""},
      {"/v1/articles/1/history", ""},
      {"/v1/articles/1/content", ""},
      {"/v1/articles/1/content", "Accept: text/plain\r\n"},
      {"/v1/articles.atom?limit=3", ""},
      {"/v1/articles.json?limit=3", ""},
      {"/v1/feeds/" + feed + "/feed.atom", ""},
      {"/v1/feeds/" + feed + "/feed.json", ""},
      {"/v1/changes?since=1", ""},
  };
  for (const auto& row : rows) {
    INFO(row.method << " " << row.target << " " << row.fields);
    const auto made = made_anew(daemon, row.target, row.fields, row.method);
    CHECK(made.starts_with("HTTP/1.1 200 "));
    CHECK(from_memory(daemon, row.target, row.fields, row.method) == made);
  }
}

TEST_CASE("who has the answer already is told so in the same words") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 3);
  for (const std::string target : {"/v1/articles?limit=2", "/v1/articles/1", "/v1/articles/1/content", "/v1/changes",
                                   "/v1/articles.atom", "/v1/openapi.json"}) {
    INFO(target);
    const auto etag = HttpClient(daemon.socket()).get(target).header("ETag");
    REQUIRE_FALSE(etag.empty());
    const auto condition = "If-None-Match: " + etag + "\r\n";
    const auto made = made_anew(daemon, target, condition);
    CHECK(made.starts_with("HTTP/1.1 304 "));
    CHECK(from_memory(daemon, target, condition) == made);
    CHECK(from_memory(daemon, target, "If-None-Match: \"older\"\r\n") == made_anew(daemon, target));
  }
}

TEST_CASE("what ended its connection ends another one when it is given again") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1);
  for (const std::string_view fields : {"HTTP/1.0\r\n", "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"}) {
    const auto before = repeated(daemon);
    for (int i = 0; i < 100 && repeated(daemon) == before; ++i) {
      HttpClient client(daemon.socket());
      client.send("GET /v1/articles " + std::string(fields) + "\r\n");
      CHECK(client.receive()->status == 200);
      CHECK(client.at_end());
    }
    CHECK(repeated(daemon) > before);
  }
}

TEST_CASE("links name the host of who asks, not of who asked before") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1);
  HttpClient client(daemon.socket());
  CHECK(client.get("/v1/articles.json", {{"Host", "one.example"}}).body.find("http://one.example/") !=
        std::string::npos);
  CHECK(client.get("/v1/articles.json", {{"Host", "two.example"}}).body.find("http://two.example/") !=
        std::string::npos);
}

TEST_CASE("whatever is changed through the API is seen by the next question") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("Pier", item("a", "First")));
  Daemon daemon;
  daemon.start();
  const auto feed = subscribe(daemon, publisher.url("/feed.xml"));
  const auto feed_path = "/v1/feeds/" + std::to_string(feed);
  const auto id = article(daemon, "First").at("id").as_int64();
  const auto unread = std::string("/v1/articles?read=false&fields=summary");
  const auto count = [&] { return get(daemon, unread).json.at("articles").as_array().size(); };

  keep(daemon, unread);
  REQUIRE(count() == 1);
  REQUIRE(request(daemon, "POST", "/v1/articles/mark", R"({"ids": [)" + std::to_string(id) + R"(], "read": true})")
              .status == 200);
  CHECK(count() == 0);
  CHECK(read_of(daemon, id) == "1");
  REQUIRE(request(daemon, "PATCH", "/v1/articles/" + std::to_string(id), R"({"read": false})").status == 200);
  CHECK(count() == 1);
  CHECK(read_of(daemon, id) == "0");

  keep(daemon, feed_path + "/feed.json");
  REQUIRE(request(daemon, "PATCH", feed_path, R"({"title": "Harbour"})").status == 200);
  CHECK(get(daemon, feed_path + "/feed.json").json.at("title").as_string() == "Harbour");
  keep(daemon, "/v1/articles?folder=Sea");
  REQUIRE(request(daemon, "PATCH", feed_path, R"({"folder": "Sea"})").status == 200);
  CHECK(get(daemon, "/v1/articles?folder=Sea").json.at("articles").as_array().size() == 1);

  keep(daemon, unread);
  import_articles(daemon, 4);
  CHECK(count() == 5);
  keep(daemon, "/v1/articles?q=first");
  REQUIRE(request(daemon, "DELETE", feed_path + "?purge=all").status == 204);
  CHECK(get(daemon, "/v1/articles?q=first").json.at("articles").as_array().empty());
  CHECK(count() == 4);
  CHECK(get(daemon, "/v1/articles/" + std::to_string(id)).status == 404);
}

TEST_CASE("what a poll has brought is seen by who has heard of it") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("Pier", item("1", "Number 1")));
  Daemon daemon;
  daemon.start();
  subscribe(daemon, publisher.url("/feed.xml"));
  const std::string list = "/v1/articles?fields=summary";
  EventReader events(daemon.socket(), "/v1/events");
  for (int i = 2; i < 12; ++i) {
    keep(daemon, list);
    keep(daemon, "/v1/changes?since=0");
    std::string items;
    for (int n = i; n > 0; --n) items += item(std::to_string(n), "Number " + std::to_string(n));
    publisher.serve_file("/feed.xml", rss("Pier", items));
    REQUIRE(request(daemon, "POST", "/v1/refresh").status == 202);
    for (auto event = events.next(); event && event->name != "article.added"; event = events.next()) {
    }
    CHECK(get(daemon, list).body.find("Number " + std::to_string(i)) != std::string::npos);
    const auto known = get(daemon, "/v1/changes?since=0").json.at("revision").as_int64();
    CHECK(known == revision(daemon));
  }
}

TEST_CASE("a reload that changes what answers show is seen at once") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("Pier", item("a", "First")));
  const std::string base = "[net]\nallow_private = \"all\"\n[poll]\nhost_gap = \"0s\"\n";
  const auto declare = [&](const std::string& title) {
    return base + "[[feed]]\nurl = \"" + publisher.url("/feed.xml") + "\"\ntitle = \"" + title + "\"\n";
  };
  Daemon daemon;
  daemon.write_config(declare("Pier"));
  daemon.start();
  refresh(daemon);
  keep(daemon, "/v1/feeds/1/feed.json");
  CHECK(get(daemon, "/v1/feeds/1/feed.json").json.at("title").as_string() == "Pier");
  daemon.write_config(declare("Harbour"));
  REQUIRE(request(daemon, "POST", "/v1/reload").status == 200);
  CHECK(get(daemon, "/v1/feeds/1/feed.json").json.at("title").as_string() == "Harbour");
}

TEST_CASE("who was told that it is marked finds it marked, however much others ask meanwhile") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 20);
  const std::string one = "/v1/articles/1";
  const std::string unread = "/v1/articles?read=false&fields=summary&limit=1000";
  const std::string changes = "/v1/changes?since=1";
  std::atomic<bool> ended = false;
  std::atomic<int> faults = 0;
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&] {
      // What a client knows never becomes less: a list is not older than the change that it has seen.
      HttpClient client(daemon.socket());
      for (std::int64_t known = 0; !ended;) {
        for (const auto* target : {&changes, &one, &unread}) {
          const auto etag = client.get(*target).header("ETag");
          const auto seen = std::stoll(etag.substr(etag.rfind('-') + 1));
          if (seen < known) ++faults;
          known = std::max<std::int64_t>(known, seen);
        }
      }
    });
  }
  HttpClient client(daemon.socket());
  for (int i = 0; i < 100; ++i) {
    const bool read = i % 2 == 0;
    const auto marked = client.request("PATCH", one, read ? R"({"read": true})" : R"({"read": false})");
    REQUIRE(marked.status == 200);
    const std::string expected = read ? "\"read\":true" : "\"read\":false";
    if (client.get(one).body.find(expected) == std::string::npos) ++faults;
    const auto list = client.get(unread).body;
    if ((list.find("\"id\":1,") == std::string::npos) != read) ++faults;
  }
  ended = true;
  for (auto& other : others) other.join();
  CHECK(faults == 0);
  CHECK(repeated(daemon) > 0);
}

TEST_CASE("who is no administrator reads the same, and may do no more for it") {
  if (::geteuid() != 0) return;  // cannot become somebody else
  Daemon daemon("[socket]\nmode = \"0666\"\n");
  daemon.start();
  import_articles(daemon, 2);
  ::chmod(daemon.config_file().parent_path().c_str(), 0711);
  const auto list = keep(daemon, "/v1/articles");
  const AsNobody nobody;
  CHECK(get(daemon, "/v1/articles").body == list);
  CHECK(request(daemon, "POST", "/v1/reload").status == 403);
  CHECK(request(daemon, "POST", "/v1/refresh?force=true").status == 403);
}

TEST_CASE("what is kept is bounded, whatever is asked for") {
  constexpr std::int64_t most = 8 << 20;
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 10, "Files", std::string(20'000, 'x'));
  HttpClient client(daemon.socket());
  std::int64_t largest = 0;
  for (int i = 0; i < 100; ++i) {
    // Each is another question with the same answer, of some 200 kB.
    REQUIRE(client.get("/v1/articles?limit=" + std::to_string(20 + i)).status == 200);
    const auto kept = figure(daemon, "newscached_answers_kept_bytes");
    CHECK(kept <= most);
    largest = std::max(largest, kept);
  }
  CHECK(largest > most / 2);
}
