#pragma once
// Polls the feeds that are due: at most one transfer per host at a time with a gap between them, a bound in total, and the
// updates of several feeds committed together. Keeps every feed's polling state in memory, so that a round in which nothing
// changed writes nothing but bounded, batched bookkeeping. Loop thread only.

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ingest/committer.hpp"
#include "ingest/services.hpp"
#include "model/settings.hpp"

namespace newscache::ingest {

enum class NetworkState { online, offline };

struct Activity {
  std::int64_t active = 0;  // transfers under way
  std::int64_t queued = 0;  // due, waiting for a permit
  std::optional<Instant> next_at;  // when the next feed is due
};

class Poller {
 public:
  Poller(Services services, const model::Settings& settings);

  // Loads the feeds and polls until cancelled; on the way out, the bookkeeping is written.
  loop::awaitable<void> run();

  // Makes one feed, or all, due now. A feed that is cooling down on its server's word is polled only with `force`.
  // The ids that are now waiting or under way. Cause::not_found, Cause::conflict (paused, or an import that has no address).
  Result<std::vector<model::FeedId>> refresh(std::optional<model::FeedId> feed, bool force);
  // Feeds came, changed or went in the store: takes over what is there now.
  loop::awaitable<void> reload_feed(model::FeedId id);
  void forget_feed(model::FeedId id);
  // A poll that happened elsewhere (subscribing): committed with the next batch; returns when it is.
  loop::awaitable<model::UpdateResult> commit(model::FeedUpdate update);
  void reconfigure(const model::Settings& settings);

  // Queued, being fetched, or not yet committed.
  bool polling(model::FeedId id) const;
  // The newest state, which the database may not have yet; null for an unknown feed.
  const model::FeedState* state(model::FeedId id) const;
  Activity activity() const;
  NetworkState network() const { return network_; }
  Instant network_since() const { return network_since_; }
  std::int64_t received_today() const;  // bytes off the network since midnight UTC

  // After each commit that moved the change log; and when network() changes.
  std::function<void()> on_commit;
  std::function<void()> on_network_change;
};

}  // namespace newscache::ingest
