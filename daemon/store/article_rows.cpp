#include "store/article_rows.hpp"

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"
#include "store/capture_rows.hpp"
#include "store/completion_rows.hpp"
#include "store/document_rows.hpp"
#include "store/times.hpp"
#include "store/version_rows.hpp"

namespace newscache::store {

namespace {

constexpr int kMaxAliases = 4;
constexpr int kMaxOfLink = 32;

constexpr std::string_view kFind = R"sql(
SELECT a.id, a.feed_id, a.uid, a.link, a.sort, a.received, a.revision, a.read, a.starred, a.hash, a.head, c.body,
  a.offline, a.offline_bytes, p.body, p.filled, p.stale
FROM article a LEFT JOIN content c ON c.id = a.id LEFT JOIN page p ON p.id = a.id WHERE a.id = ?)sql";
constexpr std::string_view kAny = "SELECT 1 FROM article WHERE feed_id = ? LIMIT 1";
// Keys are halves of what they stand for; the article's row has the whole.
constexpr std::string_view kFindByUid = R"sql(
SELECT a.id, a.uid, a.hash FROM identity i JOIN article a ON a.id = i.id
WHERE i.feed_id = ? AND i.key = ? AND a.uid = ?)sql";
constexpr std::string_view kFindByAlias =
    "SELECT a.id, a.uid, a.hash FROM alias x JOIN article a ON a.id = x.id WHERE x.uid = ?";
constexpr std::string_view kFindByLink = R"sql(
SELECT a.id, a.uid, a.hash FROM identity i JOIN article a ON a.id = i.id
WHERE i.feed_id = ?1 AND i.key = ?2 AND a.link = ?2 ORDER BY i.id DESC LIMIT ?3)sql";
// In no order: read ones and unread ones are two walks.
constexpr std::string_view kNewest = R"sql(
SELECT id, uid, hash, head FROM article WHERE feed_id = ?1 AND id IN (
  SELECT id FROM (SELECT id FROM article WHERE feed_id = ?1 AND read = 0 ORDER BY sort DESC, id DESC LIMIT ?2)
  UNION ALL
  SELECT id FROM (SELECT id FROM article WHERE feed_id = ?1 AND read = 1 ORDER BY sort DESC, id DESC LIMIT ?2))
ORDER BY sort DESC, id DESC LIMIT ?2)sql";
constexpr std::string_view kFindTombstone = "SELECT 1 FROM tombstone WHERE feed_id = ? AND uid = ?";
constexpr std::string_view kArticle =
    "SELECT a.id, a.sort, a.feed_id, a.uid, a.received, a.revision, a.read, a.starred, a.offline, a.offline_bytes, "
    "a.head";
constexpr std::string_view kWithBody = ", coalesce(p.body, c.body)";
constexpr std::string_view kWithoutBody = ", NULL";
constexpr std::string_view kFromIds = " FROM (";
// CROSS: the ids are the outer loop, which keeps them in their order.
constexpr std::string_view kJoin = ") AS ids CROSS JOIN article a ON a.id = ids.id";
constexpr std::string_view kBody = " LEFT JOIN content c ON c.id = a.id LEFT JOIN page p ON p.id = a.id";
constexpr std::string_view kOne = "SELECT ? AS id";

constexpr std::string_view kInsert = R"sql(
INSERT INTO article(id, feed_id, uid, link, sort, received, revision, read, starred, offline, hash, head)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";
constexpr std::string_view kUpdate =
    "UPDATE article SET revision = ?, link = ?, offline = ?, offline_bytes = ?, hash = ?, head = ? WHERE id = ?";
constexpr std::string_view kUpdateCaptured =
    "UPDATE article SET revision = ?, offline = ?, offline_bytes = ?, head = ? WHERE id = ?";
constexpr std::string_view kSetHash = "UPDATE article SET hash = ? WHERE id = ?";
constexpr std::string_view kSetState = "UPDATE article SET read = ?, starred = ?, revision = ? WHERE id = ?";
constexpr std::string_view kDelete = "DELETE FROM article WHERE id = ?";
// Not INSERT OR REPLACE: that opens a statement journal, at which FTS5 writes out what it has gathered so far.
constexpr std::string_view kInsertBody = "INSERT INTO content(id, body) VALUES (?, ?)";
constexpr std::string_view kUpdateBody = "UPDATE content SET body = ?2 WHERE id = ?1";
constexpr std::string_view kDeleteBody = "DELETE FROM content WHERE id = ?";
constexpr std::string_view kAddKey = "INSERT OR IGNORE INTO identity(feed_id, key, id) VALUES (?, ?, ?)";
constexpr std::string_view kRemoveKey = "DELETE FROM identity WHERE feed_id = ? AND key = ? AND id = ?";
constexpr std::string_view kCountAliases = "SELECT count(*) FROM alias WHERE id = ?";
constexpr std::string_view kAddAlias = "INSERT OR IGNORE INTO alias(uid, id) VALUES (?, ?)";
constexpr std::string_view kForgetTombstones = "DELETE FROM tombstone WHERE feed_id = ?";

// Dates before this are broken clocks and defaults, not news.
constexpr Instant kEarliest{std::chrono::sys_days{std::chrono::year{1990} / 1 / 1}};
// How far a publisher's clock may be ahead of ours before its articles would sit on top of everything.
constexpr auto kAhead = std::chrono::minutes(10);

template <class Array>
Array to_array(std::string_view blob) {
  Array array{};
  std::memcpy(array.data(), blob.data(), std::min(blob.size(), array.size()));
  return array;
}

KnownArticle read_known(const Query& row) {
  return {model::ArticleId{row.integer(0)}, to_array<Uid>(row.blob(1)), to_array<ContentHash>(row.blob(2))};
}

std::optional<KnownArticle> first_known(Query& query) {
  if (!query.step()) return std::nullopt;
  return read_known(query);
}

void write_key(Database& database, std::string_view sql, const ArticleRow& row, std::int64_t key) {
  Query(database, sql, model::raw(row.feed_id), key, model::raw(row.id)).run();
}

void write_body(Database& database, std::string_view sql, const ArticleRow& row) {
  Query(database, sql, model::raw(row.id)).bind_blob(row.record.body).run();
}

}  // namespace

Uid uid_from_hex(std::string_view hex) {
  const auto digit = [&](char c) -> unsigned {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    throw StoreError(Cause::internal, "an article's uid must be 32 lower-case hexadecimal digits");
  };
  Uid uid{};
  if (hex.size() != 2 * uid.size()) digit('\0');
  for (std::size_t i = 0; i < uid.size(); ++i) {
    uid[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  }
  return uid;
}

std::optional<std::int64_t> link_key(std::string_view link) {
  if (link.empty()) return std::nullopt;
  const auto hash = sha256({link});
  std::int64_t key = 0;
  std::memcpy(&key, hash.data(), sizeof key);
  return key;
}

std::int64_t uid_key(std::string_view uid) {
  std::int64_t key = 0;
  std::memcpy(&key, uid.data(), std::min(uid.size(), sizeof key));
  return key;
}

std::optional<ArticleRow> find_article(Database& database, model::ArticleId id) {
  Query query(database, kFind, model::raw(id));
  if (!query.step()) return std::nullopt;
  ArticleRow row;
  row.id = model::ArticleId{query.integer(0)};
  row.feed_id = model::FeedId{query.integer(1)};
  row.uid = to_array<Uid>(query.blob(2));
  row.link = query.optional_integer(3);
  row.sort = instant(query.integer(4));
  row.received = instant(query.integer(5));
  row.revision = model::Revision{query.integer(6)};
  row.read = query.flag(7);
  row.starred = query.flag(8);
  row.hash = to_array<ContentHash>(query.blob(9));
  row.record = {std::string(query.blob(10)), std::string(query.blob(11))};
  row.offline = query.integer(12);
  row.offline_bytes = query.integer(13);
  row.page = std::string(query.blob(14));
  row.filled = query.integer(15);
  row.page_is_stale = query.flag(16);
  return row;
}

std::optional<model::Entry> stored_entry(Database& database, const ArticleRow& row) {
  auto entry = database.codec().decode(row.record.head, row.record.body);
  if (!entry) return std::nullopt;
  take_out(*entry, row.filled);
  return std::move(*entry);
}

bool has_articles(Database& database, model::FeedId feed) { return Query(database, kAny, model::raw(feed)).step(); }

std::optional<KnownArticle> find_by_uid(Database& database, model::FeedId feed, const Uid& uid) {
  Query query(database, kFindByUid, model::raw(feed), uid_key(view(uid)));
  return first_known(query.bind_blob(view(uid)));
}

std::optional<KnownArticle> find_by_alias(Database& database, const Uid& uid) {
  Query query(database, kFindByAlias);
  return first_known(query.bind_blob(view(uid)));
}

std::vector<KnownArticle> find_by_link(Database& database, model::FeedId feed, std::int64_t link) {
  std::vector<KnownArticle> found;
  Query query(database, kFindByLink, model::raw(feed), link, kMaxOfLink);
  while (query.step()) found.push_back(read_known(query));
  return found;
}

std::vector<StoredEntry> newest_articles(Database& database, model::FeedId feed, std::size_t limit) {
  std::vector<StoredEntry> newest;
  Query query(database, kNewest, model::raw(feed), static_cast<std::int64_t>(limit));
  while (query.step()) {
    auto entry = database.codec().decode(query.blob(3), {});
    if (entry) newest.push_back({read_known(query), std::move(*entry)});
  }
  return newest;
}

void forget_tombstones(Database& database, model::FeedId feed) {
  Query(database, kForgetTombstones, model::raw(feed)).run();
}

bool is_tombstone(Database& database, model::FeedId feed, const Uid& uid) {
  Query query(database, kFindTombstone, model::raw(feed));
  return query.bind_blob(view(uid)).step();
}

std::string articles_sql(std::string_view ids, bool with_content) {
  std::string sql(kArticle);
  sql.append(with_content ? kWithBody : kWithoutBody).append(kFromIds).append(ids).append(kJoin);
  if (with_content) sql.append(kBody);
  return sql;
}

Result<void> read_article(Database& database, const Query& row, model::Article& article) {
  article.id = model::ArticleId{row.integer(kIdColumn)};
  article.date = instant(row.integer(kSortColumn));
  article.feed_id = model::FeedId{row.integer(2)};
  Sha256 uid{};
  const auto uid_bytes = to_array<Uid>(row.blob(3));
  std::copy(uid_bytes.begin(), uid_bytes.end(), uid.begin());
  article.uid = hex(uid, uid_bytes.size());
  article.date_received = instant(row.integer(4));
  article.revision = model::Revision{row.integer(5)};
  article.read = row.flag(6);
  article.starred = row.flag(7);
  article.offline = offline_state(row.integer(8));
  article.offline_bytes = row.integer(9);
  auto entry = database.codec().decode(row.blob(10), row.blob(11));
  if (!entry) {
    return Error{Cause::internal, "article " + std::to_string(model::raw(article.id)) + ": " + entry.error().detail};
  }
  article.entry = std::move(*entry);
  return {};
}

Result<model::Article> load_article(Database& database, model::ArticleId id, bool with_content) {
  Query row(database, articles_sql(kOne, with_content), model::raw(id));
  if (!row.step()) return Error{Cause::not_found, "there is no article " + std::to_string(model::raw(id))};
  model::Article article;
  if (const auto read = read_article(database, row, article); !read) return read.error();
  return article;
}

Instant sort_date(const model::Entry& entry, Instant received) {
  if (!entry.date_published || *entry.date_published < kEarliest) return received;
  return std::min<Instant>(*entry.date_published, received + kAhead);
}

void insert_article(Database& database, const ArticleRow& row) {
  Query query(database, kInsert, model::raw(row.id), model::raw(row.feed_id));
  query.bind_blob(view(row.uid)).bind(row.link).bind(seconds(row.sort)).bind(seconds(row.received));
  query.bind(model::raw(row.revision)).bind(row.read).bind(row.starred).bind(row.offline);
  query.bind_blob(view(row.hash)).bind_blob(row.record.head).run();
  if (!row.record.body.empty()) write_body(database, kInsertBody, row);
  write_key(database, kAddKey, row, uid_key(view(row.uid)));
  if (row.link) write_key(database, kAddKey, row, *row.link);
}

void replace_article(Database& database, SearchIndex& index, const ArticleRow& old, const ArticleRow& row,
                     Instant now) {
  index.edited(old.id, old.shown());
  keep_version(database, old, row.record, now);
  Query(database, kUpdate, model::raw(row.revision), row.link, row.offline, row.offline_bytes)
      .bind_blob(view(row.hash))
      .bind_blob(row.record.head)
      .bind(model::raw(row.id))
      .run();
  if (row.record.body.empty()) {
    Query(database, kDeleteBody, model::raw(row.id)).run();
  } else if (row.record.body != old.record.body) {
    write_body(database, old.record.body.empty() ? kInsertBody : kUpdateBody, row);
  }
  if (row.link != old.link) {
    if (old.link) write_key(database, kRemoveKey, old, *old.link);
    if (row.link) write_key(database, kAddKey, row, *row.link);
  }
}

void delete_article(Database& database, SearchIndex& index, const ArticleRow& row) {
  bury(database, row.feed_id, row.uid, row.id, document_has(database, row.feed_id, row.id));
  index.remove(row.id, row.sort, row.shown());
  write_key(database, kRemoveKey, row, uid_key(view(row.uid)));
  if (row.link) write_key(database, kRemoveKey, row, *row.link);
  Query(database, kDelete, model::raw(row.id)).run();
}

void update_captured(Database& database, const ArticleRow& row) {
  Query(database, kUpdateCaptured, model::raw(row.revision), row.offline, row.offline_bytes)
      .bind_blob(row.record.head)
      .bind(model::raw(row.id))
      .run();
}

void set_hash(Database& database, model::ArticleId id, const ContentHash& hash) {
  Query(database, kSetHash).bind_blob(view(hash)).bind(model::raw(id)).run();
}

void set_state(Database& database, model::ArticleId id, bool read, bool starred, model::Revision revision) {
  Query(database, kSetState, read, starred, model::raw(revision), model::raw(id)).run();
}

int add_alias(Database& database, model::ArticleId id, const Uid& uid) {
  Query count(database, kCountAliases, model::raw(id));
  count.step();
  const auto earlier = static_cast<int>(count.integer(0));
  if (earlier < kMaxAliases) Query(database, kAddAlias).bind_blob(view(uid)).bind(model::raw(id)).run();
  return earlier;
}

}  // namespace newscache::store
