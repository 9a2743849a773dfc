// What articles said before they were edited.

#include "store/database.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

// Long enough to be compressed, and not by itself alone.
std::string long_text(int seed) {
  std::string text = "<p>";
  unsigned state = static_cast<unsigned>(seed) + 1;
  for (int i = 0; i < 400; ++i) {
    state = state * 1664525U + 1013904223U;
    text += std::to_string(state >> 8) + " ";
  }
  return text + "</p>";
}

struct Edited : Store {
  model::FeedId feed = subscribe("a");

  // The n-th version, an hour after the one before.
  void publish(int version, const std::string& title, const std::string& content) {
    auto incoming = entry(feed, "1", title, content);
    incoming.entry.tags = {"x"};
    incoming.entry.url = "https://a.example/1";
    poll(feed, {incoming}, kNow + version * 1h);
  }
  model::ArticleId id() { return only().id; }
  std::vector<model::ArticleVersion> history() { return reader->history(id()).value(); }
  std::vector<std::string> titles() {
    std::vector<std::string> titles;
    for (const auto& version : history()) titles.push_back(version.entry.title);
    return titles;
  }
  std::int64_t number(const char* sql) { return Database(options, Access::read).number(sql); }
  void damage(const char* sql) { Database(options, Access::write).run(sql); }
};

}  // namespace

TEST_CASE("the history has every version as it was, newest first") {
  Edited store;
  store.publish(0, "One", "<p>fox</p>");
  CHECK(store.history().empty());
  const auto first = store.only();
  store.publish(1, "Two", "<p>bear</p>");
  model::MarkRequest mark;
  mark.ids = {first.id};
  mark.read = true;
  REQUIRE(store.writer->mark(mark).has_value());
  const auto second = store.only();
  store.publish(2, "Three", "<p>wolf</p>");
  const auto history = store.history();
  REQUIRE(history.size() == 2);
  CHECK(history[0].entry == second.entry);
  CHECK(history[0].revision == second.revision);
  CHECK(history[0].replaced == kNow + 2h);
  CHECK(history[1].entry == first.entry);
  CHECK(history[1].revision == first.revision);
  CHECK(history[1].replaced == kNow + 1h);
}

TEST_CASE("long versions take little room where they differ little, and are exact in any case") {
  const auto text = long_text(1);
  struct Case {
    const char* what;
    std::string contents[3];
    bool small;
  };
  const Case cases[] = {
      {"nothing but the title", {text, text, text}, true},
      {"something at the end", {text, text + "<p>a</p>", text + "<p>a</p><p>b</p>"}, true},
      {"something at the beginning", {text, "<p>a</p>" + text, "<p>b</p><p>a</p>" + text}, true},
      {"something taken away", {"<p>a</p><p>b</p>" + text, "<p>a</p>" + text, text}, true},
      {"all of it", {text, long_text(2), long_text(3)}, false},
      {"a content at last", {"", text, text}, true},
      {"a short one", {text, "<p>a</p>", text}, false},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Edited store;
    for (int i = 0; i < 3; ++i) store.publish(i, "Title " + std::to_string(i), test.contents[i]);
    const auto history = store.history();
    REQUIRE(history.size() == 2);
    CHECK(history[0].entry.title == "Title 1");
    CHECK(history[0].entry.content_html == test.contents[1]);
    CHECK(history[1].entry.title == "Title 0");
    CHECK(history[1].entry.content_html == test.contents[0]);
    CHECK((store.number("SELECT max(length(body)) FROM article_version") < 100) == test.small);
  }
}

TEST_CASE("so many versions stay as are wanted") {
  for (const int wanted : {0, 1, 3}) {
    INFO(wanted);
    Edited store;
    store.options.max_versions = wanted;
    store.reopen();
    for (int i = 0; i < 6; ++i) store.publish(i, "Title " + std::to_string(i), long_text(1) + std::to_string(i));
    const auto history = store.history();
    REQUIRE(static_cast<int>(history.size()) == wanted);
    for (int i = 0; i < wanted; ++i) {
      const auto& version = history[static_cast<std::size_t>(i)].entry;
      CHECK(version.title == "Title " + std::to_string(4 - i));
      CHECK(version.content_html == long_text(1) + std::to_string(4 - i));
    }
  }
}

TEST_CASE("versions that were stored whole by an earlier version of the program are read as well") {
  Edited store;
  store.publish(0, "Now", long_text(1));
  store.publish(1, "Newer", long_text(1));
  store.damage(
      "INSERT INTO article_version(id, revision, replaced, head, body) "
      "SELECT id, 1, 1772323200, x'0100050441676573', x'01003c703e783c2f703e' FROM article");
  REQUIRE(store.titles() == std::vector<std::string>{"Now", "Ages"});
  CHECK(store.history().back().entry.content_html == "<p>x</p>");
}

TEST_CASE("a damaged version is left out, with those that are told by their difference to it") {
  struct Case {
    const char* what;
    const char* sql;
    std::vector<std::string> left;
  };
  const Case cases[] = {
      {"none", "SELECT 1", {"Title 2", "Title 1", "Title 0"}},
      {"the oldest", "UPDATE article_version SET body = x'0102ff' WHERE rowid = 1", {"Title 2", "Title 1"}},
      {"one in between", "UPDATE article_version SET body = x'0101ff' WHERE rowid = 2", {"Title 2"}},
      // By its checksum what is left is exact, whatever it was told by.
      {"one in between, lost", "DELETE FROM article_version WHERE rowid = 2", {"Title 2", "Title 0"}},
      {"the article itself", "UPDATE content SET body = x'01ff00'", {}},
      {"another content under it", "UPDATE content SET body = x'01003c703e783c2f703e'", {}},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Edited store;
    for (int i = 0; i < 4; ++i) store.publish(i, "Title " + std::to_string(i), long_text(1) + std::to_string(i));
    const auto id = store.id();
    store.damage(test.sql);
    std::vector<std::string> titles;
    for (const auto& version : store.reader->history(id).value()) titles.push_back(version.entry.title);
    CHECK(titles == test.left);
  }
}

TEST_CASE("an article that was damaged and is edited begins a new history") {
  Edited store;
  store.publish(0, "One", long_text(1));
  store.publish(1, "Two", long_text(1) + "a");
  store.damage("UPDATE article SET head = x'01ff00'");
  store.publish(2, "Three", long_text(1) + "b");
  CHECK(store.titles().empty());
  store.publish(3, "Four", long_text(1) + "c");
  CHECK(store.titles() == std::vector<std::string>{"Three"});
}

TEST_CASE("there is no history of an article that is not there") {
  Edited store;
  CHECK(store.reader->history(model::ArticleId{1}).error().cause == Cause::not_found);
  store.publish(0, "One", "<p>a</p>");
  store.publish(1, "Two", "<p>b</p>");
  const auto id = store.id();
  REQUIRE(store.writer->remove_article(id).has_value());
  CHECK(store.reader->history(id).error().cause == Cause::not_found);
  check_consistent(store.options);
}
