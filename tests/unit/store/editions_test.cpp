// Whoever keeps what was read must know of every commit, before anybody can have read it.

#include "store/editions.hpp"

#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

TEST_CASE("during a commit there is no edition, and after it another one, whether it succeeded or not") {
  Editions editions;
  const auto before = editions.current();
  REQUIRE(before);
  {
    const Editions::Commit commit(editions);
    CHECK_FALSE(editions.current());
  }
  CHECK(editions.current());
  CHECK(editions.current() != before);
}

TEST_CASE("whatever is written makes another edition, and reading makes none") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One")});
  const auto article = store.only().id;
  const auto edition = [&store] { return store.options.editions->current(); };
  model::MarkRequest mark;
  mark.ids = {article};
  mark.read = true;
  model::FeedPatch patch;
  patch.folder = "elsewhere";
  model::FeedUpdate times;
  times.feed_id = feed;
  times.received = kNow;
  const std::pair<const char*, std::function<void()>> rows[] = {
      {"an edit", [&] { store.poll(feed, {entry(feed, "1", "Edited")}); }},
      {"times alone",
       [&] {
         store.writer->apply({&times, 1}, Durability::relaxed);
       }},
      {"the search index", [&] { index_all(*store.writer); }},
      {"a mark", [&] { REQUIRE(store.writer->mark(mark).has_value()); }},
      {"a change of a feed", [&] { REQUIRE(store.writer->change_feed(feed, patch).has_value()); }},
      {"an article deleted", [&] { REQUIRE(store.writer->remove_article(article).has_value()); }},
      {"a feed removed", [&] { REQUIRE(store.writer->remove_feed(feed, true).has_value()); }},
      {"a named value", [&] { store.writer->set_meta("key", "value", Durability::relaxed); }},
  };
  for (const auto& [what, write] : rows) {
    INFO(what);
    const auto before = edition();
    write();
    CHECK(edition());
    CHECK(edition() != before);
  }
  const auto before = edition();
  store.reader->feeds();
  REQUIRE(store.reader->articles({}).has_value());
  CHECK(edition() == before);
}

TEST_CASE("a database that is opened anew counts on") {
  Store store;
  const auto editions = store.options.editions;
  const auto before = editions->current();
  store.writer->stand_by();
  REQUIRE(store.writer->reopen().has_value());
  store.subscribe("a");
  CHECK(editions->current() != before);
}
