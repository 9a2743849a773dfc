#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

struct World {
  World() { daemon.start(); }
  Reply add(const std::string& url, std::string_view query = "") {
    return request(daemon, "POST", "/v1/feeds" + std::string(query), "{\"url\": \"" + url + "\"}");
  }
  Publisher publisher;
  Daemon daemon;
};

}  // namespace

TEST_CASE("subscribing costs one request, answers 201 with the feed, and its articles are there") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("Harbour news", item("a", "One") + item("b", "Two")));
  const Reply added = w.add(w.publisher.url("/feed.xml"));
  REQUIRE(added.status == 201);
  CHECK(added.json.at("title").as_string() == "Harbour news");
  CHECK(added.json.at("state").as_string() == "ok");
  CHECK(added.json.at("counts").at("articles").as_int64() == 2);
  CHECK(titles(w.daemon).size() == 2);
  CHECK(w.publisher.requests().size() == 1);
  const Reply listed = get(w.daemon, "/v1/feeds/" + std::to_string(added.json.at("id").as_int64()));
  CHECK(listed.status == 200);
  CHECK(listed.json.at("uid").as_string().size() == 16);
}

TEST_CASE("subscribing twice is a conflict") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("t", ""));
  REQUIRE(w.add(w.publisher.url("/feed.xml")).status == 201);
  CHECK(w.add(w.publisher.url("/feed.xml")).status == 409);
}

TEST_CASE("a page that links to one feed subscribes to that feed") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("The feed", item("a", "One")));
  w.publisher.serve_file("/", "<html><head><link rel=alternate type='application/rss+xml' href='/feed.xml'></head></html>", "text/html");
  const Reply added = w.add(w.publisher.url("/"));
  REQUIRE(added.status == 201);
  CHECK(added.json.at("url").as_string() == w.publisher.url("/feed.xml"));
  CHECK(w.publisher.requests().size() == 2);
}

TEST_CASE("a page that links to several feeds is refused with the candidates") {
  World w;
  w.publisher.serve_file("/",
                         "<html><head><link rel=alternate type='application/rss+xml' title=News href='/a.xml'>"
                         "<link rel=alternate type='application/atom+xml' href='/b.xml'></head></html>",
                         "text/html");
  const Reply refused = w.add(w.publisher.url("/"));
  REQUIRE(refused.status == 422);
  const auto& candidates = refused.json.at("candidates").as_array();
  REQUIRE(candidates.size() == 2);
  CHECK(candidates[0].at("url").as_string() == w.publisher.url("/a.xml"));
  CHECK(candidates[0].at("title").as_string() == "News");
  CHECK(get(w.daemon, "/v1/feeds").json.at("feeds").as_array().empty());
}

TEST_CASE("what is no feed is refused, with the reason, and leaves nothing behind") {
  World w;
  w.publisher.serve_file("/picture.png", "\x89PNG\r\n", "image/png");
  CHECK(w.add(w.publisher.url("/picture.png")).status == 422);
  CHECK(w.add(w.publisher.url("/missing.xml")).status == 422);
  CHECK(w.add("ftp://example.org/feed").status == 422);
  CHECK(w.add("").status == 422);
  CHECK(get(w.daemon, "/v1/feeds").json.at("feeds").as_array().empty());
}

TEST_CASE("a publisher that is dead is named; validate=later subscribes unseen and the poll reports the failure") {
  World w;
  std::string url;
  {
    const Publisher gone;
    url = gone.url("/feed.xml");
  }
  const Reply refused = w.add(url);
  CHECK(refused.status == 422);
  const Reply unseen = w.add(url, "?validate=later");
  REQUIRE(unseen.status == 201);
  refresh(w.daemon);
  const Reply feed = get(w.daemon, "/v1/feeds/" + std::to_string(unseen.json.at("id").as_int64()));
  CHECK(feed.json.at("state").as_string() == "failing");
  CHECK(feed.json.at("error").at("cause").as_string() == "refused");
}

TEST_CASE("a title of one's own, a folder and settings can be given and changed") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("Publisher's title", ""));
  const std::string body = R"({"url": ")" + w.publisher.url("/feed.xml") +
                           R"(", "title": "Mine", "folder": "news", "settings": {"poll_interval": "2h"}})";
  const Reply added = request(w.daemon, "POST", "/v1/feeds", body);
  REQUIRE(added.status == 201);
  CHECK(added.json.at("title").as_string() == "Mine");
  CHECK(added.json.at("folder").as_string() == "news");
  CHECK(added.json.at("settings").at("poll_interval").as_string() == "2h");
  CHECK(added.json.at("next_poll_rule").as_string() == "poll_interval");
  const std::string path = "/v1/feeds/" + std::to_string(added.json.at("id").as_int64());
  CHECK(request(w.daemon, "PATCH", path, R"({"title": "", "folder": "other"})").status == 200);
  CHECK(get(w.daemon, path).json.at("title").as_string() == "Publisher's title");
  CHECK(request(w.daemon, "PATCH", path, R"({"settings": {"poll_interval": "soon"}})").status == 422);
  CHECK(request(w.daemon, "PATCH", path, R"({"paused": true})").json.at("state").as_string() == "paused");
  CHECK(request(w.daemon, "POST", path + "/refresh").status == 409);
}

TEST_CASE("unsubscribing takes the articles along but for the starred ones, and purge=all takes those too") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("t", item("a", "Plain") + item("b", "Starred")));
  const auto id = std::to_string(subscribe(w.daemon, w.publisher.url("/feed.xml")));
  const auto starred = std::to_string(article(w.daemon, "Starred").at("id").as_int64());
  REQUIRE(request(w.daemon, "PATCH", "/v1/articles/" + starred, R"({"starred": true})").status == 200);
  CHECK(request(w.daemon, "DELETE", "/v1/feeds/" + id).status == 204);
  CHECK(titles(w.daemon) == std::vector<std::string>{"Starred"});
  CHECK(get(w.daemon, "/v1/feeds").json.at("feeds").as_array().empty());
  CHECK(request(w.daemon, "DELETE", "/v1/feeds/" + id).status == 404);

  const auto again = std::to_string(subscribe(w.daemon, w.publisher.url("/feed.xml")));
  CHECK(article(w.daemon, "Starred").at("starred").as_bool());
  CHECK(titles(w.daemon).size() == 2);
  CHECK(request(w.daemon, "DELETE", "/v1/feeds/" + again + "?purge=all").status == 204);
  CHECK(titles(w.daemon).empty());
}

TEST_CASE("OPML goes in and out, folders included") {
  World w;
  w.publisher.serve_file("/a.xml", rss("A", item("a", "One")));
  w.publisher.serve_file("/b.xml", rss("B", ""));
  subscribe(w.daemon, w.publisher.url("/b.xml"));
  const std::string opml = "<opml version=\"2.0\"><body><outline text=\"Sea\"><outline type=\"rss\" text=\"A\" xmlUrl=\"" +
                           w.publisher.url("/a.xml") + "\"/></outline><outline type=\"rss\" xmlUrl=\"" +
                           w.publisher.url("/b.xml") + "\"/><outline type=\"rss\" xmlUrl=\"javascript:alert(1)\"/></body></opml>";
  HttpClient client(w.daemon.socket());
  const HttpAnswer answer = client.request("POST", "/v1/opml", opml, {{"Content-Type", "text/x-opml"}});
  REQUIRE(answer.status == 200);
  refresh(w.daemon);
  CHECK(titles(w.daemon, "folder=Sea") == std::vector<std::string>{"One"});
  const std::string out = get(w.daemon, "/v1/opml").body;
  CHECK(out.find("text=\"Sea\"") != out.npos);
  CHECK(out.find(w.publisher.url("/a.xml")) != out.npos);
  CHECK(out.find(w.publisher.url("/b.xml")) != out.npos);
  CHECK(out.find("javascript") == out.npos);
}
