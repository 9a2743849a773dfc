// Writer: opening, subscriptions and named values. Articles are in apply.cpp and marks.cpp.

#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "store/article_rows.hpp"
#include "store/asset_files.hpp"
#include "store/attempt_rows.hpp"
#include "store/feed_rows.hpp"
#include "store/open_file.hpp"
#include "store/schema.hpp"
#include "store/search_text.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

constexpr std::string_view kEpoch = "SELECT epoch FROM store";
constexpr std::string_view kSaveFingerprint = "UPDATE store SET text_fingerprint = ?";
constexpr std::string_view kMeta = "SELECT value FROM meta WHERE key = ?";
constexpr std::string_view kSetMeta = "INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)";
constexpr std::string_view kFeedArticles =
    "SELECT id FROM article WHERE feed_id = ? AND (starred = 0 OR ?) ORDER BY id";

// The index was made with another rendering of the same articles, so that entries could no longer be removed from it
// exactly.
void discard_outdated_index(WriterState& state) {
  const auto fingerprint = text_fingerprint(state.database.options());
  if (state.database.number("SELECT text_fingerprint FROM store") == fingerprint) return;
  Change change(state, Durability::relaxed);
  change.search_index().start_over();
  Query(state.database, kSaveFingerprint, fingerprint).run();
  change.commit();
}

Error subscribed(const model::Feed& feed) {
  return Error{Cause::conflict, "already subscribed as feed " + std::to_string(model::raw(feed.id)) + ", " + feed.url};
}

// What was known of the document at the old address says nothing about the one at the new.
void forget_document(model::FeedState& state) {
  state.validators = {};
  state.body_hash.clear();
  state.next_poll.reset();
  state.next_poll_rule.clear();
  state.error.reset();
  state.hints = {};
  state.rhythm_s.reset();
  state.cools_host = false;
  state.move = {};
  state.gap.reset();
  state.teasers.reset();
  state.status = model::FeedStatus::fresh;
}

void take_over(model::Feed& feed, const model::NewFeed& wish) {
  feed.url = wish.url;
  feed.custom_title = wish.custom_title;
  feed.folder = wish.folder;
  feed.settings = wish.settings;
  feed.managed = wish.managed;
}

// Whether anything differs.
bool patch_feed(model::Feed& feed, const model::FeedPatch& patch) {
  bool changed = false;
  const auto set = [&](auto& field, const auto& wish) {
    if (!wish || *wish == field) return;
    field = *wish;
    changed = true;
  };
  set(feed.url, patch.url);
  set(feed.custom_title, patch.custom_title);
  set(feed.folder, patch.folder);
  set(feed.paused, patch.paused);
  set(feed.managed, patch.managed);
  auto settings = std::make_optional(feed.settings);
  model::change_settings(*settings, patch.settings);
  set(feed.settings, settings);
  return changed;
}

}  // namespace

Result<model::Feed> subscribe(Change& change, const model::NewFeed& wish, std::string uid, Instant now) {
  auto& database = change.database();
  if (const auto known = find_feed_by_url(database, wish.url)) return subscribed(known->feed);
  auto stored = find_feed_by_uid(database, uid);
  // The feed that was first subscribed here has moved to another address, and keeps its identity.
  while (stored && !stored->removed) {
    uid = hex(sha256({uid, "again"}), uid.size() / 2);
    stored = find_feed_by_uid(database, uid);
  }
  const bool returns = stored.has_value();
  if (!returns) {
    stored.emplace();
    stored->feed.id = change.new_feed_id();
    stored->feed.uid = uid;
  }
  stored->removed = false;
  take_over(stored->feed, wish);
  stored->feed.paused = false;
  forget_document(stored->feed.state);
  stored->feed.state.next_poll = wish.next_poll ? *wish.next_poll : now;
  if (returns) {
    update_feed(database, *stored);
    update_feed_state(database, stored->feed.id, stored->feed.state);
  } else {
    insert_feed(database, *stored);
  }
  change.count_feeds(1);
  change.changed(stored->feed.id, model::ChangeOp::added);
  return find_feed(database, stored->feed.id)->feed;
}

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Writer::~Writer() = default;

bool was_left_open(const Options& options) { return file_bytes(options.path + "-wal") > 0; }

Result<std::unique_ptr<Writer::State>> Writer::State::open(const Options& options) {
  if (const auto checked = check_file(options); !checked) return checked.error();
  auto state = std::make_unique<State>(options);
  const bool writable = state->database.writable();
  if (writable) migrate(state->database);
  if (state->database.number("PRAGMA user_version") != newest_schema()) {
    return Error{Cause::unavailable, options.path +
                                         " is of an earlier version and can only be read where it is; make "
                                         "its file system writable, so that it can be brought up to date"};
  }
  state->totals = load_totals(state->database);
  {
    Query query(state->database, kEpoch);
    if (query.step()) state->epoch = query.string(0);
  }
  adopt_dictionary(*state);
  if (writable) {
    discard_outdated_index(*state);
    make_asset_folders(options);
  }
  return state;
}

Result<std::unique_ptr<Writer>> Writer::open(Options options) {
  auto state = State::open(options);
  if (!state) return state.error();
  return std::unique_ptr<Writer>(new Writer(std::move(*state)));
}

bool Writer::writable() const { return state_->stands_in_for.empty() && state_->database.writable(); }

// All connections of a process share the WAL's memory as the first of them has opened it: while one is left that could
// only read, none can write. So all are closed before one is opened; something empty stands in for ours.
void Writer::stand_by() {
  if (!state_->stands_in_for.empty()) return;
  auto options = state_->database.options();
  const auto path = std::exchange(options.path, ":memory:");
  auto stand_in = std::make_unique<State>(options, Access::read);
  stand_in->totals = state_->totals;
  stand_in->epoch = state_->epoch;
  stand_in->limit = state_->limit;
  stand_in->stands_in_for = path;
  state_ = std::move(stand_in);
}

Result<void> Writer::reopen() {
  stand_by();
  auto options = state_->database.options();
  options.path = state_->stands_in_for;
  auto state = State::open(options);
  if (!state) return state.error();
  (*state)->limit = state_->limit;
  state_ = std::move(*state);
  if (writable()) apply_limit(*state_);
  return {};
}

Result<model::Feed> Writer::add_feed(const model::NewFeed& feed, const std::string& uid, Instant now) {
  return std::move(add_feeds({&feed, 1}, {&uid, 1}, now).front());
}

std::vector<Result<model::Feed>> Writer::add_feeds(std::span<const model::NewFeed> feeds,
                                                   std::span<const std::string> uids, Instant now) {
  Change change(*state_, Durability::synced);
  std::vector<Result<model::Feed>> results;
  results.reserve(feeds.size());
  for (std::size_t i = 0; i < feeds.size(); ++i) results.push_back(subscribe(change, feeds[i], uids[i], now));
  change.commit();
  return results;
}

Result<model::Feed> Writer::change_feed(model::FeedId id, const model::FeedPatch& patch) {
  Change change(*state_, Durability::synced);
  auto& database = change.database();
  auto stored = find_feed(database, id);
  if (!stored || stored->removed) return no_feed(id);
  const auto old_url = stored->feed.url;
  if (!patch_feed(stored->feed, patch)) return stored->feed;
  if (stored->feed.url != old_url) {
    if (const auto other = find_feed_by_url(database, stored->feed.url)) return subscribed(other->feed);
    forget_document(stored->feed.state);
    update_feed_state(database, id, stored->feed.state);
  }
  update_feed(database, *stored);
  change.changed(id, model::ChangeOp::updated);
  const auto changed = find_feed(database, id);
  change.commit();
  return changed->feed;
}

Result<void> Writer::remove_feed(model::FeedId id, bool purge) {
  Change change(*state_, Durability::synced);
  auto& database = change.database();
  auto stored = find_feed(database, id);
  if (!stored || stored->removed) return no_feed(id);
  std::vector<model::ArticleId> articles;
  for (Query query(database, kFeedArticles, model::raw(id), purge); query.step();) {
    articles.push_back(model::ArticleId{query.integer(0)});
  }
  for (const auto article : articles) remove_known_article(change, *find_article(database, article));
  change.count_feeds(-1);
  change.changed(id, model::ChangeOp::deleted);
  if (static_cast<std::int64_t>(articles.size()) == stored->feed.articles) {
    delete_feed(database, id);
  } else {
    stored->removed = true;
    forget_tombstones(database, id);  // what goes with a subscription comes back with it
    forget_attempts(database, id);
    forget_document(stored->feed.state);
    update_feed(database, *stored);
    update_feed_state(database, id, stored->feed.state);
  }
  change.commit();
  return {};
}

std::int64_t Writer::index(std::int64_t limit) {
  try {
    return with_room(*this, *state_, [&] {
      Change change(*state_, Durability::relaxed);
      change.search_index().advance(limit);
      change.commit();
      return unindexed();
    });
  } catch (const StoreError& error) {
    if (error.shortage() != Shortage::limit || limit <= 1) throw;
  }
  return index(std::max<std::int64_t>(limit / 4, 1));  // a small store has no room for many at once
}

std::int64_t Writer::unindexed() const { return not_indexed(state_->totals); }

model::Revision Writer::revision() const { return model::Revision{state_->totals.revision}; }
std::string Writer::epoch() const { return state_->epoch; }

void Writer::close() {
  { const Transaction certain(state_->database); }  // see Database::renew_wal
  state_->database.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

void Writer::renew_indexes() {
  Change change(*state_, Durability::synced);
  change.database().run("REINDEX");
  change.commit();
}

void Writer::renew_search_index() {
  try {
    Change change(*state_, Durability::synced);
    change.search_index().start_over();
    change.commit();
  } catch (const StoreError& error) {
    if (error.cause() != Cause::internal) throw;
    // What cannot even be emptied may still be thrown away.
    Change change(*state_, Durability::synced);
    change.search_index().make_anew();
    change.commit();
  }
}

void Writer::set_meta(std::string_view key, std::string_view value, Durability durability) {
  Change change(*state_, durability);
  Query(change.database(), kSetMeta, key, value).run();
  change.commit();
}

std::optional<std::string> Writer::meta(std::string_view key) {
  Query query(state_->database, kMeta, key);
  if (!query.step()) return std::nullopt;
  return query.string(0);
}

}  // namespace newscache::store
