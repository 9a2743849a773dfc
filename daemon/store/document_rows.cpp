#include "store/document_rows.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/fields.hpp"
#include "store/times.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kDay = 86'400;  // seconds, as all of these
// Of documents that are never complete, the newest.
constexpr std::size_t kMaxIds = 4000;
constexpr int kMaxTombstones = 1000;  // per feed
// How far behind `seen` may be: each step is a write.
constexpr std::int64_t kSeenStep = 7 * kDay;
// An article that no document has had for so long does not return.
constexpr std::int64_t kReturns = 90 * kDay;
// What had left the document when it was deleted counts as last seen so long before: it goes first.
constexpr std::int64_t kLeftBefore = 30 * kDay;

constexpr std::string_view kLoad = "SELECT document FROM feed_state WHERE feed_id = ?";
constexpr std::string_view kSave = "UPDATE feed_state SET document = ? WHERE feed_id = ?";
constexpr std::string_view kArrival = "UPDATE feed_state SET newest_arrival = ?1 WHERE feed_id = ?2";

constexpr std::string_view kSee =
    "UPDATE tombstone SET seen = ?1 WHERE feed_id = ?2 AND uid = ?4 AND seen BETWEEN 1 AND ?3";
constexpr std::string_view kNeedsWork = "SELECT 1 FROM tombstone WHERE feed_id = ?1 AND seen < ?2 LIMIT 1";
// Not known when: now.
constexpr std::string_view kSettle = "UPDATE tombstone SET seen = ?1 WHERE feed_id = ?2 AND seen = 0";
constexpr std::string_view kForget = "DELETE FROM tombstone WHERE feed_id = ?1 AND seen < ?2";
constexpr std::string_view kBury = R"sql(
INSERT OR IGNORE INTO tombstone(feed_id, uid, seen)
SELECT ?1, u.uid, CASE WHEN ?3 OR s.newest_arrival = 0 THEN 0 ELSE max(s.newest_arrival - ?4, 1) END
FROM (SELECT ?5 AS uid UNION ALL SELECT uid FROM alias WHERE id = ?2) u, feed_state s WHERE s.feed_id = ?1)sql";
constexpr std::string_view kTrim = R"sql(
DELETE FROM tombstone WHERE seq IN (SELECT seq FROM tombstone WHERE feed_id = ?1
  ORDER BY seen = 0 DESC, seen DESC, seq DESC LIMIT -1 OFFSET ?2))sql";

}  // namespace

// Each as the difference to the one before.
std::string encode_ids(const std::vector<std::int64_t>& ids) {
  std::string bytes;
  std::int64_t last = 0;
  for (const auto id : ids) put_varint(bytes, static_cast<std::uint64_t>(id - std::exchange(last, id)));
  return bytes;
}

std::vector<std::int64_t> decode_ids(std::string_view bytes) {
  std::vector<std::int64_t> ids;
  std::uint64_t last = 0;
  std::uint64_t step = 0;
  while (!bytes.empty()) {
    if (!take_varint(bytes, step)) return {};
    ids.push_back(static_cast<std::int64_t>(last += step));
  }
  return ids;
}

std::vector<std::int64_t> document_ids(Database& database, model::FeedId feed) {
  Query query(database, kLoad, model::raw(feed));
  return query.step() ? decode_ids(query.blob(0)) : std::vector<std::int64_t>();
}

bool document_has(Database& database, model::FeedId feed, model::ArticleId article) {
  const auto ids = document_ids(database, feed);
  return std::binary_search(ids.begin(), ids.end(), model::raw(article));
}

void keep_document(Database& database, model::FeedId feed, DocumentSeen document) {
  auto& ids = document.ids;
  const auto known = document_ids(database, feed);
  if (!document.complete) ids.insert(ids.end(), known.begin(), known.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.size() > kMaxIds) ids.erase(ids.begin(), ids.end() - kMaxIds);
  if (ids != known) {
    const auto bytes = encode_ids(ids);
    Query query(database, kSave);
    query.bind_blob(bytes).bind(model::raw(feed)).run();
  }
  const auto now = seconds(document.received);
  for (const auto& uid : document.deleted) {
    Query(database, kSee, now, model::raw(feed), now - kSeenStep).bind_blob(view(uid)).run();
  }
  if (!document.complete) return;
  const auto oldest = std::max<std::int64_t>(now - kReturns, 1);
  if (!Query(database, kNeedsWork, model::raw(feed), oldest).step()) return;
  Query(database, kSettle, now, model::raw(feed)).run();
  Query(database, kForget, model::raw(feed), oldest).run();
}

void note_arrival(Database& database, model::FeedId feed, Instant received) {
  Query(database, kArrival, seconds(received), model::raw(feed)).run();
}

void bury(Database& database, model::FeedId feed, const Uid& uid, model::ArticleId article, bool in_document) {
  Query(database, kBury, model::raw(feed), model::raw(article), in_document, kLeftBefore).bind_blob(view(uid)).run();
}

void trim_tombstones(Database& database, model::FeedId feed) {
  Query(database, kTrim, model::raw(feed), kMaxTombstones).run();
}

}  // namespace newscache::store
