// What an edited entry changes of its article and what it does not, and which entries are edits at all.

#include "store/database.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

using Date = std::optional<Instant>;

// In place of a broken disk.
void damage(const Options& options, model::ArticleId id) {
  Database database(options, Access::write);
  Query(database, "UPDATE article SET head = x'01ff00' WHERE id = ?", model::raw(id)).run();
}

}  // namespace

TEST_CASE("entries at one link are one article only when nothing says that they are two") {
  struct Case {
    const char* what;
    const char* title;
    const char* content;
    Date published;  // the first one's is kNow
    bool first_dated;
    bool same;
  };
  const Case cases[] = {
      {"everything but the guid", "Daily", "<p>a</p>", kNow, true, true},
      {"another day's issue", "Daily", "<p>a</p>", kNow + 24h, true, false},
      {"another day's issue with other words", "Daily", "<p>b</p>", kNow + 24h, true, false},
      {"a corrected title", "Daily news", "<p>a</p>", kNow, true, true},
      {"no date any more", "Daily", "<p>b</p>", std::nullopt, true, true},
      {"no date and another title", "Weekly", "<p>b</p>", std::nullopt, true, false},
      {"the first without a date", "Daily", "<p>b</p>", kNow, false, true},
      {"no dates and no titles, the same words", "", "<p>a</p>", std::nullopt, false, true},
      {"no dates and no titles, other words", "", "<p>b</p>", std::nullopt, false, false},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Store store;
    const auto feed = store.subscribe("a");
    auto first = entry(feed, "1", *test.title == '\0' ? "" : "Daily", "<p>a</p>");
    first.link = "a.example/";
    if (test.first_dated) first.entry.date_published = kNow;
    store.poll(feed, {first});
    auto second = entry(feed, "2", test.title, test.content);
    second.link = first.link;
    second.entry.date_published = test.published;
    store.poll(feed, {second}, kNow + 24h);
    CHECK(store.list({}).size() == (test.same ? 1 : 2));
  }
}

TEST_CASE("an edit always moves the date of modification, and never that of publication to its own") {
  struct Case {
    const char* what;
    Date old_published, old_modified, published, modified;  // as the publisher says
    Date then_published, then_modified;
  };
  const Instant edited = kNow + 2h;  // when the edit is received
  const Case cases[] = {
      {"no dates", {}, {}, {}, {}, {}, edited},
      {"a date of publication", kNow, {}, kNow, {}, kNow, edited},
      {"a newer modification", kNow, kNow, kNow - 1h, kNow + 1h, kNow - 1h, kNow + 1h},
      {"the same modification", kNow, kNow + 1h, kNow, kNow + 1h, kNow, edited},
      {"an older modification", kNow, kNow + 1h, kNow, kNow + 30min, kNow, edited},
      {"a modification that stands for both", kNow, kNow, kNow + 1h, kNow + 1h, kNow, kNow + 1h},
      {"a modification alone", kNow, kNow, {}, kNow + 1h, kNow, kNow + 1h},
      {"a date of publication at last", {}, {}, kNow, {}, kNow, edited},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Store store;
    const auto feed = store.subscribe("a");
    auto incoming = entry(feed, "1", "One");
    incoming.entry.date_published = test.old_published;
    incoming.entry.date_modified = test.old_modified;
    store.poll(feed, {incoming});
    incoming = entry(feed, "1", "Two");
    incoming.entry.date_published = test.published;
    incoming.entry.date_modified = test.modified;
    CHECK(store.poll(feed, {incoming}, edited).updated == 1);
    CHECK(store.only().entry.date_published == test.then_published);
    CHECK(store.only().entry.date_modified == test.then_modified);
  }
}

TEST_CASE("a content that is no longer repeated is kept") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One", "<p>fox</p>")});
  const auto revision = store.writer->revision();
  SECTION("and that alone is no edit, at no poll") {
    CHECK(store.poll(feed, {entry(feed, "1", "One", "")}).updated == 0);
    CHECK(store.poll(feed, {entry(feed, "1", "One", "")}).updated == 0);
    CHECK(store.poll(feed, {entry(feed, "1", "One", "<p>fox</p>")}).updated == 0);
    CHECK(store.writer->revision() == revision);
  }
  SECTION("while the rest is edited, once") {
    CHECK(store.poll(feed, {entry(feed, "1", "Two", "")}).updated == 1);
    CHECK(store.poll(feed, {entry(feed, "1", "Two", "")}).updated == 0);
    CHECK(store.only().entry.title == "Two");
    CHECK(store.search("fox") == std::vector<std::string>{"Two"});
  }
  CHECK(store.only().entry.content_html == "<p>fox</p>");
  check_consistent(store);
}

TEST_CASE("a damaged record stands in nobody's way") {
  Store store;
  const auto feed = store.subscribe("a");
  auto bad = entry(feed, "1", "Bad", "<p>fox</p>");
  bad.entry.tags = {"x"};
  store.poll(feed, {bad, entry(feed, "2", "Good", "<p>fox</p>")});
  const auto id = store.list({}).front().id;
  damage(store.options, id);
  CHECK(store.reader->article(id).error().cause == Cause::internal);
  CHECK(store.titles({}) == std::vector<std::string>{"Good"});
  CHECK(store.search("fox") == std::vector<std::string>{"Good"});
  SECTION("when it is edited") {
    CHECK(store.poll(feed, {entry(feed, "1", "Repaired", "<p>bear</p>")}).updated == 1);
    CHECK(store.search("bear") == std::vector<std::string>{"Repaired"});
  }
  SECTION("when it is deleted") {
    REQUIRE(store.writer->remove_article(id).has_value());
    model::ArticleQuery best;
    best.text = "fox";
    best.order = model::ArticleOrder::relevance;
    CHECK(store.titles(best) == std::vector<std::string>{"Good"});
  }
  SECTION("when its feed goes") { REQUIRE(store.writer->remove_feed(feed, true).has_value()); }
  SECTION("when the index is made anew") {
    store.options.plain_text = [](std::string_view html) { return strip_tags(html) + " appended"; };
    store.reopen();
    CHECK(store.search("appended") == std::vector<std::string>{"Good"});
  }
  store.reopen();
  check_consistent(store);
}
