#include "api/readers/google_reader_shapes.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>

#include "api/readers/google_ids.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api::google;

namespace json = boost::json;

namespace {

constexpr Instant noon{std::chrono::seconds(1764072000)};  // 2025-11-25T12:00:00Z

model::Feed feed(std::int64_t id, const std::string& title, const std::string& folder) {
  model::Feed feed;
  feed.id = model::FeedId{id};
  feed.url = "https://example.org/" + std::to_string(id);
  feed.title = title;
  feed.folder = folder;
  return feed;
}

model::Article article() {
  model::Article article;
  article.id = model::ArticleId{7};
  article.feed_id = model::FeedId{3};
  article.entry.title = "Fish & <chips>";
  article.entry.url = "https://example.org/a";
  article.entry.content_html = "<p>Text</p>";
  article.date = noon - std::chrono::hours(24);
  article.entry.authors = {{"Ann", "", "", ""}, {"", "", "", "bob@example.org"}};
  article.entry.attachments = {{"https://example.org/a.mp3", "audio/mpeg", "", 12345, {}}};
  article.date_received = noon;
  return article;
}

json::value item(const model::Article& of, const model::Feed* from, Client client = Client::usual) {
  std::string text;
  append_item(text, of, of.entry.content_html, from, client);
  return json::parse(text);
}

std::set<std::string> keys(const json::value& object) {
  std::set<std::string> names;
  for (const auto& member : object.as_object()) names.emplace(member.key());
  return names;
}

std::vector<std::string> texts(const json::value& array) {
  std::vector<std::string> out;
  for (const auto& one : array.as_array()) out.emplace_back(one.as_string());
  return out;
}

}  // namespace

TEST_CASE("an item has the members that clients demand, of the types that they demand, and no others") {
  const auto from = feed(3, "Alpha", "News");
  const auto out = item(article(), &from);
  CHECK(keys(out) == std::set<std::string>{"alternate", "author", "canonical", "categories", "crawlTimeMsec",
                                           "enclosure", "id", "origin", "published", "summary", "timestampUsec",
                                           "title", "updated"});
  CHECK(out.at("id") == "tag:google.com,2005:reader/item/00038d7ea4c68007");
  CHECK(out.at("title") == "Fish & <chips>");
  CHECK(out.at("published") == 1764072000 - 86400);
  CHECK(out.at("updated") == 1764072000 - 86400);
  CHECK(out.at("crawlTimeMsec") == "1764072000000");
  CHECK(out.at("timestampUsec") == "1764072000000000");
  CHECK(out.at("canonical") == json::parse(R"([{"href":"https://example.org/a"}])"));
  CHECK(out.at("alternate") == json::parse(R"([{"href":"https://example.org/a","type":"text/html"}])"));
  CHECK(out.at("summary") == json::parse(R"({"content":"<p>Text</p>"})"));
  CHECK(out.at("author") == "Ann, bob@example.org");
  CHECK(out.at("origin") == json::parse(R"({"streamId":"feed/3","title":"Alpha","htmlUrl":""})"));
  CHECK(out.at("enclosure") ==
        json::parse(R"([{"href":"https://example.org/a.mp3","type":"audio/mpeg","length":12345}])"));
}

TEST_CASE("an item's categories are its folder and its states, and to be unread is to lack one") {
  const auto from = feed(3, "Alpha", "");
  auto one = article();
  CHECK(texts(item(one, &from).at("categories")) ==
        std::vector<std::string>{"user/-/state/com.google/reading-list", "user/-/label/All"});
  one.read = true;
  one.starred = true;
  CHECK(texts(item(one, &from).at("categories")) ==
        std::vector<std::string>{"user/-/state/com.google/reading-list", "user/-/label/All",
                                 "user/-/state/com.google/read", "user/-/state/com.google/starred"});
}

TEST_CASE("Liferea sees what is read by a category with backslashes, which comes first") {
  const auto from = feed(3, "Alpha", "");
  auto one = article();
  CHECK(texts(item(one, &from, Client::liferea).at("categories")) == texts(item(one, &from).at("categories")));
  one.read = true;
  CHECK(texts(item(one, &from, Client::liferea).at("categories")).front() == R"(user/-/state\/com.google\/read)");
}

TEST_CASE("Liferea, and nobody else, is told of a star by a member of its own") {
  const auto from = feed(3, "Alpha", "");
  auto one = article();
  CHECK(item(one, &from, Client::liferea).at("marked") == false);
  one.starred = true;
  CHECK(item(one, &from, Client::liferea).at("marked") == true);
  CHECK_FALSE(item(one, &from).as_object().contains("marked"));
}

TEST_CASE("reading, starring and completing an article does not move its dates, and an edit does") {
  const auto from = feed(3, "Alpha", "");
  auto one = article();
  one.entry.date_modified = noon + std::chrono::hours(1);
  CHECK(item(one, &from).at("updated") == 1764072000 + 3600);
  one.entry.date_modified = noon - std::chrono::hours(48);
  one.date = noon;
  CHECK(item(one, &from).at("published") == 1764072000);
  CHECK(item(one, &from).at("updated") == 1764072000);
}

TEST_CASE("an article that says next to nothing has a title, a link and strings all the same") {
  const auto from = feed(3, "", "");
  auto one = article();
  one.entry = {};
  one.entry.content_html = "<p>First words of it.</p>";
  auto out = item(one, &from);
  CHECK(out.at("title") == "First words of it.");
  CHECK(out.at("author") == "");
  CHECK(out.at("canonical") == json::parse(R"([{"href":"https://example.org/3"}])"));
  CHECK(out.at("origin").at("title") == "https://example.org/3");
  CHECK_FALSE(out.as_object().contains("enclosure"));
  one.entry.content_html.clear();
  one.entry.summary = "1 < 2";
  out = item(one, nullptr);
  CHECK(out.at("title") == "1 < 2");
  CHECK(out.at("summary").at("content") == "1 &lt; 2");
  CHECK(out.at("origin") == json::parse(R"({"streamId":"feed/3","title":"","htmlUrl":""})"));
  one.entry = {};
  one.entry.url = "https://example.org/a";
  CHECK(item(one, nullptr).at("title") == "https://example.org/a");
  one.entry = {};
  CHECK(item(one, nullptr).at("title") == "Article 7");
}

TEST_CASE("a reference to an item has its id in decimal and nothing else, and the last page no continuation") {
  const std::vector<model::ArticleId> ids{model::ArticleId{9}, model::ArticleId{7}};
  CHECK(item_refs_json(ids, true) ==
        R"({"itemRefs":[{"id":"1000000000000009"},{"id":"1000000000000007"}],"continuation":"1000000000000007"})");
  CHECK(item_refs_json(ids, false) == R"({"itemRefs":[{"id":"1000000000000009"},{"id":"1000000000000007"}]})");
  CHECK(item_refs_json({}, false) == R"({"itemRefs":[]})");
}

TEST_CASE("a list of items says whose and of when it is") {
  const auto text = items_opening("feed/\"7\"", noon) + items_end(model::ArticleId{7});
  CHECK(text == R"({"id":"feed/\"7\"","updated":1764072000,"items":[],"continuation":"1000000000000007"})");
  CHECK(items_opening("a", noon) + items_end({}) == R"({"id":"a","updated":1764072000,"items":[]})");
}

TEST_CASE("each subscription has one category, which is in the list of tags") {
  const std::vector<model::Feed> feeds{feed(1, "Größe & \"so\"", "Übung & Co"), feed(2, "", ""), feed(3, "c", "A/B")};
  const auto icon = [](const model::Feed& of) { return raw(of.id) == 1 ? "http://host/i.png" : std::string(); };
  const auto list = json::parse(subscriptions_json(feeds, icon)).at("subscriptions").as_array();
  const auto tags = json::parse(tags_json(feeds)).at("tags").as_array();
  std::set<std::string> folders;
  for (const auto& tag : tags) {
    if (tag.at("id").as_string() == starred_id) {
      CHECK_FALSE(tag.as_object().contains("type"));
      continue;
    }
    CHECK(tag.at("type") == "folder");
    folders.emplace(tag.at("id").as_string());
  }
  CHECK(folders == std::set<std::string>{"user/-/label/A/B", "user/-/label/All", "user/-/label/Übung & Co"});
  REQUIRE(list.size() == 3);
  for (const auto& one : list) {
    REQUIRE(one.at("categories").as_array().size() == 1);
    CHECK(folders.contains(one.at("categories").at(0).at("id").as_string().c_str()));
    CHECK(keys(one) == std::set<std::string>{"categories", "htmlUrl", "iconUrl", "id", "title", "url"});
  }
  CHECK(list[0].at("title") == "Größe & \"so\"");
  CHECK(list[0].at("categories").at(0).at("label") == "Übung & Co");
  CHECK(list[0].at("iconUrl") == "http://host/i.png");
  CHECK(list[1].at("title") == "https://example.org/2");
  CHECK(list[1].at("iconUrl") == "");
  CHECK(list[1].at("htmlUrl") == "");
  CHECK(list[1].at("categories").at(0) == json::parse(R"({"id":"user/-/label/All","label":"All"})"));
}

TEST_CASE("the default folder is there without a feed, and a folder of its name is the same one") {
  CHECK(tags_json({}).find(R"({"id":"user/-/label/All","type":"folder"})") != std::string::npos);
  const std::vector<model::Feed> feeds{feed(1, "a", ""), feed(2, "b", "All")};
  CHECK(json::parse(tags_json(feeds)).at("tags").as_array().size() == 2);
  CHECK(json::parse(tags_json(feeds, {"All", "Empty"})).at("tags").at(2) ==
        json::parse(R"({"id":"user/-/label/Empty","type":"folder"})"));
}

TEST_CASE("unread counts are numbers for each feed, label and all, with the newest arrival as digits") {
  std::vector<model::Feed> feeds{feed(1, "a", "News"), feed(2, "b", "News"), feed(3, "c", "")};
  feeds[0].unread = 2;
  feeds[1].unread = 3;
  const Arrivals arrivals{{feeds[0].id, noon}, {feeds[1].id, noon + std::chrono::seconds(1)}};
  const auto out = json::parse(unread_counts_json(feeds, arrivals));
  CHECK(out.at("max") == 5);
  std::map<std::string, std::pair<std::int64_t, std::string>> counts;
  for (const auto& one : out.at("unreadcounts").as_array()) {
    counts[one.at("id").as_string().c_str()] = {one.at("count").as_int64(),
                                                one.at("newestItemTimestampUsec").as_string().c_str()};
  }
  const decltype(counts) expected{
      {"feed/1", {2, "1764072000000000"}},
      {"feed/2", {3, "1764072001000000"}},
      {"feed/3", {0, "0"}},
      {"user/-/label/All", {0, "0"}},
      {"user/-/label/News", {5, "1764072001000000"}},
      {"user/-/state/com.google/reading-list", {5, "1764072001000000"}},
  };
  CHECK(counts == expected);
}

TEST_CASE("who asks is four strings, and an added feed tells where it is") {
  CHECK(json::parse(user_json("ann")) ==
        json::parse(R"({"userId":"1","userName":"ann","userProfileId":"1","userEmail":"ann"})"));
  CHECK(json::parse(quickadd_json("https://example.org/7", feed(7, "Alpha", ""))) ==
        json::parse(R"({"numResults":1,"query":"https://example.org/7","streamId":"feed/7","streamName":"Alpha"})"));
  CHECK(json::parse(quickadd_failure_json("no feed")) == json::parse(R"({"numResults":0,"error":"no feed"})"));
}
