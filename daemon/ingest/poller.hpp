#pragma once
// Polls the feeds that are due: at most one transfer per host at a time with a gap between them, a bound in total, and the
// updates of several feeds committed together. Keeps every feed's polling state in memory, so that a round in which nothing
// changed writes nothing but bounded, batched bookkeeping. Loop thread only.

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ingest/committer.hpp"
#include "ingest/hosts.hpp"
#include "ingest/refresh.hpp"
#include "ingest/services.hpp"
#include "model/settings.hpp"

namespace newscache::ingest {

enum class NetworkState { online, offline };

struct Activity {
  std::int64_t active = 0;  // being fetched, or waiting for their commit
  std::int64_t queued = 0;  // due, waiting for a permit
  std::optional<Instant> next_at;  // when the next feed is due
};

class Poller {
 public:
  Poller(Services services, const model::Settings& settings);

  // Takes over the feeds of the database: before anything else is asked, and when many have come.
  loop::awaitable<void> load();
  // Polls until cancelled; on the way out, the bookkeeping is written.
  loop::awaitable<void> run();

  // Makes one feed, or all, due now. A feed that is cooling down on its server's word is polled only with `force`.
  // The ids that are now waiting or under way. Cause::not_found, Cause::conflict (paused, or an import that has no address).
  Result<std::vector<model::FeedId>> refresh(std::optional<model::FeedId> feed, bool force);
  // Feeds came, changed or went in the store: takes over what is there now.
  loop::awaitable<void> reload_feed(model::FeedId id);
  void forget_feed(model::FeedId id);
  // A poll that happened elsewhere (subscribing, importing): returns when it is committed.
  loop::awaitable<model::UpdateResult> commit(model::FeedUpdate update);
  // One fetch, whoever wants it: its bytes are counted, and what it says about network and clock is taken in.
  loop::awaitable<Result<net::Response>> fetch(net::Request request);
  // The change log moved by other means than a poll.
  void announce() const {
    if (on_commit) on_commit();
  }
  // Attempts that wait to come into the feed's journal, oldest first.
  std::vector<model::Attempt> deferred_attempts(model::FeedId id) const { return committer_.deferred_attempts(id); }
  // For refresh() of what was fetched elsewhere.
  RefreshContext refresh_context();
  void reconfigure(const model::Settings& settings);
  // Looks again at what is due: settings changed, or a manual clock moved.
  void wake();

  // Being fetched, not yet committed, or waiting for its turn (and not for the network).
  bool polling(model::FeedId id) const;
  // The newest state, which the database may not have yet; null for an unknown feed.
  const model::FeedState* state(model::FeedId id) const;
  Activity activity() const;
  NetworkState network() const { return network_; }
  // Whether the host of this address wants to be left alone.
  bool is_cooling_down(std::string_view url) const {
    return cool_downs_.until(host_of(url), services_.clock.boot()).has_value();
  }
  Instant network_since() const { return network_since_; }
  std::int64_t received_today() const;  // bytes off the network since midnight UTC

  // After each commit that moved the change log; and when network() changes.
  std::function<void()> on_commit;
  std::function<void()> on_network_change;

 private:
  struct Slot {  // one feed
    model::Feed feed;
    std::string host;
    BootInstant due{};
    bool scheduled = false;  // in due_
    bool waiting = false;    // in its host's queue
    bool active = false;     // being fetched or committed
    bool move_refused = false;  // its proven new address cannot be taken over; has been logged
    std::uint64_t generation = 0;  // tells a feed from another one that took its id or its place
  };
  struct Host {
    std::deque<model::FeedId> waiting;
    bool busy = false;
    BootInstant free_at{};
  };

  // The right to burden a host; given back when the transfer is done.
  class Permit {
   public:
    Permit(Poller& poller, std::string host) : poller_(&poller), host_(std::move(host)) {}
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    ~Permit() { release(); }
    void release() {
      if (Poller* poller = std::exchange(poller_, nullptr)) poller->release_host(host_);
    }

   private:
    Poller* poller_;
    std::string host_;
  };

  void take_over(model::Feed feed);
  std::chrono::seconds remaining_wait(const model::Feed& feed) const;
  void schedule_slot(Slot& slot, BootInstant due);
  void unschedule(Slot& slot);
  void queue_on_host(Slot& slot, bool first);
  void leave_host(Slot& slot);
  void queue_due_feeds();
  void start_transfers();
  BootInstant next_wake() const;
  loop::awaitable<void> poll(model::FeedId id, std::uint64_t generation);
  loop::awaitable<void> poll_and_commit(model::Feed feed, std::string host, std::uint64_t generation);
  Slot* find(model::FeedId id, std::uint64_t generation);
  bool may_start() const;
  void release_host(const std::string& host);
  void forget_idle_hosts();
  void poll_what_the_link_failed();
  void note_transfer(const Result<net::Response>& answer);
  void hold_back(Slot& slot, BootInstant until);
  void note_host(const Result<net::Response>& answer, const Refreshed& result);
  bool note_move(model::FeedState& state, const std::string& target) const;
  loop::awaitable<void> follow_move(model::Feed feed, std::uint64_t generation);
  void report(const model::Feed& feed, const Result<net::Response>& answer, const Refreshed& result) const;
  void set_network(NetworkState state);
  double random();

  Services services_;
  model::PollSettings poll_settings_;
  model::ContentSettings content_settings_;
  std::int64_t max_transfers_;
  loop::Alarm alarm_;
  Committer committer_;
  std::mt19937_64 generator_;
  std::unordered_map<model::FeedId, Slot> slots_;
  std::map<std::string, Host, std::less<>> hosts_;
  CoolDowns cool_downs_;
  std::set<std::pair<BootInstant, model::FeedId>> due_;
  std::set<std::pair<BootInstant, std::string>> ready_hosts_;  // not busy, with feeds waiting
  std::int64_t transfers_ = 0;  // permits taken
  std::int64_t active_ = 0;     // polls that have not ended
  std::int64_t waiting_ = 0;
  std::uint64_t generations_ = 0;
  NetworkState network_ = NetworkState::online;
  // While offline, one feed at a time finds out whether that has ended, ever less often.
  BootInstant next_probe_{};
  std::chrono::milliseconds probe_wait_{};
  Instant network_since_;
  std::chrono::sys_days today_{};
  std::int64_t received_today_ = 0;
};

}  // namespace newscache::ingest
