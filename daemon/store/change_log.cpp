#include "store/change_log.hpp"

#include "store/asset_files.hpp"
#include "store/document_rows.hpp"
#include "store/media_rows.hpp"
#include "store/times.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kHighestId = 0x7fffffff;
// So far ahead the horizon is put, in seconds: a row an hour of news, and not one for each article.
constexpr std::int64_t kHorizonStep = 3600;

constexpr std::string_view kLoadTotals =
    "SELECT feed_id, article_id, revision, feeds, articles, unread, starred, indexed, outdated, horizon, assets, "
    "asset_bytes FROM store";
constexpr std::string_view kSaveTotals = R"sql(
UPDATE store SET feed_id = ?, article_id = ?, revision = ?, feeds = ?, articles = ?, unread = ?, starred = ?,
  indexed = ?, outdated = ?, horizon = ?, assets = ?, asset_bytes = ?)sql";
constexpr std::string_view kNewHorizon = "INSERT INTO horizon(id, sort) VALUES (?, ?)";
constexpr std::string_view kAppend =
    "INSERT INTO change(revision, type, op, id, feed_id, time) VALUES (?, ?, ?, ?, ?, ?)";
constexpr std::string_view kPrune = "DELETE FROM change WHERE revision <= ?";
constexpr std::string_view kCountFeed =
    "UPDATE feed_state SET articles = articles + ?, unread = unread + ? WHERE feed_id = ?";
constexpr std::string_view kOldest = "SELECT min(revision) FROM change";
constexpr std::string_view kAfter =
    "SELECT revision, type, op, id FROM change WHERE revision > ? ORDER BY revision LIMIT ?";
constexpr std::string_view kAfterOfFeed =
    "SELECT revision, type, op, id FROM change WHERE revision > ? AND feed_id IN (?, 0) ORDER BY revision LIMIT ?";
constexpr std::string_view kAfterOfFolder = R"sql(
SELECT revision, type, op, id FROM change
  WHERE revision > ? AND (type = 1 OR feed_id NOT IN (SELECT id FROM feed WHERE folder <> ? AND removed = 0))
  ORDER BY revision LIMIT ?)sql";

// The numbers in the file; never change one.
std::int64_t number(model::ChangeType type) { return type == model::ChangeType::article ? 0 : 1; }
model::ChangeType change_type(std::int64_t number) {
  return number == 0 ? model::ChangeType::article : model::ChangeType::feed;
}
std::int64_t number(model::ChangeOp op) {
  switch (op) {
    case model::ChangeOp::added:
      return 0;
    case model::ChangeOp::updated:
      return 1;
    case model::ChangeOp::state:
      return 2;
    case model::ChangeOp::deleted:
      return 3;
  }
  return 1;
}
model::ChangeOp change_op(std::int64_t number) {
  switch (number) {
    case 0:
      return model::ChangeOp::added;
    case 2:
      return model::ChangeOp::state;
    case 3:
      return model::ChangeOp::deleted;
    default:
      return model::ChangeOp::updated;
  }
}

std::int64_t next_id(std::int64_t& last, const char* what) {
  if (last >= kHighestId) throw StoreError(Cause::internal, std::string("no id is left for another ") + what);
  return ++last;
}

}  // namespace

Totals load_totals(Database& database) {
  Query query(database, kLoadTotals);
  if (!query.step()) database.fail_as_damaged("its row of totals is missing");
  Totals totals;
  totals.feed_id = query.integer(0);
  totals.article_id = query.integer(1);
  totals.revision = query.integer(2);
  totals.feeds = query.integer(3);
  totals.articles = query.integer(4);
  totals.unread = query.integer(5);
  totals.starred = query.integer(6);
  totals.indexed = query.integer(7);
  totals.outdated = query.integer(8);
  totals.horizon = query.integer(9);
  totals.assets = query.integer(10);
  totals.asset_bytes = query.integer(11);
  return totals;
}

model::Revision oldest_known(Database& database, model::Revision newest) {
  Query query(database, kOldest);
  if (query.step() && !query.null(0)) return model::Revision{query.integer(0) - 1};
  return newest;
}

namespace {

Query query_after(Database& database, model::Revision since, const model::ChangeFilter& filter, std::int64_t limit) {
  if (filter.feed) return {database, kAfterOfFeed, model::raw(since), model::raw(*filter.feed), limit};
  if (filter.folder) return {database, kAfterOfFolder, model::raw(since), *filter.folder, limit};
  return {database, kAfter, model::raw(since), limit};
}

}  // namespace

std::vector<model::Change> changes_after(Database& database, model::Revision since, const model::ChangeFilter& filter,
                                         std::int64_t limit) {
  std::vector<model::Change> changes;
  Query query = query_after(database, since, filter, limit);
  while (query.step()) {
    changes.push_back({model::Revision{query.integer(0)}, change_type(query.integer(1)), change_op(query.integer(2)),
                       query.integer(3)});
  }
  return changes;
}

void set_durability(WriterState& state, Durability durability) {
  if (state.durability == durability) return;
  state.database.roll_back();
  state.database.run(durability == Durability::synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  state.durability = durability;
}

Change::Change(WriterState& state, Durability durability)
    : state_(state),
      // Outside of a transaction only; it costs nothing when it does not change.
      transaction_((set_durability(state, durability), state.database)),
      totals_(state.totals),
      search_index_(state.database, totals_),
      time_(options().now ? options().now().time_since_epoch().count() : 0) {}

model::Revision Change::changed(model::FeedId feed, model::ChangeOp op) {
  return append(feed, model::ChangeType::feed, op, model::raw(feed));
}

model::Revision Change::changed(model::FeedId feed, model::ArticleId article, model::ChangeOp op) {
  return append(feed, model::ChangeType::article, op, model::raw(article));
}

model::Revision Change::append(model::FeedId feed, model::ChangeType type, model::ChangeOp op, std::int64_t id) {
  ++totals_.revision;
  Query(database(), kAppend, totals_.revision, number(type), number(op), id, model::raw(feed), time_).run();
  return model::Revision{totals_.revision};
}

model::FeedId Change::new_feed_id() { return model::FeedId{next_id(totals_.feed_id, "feed")}; }
model::ArticleId Change::new_article_id() { return model::ArticleId{next_id(totals_.article_id, "article")}; }

void Change::count_articles(model::FeedId feed, std::int64_t articles, std::int64_t unread, std::int64_t starred) {
  totals_.articles += articles;
  totals_.unread += unread;
  totals_.starred += starred;
  auto& counts = feed_counts_[feed];
  counts.articles += articles;
  counts.unread += unread;
}

void Change::dated(model::ArticleId id, Instant sort) {
  if (seconds(sort) < totals_.horizon) return;
  totals_.horizon = seconds(sort) + kHorizonStep;
  Query(database(), kNewHorizon, model::raw(id), totals_.horizon).run();
}

void Change::asset_new(const model::Asset& asset) {
  ++totals_.assets;
  totals_.asset_bytes += room_of(asset.bytes);
  gone_assets_.erase(asset.sha256);
}

void Change::asset_gone(const model::Asset& asset) {
  --totals_.assets;
  totals_.asset_bytes -= room_of(asset.bytes);
  gone_assets_.insert(asset.sha256);
}

void Change::write_feed_counts() {
  for (const auto& [feed, counts] : feed_counts_) {
    if (counts.articles == 0 && counts.unread == 0) continue;
    Query(database(), kCountFeed, counts.articles, counts.unread, model::raw(feed)).run();
    if (counts.articles < 0) trim_tombstones(database(), feed);
  }
}

void Change::write_totals() {
  if (totals_ == state_.totals) return;
  Query(database(), kSaveTotals, totals_.feed_id, totals_.article_id, totals_.revision, totals_.feeds, totals_.articles,
        totals_.unread, totals_.starred, totals_.indexed, totals_.outdated, totals_.horizon, totals_.assets,
        totals_.asset_bytes)
      .run();
  Query(database(), kPrune, totals_.revision - options().change_log_length).run();
}

void Change::commit() {
  search_index_.write();
  write_feed_counts();
  write_totals();
  transaction_.commit();
  state_.totals = totals_;
  for (const auto& sha256 : gone_assets_) remove_asset_file(options(), sha256);
}

}  // namespace newscache::store
