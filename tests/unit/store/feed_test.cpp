// Subscriptions: made, changed, removed, taken up again.

#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

model::NewFeed wish(const std::string& url) {
  model::NewFeed feed;
  feed.url = url;
  return feed;
}

model::ArticleId star_first(Store& store, model::FeedId feed) {
  model::ArticleQuery query;
  query.feed = feed;
  const auto id = store.list(query).front().id;
  model::MarkRequest mark;
  mark.ids = {id};
  mark.starred = true;
  REQUIRE(store.writer->mark(mark).has_value());
  return id;
}

}  // namespace

TEST_CASE("a subscription comes back as it was made") {
  Store store;
  auto feed = wish("https://a.example/feed");
  feed.custom_title = "Mine";
  feed.folder = "News";
  feed.settings = {{"interval", std::int64_t{-3600}}, {"full_text", std::string("always")}, {"images", false}};
  feed.managed = true;
  feed.next_poll = kNow + 1h;
  const auto added = store.writer->add_feed(feed, "0123456789abcdef", kNow);
  REQUIRE(added.has_value());
  const auto read = store.reader->feed(added->id);
  REQUIRE(read.has_value());
  CHECK(read->uid == "0123456789abcdef");
  CHECK(read->url == feed.url);
  CHECK(read->title == "Mine");
  CHECK(read->custom_title == "Mine");
  CHECK(read->folder == "News");
  CHECK(read->settings == feed.settings);
  CHECK(read->managed);
  CHECK_FALSE(read->paused);
  CHECK(read->state.status == model::FeedStatus::fresh);
  CHECK(read->state.next_poll == kNow + 1h);
  CHECK(read->articles == 0);
  CHECK(store.reader->counts().feeds == 1);
  CHECK(store.reader->feed_by_url(feed.url)->id == added->id);
  CHECK_FALSE(store.reader->feed_by_url("https://b.example/").has_value());
}

TEST_CASE("the same address or the same identity is subscribed once") {
  Store store;
  const auto first = store.writer->add_feed(wish("https://a.example/"), "0000000000000001", kNow);
  REQUIRE(first.has_value());
  CHECK(store.writer->add_feed(wish("https://a.example/"), "0000000000000002", kNow).error().cause == Cause::conflict);
  CHECK(store.writer->add_feed(wish("https://b.example/"), "0000000000000001", kNow).error().cause == Cause::conflict);
  CHECK(store.reader->feeds().size() == 1);
}

TEST_CASE("a poll's whole state is kept") {
  Store store;
  const auto feed = store.subscribe("a");
  model::FeedUpdate update;
  update.feed_id = feed;
  auto& state = update.state;
  state.status = model::FeedStatus::failing;
  state.validators = {"W/\"\xff odd\"", "yesterday"};
  state.body_hash = "abc";
  state.last_attempt = kNow;
  state.last_success = kNow - 24h;
  state.next_poll = kNow + 2h;
  state.next_poll_rule = "back-off";
  state.error = model::FeedError{Cause::tls, "certificate expired", 3, kNow - 2h};
  state.hints.ttl_s = 1800;
  state.hints.skip_hours = 0x800001;
  state.hints.skip_days = 0x41;
  state.server_floor_s = 600;
  const auto expected = state;
  store.writer->apply({&update, 1});
  CHECK(store.reader->feed(feed)->state == expected);
}

TEST_CASE("a feed is announced as changed only when something can be seen of it") {
  struct Case {
    const char* what;
    bool announced;
    void (*change)(model::FeedUpdate&);
  };
  const Case cases[] = {
      {"nothing", false, [](model::FeedUpdate&) {}},
      {"times of attempts", false, [](model::FeedUpdate& u) { u.state.last_attempt = kNow + 5min; }},
      {"validators", false, [](model::FeedUpdate& u) { u.state.validators.etag = "x"; }},
      {"status", true, [](model::FeedUpdate& u) { u.state.status = model::FeedStatus::gone; }},
      {"an error", true,
       [](model::FeedUpdate& u) {
         u.state.error = model::FeedError{Cause::dns, "no such host", 1, kNow};
       }},
      {"the title", true, [](model::FeedUpdate& u) { u.document->title = "Another"; }},
      {"no title", false, [](model::FeedUpdate& u) { u.document->title = ""; }},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Store store;
    const auto feed = store.subscribe("a");
    store.poll(feed, {});
    const auto before = store.writer->revision();
    model::FeedUpdate update;
    update.feed_id = feed;
    update.state = store.reader->feed(feed)->state;
    update.document.emplace();
    update.document->title = "Publisher";
    test.change(update);
    store.writer->apply({&update, 1});
    CHECK((store.writer->revision() != before) == test.announced);
  }
}

TEST_CASE("changing a subscription changes what was asked and nothing else") {
  Store store;
  const auto feed = store.subscribe("a", "News");
  store.poll(feed, {entry(feed, "1", "One")});
  model::FeedPatch patch;
  patch.custom_title = "Mine";
  patch.paused = true;
  const auto changed = store.writer->change_feed(feed, patch);
  REQUIRE(changed.has_value());
  CHECK(changed->title == "Mine");
  CHECK(changed->paused);
  CHECK(changed->folder == "News");
  CHECK(changed->articles == 1);

  const auto revision = store.writer->revision();
  CHECK(store.writer->change_feed(feed, patch).has_value());
  CHECK(store.writer->revision() == revision);
  patch.custom_title = "";
  CHECK(store.writer->change_feed(feed, patch)->title == "Publisher");
  CHECK(store.writer->change_feed(model::FeedId{99}, patch).error().cause == Cause::not_found);
}

TEST_CASE("another address forgets the validators of the old one") {
  Store store;
  const auto feed = store.subscribe("a");
  const auto other = store.subscribe("b");
  model::FeedUpdate update;
  update.feed_id = feed;
  update.state.validators.etag = "x";
  update.state.body_hash = "y";
  store.writer->apply({&update, 1});
  model::FeedPatch patch;
  patch.url = store.reader->feed(other)->url;
  CHECK(store.writer->change_feed(feed, patch).error().cause == Cause::conflict);
  patch.url = "https://new.example/";
  const auto changed = store.writer->change_feed(feed, patch);
  REQUIRE(changed.has_value());
  CHECK(changed->state.validators.empty());
  CHECK(changed->state.body_hash.empty());
}

TEST_CASE("unsubscribing takes the articles along, except starred ones") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One"), entry(feed, "2", "Two"), entry(feed, "3", "Three")});
  const auto starred = star_first(store, feed);
  SECTION("which stay, and can be unstarred and read") {
    REQUIRE(store.writer->remove_feed(feed, false).has_value());
    CHECK(store.only().id == starred);
    CHECK(store.reader->feeds().empty());
    CHECK(store.reader->feed(feed).error().cause == Cause::not_found);
    CHECK(store.reader->counts().feeds == 0);
    CHECK(store.reader->counts().articles == 1);
    CHECK(store.writer->remove_feed(feed, false).error().cause == Cause::not_found);
    SECTION("until they are purged") {
      REQUIRE(store.writer->remove_feed(feed, true).has_value());
      CHECK(store.list({}).empty());
    }
    SECTION("and belong to the feed again when it returns") {
      CHECK(store.subscribe("a") == feed);
      const auto back = store.reader->feed(feed);
      CHECK(back->articles == 1);
      CHECK(back->state.validators.empty());
      CHECK(store.poll(feed, {entry(feed, "3", "Three"), entry(feed, "4", "Four")}).added == 1);
    }
    SECTION("until the last one is deleted, and the feed is forgotten") {
      REQUIRE(store.writer->remove_article(starred).has_value());
      CHECK(store.subscribe("a") != feed);
    }
  }
  SECTION("unless everything is purged") {
    REQUIRE(store.writer->remove_feed(feed, true).has_value());
    CHECK(store.list({}).empty());
    CHECK(store.search("One").empty());
    CHECK(store.subscribe("a") != feed);
  }
  check_consistent(store.options);
}

TEST_CASE("feeds are listed by folder and title") {
  Store store;
  for (const auto& [name, folder] : {std::pair("c", "b"), std::pair("b", "B"), std::pair("a", "")}) {
    const auto feed = store.subscribe(name, folder);
    model::FeedPatch patch;
    patch.custom_title = name;
    REQUIRE(store.writer->change_feed(feed, patch).has_value());
  }
  std::vector<std::string> titles;
  for (const auto& feed : store.reader->feeds()) titles.push_back(feed.title);
  CHECK(titles == std::vector<std::string>{"a", "b", "c"});
}
