#pragma once
// What the Writer's parts share: the connection, the row of totals, and the transaction that keeps both in step.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "model/ids.hpp"
#include "model/offline.hpp"
#include "model/query.hpp"
#include "store/database.hpp"
#include "store/search_index.hpp"

namespace newscache::store {

// The one row of table `store`.
struct Totals {
  std::int64_t feed_id = 0;
  std::int64_t article_id = 0;
  std::int64_t revision = 0;
  std::int64_t feeds = 0;
  std::int64_t articles = 0;
  std::int64_t unread = 0;
  std::int64_t starred = 0;
  std::int64_t indexed = 0;   // the article up to which the index has all
  std::int64_t outdated = 0;  // of these, how many have been edited since
  std::int64_t horizon = 0;   // no article is dated so late
  std::int64_t assets = 0;
  std::int64_t asset_bytes = 0;  // the room that their files take
  friend bool operator==(const Totals&, const Totals&) = default;
};
Totals load_totals(Database& database);
// How many articles the index has yet to take in; some of them may be deleted.
inline std::int64_t not_indexed(const Totals& totals) { return totals.article_id - totals.indexed + totals.outdated; }

struct WriterState {
  explicit WriterState(const Options& options, Access access = Access::write) : database(options, access) {}

  Database database;
  Totals totals;  // as committed
  std::string epoch;
  Durability durability = Durability::synced;  // what `PRAGMA synchronous` stands at
  std::optional<std::int64_t> traffic_day;     // the newest that the last traffic was of
  std::int64_t counted_written = 0;            // of Options::written_bytes
  std::optional<std::int64_t> new_attempts;    // since the journals were trimmed; none: not yet since the start
  std::size_t trained = 0;                     // how many of the trainings are done or past
  std::optional<std::int64_t> limit;           // see Writer::limit()
  Evicted evicted;                             // and not told of yet
  std::string stands_in_for;  // path of the database that could not be opened anew; see Writer::reopen()
};

struct Writer::State : WriterState {
  using WriterState::WriterState;
  static Result<std::unique_ptr<State>> open(const Options& options);
};

// Makes the codec compress with the newest dictionary.
void adopt_dictionary(WriterState& state);

void set_durability(WriterState& state, Durability durability);
// See eviction.cpp. Whether there is more than before.
bool make_room(Writer& writer, WriterState& state, int tries, Expendable up_to);
// How many bytes of assets may be added as it is; and where that is less than wanted, the media of what has been read
// go first.
std::int64_t room_for_assets(WriterState& state);
std::int64_t make_room_for_assets(WriterState& state, std::int64_t wanted);
// What the updates bring of pages, and of files that are new to the store.
std::int64_t room_needed(Database& database, std::span<const model::CompletionUpdate> updates);
// All of them, in one transaction; of files as many as there is room for. Those that are not taken over stay.
std::vector<bool> complete_once(WriterState& state, std::span<const model::CompletionUpdate> updates,
                                std::int64_t room);
// Tells SQLite what Writer::limit() means.
void apply_limit(WriterState& state);

// A write transaction. Everything that clients can see of it goes through changed(), so that the log has no gap.
class Change {
 public:
  Change(WriterState& state, Durability durability);

  Database& database() { return state_.database; }
  const Options& options() const { return state_.database.options(); }
  SearchIndex& search_index() { return search_index_; }
  // Appends to the change log; every call is a revision of its own.
  model::Revision changed(model::FeedId feed, model::ChangeOp op);
  model::Revision changed(model::FeedId feed, model::ArticleId article, model::ChangeOp op);
  model::FeedId new_feed_id();
  model::ArticleId new_article_id();
  void count_feeds(std::int64_t by) { totals_.feeds += by; }
  void count_articles(model::FeedId feed, std::int64_t articles, std::int64_t unread, std::int64_t starred);

  // A new article's date of order; see table `horizon`.
  void dated(model::ArticleId id, Instant sort);
  Totals& totals() { return totals_; }
  // The first row of an asset is about to be written; its last one has gone, and its file goes after the commit.
  void asset_new(const model::Asset& asset);
  void asset_gone(const model::Asset& asset);
  bool is_gone(const model::Asset& asset) const { return gone_assets_.contains(asset.sha256); }

  void commit();

 private:
  model::Revision append(model::FeedId feed, model::ChangeType type, model::ChangeOp op, std::int64_t id);
  void write_feed_counts();
  void write_totals();

  struct Counts {
    std::int64_t articles = 0;
    std::int64_t unread = 0;
  };

  WriterState& state_;
  Transaction transaction_;
  Totals totals_;
  SearchIndex search_index_;
  std::map<model::FeedId, Counts> feed_counts_;  // what to add to the feeds' rows
  std::set<std::string> gone_assets_;
  const std::int64_t time_;  // of all that it changes, in milliseconds since 1970; 0: not known
};

// While it lives, the part of the limit that is for deletions is not touched.
class Ration {
 public:
  explicit Ration(WriterState& state);
  ~Ration();
  Ration(const Ration&) = delete;
  Ration& operator=(const Ration&) = delete;

 private:
  WriterState& state_;
};

// Does what apply() and mark() do, and makes room where the limit is in the way, as long as that helps.
template <class Work>
auto with_room(Writer& writer, WriterState& state, Work work, Expendable up_to = Expendable::unread) {
  for (int tries = 0;; ++tries) {
    try {
      const Ration ration(state);
      return work();
    } catch (const StoreError& error) {
      if (error.shortage() != Shortage::limit || !make_room(writer, state, tries, up_to)) throw;
    }
  }
}

// See Writer::add_feed(). One that is there already is left as it is.
Result<model::Feed> subscribe(Change& change, const model::NewFeed& wish, std::string uid, Instant now);

struct ArticleRow;
// Deletes the article, with its media, its counts and its place in the change log.
void remove_known_article(Change& change, const ArticleRow& row);
// The article's media go to make room, and it is incomplete.
void strip_article(Change& change, model::ArticleId id);

}  // namespace newscache::store
