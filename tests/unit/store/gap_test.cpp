// A document that no longer reaches back to what the feed had.

#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

const model::Gap kGap{kNow - 48h, kNow - 1h, "https://a.example/feed?page=2", 0};
const model::Gap kOther{kNow - 96h, kNow - 72h, "https://a.example/feed?page=5", 4};

model::UpdateResult poll(Store& store, model::FeedId feed, std::vector<model::IncomingEntry> entries) {
  model::FeedUpdate update;
  update.feed_id = feed;
  update.state = store.reader->feed(feed)->state;
  update.entries = std::move(entries);
  update.received = kNow;
  update.gap_if_disjoint = kGap;
  return store.writer->apply({&update, 1}, Durability::synced).front();
}

std::optional<model::Gap> gap_of(Store& store, model::FeedId feed) { return store.reader->feed(feed)->state.gap; }

void set_gap(Store& store, model::FeedId feed, const std::optional<model::Gap>& gap) {
  model::FeedUpdate update;
  update.feed_id = feed;
  update.state = store.reader->feed(feed)->state;
  update.state.gap = gap;
  store.writer->apply({&update, 1}, Durability::relaxed);
}

}  // namespace

TEST_CASE("a document has a gap before it only when it knows none of a feed's articles") {
  Store store;
  const auto feed = store.subscribe("a");
  struct Case {
    const char* what;
    bool gap;
    std::vector<const char*> before;
    std::vector<const char*> now;
  };
  const Case cases[] = {
      {"the first document", false, {}, {"1", "2"}},
      {"all are new", true, {"1"}, {"2", "3"}},
      {"all are new, one of them twice", true, {"1"}, {"2", "2"}},
      {"the last one is known", false, {"1"}, {"3", "2", "1"}},
      {"nothing is new", false, {"1", "2"}, {"2"}},
      {"an empty document", false, {"1"}, {}},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    const auto a = store.subscribe(test.what);
    const auto entries = [&](const std::vector<const char*>& guids) {
      std::vector<model::IncomingEntry> made;
      for (const auto* guid : guids) made.push_back(entry(a, guid, guid));
      return made;
    };
    store.poll(a, entries(test.before));
    const auto expected = test.gap ? std::optional(kGap) : std::nullopt;
    CHECK(poll(store, a, entries(test.now)).gap == expected);
    CHECK(gap_of(store, a) == expected);
  }
  CHECK_FALSE(gap_of(store, feed).has_value());
}

TEST_CASE("an article that was deleted is known all the same") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One"), entry(feed, "2", "Two")});
  REQUIRE(store.writer->remove_article(store.list({}).front().id).has_value());
  CHECK_FALSE(poll(store, feed, {entry(feed, "3", "Three"), entry(feed, "2", "Two"), entry(feed, "1", "One")}).gap);
  REQUIRE(store.titles({}).size() == 2);
  const auto newest = store.list({}).front();
  REQUIRE(store.writer->remove_article(newest.id).has_value());
  CHECK_FALSE(poll(store, feed, {entry(feed, "4", "Four"), entry(feed, newest.entry.guid, "Again")}).gap);
}

TEST_CASE("an article that is recognised by its link under another guid is known") {
  Store store;
  const auto feed = store.subscribe("a");
  auto one = entry(feed, "1", "One");
  one.link = "a.example/1";
  one.entry.date_published = kNow - 24h;
  store.poll(feed, {one});
  auto again = entry(feed, "other", "One");
  again.link = one.link;
  again.entry.date_published = one.entry.date_published;
  CHECK_FALSE(poll(store, feed, {entry(feed, "2", "Two"), again}).gap);
}

TEST_CASE("without a new gap that of the update stays, and goes with it") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One")});
  set_gap(store, feed, kOther);
  CHECK(poll(store, feed, {entry(feed, "2", "Two"), entry(feed, "1", "One")}).gap == kOther);
  CHECK(gap_of(store, feed) == kOther);
  CHECK(poll(store, feed, {entry(feed, "3", "Three")}).gap == kGap);
  set_gap(store, feed, std::nullopt);
  CHECK_FALSE(gap_of(store, feed).has_value());
}

TEST_CASE("clients are told when a gap appears, changes or closes, not how far it has been filled") {
  struct Case {
    const char* what;
    bool announced;
    std::optional<model::Gap> before;
    std::optional<model::Gap> after;
  };
  auto shorter = kGap;
  shorter.before -= 1h;
  auto next_page = kGap;
  next_page.next_url = "https://a.example/feed?page=3";
  next_page.pages = 1;
  const Case cases[] = {
      {"none", false, {}, {}},          {"appears", true, {}, kGap},     {"closes", true, kGap, {}},
      {"shrinks", true, kGap, shorter}, {"the same", false, kGap, kGap}, {"a page", false, kGap, next_page},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Store store;
    const auto feed = store.subscribe("a");
    set_gap(store, feed, test.before);
    const auto revision = store.writer->revision();
    set_gap(store, feed, test.after);
    CHECK((store.writer->revision() != revision) == test.announced);
    CHECK(gap_of(store, feed) == test.after);
  }
}
