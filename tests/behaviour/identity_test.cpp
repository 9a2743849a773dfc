// Whatever a publisher does to its guids, links and hosts: the articles stay as they are, with their marks.

#include <boost/json/serialize.hpp>
#include <functional>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

struct World {
  World() { daemon.start(); }
  Publisher publisher;
  Daemon daemon;
};

std::string entry(const std::string& guid, const std::string& link, int number) {
  return "<item><guid isPermaLink=\"false\">" + guid + "</guid><link>" + link + "</link><title>Title " +
         std::to_string(number) + "</title><pubDate>Mon, 0" + std::to_string(number) +
         " Jun 2026 12:00:00 GMT</pubDate><description>Text " + std::to_string(number) + "</description></item>";
}

// The newest first.
template <class Guid, class Link>
std::string document(int count, Guid guid, Link link) {
  std::string items;
  for (int i = count; i > 0; --i) items += entry(guid(std::to_string(i)), link(std::to_string(i)), i);
  return rss("Flipping", items);
}

std::string uids_and_marks(const Daemon& daemon) {
  std::string all;
  const auto list = get(daemon, "/v1/articles?limit=1000");
  for (const auto& one : list.json.at("articles").as_array()) {
    for (const char* key : {"title", "id", "uid", "read", "starred"}) all += boost::json::serialize(one.at(key)) + " ";
    all += "\n";
  }
  return all;
}

void mark(const Daemon& daemon, std::string_view title, std::string_view what) {
  const auto id = article(daemon, title).at("id").as_int64();
  request(daemon, "PATCH", "/v1/articles/" + std::to_string(id), what);
}

}  // namespace

TEST_CASE("a feed that gives its guids another form at each poll keeps its articles, their uids and their marks") {
  World w;
  const auto plain = [](const std::string& i) { return "https://example.org/" + i; };
  const std::function<std::string(const std::string&)> guids[] = {
      [](const std::string& i) { return "http://example.org/" + i; },
      [](const std::string& i) { return "https://example.org/" + i; },
      [](const std::string& i) { return "tag:example.org,2026:" + i; },
      [](const std::string& i) { return "a random " + i; },
      [](const std::string& i) { return "another random " + i; },
      [](const std::string&) { return std::string(); },
      [](const std::string& i) { return "http://example.org/" + i; },
  };
  w.publisher.serve_file("/feed.xml", document(6, guids[0], plain));
  subscribe(w.daemon, w.publisher.url("/feed.xml"));
  mark(w.daemon, "Title 2", R"({"read": true})");
  mark(w.daemon, "Title 3", R"({"starred": true})");
  const auto before = uids_and_marks(w.daemon);
  CHECK(titles(w.daemon).size() == 6);
  for (const auto& guid : guids) {
    INFO(guid("1"));
    w.publisher.serve_file("/feed.xml", document(6, guid, plain));
    refresh(w.daemon);
    CHECK(uids_and_marks(w.daemon) == before);
  }
  w.publisher.serve_file("/feed.xml", document(7, guids[3], plain));
  refresh(w.daemon);
  CHECK(titles(w.daemon).size() == 7);
}

TEST_CASE(
    "a site that moves keeps its articles and brings its new ones, and links with tracking parameters are the same "
    "links") {
  World w;
  const auto at = [](std::string host, std::string query = "") {
    return [=](const std::string& i) { return host + i + query; };
  };
  w.publisher.serve_file("/feed.xml", document(6, at("http://old.example.org/?p="), at("http://old.example.org/")));
  subscribe(w.daemon, w.publisher.url("/feed.xml"));
  mark(w.daemon, "Title 2", R"({"read": true, "starred": true})");
  const auto before = uids_and_marks(w.daemon);
  w.publisher.serve_file("/feed.xml", document(6, at(""), at("http://old.example.org/", "?utm_source=rss")));
  refresh(w.daemon);
  CHECK(uids_and_marks(w.daemon) == before);
  w.publisher.serve_file("/feed.xml",
                         document(8, at("https://new.example.com/?p="), at("https://new.example.com/blog/")));
  refresh(w.daemon);
  const auto after = uids_and_marks(w.daemon);
  CHECK(titles(w.daemon).size() == 8);
  CHECK(after.substr(after.size() - before.size()) == before);
  CHECK(article(w.daemon, "Title 2").at("url").as_string() == "https://new.example.com/blog/2");
}
