#include <algorithm>
#include <set>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

struct World {
  World() {
    daemon.start();
    std::string items;
    for (int i = 1; i <= 9; ++i) {
      const std::string n = std::to_string(i);
      items += "<item><guid isPermaLink=\"false\">" + n + "</guid><title>Article " + n + "</title><link>/article/" + n +
               "</link><pubDate>Wed, 25 Nov 2020 0" + n + ":00:00 GMT</pubDate><category>tag" + std::to_string(i % 3) +
               "</category><description>&lt;p onclick='x()'&gt;Text with lighthouse" + n + " and Caf\xc3\xa9.&lt;script&gt;evil()&lt;/script&gt;</description></item>";
    }
    publisher.serve_file("/feed.xml", rss("Feed", items));
    feed = subscribe(daemon, publisher.url("/feed.xml"));
  }
  Publisher publisher;
  Daemon daemon{"[offline]\nfull_text = \"never\"\nimages = false\n"};
  std::int64_t feed = 0;
};

std::int64_t id_of(const Daemon& daemon, std::string_view title) { return article(daemon, title).at("id").as_int64(); }

}  // namespace

TEST_CASE("articles are listed newest first, in pages that together are all of them, each once") {
  World w;
  std::vector<std::string> seen;
  std::string cursor;
  int pages = 0;
  do {
    const Reply page = get(w.daemon, "/v1/articles?limit=4" + (cursor.empty() ? "" : "&cursor=" + cursor));
    REQUIRE(page.status == 200);
    for (const auto& one : page.json.at("articles").as_array()) seen.emplace_back(one.at("title").as_string());
    const auto* next = page.json.as_object().if_contains("next_cursor");
    cursor = next != nullptr && next->is_string() ? std::string(next->as_string()) : std::string();
    REQUIRE(++pages < 10);
  } while (!cursor.empty());
  CHECK(pages == 3);
  REQUIRE(seen.size() == 9);
  CHECK(seen.front() == "Article 9");
  CHECK(seen.back() == "Article 1");
  CHECK(titles(w.daemon, "order=oldest").front() == "Article 1");
}

TEST_CASE("an article carries the publisher's data, safe, absolute and in UTC") {
  World w;
  const auto one = article(w.daemon, "Article 3");
  CHECK(one.at("date_published").as_string() == "2020-11-25T03:00:00Z");
  CHECK(one.at("url").as_string() == w.publisher.url("/article/3"));
  CHECK(one.at("guid").as_string() == "3");
  CHECK(one.at("uid").as_string().size() == 32);
  CHECK(one.at("feed_id").as_int64() == w.feed);
  CHECK(one.at("tags").as_array().at(0).as_string() == "tag0");
  const std::string html(one.at("content_html").as_string());
  CHECK(html.find("lighthouse3") != html.npos);
  CHECK(html.find("Caf\xc3\xa9") != html.npos);
  CHECK(html.find("onclick") == html.npos);
  CHECK(html.find("evil") == html.npos);
  const Reply summary = get(w.daemon, "/v1/articles?fields=summary&limit=1");
  CHECK(summary.json.at("articles").at(0).as_object().if_contains("content_html") == nullptr);
}

TEST_CASE("lists are filtered by feed, tag, state and date") {
  World w;
  CHECK(titles(w.daemon, "feed=" + std::to_string(w.feed)).size() == 9);
  CHECK(titles(w.daemon, "feed=12345").empty());
  CHECK(titles(w.daemon, "tag=tag0").size() == 3);
  CHECK(titles(w.daemon, "since=2020-11-25T04:00:00Z&until=2020-11-25T06:00:00Z") ==
        std::vector<std::string>{"Article 5", "Article 4"});
  request(w.daemon, "PATCH", "/v1/articles/" + std::to_string(id_of(w.daemon, "Article 5")), R"({"read": true})");
  CHECK(titles(w.daemon, "read=true") == std::vector<std::string>{"Article 5"});
  CHECK(titles(w.daemon, "read=false").size() == 8);
  for (const char* bad : {"limit=0", "limit=1001", "read=maybe", "feed=x", "since=yesterday", "cursor=nonsense", "order=best",
                          "order=relevance", "q=%22open"}) {
    CAPTURE(bad);
    CHECK(get(w.daemon, std::string("/v1/articles?") + bad).status == 400);
  }
}

TEST_CASE("a search finds words without regard to case or accents, with a snippet that marks them") {
  World w;
  const Reply found = get(w.daemon, "/v1/articles?q=LIGHTHOUSE3");
  const auto& list = found.json.at("articles").as_array();
  REQUIRE(list.size() == 1);
  const std::string snippet(list[0].at("snippet").as_string());
  CHECK(snippet.find("<mark>lighthouse3</mark>") != snippet.npos);
  CHECK(titles(w.daemon, "q=cafe").size() == 9);
  CHECK(titles(w.daemon, "q=lighth*%20article&order=relevance").size() == 9);
  CHECK(titles(w.daemon, "q=evil").empty());
}

TEST_CASE("marks change what they name, count what they changed, and survive SIGKILL") {
  World w;
  const auto a = id_of(w.daemon, "Article 1");
  const auto b = id_of(w.daemon, "Article 2");
  const std::string body = R"({"ids": [)" + std::to_string(a) + "," + std::to_string(b) + R"(], "read": true})";
  CHECK(request(w.daemon, "POST", "/v1/articles/mark", body).json.at("changed").as_int64() == 2);
  CHECK(request(w.daemon, "POST", "/v1/articles/mark", body).json.at("changed").as_int64() == 0);
  CHECK(request(w.daemon, "POST", "/v1/articles/mark", R"({"ids": [99999], "read": true})").status == 404);
  CHECK(request(w.daemon, "PATCH", "/v1/articles/" + std::to_string(b), R"({"starred": true})").json.at("starred").as_bool());
  w.daemon.kill();
  w.daemon.start();
  CHECK(article(w.daemon, "Article 1").at("read").as_bool());
  CHECK(article(w.daemon, "Article 2").at("starred").as_bool());
  CHECK(get(w.daemon, "/v1/status").json.at("counts").at("unread").as_int64() == 7);
  CHECK(request(w.daemon, "POST", "/v1/articles/mark", R"({"q": "lighthouse9", "starred": true})").json.at("changed").as_int64() == 1);
  const std::string all = R"({"feed": )" + std::to_string(w.feed) + R"(, "read": true})";
  CHECK(request(w.daemon, "POST", "/v1/articles/mark", all).json.at("changed").as_int64() == 7);
}

TEST_CASE("the change log has no gaps: a client that follows it knows every add, edit, mark and deletion") {
  World w;
  const auto id = id_of(w.daemon, "Article 1");
  request(w.daemon, "PATCH", "/v1/articles/" + std::to_string(id), R"({"read": true})");
  request(w.daemon, "DELETE", "/v1/feeds/" + std::to_string(w.feed));
  std::int64_t since = 0;
  std::int64_t last = 0;
  std::set<std::int64_t> added;
  std::set<std::int64_t> deleted;
  bool more = true;
  while (more) {
    const Reply page = get(w.daemon, "/v1/changes?limit=5&since=" + std::to_string(since));
    REQUIRE(page.status == 200);
    for (const auto& change : page.json.at("changes").as_array()) {
      CHECK(change.at("revision").as_int64() > last);
      last = change.at("revision").as_int64();
      if (change.at("type").as_string() != "article") continue;
      if (change.at("op").as_string() == "added") added.insert(change.at("id").as_int64());
      if (change.at("op").as_string() == "deleted") deleted.insert(change.at("id").as_int64());
    }
    since = last;
    more = page.json.at("more").as_bool();
  }
  CHECK(added.size() == 9);
  CHECK(deleted == added);
  CHECK(get(w.daemon, "/v1/status").json.at("revision").as_int64() == last);
  CHECK(get(w.daemon, "/v1/changes?since=" + std::to_string(last + 1000)).status == 410);
}

TEST_CASE("live events tell what was committed, and Last-Event-ID resumes without loss") {
  World w;
  const auto before = get(w.daemon, "/v1/status").json.at("revision").as_int64();
  const auto id = id_of(w.daemon, "Article 4");
  std::string last_id;
  {
    EventReader events(w.daemon.socket(), "/v1/events");
    REQUIRE(events.head().status == 200);
    request(w.daemon, "PATCH", "/v1/articles/" + std::to_string(id), R"({"read": true})");
    const auto event = events.next();
    REQUIRE(event);
    CHECK(event->name == "article.state");
    CHECK(event->id == std::to_string(before + 1));
    CHECK(event->data.find("\"id\":" + std::to_string(id)) != std::string::npos);
    last_id = event->id;
  }
  request(w.daemon, "PATCH", "/v1/articles/" + std::to_string(id), R"({"read": false})");
  request(w.daemon, "PATCH", "/v1/articles/" + std::to_string(id), R"({"starred": true})");
  EventReader resumed(w.daemon.socket(), "/v1/events", {{"Last-Event-ID", last_id}});
  CHECK(resumed.next()->id == std::to_string(before + 2));
  CHECK(resumed.next()->id == std::to_string(before + 3));
}

TEST_CASE("what an article said before it was edited is its history") {
  World w;
  const auto now = get(w.daemon, "/v1/articles/" + std::to_string(id_of(w.daemon, "Article 7"))).json;
  const auto path = "/v1/articles/" + std::to_string(now.at("id").as_int64()) + "/history";
  CHECK(get(w.daemon, path).json.at("versions").as_array().empty());
  w.publisher.serve_file("/feed.xml", rss("Feed", item("7", "Corrected", "Other text.")));
  refresh(w.daemon);
  CHECK(id_of(w.daemon, "Corrected") == now.at("id").as_int64());
  const auto versions = get(w.daemon, path).json.at("versions").as_array();
  REQUIRE(versions.size() == 1);
  for (const char* member : {"title", "content_html", "url", "date_published", "tags", "revision"}) {
    CAPTURE(member);
    CHECK(versions[0].at(member) == now.at(member));
  }
  CHECK(versions[0].at("replaced").as_string().size() == now.at("date_received").as_string().size());
  CHECK(get(w.daemon, "/v1/articles/4711/history").status == 404);
  CHECK(request(w.daemon, "POST", path).status == 405);
}

TEST_CASE("an unchanged list is answered with 304") {
  World w;
  HttpClient client(w.daemon.socket());
  const std::string tag = client.get("/v1/articles?limit=3").header("ETag");
  REQUIRE_FALSE(tag.empty());
  CHECK(client.get("/v1/articles?limit=3", {{"If-None-Match", tag}}).status == 304);
  request(w.daemon, "PATCH", "/v1/articles/" + std::to_string(id_of(w.daemon, "Article 9")), R"({"read": true})");
  CHECK(client.get("/v1/articles?limit=3", {{"If-None-Match", tag}}).status == 200);
}
