// What polls bring becomes articles, each once.

#include "store/database.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

model::IncomingEntry linked(model::FeedId feed, const std::string& guid, const std::string& title,
                            const std::string& link) {
  auto incoming = entry(feed, guid, title);
  incoming.link = link;
  incoming.entry.url = "https://" + link;
  return incoming;
}

}  // namespace

TEST_CASE("a new article comes back with every field as it went in") {
  Store store;
  const auto feed = store.subscribe("a");
  auto incoming = entry(feed, "guid-1", "Title & more", "<p>Hello <b>world</b></p>");
  auto& said = incoming.entry;
  said.url = "https://a.example/1";
  said.external_url = "https://b.example/";
  said.comments_url = "https://a.example/1#comments";
  said.summary = "in short";
  said.image = "https://a.example/1.png";
  said.date_published = kNow - 24h;
  said.date_modified = kNow - 23h;
  said.authors = {{"Ann", "https://a.example/ann", "", "ann@a.example"}, {"Bob", "", "", ""}};
  said.tags = {"x", "y z"};
  said.language = "de-CH";
  said.attachments = {{"https://a.example/1.mp3", "audio/mpeg", "Listen", 12345, 60},
                      {"https://a.example/2", "", "", {}, {}}};
  const auto expected = said;

  const auto result = store.poll(feed, {incoming});
  CHECK(result.added == 1);
  CHECK(result.updated == 0);
  const auto article = store.only();
  CHECK(article.entry == expected);
  CHECK(article.uid == incoming.uid);
  CHECK(article.feed_id == feed);
  CHECK(article.date_received == kNow);
  CHECK_FALSE(article.read);
  CHECK_FALSE(article.starred);
  CHECK(article.offline == model::OfflineState::off);
  const auto single = store.reader->article(article.id);
  REQUIRE(single.has_value());
  CHECK(single->entry == expected);
}

TEST_CASE("the same document again changes nothing") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One"), entry(feed, "2", "Two")});
  const auto revision = store.writer->revision();
  const auto result = store.poll(feed, {entry(feed, "2", "Two"), entry(feed, "1", "One")}, kNow + 1h);
  CHECK(result.added == 0);
  CHECK(result.updated == 0);
  CHECK(store.writer->revision() == revision);
}

TEST_CASE("an edited entry gets a new revision and a date, and stays read and starred") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One", "<p>before</p>")});
  const auto before = store.only();
  model::MarkRequest mark;
  mark.ids = {before.id};
  mark.read = true;
  mark.starred = true;
  REQUIRE(store.writer->mark(mark).value() == 1);

  const auto result = store.poll(feed, {entry(feed, "1", "One, corrected", "<p>afterwards</p>")}, kNow + 2h);
  CHECK(result.added == 0);
  CHECK(result.updated == 1);
  const auto after = store.only();
  CHECK(after.id == before.id);
  CHECK(after.entry.title == "One, corrected");
  CHECK(after.entry.content_html == "<p>afterwards</p>");
  CHECK(after.entry.date_modified == kNow + 2h);
  CHECK(after.revision == store.writer->revision());
  CHECK(after.read);
  CHECK(after.starred);
  CHECK(after.date_received == kNow);
  CHECK(store.search("afterwards").size() == 1);
  CHECK(store.search("before").empty());
  check_consistent(store);
}

TEST_CASE("the publisher's own date of an edit is kept") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One")});
  auto edited = entry(feed, "1", "Two");
  edited.entry.date_modified = kNow - 5min;
  store.poll(feed, {edited}, kNow + 2h);
  CHECK(store.only().entry.date_modified == kNow - 5min);
}

TEST_CASE("other dates, another guid form or a tracking parameter are no edit") {
  Store store;
  const auto feed = store.subscribe("a");
  auto first = linked(feed, "1", "One", "a.example/1");
  first.entry.date_published = kNow - 1h;
  store.poll(feed, {first});
  const auto revision = store.writer->revision();
  auto again = linked(feed, "1", "One", "a.example/1");
  again.entry.date_published = kNow;
  again.entry.date_modified = kNow;
  again.entry.url = "https://a.example/1?utm_source=feed";
  const auto result = store.poll(feed, {again}, kNow + 1h);
  CHECK(result.updated == 0);
  CHECK(store.writer->revision() == revision);
}

TEST_CASE("the same guid in two feeds is two articles") {
  Store store;
  const auto a = store.subscribe("a");
  const auto b = store.subscribe("b");
  store.poll(a, {entry(a, "1", "One")});
  store.poll(b, {entry(b, "1", "One")});
  CHECK(store.list({}).size() == 2);
}

TEST_CASE("of two entries with one guid in a document the first counts, at every poll") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One"), entry(feed, "1", "Other")});
  CHECK(store.only().entry.title == "One");
  const auto result = store.poll(feed, {entry(feed, "1", "One"), entry(feed, "1", "Other")});
  CHECK(result.updated == 0);
}

TEST_CASE("an entry whose guid changed its form is the same article by its link") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {linked(feed, "http://a.example/1", "One", "a.example/1")});
  const auto before = store.only();
  const auto result = store.poll(feed, {linked(feed, "tag:a,1", "One", "a.example/1")});
  CHECK(result.added == 0);
  CHECK(result.updated == 0);
  CHECK(store.only().id == before.id);

  SECTION("and an edit under the new guid edits it, with another title too") {
    auto edited = linked(feed, "tag:a,1", "One, corrected", "a.example/1");
    CHECK(store.poll(feed, {edited}).updated == 1);
    const auto after = store.only();
    CHECK(after.id == before.id);
    CHECK(after.entry.guid == "http://a.example/1");
    CHECK(after.uid == before.uid);
  }
  SECTION("and when both forms stand in one document, the known one speaks, in either order") {
    const auto old_form = linked(feed, "http://a.example/1", "One", "a.example/1");
    const auto new_form = linked(feed, "tag:a,1", "Other", "a.example/1");
    CHECK(store.poll(feed, {new_form, old_form}).updated == 0);
    CHECK(store.poll(feed, {old_form, new_form}).updated == 0);
    CHECK(store.only().entry.title == "One");
  }
}

TEST_CASE("entries that share a link stay articles of their own") {
  Store store;
  const auto feed = store.subscribe("a");
  SECTION("in one document") {
    store.poll(feed, {linked(feed, "1", "One", "a.example/"), linked(feed, "2", "Two", "a.example/")});
    CHECK(store.list({}).size() == 2);
    // The window moves on.
    store.poll(feed, {linked(feed, "2", "Two", "a.example/"), linked(feed, "3", "Three", "a.example/")});
    CHECK(store.list({}).size() == 3);
  }
  SECTION("one at a time, with other titles") {
    store.poll(feed, {linked(feed, "1", "One", "a.example/")});
    store.poll(feed, {linked(feed, "2", "Two", "a.example/")});
    CHECK(store.list({}).size() == 2);
  }
}

TEST_CASE("guids that change with every request neither multiply articles nor grow the database for ever") {
  Store store;
  const auto feed = store.subscribe("a");
  for (int i = 0; i < 20; ++i) {
    store.poll(feed, {linked(feed, "random-" + std::to_string(i), "One", "a.example/1")});
  }
  CHECK(store.list({}).size() == 1);
  const auto revision = store.writer->revision();
  store.poll(feed, {linked(feed, "random-99", "One", "a.example/1")});
  CHECK(store.writer->revision() == revision);
}

TEST_CASE("a deleted article does not return while the publisher still shows it") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One"), entry(feed, "2", "Two")});
  const auto id = store.list({}).front().id;
  REQUIRE(store.writer->remove_article(id).has_value());
  CHECK(store.writer->remove_article(id).error().cause == Cause::not_found);
  const auto result = store.poll(feed, {entry(feed, "1", "One"), entry(feed, "2", "Two")});
  CHECK(result.added == 0);
  CHECK(store.list({}).size() == 1);
  check_consistent(store);
}

TEST_CASE("the date of order is the published one within reason, else the received one, and is kept") {
  struct Case {
    const char* what;
    std::optional<Instant> published;
    Instant sorted;
  };
  const Instant sane = kNow - 48h;
  const Case cases[] = {
      {"a sane date", sane, sane},
      {"none", std::nullopt, kNow},
      {"the far future", kNow + 24h * 365 * 70, kNow + 10min},
      {"the epoch", Instant{}, kNow},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Store store;
    const auto feed = store.subscribe("a");
    auto incoming = entry(feed, "1", "One");
    incoming.entry.date_published = test.published;
    store.poll(feed, {incoming});
    model::ArticleQuery query;
    query.since = test.sorted;
    query.until = test.sorted + 1s;
    CHECK(store.list(query).size() == 1);
    auto edited = entry(feed, "1", "Edited");
    edited.entry.date_published = kNow - 500h;
    store.poll(feed, {edited});
    CHECK(store.list(query).size() == 1);
  }
}

TEST_CASE("history keeps the earlier versions, the newest few") {
  Store store;
  store.options.max_versions = 3;
  store.reopen();
  const auto feed = store.subscribe("a");
  for (int i = 0; i < 10; ++i) store.poll(feed, {entry(feed, "1", "Version " + std::to_string(i))});
  Database database(store.options, Access::read);
  CHECK(database.number("SELECT count(*) FROM article_version") == 3);
  Query newest(database, "SELECT head FROM article_version ORDER BY revision DESC LIMIT 1");
  REQUIRE(newest.step());
  CHECK(database.codec().decode(newest.blob(0), {})->title == "Version 8");
}

TEST_CASE("an update for a feed that is gone does nothing") {
  Store store;
  const auto feed = store.subscribe("a");
  REQUIRE(store.writer->remove_feed(feed, false).has_value());
  const auto revision = store.writer->revision();
  CHECK(store.poll(feed, {entry(feed, "1", "One")}).added == 0);
  CHECK(store.list({}).empty());
  CHECK(store.writer->revision() == revision);
}

TEST_CASE("an article larger than the limit keeps its head") {
  Store store;
  store.options.max_article_bytes = 10'000;
  store.reopen();
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "Huge", "<p>" + std::string(20'000, 'x') + "</p>")});
  const auto article = store.only();
  CHECK(article.entry.title == "Huge");
  CHECK(article.entry.content_html.empty());
  CHECK(store.poll(feed, {entry(feed, "1", "Huge", "<p>" + std::string(20'000, 'x') + "</p>")}).updated == 0);
  check_consistent(store);
}
