#include "store/media_rows.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "store/article_rows.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kBlock = 4096;

constexpr std::string_view kOfArticle = "SELECT sha256, type, bytes, url FROM media WHERE id = ? ORDER BY key";
constexpr std::string_view kBytesOfArticle =
    "SELECT coalesce(sum(bytes), 0) FROM (SELECT max(bytes) AS bytes FROM media WHERE id = ? GROUP BY sha256)";
// As the index is over the first bytes.
constexpr std::string_view kByHash =
    "SELECT sha256, type, bytes FROM media WHERE substr(sha256, 1, 8) = substr(?1, 1, 8) AND sha256 = ?1 LIMIT 1";
constexpr std::string_view kByUrl = "SELECT sha256, type, bytes FROM media WHERE key = ? AND url = ? LIMIT 1";
constexpr std::string_view kBytesOfFeed = R"sql(
SELECT coalesce(sum(bytes), 0) FROM (SELECT max(m.bytes) AS bytes
  FROM article a CROSS JOIN media m ON m.id = a.id WHERE a.feed_id = ? GROUP BY m.sha256))sql";
constexpr std::string_view kKnown = "SELECT sha256, type, bytes FROM media WHERE id = ? AND key = ?";
constexpr std::string_view kWrite =
    "INSERT OR REPLACE INTO media(id, key, url, sha256, type, bytes) VALUES (?, ?, ?, ?, ?, ?)";
constexpr std::string_view kDrop = "DELETE FROM media WHERE id = ?";
constexpr std::string_view kHaveAsset =
    "SELECT id, key FROM media WHERE substr(sha256, 1, 8) = substr(?1, 1, 8) AND sha256 = ?1";
constexpr std::string_view kDropOne = "DELETE FROM media WHERE id = ? AND key = ?";

// The host first: what one article refers to lies close together, so that an index over it is written in few places.
std::optional<std::int64_t> media_key(std::string_view url) {
  if (url.empty()) return std::nullopt;
  const auto begin = std::min(url.find("//"), url.size() - 1) + 1;
  const auto host = url.substr(0, url.find('/', begin + 1));
  const auto of_host = sha256({host});
  const auto of_url = sha256({url});
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < 4; ++i) key = key << 8 | of_host[i];
  for (std::size_t i = 0; i < 4; ++i) key = key << 8 | of_url[i];
  return static_cast<std::int64_t>(key);
}

// Of the first three columns.
model::Asset read_asset(const Query& row) { return {hex_of(row.blob(0)), row.string(1), row.integer(2)}; }

std::optional<model::Asset> first_asset(Query& query) {
  if (!query.step()) return std::nullopt;
  return read_asset(query);
}

void free_unless_needed(Change& change, const model::Asset& asset) {
  if (!asset_by_hash(change.database(), asset.sha256)) change.asset_gone(asset);
}

}  // namespace

std::int64_t room_of(std::int64_t bytes) { return (bytes + kBlock - 1) / kBlock * kBlock; }

std::optional<std::string> hash_bytes(std::string_view sha256) {
  if (sha256.size() != 2 * Sha256().size()) return std::nullopt;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string bytes;
  for (std::size_t i = 0; i < sha256.size(); i += 2) {
    const auto high = kDigits.find(sha256[i]);
    const auto low = kDigits.find(sha256[i + 1]);
    if (high == kDigits.npos || low == kDigits.npos) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string hex_of(std::string_view bytes) {
  Sha256 hash{};
  const auto size = std::min(bytes.size(), hash.size());
  std::copy_n(bytes.begin(), size, hash.begin());
  return hex(hash, size);
}

std::vector<model::Media> media_of(Database& database, model::ArticleId id) {
  std::vector<model::Media> media;
  for (Query row(database, kOfArticle, model::raw(id)); row.step();) {
    media.push_back({row.string(3), read_asset(row), {}});
  }
  return media;
}

std::int64_t captured_bytes(Database& database, const ArticleRow& row) {
  Query query(database, kBytesOfArticle, model::raw(row.id));
  const auto media = query.step() ? query.integer(0) : 0;
  if (row.page.empty()) return media;
  const auto payloads = database.codec().payloads({row.record.head, row.page});
  return media + (payloads ? static_cast<std::int64_t>(payloads->body.size()) : 0);
}

std::optional<model::Asset> asset_by_hash(Database& database, std::string_view sha256) {
  const auto bytes = hash_bytes(sha256);
  if (!bytes) return std::nullopt;
  Query query(database, kByHash);
  return first_asset(query.bind_blob(*bytes));
}

std::optional<model::Asset> asset_by_url(Database& database, std::string_view url) {
  const auto key = media_key(url);
  if (!key) return std::nullopt;
  Query query(database, kByUrl, *key, url);
  return first_asset(query);
}

std::int64_t asset_bytes_of(Database& database, model::FeedId feed) {
  Query query(database, kBytesOfFeed, model::raw(feed));
  return query.step() ? query.integer(0) : 0;
}

bool add_media(Change& change, model::ArticleId id, const model::Media& media) {
  auto& database = change.database();
  const auto key = media_key(media.url);
  const auto hash = hash_bytes(media.asset.sha256);
  if (!key || !hash) throw StoreError(Cause::internal, "media without a URL or a SHA-256");
  std::optional<model::Asset> before;
  {
    Query known(database, kKnown, model::raw(id), *key);
    before = first_asset(known);
  }
  if (before && before->sha256 == media.asset.sha256) return false;
  if (!asset_by_hash(database, media.asset.sha256)) change.asset_new(media.asset);
  Query write(database, kWrite, model::raw(id), *key, media.url);
  write.bind_blob(*hash).bind(media.asset.type).bind(media.asset.bytes).run();
  if (before) free_unless_needed(change, *before);
  return true;
}

void drop_media(Change& change, model::ArticleId id) {
  const auto media = media_of(change.database(), id);
  if (media.empty()) return;
  Query(change.database(), kDrop, model::raw(id)).run();
  for (const auto& one : media) {
    if (!change.is_gone(one.asset)) free_unless_needed(change, one.asset);  // it may be there under two URLs
  }
}

void keep_media(Change& change, model::ArticleId id, const std::vector<std::string>& urls) {
  for (const auto& one : media_of(change.database(), id)) {
    if (std::find(urls.begin(), urls.end(), one.url) != urls.end()) continue;
    Query(change.database(), kDropOne, model::raw(id), *media_key(one.url)).run();
    free_unless_needed(change, one.asset);
  }
}

std::vector<model::ArticleId> drop_asset(Change& change, const model::Asset& asset) {
  const auto hash = hash_bytes(asset.sha256);
  std::vector<std::pair<std::int64_t, std::int64_t>> rows;
  {
    Query query(change.database(), kHaveAsset);
    for (query.bind_blob(*hash); query.step();) rows.emplace_back(query.integer(0), query.integer(1));
  }
  std::vector<model::ArticleId> articles;
  for (const auto& [id, key] : rows) {
    Query(change.database(), kDropOne, id, key).run();
    articles.push_back(model::ArticleId{id});
  }
  std::sort(articles.begin(), articles.end());
  articles.erase(std::unique(articles.begin(), articles.end()), articles.end());
  change.asset_gone(asset);
  return articles;
}

}  // namespace newscache::store
