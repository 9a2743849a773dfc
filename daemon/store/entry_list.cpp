#include "store/entry_list.hpp"

#include <algorithm>

#include "store/article_rows.hpp"
#include "store/leash.hpp"
#include "store/reader_state.hpp"
#include "store/search.hpp"
#include "store/times.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kMostFound = 100'000;

constexpr std::string_view kFacts = "SELECT articles, unread, EXISTS (SELECT 1 FROM feed WHERE removed = 1) FROM store";
constexpr std::string_view kIdsInOrder = "SELECT value AS id, 0 FROM json_each(?)";
constexpr std::string_view kTimeOfChange = "SELECT time FROM change WHERE revision = ? AND time > 0";
constexpr std::string_view kIsOfRemovedFeed = "SELECT 1 FROM feed WHERE id = ? AND removed = 1";

// Where the rows come from, the narrowest first: a list is a walk along one of them. Without an index it is one along
// the ids.
constexpr std::string_view kFromFound = "FROM json_each(?) j CROSS JOIN article a ON a.id = j.value";
constexpr std::string_view kFromTag = "FROM tag t CROSS JOIN article a ON a.id = t.id";
constexpr std::string_view kFromChanges =
    "FROM change h CROSS JOIN article a ON a.id = h.id AND a.revision = h.revision";
constexpr std::string_view kFromStarred = "FROM article a INDEXED BY article_starred";
constexpr std::string_view kFromFeed = "FROM article a INDEXED BY article_feed";
constexpr std::string_view kFromSort = "FROM article a INDEXED BY article_sort";
constexpr std::string_view kFromIds = "FROM article a NOT INDEXED";
constexpr std::string_view kRanks =
    "WITH rank(feed, place) AS MATERIALIZED (SELECT CAST(key AS INTEGER), value FROM json_each(?)) ";
constexpr std::string_view kWithRanks = " JOIN rank ON rank.feed = a.feed_id";

constexpr std::string_view kTag = " AND t.tag = ?";
constexpr std::string_view kHasTag =
    " AND EXISTS (SELECT 1 FROM tag t WHERE t.tag = ? AND t.sort = a.sort AND t.id = a.id)";
constexpr std::string_view kFeed = " AND a.feed_id = ?";
constexpr std::string_view kFeeds = " AND a.feed_id IN (SELECT value FROM json_each(?))";
constexpr std::string_view kNotRemoved = " AND a.feed_id NOT IN (SELECT id FROM feed WHERE removed = 1)";
constexpr std::string_view kRead[] = {" AND a.read = 0", " AND a.read = 1"};
constexpr std::string_view kStarred[] = {" AND a.starred = 0", " AND a.starred = 1"};
constexpr std::string_view kPublishedAfter = " AND a.sort > ?";
constexpr std::string_view kPublishedBefore = " AND a.sort < ?";
constexpr std::string_view kReceivedSince = " AND a.received >= ?";
constexpr std::string_view kReceivedUntil = " AND a.received <= ?";
constexpr std::string_view kChange = " AND h.type = 0 AND h.time > ?";
constexpr std::string_view kChangedAfter =
    " AND EXISTS (SELECT 1 FROM change h WHERE h.revision = a.revision AND h.time > ?)";
// What is older than the log is before everything in it.
constexpr std::string_view kChangedBefore =
    " AND NOT EXISTS (SELECT 1 FROM change h WHERE h.revision = a.revision AND h.time >= ?)";
constexpr std::string_view kAfter = " AND a.id > ?";
constexpr std::string_view kBefore = " AND a.id < ?";

struct Order {
  model::EntryOrder order;
  std::string_view ascending;
  std::string_view descending;
};
constexpr Order kOrders[] = {
    {model::EntryOrder::arrival, " ORDER BY a.id", " ORDER BY a.id DESC"},
    {model::EntryOrder::published, " ORDER BY a.sort, a.id", " ORDER BY a.sort DESC, a.id DESC"},
    {model::EntryOrder::changed, " ORDER BY a.revision, a.id", " ORDER BY a.revision DESC, a.id DESC"},
    {model::EntryOrder::received, " ORDER BY a.received, a.id", " ORDER BY a.received DESC, a.id DESC"},
    {model::EntryOrder::read, " ORDER BY a.read, a.id", " ORDER BY a.read DESC, a.id DESC"},
    {model::EntryOrder::title, " ORDER BY article_title(a.head) COLLATE NOCASE, a.id",
     " ORDER BY article_title(a.head) COLLATE NOCASE DESC, a.id DESC"},
    {model::EntryOrder::author, " ORDER BY article_author(a.head) COLLATE NOCASE, a.id",
     " ORDER BY article_author(a.head) COLLATE NOCASE DESC, a.id DESC"},
    {model::EntryOrder::rank, " ORDER BY rank.place, a.id", " ORDER BY rank.place DESC, a.id DESC"},
};
// Of two walks, which SQLite merges.
constexpr std::string_view kMergedByDate[] = {" ORDER BY 2, 1", " ORDER BY 2 DESC, 1 DESC"};

std::int64_t milliseconds(Moment moment) { return moment.time_since_epoch().count(); }

template <class Id>
std::string json_array(const std::vector<Id>& ids) {
  std::string out = "[";
  for (const auto id : ids) {
    if (out.size() > 1) out += ',';
    out += std::to_string(model::raw(id));
  }
  return out + "]";
}

std::string json_ranks(const model::EntryQuery& query) {
  std::string out = "{";
  for (const auto& [feed, rank] : query.ranks) {
    if (out.size() > 1) out += ',';
    out += "\"" + std::to_string(model::raw(feed)) + "\":" + std::to_string(rank);
  }
  return out + "}";
}

// Whether to collect what is read or unread from its index and sort that by id, rather than to pick it out of all
// articles until there is enough; see is_better_collected() of reader.cpp.
bool is_better_collected(const model::EntryQuery& query, const EntryFacts& facts) {
  constexpr double kLookUp = 10;
  const auto all = static_cast<double>(facts.articles);
  const auto those = query.read ? static_cast<double>(*query.read ? facts.articles - facts.unread : facts.unread) : all;
  return those * those < kLookUp * static_cast<double>(query.limit + query.offset) * all;
}

std::string_view source(const model::EntryQuery& query, const EntryFacts& facts,
                        const std::optional<std::string>& found) {
  if (found) return kFromFound;
  if (!query.tags.empty()) return kFromTag;
  if (query.changed_after) return kFromChanges;
  if (query.starred == true) return kFromStarred;
  if (query.feeds) return kFromFeed;
  if (query.order == model::EntryOrder::published || query.published_after || query.published_before) return kFromSort;
  // Nothing but what the index has.
  const bool is_covered = !query.starred && !query.received_since && !query.received_until && !query.changed_before &&
                          !facts.has_removed_feeds;
  if (query.order != model::EntryOrder::arrival) return query.read ? kFromSort : kFromIds;
  if (query.after || query.before) return kFromIds;
  return (query.read || is_covered) && is_better_collected(query, facts) ? kFromSort : kFromIds;
}

void add_rows(SqlBuilder& sql, std::string_view from, const model::EntryQuery& query, const EntryFacts& facts,
              const std::optional<std::string>& found) {
  sql.add(from);
  if (found) sql.bind(*found);
  if (query.order == model::EntryOrder::rank) sql.add(kWithRanks);
  sql.add(" WHERE 1");
  for (const auto& tag : query.tags) {
    const bool is_walked = from == kFromTag && &tag == &query.tags.front();
    sql.add(is_walked ? kTag : kHasTag, tag);
  }
  if (query.feeds && query.feeds->size() == 1) {
    sql.add(kFeed, model::raw(query.feeds->front()));
  } else if (query.feeds) {
    sql.add(kFeeds, json_array(*query.feeds));
  }
  if (facts.has_removed_feeds) sql.add(kNotRemoved);
  if (query.read) sql.add(kRead[*query.read ? 1 : 0]);
  if (query.starred) sql.add(kStarred[*query.starred ? 1 : 0]);
  if (query.published_after) sql.add(kPublishedAfter, seconds(*query.published_after));
  if (query.published_before) sql.add(kPublishedBefore, seconds(*query.published_before));
  if (query.received_since) sql.add(kReceivedSince, seconds(*query.received_since));
  if (query.received_until) sql.add(kReceivedUntil, seconds(*query.received_until));
  if (query.changed_after) sql.add(from == kFromChanges ? kChange : kChangedAfter, milliseconds(*query.changed_after));
  if (query.changed_before) sql.add(kChangedBefore, milliseconds(*query.changed_before));
  if (query.after) sql.add(kAfter, model::raw(*query.after));
  if (query.before) sql.add(kBefore, model::raw(*query.before));
}

void add_order(SqlBuilder& sql, const model::EntryQuery& query) {
  for (const auto& order : kOrders) {
    if (order.order == query.order) sql.add(query.descending ? order.descending : order.ascending);
  }
}

}  // namespace

BoundSql entry_list_sql(const model::EntryQuery& query, const EntryFacts& facts,
                        const std::optional<std::string>& found) {
  SqlBuilder sql;
  const auto from = source(query, facts, found);
  if (query.order == model::EntryOrder::rank) sql.add(kRanks, json_ranks(query));
  const bool is_walk = query.order == model::EntryOrder::published && (from == kFromSort || from == kFromFeed);
  if (is_walk && !query.read) {
    // The index begins with what is read or not: two walks.
    auto half = query;
    half.read = false;
    add_rows(sql.add("SELECT a.id, a.sort "), from, half, facts, found);
    half.read = true;
    add_rows(sql.add(" UNION ALL SELECT a.id, a.sort "), from, half, facts, found);
    sql.add(kMergedByDate[query.descending ? 1 : 0]);
  } else {
    add_rows(sql.add("SELECT a.id "), from, query, facts, found);
    add_order(sql, query);
  }
  sql.add(" LIMIT ? OFFSET ?").bind(query.limit).bind(query.offset);
  return sql.take();
}

BoundSql entry_count_sql(const model::EntryQuery& query, const EntryFacts& facts,
                         const std::optional<std::string>& found) {
  auto all = query;
  all.order = model::EntryOrder::arrival;
  all.limit = facts.articles;
  all.offset = 0;
  SqlBuilder sql;
  add_rows(sql.add("SELECT count(*) "), source(all, facts, found), all, facts, found);
  return sql.take();
}

namespace {

EntryFacts facts_of(Database& database) {
  Query query(database, kFacts);
  if (!query.step()) database.fail_as_damaged("its row of totals is missing");
  return {query.integer(0), query.integer(1), query.flag(2)};
}

// The newest that the text finds.
Result<std::optional<std::string>> find_text(Database& database, Search& search, const std::string& text) {
  if (text.empty()) return std::optional<std::string>();
  const auto filter = search.filter(text);
  if (!filter) return filter.error();
  if (filter->empty()) return std::optional<std::string>();
  model::ArticleQuery wanted;
  wanted.text = text;
  Leash leash(database);
  const auto matches = search.find(wanted, *filter, std::nullopt, kMostFound, leash);
  if (!matches) return matches.error();
  std::vector<model::ArticleId> ids;
  ids.reserve(matches->size());
  for (const auto& match : *matches) ids.push_back(match.id);
  return std::optional(json_array(ids));
}

Result<std::vector<model::ArticleId>> ids_in(Database& database, const BoundSql& sql) {
  const Leash leash(database);
  std::vector<model::ArticleId> ids;
  bool interrupted = false;
  Query rows(database, Once{sql.text});
  sql.bind_to(rows);
  while (rows.step_bounded(interrupted)) ids.push_back(model::ArticleId{rows.integer(0)});
  if (interrupted) return too_broad();
  return ids;
}

Result<std::int64_t> count_in(Database& database, const BoundSql& sql) {
  const Leash leash(database);
  bool interrupted = false;
  Query rows(database, Once{sql.text});
  sql.bind_to(rows);
  const bool any = rows.step_bounded(interrupted);
  if (interrupted) return too_broad();
  return any ? rows.integer(0) : 0;
}

}  // namespace

Result<std::vector<model::ArticleId>> Reader::entry_ids(const model::EntryQuery& query) {
  auto& database = state_->database;
  const Snapshot snapshot(database);
  const auto found = find_text(database, state_->search, query.text);
  if (!found) return found.error();
  return ids_in(database, entry_list_sql(query, facts_of(database), *found));
}

Result<model::EntryIds> Reader::entries(const model::EntryQuery& query) {
  auto& database = state_->database;
  const Snapshot snapshot(database);
  const auto found = find_text(database, state_->search, query.text);
  if (!found) return found.error();
  const auto facts = facts_of(database);
  auto ids = ids_in(database, entry_list_sql(query, facts, *found));
  if (!ids) return ids.error();
  const auto total = count_in(database, entry_count_sql(query, facts, *found));
  if (!total) return total.error();
  return model::EntryIds{std::move(*ids), *total};
}

namespace {

Moment changed(Database& database, const model::Article& article) {
  Query time(database, kTimeOfChange, model::raw(article.revision));
  return time.step() ? Moment(std::chrono::milliseconds(time.integer(0))) : Moment(article.date_received);
}

}  // namespace

model::ArticleBatch Reader::articles_of(std::span<const model::ArticleId> ids, bool with_content,
                                        std::size_t max_bytes) {
  constexpr std::size_t kMostAtATime = 500;
  auto& database = state_->database;
  const Snapshot snapshot(database);
  const bool may_be_removed = facts_of(database).has_removed_feeds;
  ids = ids.first(std::min(ids.size(), kMostAtATime));
  const auto wanted = json_array(std::vector(ids.begin(), ids.end()));
  Query rows(database, articles_sql(kIdsInOrder, with_content), wanted);
  model::ArticleBatch batch;
  std::size_t bytes = 0;
  while (rows.step()) {
    const model::ArticleId id{rows.integer(kIdColumn)};
    while (ids[batch.taken] != id) ++batch.taken;  // those in between are gone
    if (batch.taken > 0 && bytes >= max_bytes) return batch;
    ++batch.taken;
    auto& article = batch.articles.emplace_back();
    const bool is_readable = read_article(database, rows, article).has_value();
    const bool is_removed = may_be_removed && Query(database, kIsOfRemovedFeed, model::raw(article.feed_id)).step();
    article.changed = changed(database, article);
    bytes += article.entry.summary.size() + article.entry.content_html.size();
    if (!is_readable || is_removed) batch.articles.pop_back();
  }
  batch.taken = ids.size();
  return batch;
}

}  // namespace newscache::store
