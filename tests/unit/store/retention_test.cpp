// What goes by age and number, what never does, and what does not come back.

#include <algorithm>

#include "store/database.hpp"
#include "store/document_rows.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

// A feed whose articles are named by a letter each; a day passes from one to the next.
struct Feed {
  Store store;
  model::FeedId id = store.subscribe("a");
  Instant now = kNow;

  model::IncomingEntry piece(char name) const {
    auto made = entry(id, std::string(1, name), std::string(1, name));
    made.entry.date_published = now;
    return made;
  }
  // The document of one day; all that it has.
  model::UpdateResult publish(std::string_view names, bool complete = true) {
    now += days(1);
    model::FeedUpdate update;
    update.feed_id = id;
    update.state = store.reader->feed(id)->state;
    update.document.emplace();
    update.document->complete = complete;
    for (const char name : names) update.entries.push_back(piece(name));
    update.received = now;
    return store.writer->apply({&update, 1}, Durability::synced).front();
  }
  model::ArticleId find(char name) {
    for (const auto& article : store.list({})) {
      if (article.entry.title == std::string(1, name)) return article.id;
    }
    FAIL("there is no article " << name);
    return {};
  }
  void mark(std::string_view names, std::optional<bool> read, std::optional<bool> starred = {}) {
    model::MarkRequest request;
    for (const char name : names) request.ids.push_back(find(name));
    request.read = read;
    request.starred = starred;
    REQUIRE(store.writer->mark(request).has_value());
  }
  std::int64_t retain(Keep keep, bool by_age = true) {
    RetentionRun run;
    run.keep = keep;
    run.by_age = by_age;
    while (!run.done) store.writer->retain(run);
    return run.removed;
  }
  std::string left() {
    std::string names;
    for (const auto& title : store.titles({})) names += title;
    std::sort(names.begin(), names.end());
    return names;
  }
};

}  // namespace

TEST_CASE("ids of a document come back as they were written") {
  const std::vector<std::int64_t> lists[] = {{}, {1}, {1, 2, 300, 70'000, 0x7fffffff}};
  for (const auto& ids : lists) CHECK(decode_ids(encode_ids(ids)) == ids);
  CHECK(encode_ids({1000, 1001, 1002}).size() == 4);
  CHECK(decode_ids(std::string(20, '\xff')).empty());
}

TEST_CASE("retention deletes what the rules say and nothing else") {
  struct Case {
    const char* what;
    Keep keep;
    const char* read;
    const char* starred;
    bool by_age;
    const char* left;
  };
  // a to h came one a day; the last document has f, g and h.
  const Case cases[] = {
      {"no rule, no deletion", {}, "abcdefgh", "", true, "abcdefgh"},
      {"by age, what was read", {.days = 3, .per_feed = {}}, "abcdefgh", "", true, "efgh"},
      {"counted from the newest arrival", {.days = 5, .per_feed = {}}, "abcdefgh", "", true, "cdefgh"},
      {"never unread", {.days = 3, .per_feed = {}}, "bd", "", true, "acefgh"},
      {"never starred", {.days = 3, .per_feed = {}}, "abcd", "bc", true, "bcefgh"},
      {"never what the document has", {.days = 1, .per_feed = {}}, "abcdefgh", "", true, "fgh"},
      {"not by age while the clock is not trusted", {.days = 1, .per_feed = {}}, "abcdefgh", "", false, "abcdefgh"},
      {"by number, the oldest first", {.days = {}, .per_feed = 5}, "abcdefgh", "", true, "defgh"},
      {"by number, also without a clock", {.days = {}, .per_feed = 5}, "abcdefgh", "", false, "defgh"},
      {"by number only what was read", {.days = {}, .per_feed = 5}, "bdeh", "", true, "acfgh"},
      {"by number as far as it goes", {.days = {}, .per_feed = 1}, "cdgh", "d", true, "abdefgh"},
      {"whichever takes more", {.days = 3, .per_feed = 2}, "abcdefgh", "", true, "fgh"},
  };
  for (const auto& c : cases) {
    INFO(c.what);
    Feed feed;
    for (const char* document : {"a", "ba", "cba", "dcb", "edc", "fed", "gfe", "hgf"}) feed.publish(document);
    feed.mark(c.read, true);
    if (*c.starred != '\0') feed.mark(c.starred, {}, true);
    feed.retain(c.keep, c.by_age);
    CHECK(feed.left() == c.left);
    check_consistent(feed.store);
  }
}

TEST_CASE("a feed's own settings come before the general ones") {
  Feed feed;
  for (const char* document : {"a", "b", "c", "d"}) feed.publish(document);
  feed.mark("abcd", true);
  model::FeedPatch patch;
  patch.settings = {{"keep_per_feed", std::int64_t{3}}, {"keep_days", std::int64_t{100}}};
  REQUIRE(feed.store.writer->change_feed(feed.id, patch).has_value());
  feed.retain({.days = 1, .per_feed = 1});
  CHECK(feed.left() == "bcd");
}

TEST_CASE("what is deleted is told in the change log") {
  Feed feed;
  feed.publish("a");
  feed.publish("b");
  feed.mark("a", true);
  const auto before = feed.store.writer->revision();
  const auto id = feed.find('a');
  CHECK(feed.retain({.days = {}, .per_feed = 1}) == 1);
  const auto changes = feed.store.reader->changes(before, 10);
  REQUIRE(changes->changes.size() == 1);
  CHECK(changes->changes.front().op == model::ChangeOp::deleted);
  CHECK(changes->changes.front().id == model::raw(id));
}

TEST_CASE("nothing gets older while a feed is silent, whatever the wall clock shows") {
  Feed feed;
  feed.publish("a");
  feed.publish("b");
  feed.mark("ab", true);
  feed.now += days(1000);
  feed.publish("b");  // no news
  feed.retain({.days = 30, .per_feed = {}});
  CHECK(feed.left() == "ab");
}

TEST_CASE("one run deletes a tenth of a feed's articles or a hundred, so that a wrong clock empties nothing") {
  Feed feed;
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < 2000; ++i) entries.push_back(entry(feed.id, std::to_string(i), std::to_string(i)));
  feed.store.poll(feed.id, entries);
  model::MarkRequest all;
  all.all = true;
  all.read = true;
  REQUIRE(feed.store.writer->mark(all).value() == 2000);
  feed.now = kNow + days(30'000);
  feed.publish("a");
  CHECK(feed.retain({.days = 30, .per_feed = {}}) == 200);
  CHECK(feed.retain({.days = 30, .per_feed = {}}) == 180);
  CHECK(feed.retain({.days = {}, .per_feed = 1800}) == 0);
  CHECK(feed.retain({.days = {}, .per_feed = 1600}) == 21);
}

TEST_CASE("a walk through many feeds reaches each of them") {
  Store store;
  std::vector<model::FeedId> feeds;
  for (int i = 0; i < 1100; ++i) {
    feeds.push_back(store.subscribe("s" + std::to_string(i)));
    store.poll(feeds.back(), {entry(feeds.back(), "1", "old")});
    store.poll(feeds.back(), {entry(feeds.back(), "2", "new")});
  }
  model::MarkRequest all;
  all.all = true;
  all.read = true;
  REQUIRE(store.writer->mark(all).value() == 2200);
  RetentionRun run;
  run.keep.per_feed = 1;
  int slices = 0;
  while (!run.done) {
    store.writer->retain(run);
    ++slices;
  }
  CHECK(run.removed == 1100);
  CHECK(slices >= 1100 / 256);
  CHECK(store.reader->counts().articles == 1100);
}

TEST_CASE("a document that was cut off still has what it had before") {
  Feed feed;
  feed.publish("cba");
  feed.publish("dc", false);
  feed.mark("abcd", true);
  feed.retain({.days = {}, .per_feed = 1});
  CHECK(feed.left() == "abcd");
  feed.publish("dc");
  feed.retain({.days = {}, .per_feed = 1});
  CHECK(feed.left() == "cd");
}

TEST_CASE("a document that has not changed writes nothing") {
  Feed feed;
  feed.publish("ba");
  Database database(feed.store.options, Access::write);
  const auto before = database.number("PRAGMA data_version");
  feed.now -= days(1);  // the same times, so that only the document could be written
  auto state = feed.store.reader->feed(feed.id)->state;
  feed.publish("ba");
  CHECK(database.number("PRAGMA data_version") == before);
}

TEST_CASE("what was deleted does not return while the document has it, and is forgotten some time after") {
  Feed feed;
  const auto tombstones = [&] {
    Database database(feed.store.options, Access::write);
    return database.number("SELECT count(*) FROM tombstone");
  };
  feed.publish("ba");
  REQUIRE(feed.store.writer->remove_article(feed.find('a')).has_value());
  for (int week = 0; week < 20; ++week) {
    feed.now += days(7);
    CHECK(feed.publish("ba").added == 0);
  }
  CHECK(tombstones() == 1);
  for (int week = 0; week < 11; ++week) {
    feed.now += days(7);
    feed.publish(week % 2 == 0 ? "b" : "cb");
  }
  CHECK(tombstones() == 1);  // it may come back yet
  feed.now += days(14);
  feed.publish("b");
  CHECK(tombstones() == 0);
}

TEST_CASE("deleting many old articles leaves the memory of one that the document still has") {
  Feed feed;
  feed.publish("a");
  REQUIRE(feed.store.writer->remove_article(feed.find('a')).has_value());
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < 1500; ++i) entries.push_back(entry(feed.id, std::to_string(i), std::to_string(i)));
  feed.store.poll(feed.id, entries, feed.now);
  feed.publish("a");  // they are no longer in it
  model::MarkRequest all;
  all.all = true;
  all.read = true;
  REQUIRE(feed.store.writer->mark(all).has_value());
  for (int run = 0; run < 30; ++run) feed.retain({.days = {}, .per_feed = 1});
  CHECK(feed.store.reader->counts().articles == 1);
  CHECK(feed.publish("a").added == 0);
  Database database(feed.store.options, Access::write);
  CHECK(database.number("SELECT count(*) FROM tombstone") == 1000);
}
