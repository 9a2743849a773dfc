// Lists by ids, and the articles of some ids.

#include "store/entry_list.hpp"

#include <sqlite3.h>

#include <algorithm>

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
  incoming.entry.authors = {{.name = std::string(1, static_cast<char>('z' - (title[1] - '0')))}};
  return incoming;
}

// By arrival: A2, A1, B1, B2, C1; by date: A1, A2, B1, B2, C1. C is not subscribed any more.
struct Library : Store {
  model::FeedId a = subscribe("a", "News");
  model::FeedId b = subscribe("b", "Blogs");
  model::FeedId c = subscribe("c", "Blogs");

  Library() {
    poll(a, {dated(a, "A1", 50h, {"Red"}), dated(a, "A2", 40h, {"red", "Blue"})});  // the first comes last
    poll(b, {dated(b, "B2", 20h), dated(b, "B1", 30h, {"Blue"})}, kNow + 1h);
    poll(c, {dated(c, "C1", 10h)}, kNow + 2h);
    index_all(*writer);
    mark({"A2", "B1"}, true, std::nullopt);
    mark({"A1", "B1", "C1"}, std::nullopt, true);
    REQUIRE(writer->remove_feed(c, false));
  }

  void mark(const Titles& wanted, std::optional<bool> read, std::optional<bool> starred) {
    model::MarkRequest mark;
    for (const auto& title : wanted) mark.ids.push_back(id_of(title));
    mark.read = read;
    mark.starred = starred;
    REQUIRE(writer->mark(mark));
  }

  model::ArticleId id_of(const std::string& title) {
    for (const auto& article : list({})) {
      if (article.entry.title == title) return article.id;
    }
    return model::ArticleId{0};
  }

  Titles titles_of(const model::EntryQuery& query) {
    const auto ids = reader->entry_ids(query).value();
    const auto batch = reader->articles_of(ids, false, 1 << 20);
    CHECK(batch.taken == ids.size());
    Titles titles;
    for (const auto& article : batch.articles) titles.push_back(article.entry.title);
    return titles;
  }
};

}  // namespace

TEST_CASE("every filter of a list by ids admits what it says, and counts it") {
  Library library;
  struct Case {
    const char* what;
    void (*set)(model::EntryQuery&, Library&);
    Titles by_arrival;
  };
  const Case cases[] = {
      {"none, and nothing of a feed that is gone", [](auto&, auto&) {}, {"A2", "A1", "B1", "B2"}},
      {"unread", [](auto& q, auto&) { q.read = false; }, {"A1", "B2"}},
      {"read", [](auto& q, auto&) { q.read = true; }, {"A2", "B1"}},
      {"starred", [](auto& q, auto&) { q.starred = true; }, {"A1", "B1"}},
      {"not starred", [](auto& q, auto&) { q.starred = false; }, {"A2", "B2"}},
      {"a feed", [](auto& q, auto& l) { q.feeds = {l.a}; }, {"A2", "A1"}},
      {"several feeds",
       [](auto& q, auto& l) {
         q.feeds = {l.a, l.b};
       },
       {"A2", "A1", "B1", "B2"}},
      {"no feed", [](auto& q, auto&) { q.feeds.emplace(); }, {}},
      {"a tag, whatever its case", [](auto& q, auto&) { q.tags = {"RED"}; }, {"A2", "A1"}},
      {"two tags",
       [](auto& q, auto&) {
         q.tags = {"red", "blue"};
       },
       {"A2"}},
      {"published after, exclusive", [](auto& q, auto&) { q.published_after = kNow - 40h; }, {"B1", "B2"}},
      {"published before, exclusive", [](auto& q, auto&) { q.published_before = kNow - 40h; }, {"A1"}},
      {"received since, inclusive", [](auto& q, auto&) { q.received_since = kNow + 1h; }, {"B1", "B2"}},
      {"received until, inclusive", [](auto& q, auto&) { q.received_until = kNow; }, {"A2", "A1"}},
      {"after an id", [](auto& q, auto& l) { q.after = l.id_of("A1"); }, {"B1", "B2"}},
      {"before an id", [](auto& q, auto& l) { q.before = l.id_of("A1"); }, {"A2"}},
      {"a word", [](auto& q, auto&) { q.text = "a1"; }, {"A1"}},
      {"a word or another", [](auto& q, auto&) { q.text = "a1 OR b2", q.read = false; }, {"A1", "B2"}},
      {"all together",
       [](auto& q, auto& l) {
         q.feeds = {l.b}, q.read = true, q.starred = true, q.tags = {"blue"}, q.text = "b1";
         q.received_since = kNow, q.published_after = kNow - 50h, q.after = l.id_of("A2");
       },
       {"B1"}},
  };
  for (const auto& one : cases) {
    INFO(one.what);
    model::EntryQuery query;
    one.set(query, library);
    CHECK(library.titles_of(query) == one.by_arrival);
    CHECK(library.reader->entries(query)->total == std::ssize(one.by_arrival));
    query.descending = true;
    CHECK(library.titles_of(query) == Titles(one.by_arrival.rbegin(), one.by_arrival.rend()));
    query.order = model::EntryOrder::published;
    CHECK(library.titles_of(query).size() == one.by_arrival.size());
  }
}

TEST_CASE("every order of a list by ids goes both ways, and its pages hold everything once") {
  Library library;
  struct Case {
    model::EntryOrder order;
    Titles ascending;
  };
  const Case cases[] = {
      {model::EntryOrder::arrival, {"A2", "A1", "B1", "B2"}}, {model::EntryOrder::published, {"A1", "A2", "B1", "B2"}},
      {model::EntryOrder::changed, {"B2", "A2", "A1", "B1"}}, {model::EntryOrder::received, {"A2", "A1", "B1", "B2"}},
      {model::EntryOrder::read, {"A1", "B2", "A2", "B1"}},    {model::EntryOrder::title, {"A1", "A2", "B1", "B2"}},
      {model::EntryOrder::author, {"A2", "B2", "A1", "B1"}},  {model::EntryOrder::rank, {"B1", "B2", "A2", "A1"}},
  };
  for (const auto& one : cases) {
    INFO(static_cast<int>(one.order));
    model::EntryQuery query;
    query.order = one.order;
    query.ranks = {{library.a, 7}, {library.b, 3}};
    CHECK(library.titles_of(query) == one.ascending);
    query.limit = 1;
    Titles paged;
    for (query.offset = 0; query.offset < 5; ++query.offset) {
      for (const auto& title : library.titles_of(query)) paged.push_back(title);
    }
    CHECK(paged == one.ascending);
    query.limit = 100;
    query.offset = 0;
    query.descending = true;
    CHECK(library.titles_of(query) == Titles(one.ascending.rbegin(), one.ascending.rend()));
    query.feeds = {library.b};
    CHECK(library.titles_of(query).size() == 2);
  }
}

TEST_CASE("a text that is no query is an error of a list by ids") {
  Library library;
  model::EntryQuery query;
  query.text = "\"unfinished";
  const auto ids = library.reader->entry_ids(query);
  if (!ids) CHECK(ids.error().cause == Cause::invalid);
  CHECK(ids.has_value() == library.reader->entries(query).has_value());
}

TEST_CASE("articles of many ids come in pieces of about a size, in their order, without those that are gone") {
  Library library;
  const auto a1 = library.id_of("A1");
  const auto b2 = library.id_of("B2");
  const auto c1 = library.id_of("C1");
  const std::vector<model::ArticleId> ids{b2, model::ArticleId{999}, c1, a1, a1, model::ArticleId{998}};
  const auto all = library.reader->articles_of(ids, true, 1 << 20);
  CHECK(all.taken == ids.size());
  REQUIRE(all.articles.size() == 3);
  CHECK((all.articles[0].id == b2 && all.articles[1].id == a1 && all.articles[2].id == a1));
  CHECK(all.articles[0].entry.content_html == "<p>text</p>");
  CHECK(all.articles[0].date == kNow - 20h);
  CHECK(library.reader->articles_of(ids, false, 1 << 20).articles[0].entry.content_html.empty());
  Titles pieces;
  for (std::span<const model::ArticleId> rest = ids; !rest.empty();) {
    const auto piece = library.reader->articles_of(rest, true, 1);
    CHECK(piece.articles.size() <= 1);
    REQUIRE(piece.taken > 0);
    for (const auto& article : piece.articles) pieces.push_back(article.entry.title);
    rest = rest.subspan(piece.taken);
  }
  CHECK(pieces == Titles{"B2", "A1", "A1"});
  CHECK(library.reader->articles_of({}, true, 1).taken == 0);
}

TEST_CASE("marks may pass over ids that are unknown") {
  Library library;
  model::MarkRequest request;
  request.ids = {model::ArticleId{999}, library.id_of("A1")};
  request.read = true;
  CHECK(library.writer->mark(request).error().cause == Cause::not_found);
  request.skip_unknown = true;
  CHECK(library.writer->mark(request).value() == 1);
}

TEST_CASE("what has changed since a moment is known to the millisecond, whatever changed it") {
  Folder folder;
  auto options = options_in(folder);
  Moment now = kNow;
  options.now = [&now] { return now; };
  auto writer = open_writer(options);
  auto reader = open_reader(options);
  const auto feed = writer->add_feed({.url = "http://a.example/feed"}, "0123456789abcdef", kNow)->id;
  const auto poll = [&](std::vector<model::IncomingEntry> entries) {
    model::FeedUpdate update;
    update.feed_id = feed;
    update.received = kNow;
    update.entries = std::move(entries);
    writer->apply({&update, 1}, Durability::synced);
  };
  const auto changed_after = [&](Moment moment) {
    model::EntryQuery query;
    query.changed_after = moment;
    const auto ids = reader->entry_ids(query).value();
    CHECK(reader->entries(query)->total == std::ssize(ids));
    std::vector<std::int64_t> numbers;
    for (const auto id : ids) numbers.push_back(model::raw(id));
    query.changed_after.reset();
    query.changed_before = moment + 1ms;
    CHECK(reader->entries(query)->total == 2 - std::ssize(ids));
    return numbers;
  };
  using Ids = std::vector<std::int64_t>;
  poll({entry(feed, "2", "Two"), entry(feed, "1", "One")});
  CHECK(changed_after(kNow - 1ms) == Ids{1, 2});
  CHECK(changed_after(kNow) == Ids{});
  now += 1ms;
  model::MarkRequest mark;
  mark.ids = {model::ArticleId{2}};
  mark.starred = true;
  REQUIRE(writer->mark(mark).value() == 1);
  CHECK(changed_after(kNow) == Ids{2});
  const std::vector ids{model::ArticleId{1}, model::ArticleId{2}};
  now += 1ms;
  poll({entry(feed, "1", "One, edited")});
  CHECK(changed_after(kNow + 1ms) == Ids{1});
  const auto batch = reader->articles_of(ids, false, 1 << 20);
  REQUIRE(batch.articles.size() == 2);
  CHECK(batch.articles[0].changed == kNow + 2ms);
  CHECK(batch.articles[1].changed == kNow + 1ms);
  model::EntryQuery with_more;
  with_more.changed_after = kNow;
  with_more.starred = true;
  with_more.tags = {"none"};
  CHECK(reader->entry_ids(with_more)->empty());
  with_more.tags.clear();
  CHECK(reader->entry_ids(with_more)->size() == 1);
}

TEST_CASE("lists by ids walk along an index, or along the ids as far as they must") {
  Library library;
  Database database(library.options, Access::read);
  const auto plan = [&](const model::EntryQuery& query, const EntryFacts& facts) {
    const auto sql = entry_list_sql(query, facts, std::nullopt);
    Query explain(database, "EXPLAIN QUERY PLAN " + sql.text);
    std::string text;
    while (explain.step()) text += explain.string(3) + "; ";
    return text;
  };
  const EntryFacts many{100'000, 90'000};
  const EntryFacts few_unread{100'000, 500};
  model::EntryQuery unread;
  unread.read = false;
  unread.descending = true;
  unread.limit = 1000;
  CHECK(plan(unread, many).find("USING") == std::string::npos);
  CHECK(plan(unread, few_unread).find("COVERING INDEX article_sort") != std::string::npos);
  // All of them at once, as a client does that keeps everything.
  unread.limit = 200'000;
  CHECK(plan(unread, many).find("COVERING INDEX article_sort") != std::string::npos);
  model::EntryQuery starred;
  starred.starred = true;
  CHECK(plan(starred, many).find("article_starred") != std::string::npos);
  model::EntryQuery feed;
  feed.feeds = {library.a};
  feed.read = false;
  CHECK(plan(feed, many).find("COVERING INDEX article_feed") != std::string::npos);
  model::EntryQuery newest;
  newest.order = model::EntryOrder::published;
  newest.descending = true;
  const auto merged = plan(newest, many);
  CHECK(merged.find("MERGE (UNION ALL)") != std::string::npos);
  CHECK(merged.find("TEMP B-TREE") == std::string::npos);
  newest.feeds = {library.a};
  CHECK(plan(newest, many).find("TEMP B-TREE") == std::string::npos);
}

TEST_CASE("statements of lists by ids are not kept, since there are thousands of them") {
  Library library;
  const auto ask_everything = [&](std::size_t tags) {
    model::EntryQuery query;
    query.tags.assign(tags, "Blue");
    for (const auto order : {model::EntryOrder::arrival, model::EntryOrder::changed, model::EntryOrder::received,
                             model::EntryOrder::read, model::EntryOrder::title}) {
      query.order = order;
      for (const bool descending : {false, true}) {
        query.descending = descending;
        REQUIRE(library.reader->entries(query).has_value());
      }
    }
  };
  ask_everything(1);
  const auto before = sqlite3_memory_used();
  for (std::size_t tags = 2; tags <= 16; ++tags) ask_everything(tags);
  CHECK(sqlite3_memory_used() < before + (256 << 10));
}

TEST_CASE("a list by ids that takes too long is refused") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, entries_titled(feed, 200, "fox"));
  store.options.max_query_steps = 500;
  store.reopen();
  model::EntryQuery query;
  query.order = model::EntryOrder::title;
  CHECK(store.reader->entry_ids(query).error().cause == Cause::unavailable);
  CHECK(store.reader->entries(query).error().cause == Cause::unavailable);
}
