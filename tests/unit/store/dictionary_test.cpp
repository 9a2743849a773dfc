// Dictionaries: articles before and after the training read back exactly, and a lost dictionary costs those alone that
// were written with it.

#include "store/database.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

namespace {

constexpr int kEnough = 1'000;

// What publishers repeat in every article, and something of its own.
model::IncomingEntry article(model::FeedId feed, int number) {
  const auto key = std::to_string(number);
  auto incoming = entry(feed, "https://publisher.example/news/articles/" + key, "Article " + key);
  incoming.entry.url = incoming.entry.guid;
  incoming.entry.authors = {{"Ann of the Publisher", "https://publisher.example/authors/ann", "", ""}};
  incoming.entry.tags = {"tag" + std::to_string(number % 7)};
  incoming.entry.content_html = "<p><a href=\"https://publisher.example/news/" + key + "\">Read on</a> about case " +
                                std::to_string(number * 7919LL) +
                                ".</p><p><em>You receive this because you are subscribed to The Publisher.</em></p>";
  return incoming;
}

void poll_many(Store& store, model::FeedId feed, int from, int count) {
  std::vector<model::IncomingEntry> entries;
  for (int i = from; i < from + count; ++i) entries.push_back(article(feed, i));
  REQUIRE(store.poll(feed, std::move(entries)).added == count);
}

std::int64_t number(const Store& store, const char* sql) { return Database(store.options, Access::read).number(sql); }
void damage(const Store& store, const char* sql) { Database(store.options, Access::write).run(sql); }

// One that has been trained; article 1000 is the first one after that, and the newest by id.
struct Trained : Store {
  model::FeedId feed = subscribe("a");
  Trained() {
    poll_many(*this, feed, 0, kEnough);
    REQUIRE(writer->train());
    poll_many(*this, feed, kEnough, 1);
  }
  Result<model::Article> nth(int number) { return reader->article(model::ArticleId{number + 1}); }
  // Documents begin with the newest, so the first thousand came in with descending ids.
  Result<model::Article> old(int number) { return reader->article(model::ArticleId{kEnough - number}); }
};

}  // namespace

TEST_CASE("nothing is trained before there are enough articles, and then once") {
  Store store;
  const auto feed = store.subscribe("a");
  CHECK_FALSE(store.writer->train());
  poll_many(store, feed, 0, kEnough - 1);
  CHECK_FALSE(store.writer->train());
  poll_many(store, feed, kEnough, 1);
  const auto revision = store.writer->revision();
  CHECK(store.writer->train());
  CHECK_FALSE(store.writer->train());
  store.reopen();
  CHECK_FALSE(store.writer->train());
  CHECK(store.writer->revision() == revision);
  CHECK(number(store, "SELECT group_concat(id) = '1' FROM dictionary") == 1);
}

TEST_CASE("articles that have nothing in common give no dictionary, and no harm") {
  Store store;
  const auto feed = store.subscribe("a");
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < kEnough; ++i) {
    entries.push_back(entry(feed, "", "", ""));
    entries.back().uid = uid_of(feed, std::to_string(i));
  }
  REQUIRE(store.poll(feed, std::move(entries)).added == kEnough);
  CHECK_FALSE(store.writer->train());
  CHECK(number(store, "SELECT count(*) FROM dictionary") == 0);
}

TEST_CASE("articles from before and after the training read back exactly") {
  Trained store;
  CHECK(number(store, "SELECT length(head) FROM article WHERE id = 1001") <
        number(store, "SELECT length(head) FROM article WHERE id = 1000") / 2);
  CHECK(number(store, "SELECT length(body) FROM content WHERE id = 1001") <
        number(store, "SELECT length(body) FROM content WHERE id = 1000") / 2);
  const auto check = [&] {
    CHECK(store.old(0)->entry == article(store.feed, 0).entry);
    CHECK(store.old(999)->entry == article(store.feed, 999).entry);
    CHECK(store.nth(1000)->entry == article(store.feed, 1000).entry);
  };
  SECTION("by a reader that was opened before") { check(); }
  SECTION("by one that was opened later") {
    store.reopen();
    check();
  }
  SECTION("and a writer opened later goes on with it") {
    store.reopen();
    poll_many(store, store.feed, 1001, 1);
    CHECK(store.nth(1001)->entry == article(store.feed, 1001).entry);
    CHECK(number(store, "SELECT length(body) FROM content WHERE id = 1002") <
          number(store, "SELECT length(body) FROM content WHERE id = 1000") / 2);
  }
  SECTION("and are found by what they say") { CHECK(store.search("\"Article 1000\"").size() == 1); }
  check_consistent(store.options);
}

TEST_CASE("compression is no edit") {
  Trained store;
  std::vector<model::IncomingEntry> again;
  for (const int i : {0, 999, 1000}) again.push_back(article(store.feed, i));
  const auto revision = store.writer->revision();
  CHECK(store.poll(store.feed, std::move(again)).updated == 0);
  CHECK(store.writer->revision() == revision);
}

TEST_CASE("without their dictionary articles are damaged, and no others") {
  struct Case {
    const char* what;
    const char* sql;
  };
  const Case cases[] = {
      {"lost", "DELETE FROM dictionary"},
      {"cut short", "UPDATE dictionary SET bytes = substr(bytes, 1, length(bytes) - 1)"},
      {"nothing left", "UPDATE dictionary SET bytes = x''"},
      {"a flipped bit",
       "UPDATE dictionary SET bytes = CAST(substr(bytes, 1, 2000) || x'00' || substr(bytes, 2002) AS BLOB)"},
      {"under another's id", "UPDATE dictionary SET id = 2"},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Trained damaged;
    damage(damaged, test.sql);
    damaged.reopen();
    const auto lost = damaged.nth(1000);
    REQUIRE(lost.has_error());
    CHECK(lost.error().cause == Cause::internal);
    CHECK(lost.error().detail.find("dictionary 1 is missing or damaged") != std::string::npos);
    CHECK(damaged.old(999).has_value());
    model::ArticleQuery all;
    all.limit = kEnough;
    all.order = model::ArticleOrder::oldest;
    CHECK(damaged.list(all).size() == kEnough);
    // It goes on without, and what the publisher still shows is repaired once it differs.
    poll_many(damaged, damaged.feed, 1001, 1);
    CHECK(damaged.nth(1001)->entry == article(damaged.feed, 1001).entry);
    auto edited = article(damaged.feed, 1000);
    edited.entry.title = "Repaired";
    CHECK(damaged.poll(damaged.feed, {edited}).updated == 1);
    CHECK(damaged.nth(1000)->entry.title == "Repaired");
  }
}
