#pragma once
// Completes articles for reading without a network, in the order in which they will be opened: the main article of the
// page where the feed brings only a teaser, pictures, and by setting enclosures. Everything is fetched in the feeds'
// turns, hours and budgets. The store's queue says what is to be done, so that nothing is forgotten by a restart; here
// is only what is under way. What is told to users of it: docs/offline.md. Loop thread only.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "ingest/poller.hpp"
#include "ingest/services.hpp"
#include "model/offline.hpp"
#include "model/settings.hpp"
#include "offline/completion.hpp"

namespace newscache::offline {

class Completer {
 public:
  // Files that are to become assets are made in `folder`.
  Completer(ingest::Services services, ingest::Poller& poller, Extract extract, std::string folder,
            const model::Settings& settings);

  // Until cancelled.
  loop::awaitable<void> run();
  // There may be something to do: articles came.
  void note_commit();
  // What stood in the way may be gone: network, room, settings.
  void wake();
  // Articles that came while less was wanted are completed too, the newest of all feeds.
  void reconfigure(const model::Settings& settings);
  // The same for one feed whose own settings have changed.
  void reconsider(model::FeedId feed);

  // After each commit that moved the change log.
  std::function<void()> on_commit;

 private:
  BootInstant next_start() const;
  bool is_time_to_store() const;
  loop::awaitable<void> work();
  loop::awaitable<void> start_due();
  loop::awaitable<void> complete(model::ArticleId id);
  loop::awaitable<void> store();
  loop::awaitable<void> want(std::optional<model::FeedId> feed);
  BootInstant wall_to_boot(Instant when) const;

  ingest::Services services_;
  ingest::Poller& poller_;
  CompletionContext context_;
  loop::Alarm alarm_;
  std::set<model::ArticleId> active_;
  std::set<model::ArticleId> unreadable_;      // are left alone until the next start
  std::vector<model::CompletionUpdate> done_;  // to be stored together
  BootInstant done_since_{};                   // the first of these
  BootInstant not_before_{};                   // the next start, since there is no network, budget or room
  BootInstant next_{};                         // when the store has something due
  bool stale_ = true;                          // next_ is, since something changed
};

}  // namespace newscache::offline
