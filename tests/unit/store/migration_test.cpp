// Databases of earlier versions: brought up to date when they are opened, with all that is in them.

#include "store/database.hpp"
#include "store/schema.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

namespace {

// What a version wrote that knew the schema up to there.
void write_database(const Options& options, int schema) {
  Database database(options, Access::write);
  migrate(database, schema);
  database.run(R"sql(
INSERT INTO feed(id, uid, url, custom_title, folder, settings, managed)
  VALUES (1, '0123456789abcdef', 'https://a.example/feed', 'Mine', 'News', x'', 0);
INSERT INTO feed_state(feed_id, status, etag, error_count) VALUES (1, 'ok', '"tag"', 0);
INSERT INTO article(id, feed_id, uid, sort, received, revision, hash, head)
  VALUES (1, 1, x'00112233445566778899aabbccddeeff', 1772323200, 1772323200, 2, x'', x'');
INSERT INTO content(id, body) VALUES (1, x'');
INSERT INTO change(revision, type, op, id) VALUES (1, 1, 0, 1), (2, 0, 0, 1);
UPDATE feed_state SET articles = 1, unread = 1;
UPDATE store SET feed_id = 1, article_id = 1, revision = 2, feeds = 1, articles = 1, unread = 1;
)sql");
  model::Entry said;
  said.title = "One";
  said.content_html = "<p>text</p>";
  const auto record = database.codec().encode(said);
  Query(database, "UPDATE article SET head = ?").bind_blob(record.head).run();
  Query(database, "UPDATE content SET body = ?").bind_blob(record.body).run();
  if (schema >= 3) {
    database.run(
        "INSERT INTO attempt(feed_id, time, detail, status, bytes, duration_ms, added, updated, next_poll_rule) "
        "VALUES (1, 1772323200, '', 304, 321, 47, 0, 0, 'default')");
  }
}

}  // namespace

TEST_CASE("a database of any earlier version is brought to the newest, and nothing of it is lost") {
  for (int schema = 1; schema < newest_schema(); ++schema) {
    INFO("schema " << schema);
    Folder folder;
    const auto options = options_in(folder);
    write_database(options, schema);
    CHECK(Reader::open(options).error().cause == Cause::unavailable);
    const auto writer = open_writer(options);
    const auto reader = open_reader(options);
    CHECK(Database(options, Access::read).number("PRAGMA user_version") == newest_schema());
    const auto feed = reader->feed(model::FeedId{1});
    REQUIRE(feed.has_value());
    CHECK(feed->uid == "0123456789abcdef");
    CHECK(feed->title == "Mine");
    model::FeedState expected;
    expected.status = model::FeedStatus::ok;
    expected.validators.etag = "\"tag\"";
    CHECK(feed->state == expected);
    const auto article = reader->article(model::ArticleId{1});
    REQUIRE(article.has_value());
    CHECK(article->uid == "00112233445566778899aabbccddeeff");
    CHECK(article->entry.content_html == "<p>text</p>");
    CHECK(reader->traffic(0).empty());
    const auto journal = reader->journal(feed->id, 50).value();
    REQUIRE(journal.size() == (schema >= 3 ? 1 : 0));
    if (!journal.empty()) CHECK(journal.front().bytes == 321);
    if (!journal.empty()) CHECK_FALSE(journal.front().metered);
    check_consistent(options);
  }
}

TEST_CASE("a migrated database takes what a new one takes") {
  Folder folder;
  const auto options = options_in(folder);
  write_database(options, 1);
  const auto writer = open_writer(options);
  model::FeedUpdate update;
  update.feed_id = model::FeedId{1};
  update.received = kNow;
  update.state.traffic = {20513, 4711, 10'000};
  update.state.gap = model::Gap{kNow, kNow, "https://a.example/feed?page=2", 1};
  update.entries = {entry(update.feed_id, "1", "One")};
  update.attempts.emplace_back();
  update.attempts.back().time = kNow;
  update.attempts.back().bytes = 4711;
  update.attempts.back().metered = true;
  const auto expected = update.state;
  CHECK(writer->apply({&update, 1}, Durability::synced).front().added == 1);
  const auto reader = open_reader(options);
  CHECK(reader->feed(update.feed_id)->state == expected);
  CHECK(reader->journal(update.feed_id, 1).value().front().metered);
  REQUIRE(reader->traffic(0).size() == 1);
  CHECK(reader->traffic(0).front().metered_bytes == 4711);
  check_consistent(options);
}
