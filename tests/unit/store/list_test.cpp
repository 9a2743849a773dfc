// Lists: filters, order, pages, and the marks that move articles between them.

#include <algorithm>
#include <set>

#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

using Titles = std::vector<std::string>;

model::IncomingEntry dated(model::FeedId feed, const std::string& title, std::chrono::hours age, Titles tags = {}) {
  auto incoming = entry(feed, title, title);
  incoming.entry.date_published = kNow - age;
  incoming.entry.tags = std::move(tags);
  return incoming;
}

// Three feeds in two folders; A1 is the oldest of A, and every letter's number grows with time.
struct Library : Store {
  model::FeedId a = subscribe("a", "News");
  model::FeedId b = subscribe("b", "News");
  model::FeedId c = subscribe("c", "Blogs");

  Library() {
    poll(a, {dated(a, "A1", 60h, {"Red"}), dated(a, "A2", 40h), dated(a, "A3", 20h, {"red", "Blue"})});
    poll(b, {dated(b, "B1", 50h, {"Blue"}), dated(b, "B2", 30h)});
    poll(c, {dated(c, "C1", 10h)});
    mark_titles({"A2", "B1"}, true, std::nullopt);
    mark_titles({"A1", "B1"}, std::nullopt, true);
  }

  std::int64_t mark_titles(const Titles& wanted, std::optional<bool> read, std::optional<bool> starred) {
    model::MarkRequest mark;
    for (const auto& article : list({})) {
      if (std::count(wanted.begin(), wanted.end(), article.entry.title) > 0) mark.ids.push_back(article.id);
    }
    mark.read = read;
    mark.starred = starred;
    return writer->mark(mark).value();
  }
};

}  // namespace

TEST_CASE("every filter admits what it says, in both orders") {
  Library library;
  struct Case {
    const char* what;
    void (*set)(model::ArticleQuery&, const Library&);
    Titles newest;
  };
  const Case cases[] = {
      {"none", [](model::ArticleQuery&, const Library&) {}, {"C1", "A3", "B2", "A2", "B1", "A1"}},
      {"feed", [](model::ArticleQuery& q, const Library& l) { q.feed = l.a; }, {"A3", "A2", "A1"}},
      {"unknown feed", [](model::ArticleQuery& q, const Library&) { q.feed = model::FeedId{99}; }, {}},
      {"folder", [](model::ArticleQuery& q, const Library&) { q.folder = "News"; }, {"A3", "B2", "A2", "B1", "A1"}},
      {"unknown folder", [](model::ArticleQuery& q, const Library&) { q.folder = "New"; }, {}},
      {"tag, whatever its case", [](model::ArticleQuery& q, const Library&) { q.tag = "RED"; }, {"A3", "A1"}},
      {"unread", [](model::ArticleQuery& q, const Library&) { q.read = false; }, {"C1", "A3", "B2", "A1"}},
      {"read", [](model::ArticleQuery& q, const Library&) { q.read = true; }, {"A2", "B1"}},
      {"starred", [](model::ArticleQuery& q, const Library&) { q.starred = true; }, {"B1", "A1"}},
      {"not starred", [](model::ArticleQuery& q, const Library&) { q.starred = false; }, {"C1", "A3", "B2", "A2"}},
      {"since, inclusive", [](model::ArticleQuery& q, const Library&) { q.since = kNow - 20h; }, {"C1", "A3"}},
      {"until, exclusive", [](model::ArticleQuery& q, const Library&) { q.until = kNow - 50h; }, {"A1"}},
      {"unread of a feed",
       [](model::ArticleQuery& q, const Library& l) { q.feed = l.a, q.read = false; },
       {"A3", "A1"}},
      {"starred of a folder, read",
       [](model::ArticleQuery& q, const Library&) { q.folder = "News", q.starred = true, q.read = true; },
       {"B1"}},
      {"a tag of a feed, between two dates",
       [](model::ArticleQuery& q, const Library& l) {
         q.feed = l.a, q.tag = "red", q.since = kNow - 60h, q.until = kNow - 20h;
       },
       {"A1"}},
      {"everything, and a word",
       [](model::ArticleQuery& q, const Library& l) {
         q.feed = l.a, q.folder = "News", q.tag = "red", q.read = false, q.starred = true, q.text = "A1";
       },
       {"A1"}},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    model::ArticleQuery query;
    test.set(query, library);
    CHECK(library.titles(query) == test.newest);
    query.order = model::ArticleOrder::oldest;
    auto oldest = test.newest;
    std::reverse(oldest.begin(), oldest.end());
    CHECK(library.titles(query) == oldest);
    query.order = model::ArticleOrder::relevance;
    CHECK(library.titles(query).size() == oldest.size());
  }
}

TEST_CASE("articles from beyond 2038 are kept and listed with their dates") {
  constexpr Instant then{std::chrono::sys_days{std::chrono::year{2106} / 2 / 7} + 7h};
  Store store;
  const auto feed = store.subscribe("a");
  auto incoming = entry(feed, "late", "late");
  incoming.entry.date_published = then - 1h;
  store.poll(feed, {dated(feed, "early", 1h)});
  store.poll(feed, {incoming}, then);
  CHECK(store.titles({}) == Titles{"late", "early"});
  model::ArticleQuery query;
  query.since = then - 2h;
  const auto late = store.only(query);
  CHECK(late.entry.date_published == then - 1h);
  CHECK(late.date_received == then);
}

TEST_CASE("a summary leaves only the content out") {
  Library library;
  model::ArticleQuery query;
  query.with_content = false;
  for (const auto& article : library.list(query)) {
    CHECK_FALSE(article.entry.title.empty());
    CHECK(article.entry.content_html.empty());
  }
}

TEST_CASE("pages are complete and without repetition, while articles arrive") {
  const auto order = GENERATE(model::ArticleOrder::newest, model::ArticleOrder::oldest, model::ArticleOrder::relevance);
  const bool text = GENERATE(false, true);
  CAPTURE(static_cast<int>(order), text);
  Store store;
  const auto feed = store.subscribe("a");
  std::vector<model::IncomingEntry> entries;
  // Many share a date, so that the tie is decided by id.
  for (int i = 0; i < 100; ++i) entries.push_back(dated(feed, "word " + std::to_string(i), std::chrono::hours(i / 10)));
  store.poll(feed, entries);
  std::set<model::ArticleId> before;
  model::ArticleQuery all;
  all.limit = 1000;
  for (const auto& article : store.list(all)) before.insert(article.id);

  model::ArticleQuery query;
  query.order = order;
  query.limit = 7;
  if (text) query.text = "word";
  std::vector<model::ArticleId> seen;
  int arrived = 0;
  do {
    const auto page = store.reader->articles(query);
    REQUIRE(page.has_value());
    CHECK(page->articles.size() <= 7);
    for (const auto& article : page->articles) seen.push_back(article.id);
    query.cursor = page->next_cursor;
    // A new article shifts everybody's score, so that paging by relevance is only complete while nothing arrives.
    if (order != model::ArticleOrder::relevance || !text) {
      const auto name = "word new " + std::to_string(++arrived);
      store.poll(feed, {dated(feed, name, std::chrono::hours(arrived % 10))});
    }
  } while (!query.cursor.empty() && seen.size() < 1000);
  const std::set<model::ArticleId> distinct(seen.begin(), seen.end());
  CHECK(distinct.size() == seen.size());
  CHECK(std::includes(distinct.begin(), distinct.end(), before.begin(), before.end()));
}

TEST_CASE("a page ends early when its contents are large, and goes on with the cursor") {
  Store store;
  const auto feed = store.subscribe("a");
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < 5; ++i) entries.push_back(entry(feed, std::to_string(i), "T", std::string(6 << 20, '<')));
  store.poll(feed, entries);
  model::ArticleQuery query;
  auto page = store.reader->articles(query);
  REQUIRE(page.has_value());
  CHECK(page->articles.size() == 3);
  REQUIRE_FALSE(page->next_cursor.empty());
  query.cursor = page->next_cursor;
  page = store.reader->articles(query);
  CHECK(page->articles.size() == 2);
  CHECK(page->next_cursor.empty());
  query.cursor.clear();
  query.with_content = false;
  CHECK(store.list(query).size() == 5);
}

TEST_CASE("of articles with the same date the first of the document is the newest") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "first"), entry(feed, "2", "second"), entry(feed, "3", "third")});
  CHECK(store.titles({}) == Titles{"first", "second", "third"});
}

TEST_CASE("a cursor that is not this query's is refused") {
  Library library;
  model::ArticleQuery query;
  query.limit = 2;
  const auto cursor = library.reader->articles(query)->next_cursor;
  REQUIRE_FALSE(cursor.empty());
  for (const std::string& bad : {std::string("x"), cursor + "0", cursor.substr(1), std::string(cursor.size(), 'z'),
                                 std::string(cursor.size(), '0')}) {
    query.cursor = bad;
    CHECK(library.reader->articles(query).error().cause == Cause::invalid);
  }
  query.cursor = cursor;
  query.limit = 1;
  query.with_content = false;
  CHECK(library.reader->articles(query).has_value());
  query.read = false;
  CHECK(library.reader->articles(query).error().cause == Cause::invalid);
}

TEST_CASE("marks by id change what differs and say how many that were") {
  Library library;
  CHECK(library.mark_titles({"A1", "A2"}, true, std::nullopt) == 1);
  CHECK(library.mark_titles({"A1", "A2"}, true, std::nullopt) == 0);
  CHECK(library.mark_titles({"A1", "A2"}, false, false) == 2);
  model::MarkRequest mark;
  mark.ids = {library.list({}).front().id, model::ArticleId{12345}};
  mark.starred = true;
  const auto revision = library.writer->revision();
  CHECK(library.writer->mark(mark).error().cause == Cause::not_found);
  CHECK(library.writer->revision() == revision);
  mark.starred.reset();
  CHECK(library.writer->mark(mark).error().cause == Cause::invalid);
  check_consistent(library.options);
}

TEST_CASE("marks by filter change what the filter admits") {
  struct Case {
    const char* what;
    void (*set)(model::MarkRequest&, const Library&);
    std::int64_t changed;
  };
  const Case cases[] = {
      {"all", [](model::MarkRequest& m, const Library&) { m.read = true; }, 4},
      {"all unread", [](model::MarkRequest& m, const Library&) { m.read = false; }, 2},
      {"a feed", [](model::MarkRequest& m, const Library& l) { m.read = true, m.feed = l.a; }, 2},
      {"a folder", [](model::MarkRequest& m, const Library&) { m.read = true, m.folder = "News"; }, 3},
      {"received before", [](model::MarkRequest& m, const Library&) { m.read = true, m.before = kNow; }, 0},
      {"received by now", [](model::MarkRequest& m, const Library&) { m.read = true, m.before = kNow + 1s; }, 4},
      {"a word", [](model::MarkRequest& m, const Library&) { m.read = true, m.text = "A1 OR A2 OR A3"; }, 2},
      {"a word of a feed",
       [](model::MarkRequest& m, const Library& l) { m.starred = true, m.text = "text", m.feed = l.c; }, 1},
      {"both marks", [](model::MarkRequest& m, const Library&) { m.read = true, m.starred = true; }, 5},
      {"stars away", [](model::MarkRequest& m, const Library&) { m.starred = false; }, 2},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Library library;
    model::MarkRequest mark;
    mark.all = true;
    test.set(mark, library);
    CHECK(library.writer->mark(mark).value() == test.changed);
    CHECK(library.writer->mark(mark).value() == 0);
    check_consistent(library.options);
  }
}

TEST_CASE("an article or feed that does not exist is not found") {
  Store store;
  CHECK(store.reader->article(model::ArticleId{1}).error().cause == Cause::not_found);
  CHECK(store.reader->feed(model::FeedId{1}).error().cause == Cause::not_found);
}
