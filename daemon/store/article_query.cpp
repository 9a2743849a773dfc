#include "store/article_query.hpp"

#include <cstring>
#include <limits>

#include "base/hash.hpp"
#include "store/search_match.hpp"
#include "store/times.hpp"

namespace newscache::store {

namespace {

constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
constexpr auto kBeginning = std::numeric_limits<std::int64_t>::min();

// Where the rows come from. INDEXED BY: a list is a walk along one index, or an error; never a sort of everything.
// Both begin with `read` (that of the feed, with the feed), so that what is asked for regardless is two walks.
constexpr std::string_view kFromSort = "FROM article a INDEXED BY article_sort";
constexpr std::string_view kFromFeed = "FROM article a INDEXED BY article_feed";
constexpr std::string_view kFromStarred = "FROM article a INDEXED BY article_starred";
constexpr std::string_view kFromArticle = "FROM article a";
constexpr std::string_view kFromTag = "FROM tag t CROSS JOIN article a ON a.id = t.id";
constexpr std::string_view kFromSearch = "FROM search s CROSS JOIN article a ON a.id = s.rowid";
constexpr std::string_view kFromSearchOnly = "FROM search s";

constexpr std::string_view kMatch = " AND s.search MATCH ?";
constexpr std::string_view kFeed = " AND a.feed_id = ?";
constexpr std::string_view kFolder = " AND a.feed_id IN (SELECT id FROM feed WHERE folder = ? AND removed = 0)";
constexpr std::string_view kTag = " AND t.tag = ?";
constexpr std::string_view kHasTag =
    " AND EXISTS (SELECT 1 FROM tag t WHERE t.tag = ? AND t.sort = a.sort AND t.id = a.id)";
constexpr std::string_view kRead[] = {" AND a.read = 0", " AND a.read = 1"};
constexpr std::string_view kStarred[] = {" AND a.starred = 0", " AND a.starred = 1"};
constexpr std::string_view kSince = " AND a.sort >= ?";
constexpr std::string_view kUntil = " AND a.sort < ?";
constexpr std::string_view kReceivedBefore = " AND a.received < ?";

constexpr std::string_view kSelect = "SELECT a.id, a.sort ";
constexpr std::string_view kSelectByTag = "SELECT t.id, t.sort ";
constexpr std::string_view kNewer = " AND (a.sort, a.id) < (?, ?) AND a.sort >= ?";
constexpr std::string_view kOlder = " AND (a.sort, a.id) > (?, ?) AND a.sort < ?";
constexpr std::string_view kTagNewer = " AND (t.sort, t.id) < (?, ?) AND t.sort >= ?";
constexpr std::string_view kTagOlder = " AND (t.sort, t.id) > (?, ?) AND t.sort < ?";
// SQLite merges the two walks.
constexpr std::string_view kAndWalk = " UNION ALL ";
constexpr std::string_view kNewestFirst = " ORDER BY 2 DESC, 1 DESC LIMIT ?";
constexpr std::string_view kOldestFirst = " ORDER BY 2, 1 LIMIT ?";

// FTS5 walks along the ids, either way: there is nothing to sort.
constexpr std::string_view kFound = "SELECT s.rowid, a.sort ";
constexpr std::string_view kRanked = "SELECT s.rowid, 0 ";
constexpr std::string_view kBelow = " AND s.rowid < ?";
constexpr std::string_view kFoundNewer = " AND (a.sort, s.rowid) < (?, ?)";
constexpr std::string_view kFoundOlder = " AND (a.sort, s.rowid) > (?, ?)";
constexpr std::string_view kLastArrivedFirst = " ORDER BY s.rowid DESC";
constexpr std::string_view kFirstArrivedFirst = " ORDER BY s.rowid";
constexpr std::string_view kOnlyFeeds = " AND a.feed_id IN (SELECT value FROM json_each(?))";
constexpr std::string_view kNoFeeds = " AND a.feed_id NOT IN (SELECT value FROM json_each(?))";

// Where the rows of a list come from that neither a text nor a tag chooses.
std::string_view source(const model::ArticleQuery& query, const ByFeed& by_feed) {
  if (query.starred == true) return kFromStarred;
  return query.feed || by_feed[query.read == true ? 1 : 0] ? kFromFeed : kFromSort;
}

void add_filters(SqlBuilder& sql, const model::ArticleQuery& query) {
  if (query.feed) sql.add(kFeed, model::raw(*query.feed));
  if (query.folder) sql.add(kFolder, *query.folder);
  if (query.read) sql.add(kRead[*query.read ? 1 : 0]);
  if (query.starred) sql.add(kStarred[*query.starred ? 1 : 0]);
}

void add_text(SqlBuilder& sql, const TextFilter& text, const std::string& expression) {
  if (!text.empty()) sql.add(kMatch, expression);
  if (text.only_feeds) sql.add(kOnlyFeeds, *text.only_feeds);
  if (text.no_feeds) sql.add(kNoFeeds, *text.no_feeds);
}

bool filtered(const model::ArticleQuery& query, const TextFilter& text) {
  return query.feed || query.folder || query.tag || query.read || query.starred || query.since || query.until ||
         text.only_feeds || text.no_feeds;
}

}  // namespace

bool by_relevance(const model::ArticleQuery& query) {
  return query.order == model::ArticleOrder::relevance && !query.text.empty();
}

namespace {

// The rows of `from`, from the position on.
void add_walk(SqlBuilder& sql, std::string_view from, const model::ArticleQuery& query,
              const std::optional<Position>& after) {
  const bool along_tag = query.tag.has_value();
  sql.add(along_tag ? kSelectByTag : kSelect).add(from).add(" WHERE 1");
  if (query.tag) sql.add(kTag, *query.tag);
  add_filters(sql, query);
  const auto since = query.since ? seconds(*query.since) : kBeginning;
  const auto until = query.until ? seconds(*query.until) : kEnd;
  if (query.order == model::ArticleOrder::oldest) {
    // Ids are positive: (since, 0) is just before the first article of that second.
    const Position start = after.value_or(Position{since, 0});
    sql.add(along_tag ? kTagOlder : kOlder).bind(start.key).bind(start.id).bind(until);
  } else {
    const Position start = after.value_or(Position{until, 0});
    sql.add(along_tag ? kTagNewer : kNewer).bind(start.key).bind(start.id).bind(since);
  }
}

}  // namespace

BoundSql list_sql(const model::ArticleQuery& query, const std::optional<Position>& after, const ByFeed& by_feed,
                  std::int64_t limit) {
  SqlBuilder sql;
  if (query.tag) {
    add_walk(sql, kFromTag, query, after);
  } else if (query.read || query.starred == true) {
    add_walk(sql, source(query, by_feed), query, after);
  } else {
    auto half = query;
    half.read = false;
    add_walk(sql, source(half, by_feed), half, after);
    half.read = true;
    sql.add(kAndWalk);
    add_walk(sql, source(half, by_feed), half, after);
  }
  sql.add(query.order == model::ArticleOrder::oldest ? kOldestFirst : kNewestFirst).bind(limit);
  return sql.take();
}

BoundSql search_sql(const model::ArticleQuery& query, const TextFilter& text, const std::string& expression,
                    const std::optional<Position>& after, std::int64_t below) {
  SqlBuilder sql;
  if (by_relevance(query)) {
    // The article's row is looked up only where a filter asks for it.
    sql.add(kRanked).add(filtered(query, text) ? kFromSearch : kFromSearchOnly);
  } else {
    sql.add(kFound).add(kFromSearch);
  }
  sql.add(" WHERE 1");
  add_text(sql, text, expression);
  sql.add(kBelow, below);
  add_filters(sql, query);
  if (query.tag) sql.add(kHasTag, *query.tag);
  if (query.since) sql.add(kSince, seconds(*query.since));
  if (query.until) sql.add(kUntil, seconds(*query.until));
  if (after && !by_relevance(query)) {
    sql.add(query.order == model::ArticleOrder::oldest ? kFoundOlder : kFoundNewer).bind(after->key).bind(after->id);
  }
  sql.add(query.order == model::ArticleOrder::oldest ? kFirstArrivedFirst : kLastArrivedFirst);
  return sql.take();
}

BoundSql mark_sql(const model::MarkRequest& request, const TextFilter& text) {
  SqlBuilder sql;
  sql.add("SELECT a.id, a.feed_id, a.read, a.starred ");
  const bool by_read = request.read && !request.starred;
  sql.add(!text.empty() ? kFromSearch : request.feed ? kFromFeed : by_read ? kFromSort : kFromArticle);
  sql.add(" WHERE 1");
  add_text(sql, text, fts_expression(text.query, Tier::anywhere));
  if (request.feed) sql.add(kFeed, model::raw(*request.feed));
  if (request.folder) sql.add(kFolder, *request.folder);
  if (request.before) sql.add(kReceivedBefore, seconds(*request.before));
  // An article that has the wanted state already is not changed.
  if (request.read && request.starred) {
    sql.add(" AND (a.read <> ?", std::int64_t{*request.read})
        .add(" OR a.starred <> ?)", std::int64_t{*request.starred});
  } else if (request.read) {
    sql.add(kRead[*request.read ? 0 : 1]);
  } else if (request.starred) {
    sql.add(kStarred[*request.starred ? 0 : 1]);
  }
  return sql.take();
}

namespace {

constexpr std::uint8_t kCursorVersion = 2;

// Of everything that decides which articles come in which order.
std::uint64_t fingerprint(const model::ArticleQuery& query) {
  std::string text;
  const auto number = [&](const auto& value) { text += value ? std::to_string(*value) + "|" : std::string("-|"); };
  const auto words = [&](const std::string& value) { text += std::to_string(value.size()) + ":" + value + "|"; };
  number(query.feed ? std::optional(model::raw(*query.feed)) : std::nullopt);
  words(query.folder ? "+" + *query.folder : "-");
  words(query.tag ? "+" + *query.tag : "-");
  number(query.read);
  number(query.starred);
  number(query.since ? std::optional(seconds(*query.since)) : std::nullopt);
  number(query.until ? std::optional(seconds(*query.until)) : std::nullopt);
  words(query.text);
  text += std::to_string(static_cast<int>(query.order));
  const auto hash = sha256({text});
  std::uint64_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

constexpr std::string_view kDigits = "0123456789abcdef";
// Version, fingerprint, key, id, index.
constexpr std::size_t kCursorDigits = 2 + 16 + 16 + 8 + 8;

void write_number(std::string& out, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0;) out += kDigits[(value >> (4 * i)) & 0xf];
}

std::optional<std::uint64_t> read_number(std::string_view& in, std::size_t digits) {
  std::uint64_t value = 0;
  for (const char c : in.substr(0, digits)) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = (value << 4) | digit;
  }
  in.remove_prefix(digits);
  return value;
}

}  // namespace

std::string write_cursor(const model::ArticleQuery& query, const Position& position) {
  std::string cursor;
  write_number(cursor, kCursorVersion, 2);
  write_number(cursor, fingerprint(query), 16);
  write_number(cursor, static_cast<std::uint64_t>(position.key), 16);
  write_number(cursor, static_cast<std::uint64_t>(position.id), 8);
  write_number(cursor, static_cast<std::uint64_t>(position.index), 8);
  return cursor;
}

Result<std::optional<Position>> read_cursor(const model::ArticleQuery& query) {
  if (query.cursor.empty()) return std::optional<Position>();
  const Error invalid{Cause::invalid, "cursor: not one that this query gave; begin again without it"};
  std::string_view rest = query.cursor;
  if (rest.size() != kCursorDigits) return invalid;
  std::array<std::optional<std::uint64_t>, 5> numbers{
      read_number(rest, 2), read_number(rest, 16), read_number(rest, 16), read_number(rest, 8), read_number(rest, 8)};
  for (const auto& number : numbers) {
    if (!number) return invalid;
  }
  if (*numbers[0] != kCursorVersion || *numbers[1] != fingerprint(query)) return invalid;
  return std::optional(Position{static_cast<std::int64_t>(*numbers[2]), static_cast<std::int64_t>(*numbers[3]),
                                static_cast<std::int64_t>(*numbers[4])});
}

}  // namespace newscache::store
