// Writer::retain: what goes by age and number.

#include <algorithm>
#include <vector>

#include "store/article_rows.hpp"
#include "store/document_rows.hpp"
#include "store/record.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMaxSlice = 256;    // deletions
constexpr std::int64_t kMaxFeeds = 500;    // looked at
constexpr std::int64_t kAtMost = 100;      // of a feed in one run, or
constexpr std::int64_t kShareAtMost = 10;  // the so-and-so-manieth part of it
// A date of order may be so far ahead of `received`.
constexpr std::int64_t kAhead = 600;

constexpr std::string_view kFeeds = R"sql(
SELECT f.id, f.settings, s.articles, s.newest_arrival FROM feed f JOIN feed_state s ON s.feed_id = f.id
WHERE f.id >= ? AND f.removed = 0 ORDER BY f.id LIMIT ?)sql";
constexpr std::string_view kReadOnes =
    "SELECT id, sort, received, starred FROM article WHERE feed_id = ? AND read = 1 ORDER BY sort, id";

struct FeedBounds {
  model::FeedId id{};
  std::int64_t articles = 0;
  std::optional<std::int64_t> received_before;  // are too old
  std::optional<std::int64_t> most;
};

std::optional<std::int64_t> own_or(const model::FeedSettings& own, const char* key,
                                   std::optional<std::int64_t> general) {
  const auto* number = model::own_setting<std::int64_t>(own, key);
  return number != nullptr ? *number : general;
}

FeedBounds read_bounds(const Query& row, const RetentionRun& run) {
  FeedBounds bounds{model::FeedId{row.integer(0)}, row.integer(2), {}, {}};
  const auto settings = decode_settings(row.blob(1));
  const auto own = settings ? *settings : model::FeedSettings();
  const auto days = own_or(own, "keep_days", run.keep.days);
  // Back from the feed's newest arrival: what is silent for a year loses nothing by it.
  const auto newest = row.integer(3);
  if (run.by_age && days && newest > 0) bounds.received_before = newest - *days * kDay;
  bounds.most = own_or(own, "keep_per_feed", run.keep.per_feed);
  return bounds;
}

std::vector<FeedBounds> next_feeds(Database& database, const RetentionRun& run) {
  std::vector<FeedBounds> feeds;
  for (Query query(database, kFeeds, model::raw(run.feed), kMaxFeeds); query.step();) {
    feeds.push_back(read_bounds(query, run));
  }
  return feeds;
}

// At most `limit`, oldest first.
std::vector<model::ArticleId> expired(Database& database, const FeedBounds& feed, std::size_t limit) {
  std::vector<model::ArticleId> ids;
  auto surplus = feed.most ? feed.articles - *feed.most : 0;
  if (surplus <= 0 && !feed.received_before) return ids;
  const auto document = document_ids(database, feed.id);
  Query query(database, kReadOnes, model::raw(feed.id));
  while (ids.size() < limit && query.step()) {
    const bool may_be_old = feed.received_before && query.integer(1) < *feed.received_before + kAhead;
    if (surplus <= 0 && !may_be_old) break;
    const bool old = feed.received_before && query.integer(2) < *feed.received_before;
    const auto id = query.integer(0);
    if ((surplus <= 0 && !old) || query.flag(3) || std::binary_search(document.begin(), document.end(), id)) continue;
    ids.push_back(model::ArticleId{id});
    --surplus;
  }
  return ids;
}

}  // namespace

void Writer::retain(RetentionRun& run) {
  auto& database = state_->database;
  std::vector<model::ArticleId> ids;
  const auto feeds = next_feeds(database, run);
  for (const auto& feed : feeds) {
    if (feed.id != run.feed) run.left.reset();
    run.feed = feed.id;
    if (!run.left) run.left = std::max(kAtMost, feed.articles / kShareAtMost);
    const auto limit = std::min(*run.left, kMaxSlice - static_cast<std::int64_t>(ids.size()));
    const auto found = expired(database, feed, static_cast<std::size_t>(limit));
    ids.insert(ids.end(), found.begin(), found.end());
    *run.left -= static_cast<std::int64_t>(found.size());
    const bool feed_is_done = static_cast<std::int64_t>(found.size()) < limit || *run.left == 0;
    if (!feed_is_done) break;
    run.feed = model::FeedId{model::raw(feed.id) + 1};
    run.left.reset();
    if (static_cast<std::int64_t>(ids.size()) >= kMaxSlice) break;
  }
  run.done = feeds.empty() || (model::raw(run.feed) > model::raw(feeds.back().id) &&
                               static_cast<std::int64_t>(feeds.size()) < kMaxFeeds);
  if (ids.empty()) return;
  Change change(*state_, Durability::synced);
  for (const auto id : ids) remove_known_article(change, *find_article(database, id));
  change.commit();
  run.removed += static_cast<std::int64_t>(ids.size());
}

}  // namespace newscache::store
