#include <random>
#include <set>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

struct World {
  World() { daemon.start(); }
  Publisher publisher;
  Daemon daemon;
};

std::string feed_path(std::int64_t id) { return "/v1/feeds/" + std::to_string(id); }

}  // namespace

TEST_CASE("a second poll of unchanged feeds is all 304, with the validators verbatim, and adds nothing") {
  World w;
  for (int i = 0; i < 10; ++i) {
    const std::string path = "/" + std::to_string(i) + ".xml";
    w.publisher.serve_file(path, rss("Feed " + path, item(path, "Article of " + path)));
    subscribe(w.daemon, w.publisher.url(path));
  }
  const auto revision = get(w.daemon, "/v1/status").json.at("revision").as_int64();
  w.publisher.clear_requests();
  refresh(w.daemon);
  const auto requests = w.publisher.requests();
  CHECK(requests.size() == 10);
  for (const auto& seen : requests) {
    CHECK_FALSE(seen.header("If-None-Match").empty());
    CHECK_FALSE(seen.header("If-Modified-Since").empty());
    CHECK(seen.method == "GET");
    CHECK(seen.header("Cookie").empty());
    CHECK(seen.header("Referer").empty());
    CHECK(seen.header("User-Agent").find("newscached/") == 0);
  }
  CHECK(get(w.daemon, "/v1/status").json.at("revision").as_int64() == revision);
  CHECK(titles(w.daemon).size() == 10);
}

TEST_CASE("feeds of one publisher are polled one at a time") {
  World w;
  std::string opml = "<opml version=\"2.0\"><body>";
  for (int i = 0; i < 10; ++i) {
    const std::string path = "/" + std::to_string(i) + ".xml";
    w.publisher.serve_file(path, rss("t", item(path, path)));
    opml += "<outline type=\"rss\" xmlUrl=\"" + w.publisher.url(path) + "\"/>";
  }
  HttpClient client(w.daemon.socket());
  REQUIRE(client.request("POST", "/v1/opml", opml + "</body></opml>").status == 200);
  refresh(w.daemon);
  CHECK(titles(w.daemon).size() == 10);
  CHECK(w.publisher.most_at_once() == 1);
}

TEST_CASE("an edited entry is updated in place, keeps read and starred, and gets a new revision") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("t", item("a", "First title", "First text.")));
  subscribe(w.daemon, w.publisher.url("/feed.xml"));
  const auto before = article(w.daemon, "First title");
  const std::string path = "/v1/articles/" + std::to_string(before.at("id").as_int64());
  request(w.daemon, "PATCH", path, R"({"read": true, "starred": true})");
  w.publisher.serve_file("/feed.xml", rss("t", item("a", "Second title", "Second text.")));
  refresh(w.daemon);
  const auto after = article(w.daemon, "Second title");
  CHECK(titles(w.daemon).size() == 1);
  CHECK(after.at("id") == before.at("id"));
  CHECK(after.at("uid") == before.at("uid"));
  CHECK(after.at("read").as_bool());
  CHECK(after.at("starred").as_bool());
  CHECK(after.at("revision").as_int64() > before.at("revision").as_int64());
  CHECK(after.contains("date_modified"));
  CHECK(titles(w.daemon, "q=second").size() == 1);
  CHECK(titles(w.daemon, "q=first").empty());
}

TEST_CASE("the same guid in two feeds is two articles, and one guid under two polls is one") {
  World w;
  w.publisher.serve_file("/a.xml", rss("A", item("same", "Of A")));
  w.publisher.serve_file("/b.xml", rss("B", item("same", "Of B")));
  subscribe(w.daemon, w.publisher.url("/a.xml"));
  subscribe(w.daemon, w.publisher.url("/b.xml"));
  CHECK(titles(w.daemon).size() == 2);
  w.publisher.serve_file("/a.xml", rss("A", item("same", "Of A") + item("new", "New of A")));
  refresh(w.daemon);
  CHECK(titles(w.daemon).size() == 3);
}

TEST_CASE("what disappears from the publisher's document stays") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("t", item("a", "Old") + item("b", "New")));
  subscribe(w.daemon, w.publisher.url("/feed.xml"));
  w.publisher.serve_file("/feed.xml", rss("t", item("b", "New")));
  refresh(w.daemon);
  CHECK(titles(w.daemon).size() == 2);
}

TEST_CASE("a restart keeps feeds, articles, marks, revision and epoch, and polls conditionally") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  const auto id = subscribe(w.daemon, w.publisher.url("/feed.xml"));
  request(w.daemon, "PATCH", "/v1/articles/" + std::to_string(article(w.daemon, "One").at("id").as_int64()), R"({"read": true})");
  const auto before = get(w.daemon, "/v1/status").json;
  CHECK(w.daemon.stop() == 0);
  w.publisher.clear_requests();
  w.daemon.start();
  const auto after = get(w.daemon, "/v1/status").json;
  CHECK(after.at("epoch") == before.at("epoch"));
  CHECK(after.at("revision") == before.at("revision"));
  CHECK(after.at("counts") == before.at("counts"));
  CHECK(article(w.daemon, "One").at("read").as_bool());
  CHECK(w.publisher.requests().empty());
  refresh(w.daemon);
  REQUIRE(w.publisher.requests().size() == 1);
  CHECK_FALSE(w.publisher.requests()[0].header("If-None-Match").empty());
  CHECK(get(w.daemon, feed_path(id)).json.at("state").as_string() == "ok");
}

TEST_CASE("SIGKILL during polls loses nothing: validators never run ahead of articles") {
  World w;
  constexpr int feeds = 12;
  std::string opml = "<opml version=\"2.0\"><body>";
  std::set<std::string> expected;
  const auto publish = [&](int generation) {
    for (int i = 0; i < feeds; ++i) {
      const std::string path = "/" + std::to_string(i) + ".xml";
      std::string items;
      for (int g = 0; g <= generation; ++g) {
        const std::string title = "g" + std::to_string(g) + path;
        items += item(title, title);
        expected.insert(title);
      }
      w.publisher.serve_file(path, rss("t", items));
    }
  };
  publish(0);
  for (int i = 0; i < feeds; ++i) {
    opml += "<outline type=\"rss\" xmlUrl=\"" + w.publisher.url("/" + std::to_string(i) + ".xml") + "\"/>";
  }
  {
    HttpClient client(w.daemon.socket());
    REQUIRE(client.request("POST", "/v1/opml", opml + "</body></opml>").status == 200);
  }
  std::mt19937 random(7);
  for (int round = 1; round <= 8; ++round) {
    publish(round);
    w.publisher.clear_requests();
    request(w.daemon, "POST", "/v1/refresh");
    // The kill comes when some request of the round has been seen: in the middle of polls, parses and commits.
    const std::string path = "/" + std::to_string(random() % feeds) + ".xml";
    w.publisher.wait_for_requests(path, 1);
    w.daemon.kill();
    w.daemon.start();
  }
  // Whatever the kills cut off is fetched now; what the daemon believes to have is answered with 304.
  request(w.daemon, "POST", "/v1/refresh?force=true");
  refresh(w.daemon);
  const auto found = titles(w.daemon, "limit=1000");
  CHECK(std::set<std::string>(found.begin(), found.end()) == expected);
  CHECK(found.size() == expected.size());
}

TEST_CASE("a document that was cut off keeps its whole entries and is fetched again, unconditionally") {
  World w;
  const std::string whole = rss("t", item("a", "One") + item("b", "Two"));
  const std::string cut = whole.substr(0, whole.find("Two"));
  w.publisher.answer("/feed.xml", {Answer{.headers = {{"ETag", "\"1\""}}, .body = cut, .type = "application/rss+xml"},
                                   Answer{.headers = {{"ETag", "\"1\""}}, .body = whole, .type = "application/rss+xml"}});
  subscribe(w.daemon, w.publisher.url("/feed.xml"));
  CHECK(titles(w.daemon) == std::vector<std::string>{"One"});
  refresh(w.daemon);
  CHECK(titles(w.daemon).size() == 2);
  CHECK(w.publisher.requests("/feed.xml").at(1).header("If-None-Match").empty());
}

TEST_CASE("a body that ends before its announced length changes nothing") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  const auto id = subscribe(w.daemon, w.publisher.url("/feed.xml"));
  w.publisher.answer("/feed.xml", Answer{.body = rss("Other", item("z", "Ghost")), .fault = Fault::truncate});
  refresh(w.daemon);
  CHECK(titles(w.daemon) == std::vector<std::string>{"One"});
  const Reply feed = get(w.daemon, feed_path(id));
  CHECK(feed.json.at("state").as_string() == "failing");
  CHECK(feed.json.at("title").as_string() == "t");
}

TEST_CASE("every failure is named by its cause, and one feed's failure leaves the others alone") {
  World w;
  w.publisher.serve_file("/good.xml", rss("Good", item("a", "One")));
  subscribe(w.daemon, w.publisher.url("/good.xml"));
  struct Case {
    std::string path;
    Answer answer;
    std::string cause;
    std::string state;
  };
  const std::vector<Case> cases = {
      {"/missing", Answer{.status = 404}, "missing", "failing"},
      {"/gone", Answer{.status = 410}, "gone", "gone"},
      {"/denied", Answer{.status = 403}, "denied", "auth"},
      {"/server", Answer{.status = 500}, "server", "failing"},
      {"/page", Answer{.body = "<!doctype html><title>Hello</title>", .type = "text/html"}, "not_a_feed", "failing"},
      {"/reset", Answer{.body = rss("t", ""), .fault = Fault::reset_before_headers}, "refused", "failing"},
      {"/bomb", gzip_bomb(200'000'000), "too_large", "failing"},
      {"/loop", redirect(302, "/loop"), "too_large", "failing"},
      {"/busy", busy(429, "7200"), "busy", "new"},
  };
  std::vector<std::int64_t> ids;
  for (const Case& c : cases) {
    w.publisher.answer(c.path, c.answer);
    const Reply added = request(w.daemon, "POST", "/v1/feeds?validate=later", "{\"url\": \"" + w.publisher.url(c.path) + "\"}");
    REQUIRE(added.status == 201);
    ids.push_back(added.json.at("id").as_int64());
  }
  refresh(w.daemon);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(cases[i].path);
    const Reply feed = get(w.daemon, feed_path(ids[i]));
    CHECK(feed.json.at("error").at("cause").as_string() == cases[i].cause);
    CHECK(feed.json.at("state").as_string() == cases[i].state);
  }
  CHECK(titles(w.daemon) == std::vector<std::string>{"One"});
}

TEST_CASE("a cooldown that the publisher asks for is respected by a manual refresh, unless it is forced") {
  World w;
  w.publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  const auto id = subscribe(w.daemon, w.publisher.url("/feed.xml"));
  w.publisher.answer("/feed.xml", busy(503, "7200"));
  refresh(w.daemon);
  w.publisher.clear_requests();
  refresh(w.daemon);
  CHECK(w.publisher.requests().empty());
  CHECK(get(w.daemon, feed_path(id)).json.at("next_poll_rule").as_string() == "retry-after");
  w.publisher.serve_file("/feed.xml", rss("t", item("a", "One") + item("b", "Two")));
  CHECK(request(w.daemon, "POST", feed_path(id) + "/refresh?force=true").status == 202);
  REQUIRE(w.publisher.wait_for_requests("/feed.xml", 1));
  refresh(w.daemon);
  CHECK(titles(w.daemon).size() == 2);
}

TEST_CASE("a public host that is busy is left alone by all of its feeds, and a restart does not forget that") {
  Publisher net;  // behind a proxy every site counts as public
  net.answer("http://site.example/a.xml", Answer{.body = rss("A", item("a", "One"))});
  net.answer("http://site.example/b.xml", Answer{.body = rss("B", item("b", "Two"))});
  Daemon daemon;
  daemon.write_config("[net]\nproxy = \"" + net.url("") + "\"\n[poll]\nhost_gap = \"0s\"\n");
  daemon.start();
  const auto a = subscribe(daemon, "http://site.example/a.xml");
  const auto b = subscribe(daemon, "http://site.example/b.xml");
  net.answer("http://site.example/a.xml", busy(429, "86400"));
  CHECK(request(daemon, "POST", feed_path(a) + "/refresh").status == 202);
  REQUIRE(net.wait_for_requests("http://site.example/a.xml", 2));
  refresh(daemon);
  const auto requests = net.requests("http://site.example/b.xml").size();
  CHECK(get(daemon, feed_path(b)).json.at("next_poll_rule").as_string() == "host-cool-down");
  CHECK(daemon.stop() == 0);
  daemon.start();
  CHECK(get(daemon, feed_path(b)).json.at("next_poll_rule").as_string() == "host-cool-down");
  refresh(daemon);
  CHECK(net.requests("http://site.example/b.xml").size() == requests);
}

TEST_CASE("hints of the server and of the document decide the next poll, on errors too") {
  World w;
  const auto next = [&](std::int64_t id) {
    const Reply feed = get(w.daemon, feed_path(id));
    return std::string(feed.json.at("next_poll_rule").as_string());
  };
  w.publisher.answer("/age.xml", Answer{.headers = {{"Cache-Control", "max-age=90000"}, {"Age", "60"}}, .body = rss("t", item("a", "a"))});
  w.publisher.answer("/ttl.xml", Answer{.body = rss("t", "<ttl>600</ttl>" + item("b", "b"))});
  w.publisher.answer("/none.xml", Answer{.body = rss("t", item("c", "c"))});
  const auto age = subscribe(w.daemon, w.publisher.url("/age.xml"));
  const auto ttl = subscribe(w.daemon, w.publisher.url("/ttl.xml"));
  const auto none = subscribe(w.daemon, w.publisher.url("/none.xml"));
  CHECK(next(age) == "max-age");
  CHECK(next(ttl) == "ttl");
  CHECK(next(none) == "unconditional");
  w.publisher.answer("/age.xml", Answer{.status = 404, .headers = {{"Cache-Control", "max-age=90000"}}});
  refresh(w.daemon);
  CHECK(get(w.daemon, feed_path(age)).json.at("error").at("cause").as_string() == "missing");
  CHECK(next(age) == "max-age");
}

TEST_CASE("a permanent redirect is followed and not stored at first sight") {
  World w;
  w.publisher.serve_file("/new.xml", rss("t", item("a", "One")));
  w.publisher.answer("/old.xml", redirect(301, "/new.xml"));
  const auto id = subscribe(w.daemon, w.publisher.url("/old.xml"));
  CHECK(titles(w.daemon).size() == 1);
  CHECK(get(w.daemon, feed_path(id)).json.at("url").as_string() == w.publisher.url("/old.xml"));
}
