// What is cached, out again: Atom and JSON Feed for any feed reader, and the content page.

#include <boost/json/serialize.hpp>
#include <fstream>
#include <set>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

void import_feed(const Daemon& daemon, const std::string& document, const std::string& title) {
  const Reply done = request(daemon, "POST", "/v1/import?feed=" + title + "&name=x.xml", document);
  INFO(done.body);
  REQUIRE(done.status == 200);
}

std::string many_items(int first, int last) {
  std::string items;
  for (int i = first; i <= last; ++i) {
    items += item("n" + std::to_string(i), "Article " + std::to_string(i), "Text of number " + std::to_string(i) + ".");
  }
  return items;
}

HttpAnswer fetch(const Daemon& daemon, std::string_view target, const HeaderList& headers = {}) {
  return HttpClient(daemon.socket()).get(target, headers);
}

// By RFC 4287's grammar, with a parser that is not ours.
void check_atom(const std::string& document) {
  TemporaryDirectory directory;
  const auto file = directory.path() / "feed.atom";
  std::ofstream(file, std::ios::binary) << document;
  const auto result =
      run_program("/usr/bin/xmllint", {"--noout", "--relaxng", NEWSCACHE_TEST_DATA "/schema/atom.rng", file.string()});
  INFO(document.substr(0, 2000));
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

// The value between the two, first of its kind; empty when there is none.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const auto begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  const auto rest = text.substr(begin + before.size());
  return std::string(rest.substr(0, rest.find(after)));
}

std::string unescaped(std::string text) {
  for (auto at = text.find("&amp;"); at != std::string::npos; at = text.find("&amp;", at + 1)) text.erase(at + 1, 4);
  return text;
}

std::string link_of(const std::string& atom, std::string_view rel) {
  return unescaped(between(atom, "<link rel=\"" + std::string(rel) + "\" href=\"", "\""));
}

// Of an absolute URL, what to ask for on the socket.
std::string target_of(const std::string& url) { return url.substr(url.find("/v1/")); }

}  // namespace

TEST_CASE("a feed and all articles are republished as valid Atom and JSON Feed") {
  Daemon daemon;
  daemon.start();
  import_feed(daemon, rss("Files", many_items(1, 3)), "Files");
  import_feed(daemon, rss("More &amp; more", many_items(4, 5)), "More");
  for (const std::string path : {"/v1/feeds/1/feed", "/v1/articles"}) {
    INFO(path);
    const int expected = path == "/v1/articles" ? 5 : 3;
    const auto atom = fetch(daemon, path + ".atom");
    REQUIRE(atom.status == 200);
    CHECK(atom.header("Content-Type") == "application/atom+xml; charset=utf-8");
    check_atom(atom.body);
    CHECK(count(atom.body, "<entry") == expected);
    CHECK(count(atom.body, "rel=\"self\"") == 1);
    CHECK(count(atom.body, "rel=\"first\"") == 1);
    CHECK(count(atom.body, "rel=\"next\"") == 0);
    const auto json = fetch(daemon, path + ".json");
    REQUIRE(json.status == 200);
    CHECK(json.header("Content-Type") == "application/feed+json");
    const auto document = get(daemon, path + ".json").json;
    CHECK(document.at("version") == "https://jsonfeed.org/version/1.1");
    CHECK(document.at("items").as_array().size() == static_cast<std::size_t>(expected));
    CHECK_FALSE(document.as_object().contains("next_url"));
    for (const auto& one : document.at("items").as_array()) {
      // The same id in both.
      CHECK(count(atom.body, "<id>" + std::string(one.at("id").as_string()) + "</id>") == 1);
    }
  }
  CHECK(count(fetch(daemon, "/v1/articles.atom").body, "<source>") == 5);
  CHECK(count(fetch(daemon, "/v1/feeds/1/feed.atom").body, "<source>") == 0);
}

TEST_CASE("an empty cache, and a feed without articles, are valid too; an unknown feed is not there") {
  Daemon daemon;
  daemon.start();
  check_atom(fetch(daemon, "/v1/articles.atom").body);
  REQUIRE(request(daemon, "POST", "/v1/feeds?validate=later", R"({"url":"http://127.0.0.1:1/"})").status == 201);
  const auto atom = fetch(daemon, "/v1/feeds/1/feed.atom");
  CHECK(atom.status == 200);
  check_atom(atom.body);
  CHECK(get(daemon, "/v1/feeds/1/feed.json").json.at("items").as_array().empty());
  for (const auto* path : {"/v1/feeds/2/feed.atom", "/v1/feeds/2/feed.json"}) CHECK(fetch(daemon, path).status == 404);
}

TEST_CASE("pages lead from one to the next until all articles have been seen once") {
  Daemon daemon;
  daemon.start();
  import_feed(daemon, rss("Files", many_items(1, 25)), "Files");
  for (const std::string path : {"/v1/feeds/1/feed.atom?limit=10", "/v1/articles.atom?read=false&limit=10"}) {
    INFO(path);
    std::set<std::string> seen;
    std::string target = path;
    int pages = 0;
    for (; !target.empty() && pages < 10; ++pages) {
      const auto page = fetch(daemon, target, {{"Host", "newscached.example:8077"}}).body;
      check_atom(page);
      CHECK(link_of(page, "first") == "http://newscached.example:8077" + path);
      CHECK(link_of(page, "self") == "http://newscached.example:8077" + target);
      for (std::string_view rest = page; rest.find("<entry") != std::string_view::npos;) {
        rest.remove_prefix(rest.find("<entry") + 6);
        CHECK(seen.insert(between(rest, "<id>", "</id>")).second);
      }
      const auto next = link_of(page, "next");
      target = next.empty() ? next : target_of(next);
    }
    CHECK(pages == 3);
    CHECK(seen.size() == 25);
  }
  std::set<std::string> ids;
  int pages = 0;
  for (std::string target = "/v1/articles.json?limit=10"; !target.empty() && pages < 10; ++pages) {
    const auto page = get(daemon, target).json;
    CHECK(page.at("feed_url") == "http://localhost/v1/articles.json?limit=10");
    for (const auto& one : page.at("items").as_array()) ids.emplace(one.at("id").as_string());
    const auto* next = page.as_object().if_contains("next_url");
    target = next == nullptr ? std::string() : target_of(std::string(next->as_string()));
  }
  CHECK(pages == 3);
  CHECK(ids.size() == 25);
}

TEST_CASE("the filters of the list work here too, and go with the links") {
  Daemon daemon;
  daemon.start();
  import_feed(daemon, rss("Files", many_items(1, 12)), "Files");
  import_feed(daemon, rss("More", many_items(21, 22)), "More");
  REQUIRE(request(daemon, "POST", "/v1/articles/mark", R"({"ids":[1,2,3],"starred":true})").status == 200);
  struct Row {
    const char* target;
    int entries;
  };
  const Row rows[] = {
      {"/v1/articles.atom?starred=true", 3},
      {"/v1/articles.atom?feed=2", 2},
      {"/v1/articles.atom?q=number%20%22of+number%22&order=relevance", 14},
      {"/v1/articles.atom?folder=None", 0},
      {"/v1/articles.atom?tag=none", 0},
      {"/v1/articles.atom?until=2001-01-01", 0},
      {"/v1/feeds/1/feed.atom?starred=false", 9},
      {"/v1/feeds/1/feed.atom?q=22", 0},
  };
  for (const auto& row : rows) {
    INFO(row.target);
    const auto answer = fetch(daemon, row.target);
    CHECK(answer.status == 200);
    check_atom(answer.body);
    CHECK(count(answer.body, "<entry") == row.entries);
  }
  const auto searched = fetch(daemon, "/v1/articles.atom?q=%22of+number%22&order=relevance&limit=2").body;
  CHECK(link_of(searched, "next").find("q=%22of%20number%22&order=relevance&limit=2&cursor=") != std::string::npos);
  // A cursor belongs to its question.
  const auto cursor = between(link_of(searched, "next"), "cursor=", "&");
  for (const std::string target : {"/v1/articles.atom?cursor=", "/v1/feeds/1/feed.atom?q=%22of+number%22&cursor=",
                                   "/v1/articles.json?q=other&cursor="}) {
    INFO(target);
    CHECK(fetch(daemon, target + cursor).status == 400);
  }
  for (const auto* target :
       {"/v1/feeds/1/feed.atom?feed=2", "/v1/feeds/1/feed.json?folder=x", "/v1/articles.atom?fields=summary",
        "/v1/articles.atom?order=relevance", "/v1/articles.json?limit=1001"}) {
    INFO(target);
    CHECK(fetch(daemon, target).status == 400);
  }
}

TEST_CASE("links name the host that the client has named, unless that is none") {
  Daemon daemon;
  daemon.start();
  struct Row {
    const char* host;
    const char* origin;
  };
  const Row rows[] = {
      {"localhost", "http://localhost"},
      {"127.0.0.1:8077", "http://127.0.0.1:8077"},
      {"[::1]:8077", "http://[::1]:8077"},
      {"", "http://localhost"},
      {":8077", "http://localhost"},
      {"user@evil.example", "http://localhost"},
      {"evil.example/path", "http://localhost"},
      {"a b", "http://localhost"},
      {"\"><script>", "http://localhost"},
      {"caf\xc3\xa9.example", "http://localhost"},
      {"[::1", "http://localhost"},
      {"a:b:c", "http://localhost"},
      {"host:99999999", "http://localhost"},
  };
  for (const auto& row : rows) {
    INFO(row.host);
    const auto answer = fetch(daemon, "/v1/articles.atom", {{"Host", row.host}});
    REQUIRE(answer.status == 200);
    CHECK(link_of(answer.body, "self") == std::string(row.origin) + "/v1/articles.atom");
  }
}

TEST_CASE("a reader that has a page is told so until something changes") {
  Daemon daemon;
  daemon.start();
  import_feed(daemon, rss("Files", many_items(1, 2)), "Files");
  for (const std::string target : {"/v1/feeds/1/feed.atom", "/v1/feeds/1/feed.json", "/v1/articles.atom",
                                   "/v1/articles.json", "/v1/articles/1/content"}) {
    INFO(target);
    const auto etag = fetch(daemon, target).header("ETag");
    CHECK_FALSE(etag.empty());
    const auto again = fetch(daemon, target, {{"If-None-Match", etag}});
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.header("ETag") == etag);
    request(daemon, "PATCH", "/v1/articles/1", target.ends_with("m") ? R"({"read":true})" : R"({"read":false})");
    request(daemon, "PATCH", "/v1/articles/2", R"({"starred":true})");
    request(daemon, "PATCH", "/v1/articles/2", R"({"starred":false})");
    CHECK(fetch(daemon, target, {{"If-None-Match", etag}}).status == 200);
  }
}

namespace {

// Hands out what the other daemon answers, as a listener on TCP would.
void publish_from(Publisher& publisher, const Daemon& origin, const std::string& path) {
  publisher.answer(path, [socket = origin.socket()](const SeenRequest& seen) {
    HeaderList headers{{"Host", seen.header("Host")}};
    if (const auto known = seen.header("If-None-Match"); !known.empty()) headers.emplace_back("If-None-Match", known);
    const auto got = HttpClient(socket).get(seen.target, headers);
    Answer answer{.status = got.status, .body = got.body, .type = got.header("Content-Type")};
    if (const auto etag = got.header("ETag"); !etag.empty()) answer.headers.emplace_back("ETag", etag);
    return answer;
  });
}

}  // namespace

TEST_CASE("another newscached that follows this one gets each article once, whatever is marked meanwhile") {
  for (const std::string path : {"/v1/feeds/1/feed.atom", "/v1/feeds/1/feed.json", "/v1/articles.atom"}) {
    INFO(path);
    Daemon origin;
    origin.start();
    import_feed(origin, rss("Files", many_items(1, 12)), "Files");
    Publisher publisher;
    publish_from(publisher, origin, path);
    Daemon follower;
    follower.start();
    subscribe(follower, publisher.url(path));
    CHECK(titles(follower, "limit=100").size() == 12);
    CHECK(titles(follower, "order=oldest") == titles(origin, "order=oldest"));
    refresh(follower);
    CHECK(publisher.requests(path).back().header("If-None-Match") == fetch(origin, path).header("ETag"));
    const auto before = get(follower, "/v1/status").json.at("revision").as_int64();

    REQUIRE(request(origin, "POST", "/v1/articles/mark", R"({"read":true})").status == 200);
    refresh(follower);
    CHECK(titles(follower, "limit=100").size() == 12);
    // Not even an edit.
    const auto changes = get(follower, "/v1/changes?since=" + std::to_string(before));
    for (const auto& change : changes.json.at("changes").as_array()) {
      INFO(boost::json::serialize(change));
      CHECK(change.at("type") == "feed");
    }

    import_feed(origin, rss("Files", many_items(1, 13)), "Files");
    refresh(follower);
    CHECK(titles(follower, "limit=100").size() == 13);
  }
}

TEST_CASE("an article is shown as a page of its own or as text, as the client prefers") {
  Daemon daemon;
  daemon.start();
  const std::string markup =
      "&lt;p&gt;Some &lt;b&gt;bold&lt;/b&gt; text.&lt;/p&gt;&lt;script&gt;evil()&lt;/script&gt;"
      "&lt;img src='https://example.org/a.png' alt='a ship'&gt;";
  import_feed(daemon,
              rss("Files &amp; more", "<language>ar</language>" + item("1", "Title &amp; \"more\" &lt;x", markup)),
              "Files");
  struct Row {
    const char* accept;
    int status;
    const char* type;
  };
  const char* const html = "text/html; charset=utf-8";
  const char* const plain = "text/plain; charset=utf-8";
  const Row rows[] = {
      {"text/html", 200, html},
      {"text/plain", 200, plain},
      {"*/*", 200, html},
      {"text/*", 200, html},
      {"text/plain;q=0.5, text/html;q=0.1", 200, plain},
      {"TEXT/PLAIN", 200, plain},
      {"text/html;q=0, */*", 200, plain},
      {"application/json", 406, "application/problem+json"},
      {"text/html;q=0, text/plain;q=0", 406, "application/problem+json"},
  };
  std::set<std::string> tags;
  for (const auto& row : rows) {
    INFO(row.accept);
    const auto answer = fetch(daemon, "/v1/articles/1/content", {{"Accept", row.accept}});
    CHECK(answer.status == row.status);
    CHECK(answer.header("Content-Type") == row.type);
    CHECK(answer.header("Vary") == "Accept");
    if (row.status == 200) tags.insert(answer.header("ETag"));
  }
  CHECK(tags.size() == 2);
  const auto page = fetch(daemon, "/v1/articles/1/content");
  CHECK(page.header("Content-Type") == html);
  CHECK_THAT(page.header("Content-Security-Policy"), Catch::Matchers::StartsWith("default-src 'none'"));
  CHECK_THAT(page.body, Catch::Matchers::StartsWith("<!DOCTYPE html>"));
  CHECK_THAT(page.body, Catch::Matchers::Contains("<title>Title &amp; &quot;more&quot; &lt;x</title>"));
  CHECK_THAT(page.body, Catch::Matchers::Contains("<p>Some <b>bold</b> text.</p>"));
  CHECK(page.body.find("evil") == std::string::npos);
  CHECK(page.body.find("<script") == std::string::npos);
  const auto text = fetch(daemon, "/v1/articles/1/content", {{"Accept", "text/plain"}});
  CHECK_THAT(text.body, Catch::Matchers::StartsWith("Title & \"more\" <x\nFiles"));
  CHECK_THAT(text.body, Catch::Matchers::Contains("Some bold text.\n"));
  // What a client has of the one is not the other.
  CHECK(fetch(daemon, "/v1/articles/1/content", {{"Accept", "text/plain"}, {"If-None-Match", page.header("ETag")}})
            .status == 200);
  const auto known = fetch(daemon, "/v1/articles/1/content", {{"If-None-Match", page.header("ETag")}});
  CHECK(known.status == 304);
  CHECK(known.header("Vary") == "Accept");
  CHECK(fetch(daemon, "/v1/articles/99/content").status == 404);
}
