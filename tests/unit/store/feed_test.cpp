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

TEST_CASE("the same address is subscribed once") {
  Store store;
  const auto first = store.writer->add_feed(wish("https://a.example/"), "0000000000000001", kNow);
  REQUIRE(first.has_value());
  CHECK(store.writer->add_feed(wish("https://a.example/"), "0000000000000002", kNow).error().cause == Cause::conflict);
  CHECK(store.reader->feeds().size() == 1);
}

TEST_CASE("an address whose feed has moved away can be subscribed again, under an identity of its own") {
  Store store;
  const std::string uid = "0000000000000001";
  const auto moved = store.writer->add_feed(wish("https://a.example/"), uid, kNow);
  model::FeedPatch patch;
  patch.url = "https://b.example/";
  REQUIRE(store.writer->change_feed(moved->id, patch).has_value());
  const auto again = store.writer->add_feed(wish("https://a.example/"), uid, kNow);
  REQUIRE(again.has_value());
  CHECK(again->id != moved->id);
  CHECK(again->uid != uid);
  CHECK(again->uid.size() == uid.size());
  CHECK(store.writer->add_feed(wish("https://c.example/"), uid, kNow)->uid != again->uid);
}

TEST_CASE("many subscriptions are made in one transaction, each with a result of its own") {
  Store store;
  const std::vector<model::NewFeed> feeds{wish("https://a.example/"), wish("https://b.example/"),
                                          wish("https://a.example/")};
  const std::vector<std::string> uids{"0000000000000001", "0000000000000002", "0000000000000001"};
  const auto added = store.writer->add_feeds(feeds, uids, kNow);
  REQUIRE(added.size() == 3);
  CHECK(added[0]->url == feeds[0].url);
  CHECK(added[1]->uid == uids[1]);
  CHECK(added[2].error().cause == Cause::conflict);
  CHECK(store.reader->counts().feeds == 2);
  CHECK(store.writer->add_feeds({}, {}, kNow).empty());
  check_consistent(store);
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
  state.rhythm_s = 86400;
  state.cools_host = true;
  state.move = {"https://b.example/feed", kNow - 24h, 3};
  state.traffic = {20513, 4711, 1'000'000};
  state.gap = model::Gap{kNow - 72h, kNow - 24h, "https://a.example/feed?page=3", 2};
  const auto expected = state;
  store.writer->apply({&update, 1}, Durability::relaxed);
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
      {"what it has cost", false,
       [](model::FeedUpdate& u) {
         u.state.traffic = {1, 2, 3};
       }},
      {"a gap", true,
       [](model::FeedUpdate& u) {
         u.state.gap = model::Gap{kNow - 2h, kNow, "", 0};
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
    store.writer->apply({&update, 1}, Durability::relaxed);
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
  update.state.gap = model::Gap{kNow - 2h, kNow, "https://a.example/feed?page=2", 1};
  store.writer->apply({&update, 1}, Durability::relaxed);
  model::FeedPatch patch;
  patch.url = store.reader->feed(other)->url;
  CHECK(store.writer->change_feed(feed, patch).error().cause == Cause::conflict);
  patch.url = "https://new.example/";
  const auto changed = store.writer->change_feed(feed, patch);
  REQUIRE(changed.has_value());
  CHECK(changed->state.validators.empty());
  CHECK(changed->state.body_hash.empty());
  CHECK_FALSE(changed->state.gap.has_value());
}

TEST_CASE("what was fetched from an address that the feed has left meanwhile is void") {
  Store store;
  const auto feed = store.subscribe("a");
  model::FeedUpdate update;
  update.feed_id = feed;
  update.url = store.reader->feed(feed)->url;
  update.received = kNow;
  update.state.validators.etag = "old";
  update.entries = {entry(feed, "1", "One")};
  const bool moves = GENERATE(false, true);
  if (moves) {
    model::FeedPatch patch;
    patch.url = "https://new.example/";
    REQUIRE(store.writer->change_feed(feed, patch).has_value());
  }
  CHECK(store.writer->apply({&update, 1}, Durability::synced).front().added == (moves ? 0 : 1));
  CHECK(store.reader->feed(feed)->state.validators.empty() == moves);
  CHECK(store.list({}).empty() == moves);
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
    SECTION("until the feed returns and everything is purged") {
      CHECK(store.subscribe("a") == feed);
      REQUIRE(store.writer->remove_feed(feed, true).has_value());
      CHECK(store.list({}).empty());
    }
    SECTION("and belong to the feed again when it returns") {
      CHECK(store.subscribe("a") == feed);
      const auto back = store.reader->feed(feed);
      CHECK(back->articles == 1);
      CHECK(back->state.validators.empty());
      CHECK(store.poll(feed, {entry(feed, "1", "One"), entry(feed, "4", "Four")}).added == 1);
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
  check_consistent(store);
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
