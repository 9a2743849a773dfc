#pragma once
// Brings what polls have found into the database, many feeds to a transaction: each commit costs the flash card about
// the same, however much it holds. Who commits waits for the commit; bookkeeping that nobody waits for rides along with
// the next one, or is written within minutes. Loop thread only.

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "ingest/services.hpp"

namespace newscache::ingest {

class Committer {
 public:
  // `idle` tells whether nothing more is about to arrive, so that waiting for company is pointless.
  Committer(const Services& services, std::function<bool()> idle);

  // Returns once the update is committed; throws store::StoreError when it cannot be.
  loop::awaitable<model::UpdateResult> commit(model::FeedUpdate update);
  // For states that say nothing new but the time; the newest of a feed counts, and all attempts come into its journal.
  // A crash loses what has not been written.
  void defer(model::FeedUpdate update);
  // What waits to come into the feed's journal, oldest first.
  std::vector<model::Attempt> deferred_attempts(model::FeedId id) const;
  // Drops the deferred state of a feed that has gone.
  void forget(model::FeedId id) { deferred_.erase(id); }

  // Commits until cancelled.
  loop::awaitable<void> run();
  // Writes what is deferred: on the way out.
  loop::awaitable<void> flush();
  // Something changed that idle() depends on.
  void reconsider() { alarm_.wake(); }
  // How long news may wait for company, and how long bookkeeping may.
  void configure(std::chrono::milliseconds interval, std::chrono::milliseconds deferral) {
    interval_ = interval;
    deferral_ = deferral;
  }
  std::size_t pending() const { return pending_.size(); }
  // So much is held in memory until it is committed that nothing more should be fetched.
  bool is_full() const;

  // After each commit that moved the change log.
  std::function<void()> on_commit;

 private:
  struct Pending;
  struct Written;
  loop::awaitable<void> write_batch();
  void keep_deferred(std::span<model::FeedUpdate> updates);

  Services services_;
  std::function<bool()> idle_;
  std::chrono::milliseconds interval_{1000};
  std::chrono::milliseconds deferral_ = std::chrono::minutes(5);
  loop::Alarm alarm_;
  std::vector<std::shared_ptr<Pending>> pending_;
  BootInstant oldest_pending_{};
  std::size_t pending_bytes_ = 0;  // roughly
  std::size_t written_bytes_ = 0;  // of the batch that is being written
  std::unordered_map<model::FeedId, model::FeedUpdate> deferred_;
  BootInstant oldest_deferred_{};
};

}  // namespace newscache::ingest
