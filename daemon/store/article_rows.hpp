#pragma once
// Articles as rows: what article, content, identity, article_version and alias hold of one article.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/article.hpp"
#include "store/database.hpp"
#include "store/record.hpp"
#include "store/search_index.hpp"

namespace newscache::store {

using Uid = std::array<std::uint8_t, 16>;
// A uid or a hash as a statement binds it.
template <std::size_t size>
std::string_view view(const std::array<std::uint8_t, size>& array) {
  return {reinterpret_cast<const char*>(array.data()), array.size()};
}
// From 32 hexadecimal digits; anything else is a bug of the caller (StoreError).
Uid uid_from_hex(std::string_view hex);

// The index key of a canonical link; none for an empty one.
std::optional<std::int64_t> link_key(std::string_view link);
// That of a uid, 16 bytes.
std::int64_t uid_key(std::string_view uid);

// What decides about an article that is known already.
struct KnownArticle {
  model::ArticleId id{};
  Uid uid{};
  ContentHash hash{};
};

struct ArticleRow {
  model::ArticleId id{};
  model::FeedId feed_id{};
  Uid uid{};
  std::optional<std::int64_t> link;
  Instant sort{};
  Instant received{};
  model::Revision revision{};
  bool read = false;
  bool starred = false;
  ContentHash hash{};
  Record record;             // what the feed says, and what its page has filled in
  std::int64_t offline = 0;  // see completion_rows.hpp
  std::int64_t offline_bytes = 0;
  std::string page;         // its captured content
  std::int64_t filled = 0;  // see capture_rows.hpp
  bool page_is_stale = false;
  // As clients see it.
  Record shown() const { return {record.head, page.empty() ? record.body : page}; }
};

// --- reading ---
std::optional<ArticleRow> find_article(Database& database, model::ArticleId id);
// What the feed has said; nothing when the record is damaged.
std::optional<model::Entry> stored_entry(Database& database, const ArticleRow& row);
bool has_articles(Database& database, model::FeedId feed);
std::optional<KnownArticle> find_by_uid(Database& database, model::FeedId feed, const Uid& uid);
std::optional<KnownArticle> find_by_alias(Database& database, const Uid& uid);
// The newest few.
std::vector<KnownArticle> find_by_link(Database& database, model::FeedId feed, std::int64_t link);
struct StoredEntry {
  KnownArticle article;
  model::Entry entry;  // without content
};
std::vector<StoredEntry> newest_articles(Database& database, model::FeedId feed, std::size_t limit);
// Deleted articles of the feed may come back.
void forget_tombstones(Database& database, model::FeedId feed);
bool is_tombstone(Database& database, model::FeedId feed, const Uid& uid);
// As clients see it. Cause::not_found, or Cause::internal when the record is damaged.
Result<model::Article> load_article(Database& database, model::ArticleId id, bool with_content);
// The same of many: `ids` is a SELECT of their ids and dates of order; the rows come as its own do.
std::string articles_sql(std::string_view ids, bool with_content);
constexpr int kIdColumn = 0;
constexpr int kSortColumn = 1;
Result<void> read_article(Database& database, const Query& row, model::Article& article);

// The date of order of a new article.
Instant sort_date(const model::Entry& entry, Instant received);

// --- writing; the caller keeps counts and change log ---
void insert_article(Database& database, const ArticleRow& row);
// Replaces revision, link, hash, record and state of completion of `old`, and keeps the old record as a version.
void replace_article(Database& database, SearchIndex& index, const ArticleRow& old, const ArticleRow& row, Instant now);
// With everything that hangs on it; leaves a tombstone, which the caller trims.
void delete_article(Database& database, SearchIndex& index, const ArticleRow& row);
// What clients see of the article changes without an edit by its feed: revision, head and state of completion.
void update_captured(Database& database, const ArticleRow& row);
void set_hash(Database& database, model::ArticleId id, const ContentHash& hash);
void set_state(Database& database, model::ArticleId id, bool read, bool starred, model::Revision revision);
// Remembers that the article has also been seen as `uid`; a few per article, so that a publisher whose guids change
// with every request causes no growth. Returns how many there were before.
int add_alias(Database& database, model::ArticleId id, const Uid& uid);

}  // namespace newscache::store
