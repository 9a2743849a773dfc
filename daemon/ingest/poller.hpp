#pragma once
// Polls the feeds that are due: at most one transfer per host at a time with a gap between them, a bound in total,
// within the budgets and hours that are set, and the updates of several feeds committed together. Keeps every feed's
// polling state in memory, so that a round in which nothing changed writes nothing but bounded, batched bookkeeping.
// Loop thread only.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "feed/item_scan.hpp"
#include "ingest/access.hpp"
#include "ingest/budget.hpp"
#include "ingest/committer.hpp"
#include "ingest/hosts.hpp"
#include "ingest/network.hpp"
#include "ingest/refresh.hpp"
#include "ingest/services.hpp"
#include "ingest/turns.hpp"
#include "model/settings.hpp"
#include "schedule/hours.hpp"

namespace newscache::ingest {

struct Activity {
  std::int64_t active = 0;         // being fetched, or waiting for their commit
  std::int64_t queued = 0;         // due, waiting for a permit
  std::optional<Instant> next_at;  // when the next feed is due
};

struct NetworkStatus {
  NetworkState state = NetworkState::online;
  bool metered = false;
  Instant since{};
};

// "online", "metered", "offline", "portal".
std::string_view network_word(const NetworkStatus& status);

// What is fetched next is an older page, to close a gap.
bool reads_older_page(const model::FeedState& state);

// Whether it may be polled at all.
bool may_be_polled(const model::Feed& feed);

struct Fetched {
  Result<net::Response> answer = Error{};
  Cost cost;
  model::Traffic traffic;            // the feed's, with this fetch
  Instant budget_renewed{};          // of the budget that stopped it
  std::uint64_t network_before = 0;  // Network::generation() when it began
};

class Poller {
 public:
  // The right to burden a host; given back when the transfer is done.
  class Permit {
   public:
    Permit(Poller& poller, std::string host)
        : poller_(&poller), host_(std::move(host)), network_before_(poller.network_.generation()) {}
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    ~Permit() { release(); }
    void release() {
      if (Poller* poller = std::exchange(poller_, nullptr)) poller->release_host(host_, network_before_);
    }

   private:
    Poller* poller_;
    std::string host_;
    std::uint64_t network_before_;
  };

  Poller(Services services, const model::Settings& settings);

  // Takes over the feeds of the database: before anything else is asked, and when many have come.
  loop::awaitable<void> load();
  // Polls until cancelled; on the way out, the bookkeeping is written.
  loop::awaitable<void> run();

  // Makes one feed, or all, due now, whatever the hour. A feed that is cooling down on its server's word, or for which
  // no budget is left, is polled only with `force`.
  // The ids that are now waiting or under way. Cause::not_found, Cause::conflict (paused, or an import that has no
  // address).
  Result<std::vector<model::FeedId>> refresh(std::optional<model::FeedId> feed, bool force);
  // Feeds came, changed or went in the store: takes over what is there now.
  loop::awaitable<void> reload_feed(model::FeedId id);
  void forget_feed(model::FeedId id);
  // A poll that happened elsewhere (subscribing, importing): returns when it is committed.
  loop::awaitable<model::UpdateResult> commit(model::FeedUpdate update);
  // One fetch, whoever wants it: its bytes are counted, and stopped where a budget ends unless a person wants more.
  loop::awaitable<Fetched> fetch(model::Feed feed, net::Request request, bool beyond_budget = false);
  // The right to ask a host for what a feed's articles refer to, in its turn among the feeds, and given back when it
  // goes; or until when there is none, why, and for whom. `metered`: also over a link that costs by the byte.
  struct Errand {
    enum class Reach { everybody, feed, host };
    std::unique_ptr<Permit> permit;
    BootInstant until{};
    Error refusal;
    Reach reach = Reach::everybody;  // of the refusal
  };
  loop::awaitable<Errand> errand(model::FeedId feed, std::string host, bool metered);
  // One fetch of an errand, at the feed's cost.
  loop::awaitable<Fetched> fetch(const Errand& errand, model::FeedId feed, net::Request request, bool metered);
  // What the answer to a fetch for no feed yet says about network and host; `error`: why it is none.
  void note_answer(const std::string& url, const Result<net::Response>& answer, const std::optional<Error>& error);
  // The change log moved by other means than a poll.
  void announce() const {
    if (on_commit) on_commit();
  }
  // Attempts that wait to come into the feed's journal, oldest first.
  std::vector<model::Attempt> deferred_attempts(model::FeedId id) const { return committer_.deferred_attempts(id); }
  // For refresh() of what was fetched.
  RefreshContext refresh_context(const Cost& cost);
  const model::ContentSettings& content_settings() const { return content_settings_; }
  void reconfigure(const model::Settings& settings);
  // What the system says of the link.
  void link_reported(const LinkReport& report);
  // The store cannot take anything for the time being: feeds stay due. When it can again, what it could not take is
  // fetched anew.
  void hold_for_storage(bool held);
  // The wall clock was set: no wait changes, but the times that are shown do, and certificates may be judged now.
  void clock_jumped();
  // Looks again at what is due: settings changed, or a manual clock moved.
  void wake();

  // Being fetched, not yet committed, or waiting for its turn (and not for the network).
  bool polling(model::FeedId id) const;
  // The newest state, which the database may not have yet; null for an unknown feed.
  const model::FeedState* state(model::FeedId id) const;
  // Subscriptions whose addresses end at the same document, by the last polls; each with another one of them.
  std::unordered_map<model::FeedId, model::FeedId> duplicates() const;
  Activity activity() const;
  NetworkStatus network() const { return {network_.state(), metered_, network_since_}; }
  // Whether the host of this address wants to be left alone.
  bool is_cooling_down(std::string_view url) const {
    return cool_downs_.until(host_of(url), services_.clock.boot()).has_value();
  }
  std::int64_t received_today() const {
    return budget_.received_today(services_.clock.wall());
  }  // bytes, since midnight UTC
  std::optional<std::int64_t> day_budget() const { return budget_.day_limit(metered_); }

  // When a publisher's clock last agreed with ours, within a day: a clock that is wrong by years is not to be
  // remembered as the time that has passed.
  std::optional<Instant> time_confirmed() const { return time_confirmed_; }

  // After each commit that moved the change log; and when network() changes.
  std::function<void()> on_commit;
  std::function<void()> on_network_change;

 private:
  enum class Wish { none, asked, forced };  // a person's
  struct Slot {                             // one feed
    model::Feed feed;
    std::string host;
    BootInstant due{};
    BootInstant regular{};   // when it is due but for older pages
    bool scheduled = false;  // in due_
    bool waiting = false;    // in its host's queue
    bool active = false;     // being fetched or committed
    bool unstored = false;   // what its last poll brought could not be stored
    Wish wish = Wish::none;
    bool skips_pages = false;   // an older page could not be read: the feed itself is polled before the next try
    bool move_refused = false;  // its proven new address cannot be taken over; has been logged
    std::optional<BootInstant> attempted;  // last, in this run
    std::int64_t costs_at_least = 0;       // bytes, as a fetch has shown that a budget stopped
    // By which a document without validators is cut off; empty: it cannot be, null: nobody has looked.
    std::shared_ptr<const std::vector<std::uint64_t>> known_items;
    BootInstant read_whole{};
    std::string ends_at;  // where the last answer came from, if not from its own address
    std::string end_host;
    std::optional<model::FeedState> pardon;  // what it was before a failure that turned out to be the network's
    std::uint64_t generation = 0;            // tells a feed from another one that took its id or its place
  };
  struct Pardonable {  // failed, but whether by its own fault may turn out to be doubtful
    model::FeedId id{};
    std::uint64_t generation = 0;
    model::FeedState before;
  };
  static constexpr std::string_view host_rule = "host-cool-down";
  struct Hold {
    BootInstant until{};
    std::string rule;
    Errand::Reach reach = Errand::Reach::everybody;
  };

  void take_over(model::Feed feed, bool starting);
  std::chrono::seconds remaining_wait(const model::Feed& feed, bool starting);
  void schedule_slot(Slot& slot, BootInstant due);
  void unschedule(Slot& slot);
  void queue_on_host(Slot& slot, bool first);
  void leave_host(Slot& slot);
  void queue_due_feeds();
  void start_transfers();
  Turns::Allowed allowed() const;
  BootInstant next_wake() const;
  Slot* find(model::FeedId id, std::uint64_t generation);
  void release_host(const std::string& host, std::uint64_t network_before);

  std::optional<Hold> hold(const Slot& slot, Wish wish);
  struct WaitingErrand;
  std::optional<Hold> hold(const WaitingErrand& errand);
  std::optional<Instant> errands_budget_renewed(const model::Feed& feed) const;
  void grant(Ticket ticket);
  void refuse_errands();
  void hold_back(Slot& slot, const Hold& hold);
  void reconsider_held();

  loop::awaitable<void> poll(model::FeedId id, std::uint64_t generation, Wish wish);
  loop::awaitable<void> poll_and_commit(model::Feed feed, std::string host, std::uint64_t generation, Wish wish);
  void wait_for_burst(Refreshed& result) const;
  void note_host(const Result<net::Response>& answer, const Refreshed& result);
  std::shared_ptr<feed::ItemScan> item_scan(const Slot& slot) const;
  void note_items(Slot& slot, bool cut_off, std::vector<std::uint64_t> keys) const;
  void note_time(const Result<net::Response>& answer);
  void take_note(const model::Feed& feed, std::uint64_t generation, const Fetched& fetched, const Refreshed& result,
                 bool older);
  void plan_next(Slot& slot, const Refreshed& result, bool older, bool excused);
  void note_end(Slot& slot, const Result<net::Response>& answer);
  bool note_move(model::FeedState& state, const std::string& target) const;
  loop::awaitable<void> move(model::Feed feed, std::uint64_t generation);
  void report(const model::Feed& feed, const Result<net::Response>& answer, const Refreshed& result, bool older) const;

  bool network_failed(const model::Feed& feed, Sign sign, const Fetched& fetched, std::uint64_t generation);
  void change_network(const std::function<void()>& change);
  void pardon_all();
  void pardon(Slot& slot, const model::FeedState& before);
  loop::awaitable<void> store_state(model::FeedUpdate update);
  loop::awaitable<void> come_back();
  void spread_due_feeds();
  std::size_t hosts() const;
  bool is_metered() const;

  double random() { return std::uniform_real_distribution<double>(0.0, 1.0)(generator_); }

  Services services_;
  model::PollSettings poll_settings_;
  model::NetSettings net_settings_;
  model::ContentSettings content_settings_;
  model::OfflineSettings offline_settings_;
  AccessTable access_;
  schedule::Hours hours_;
  loop::Alarm alarm_;
  Committer committer_;
  std::mt19937_64 generator_;
  std::unordered_map<model::FeedId, Slot> slots_;
  Turns turns_;
  CoolDowns cool_downs_;
  std::set<std::pair<BootInstant, model::FeedId>> due_;
  std::map<Ticket, WaitingErrand*> errands_;  // in turns_; each lives in its own task
  Ticket last_errand_{0};
  std::int64_t transfers_ = 0;  // permits taken
  std::int64_t hung_ = 0;       // of these, before the network changed: they may take long to fail, and show nothing
  std::int64_t active_ = 0;     // polls that have not ended
  std::uint64_t generations_ = 0;
  Budget budget_;
  Network network_;
  std::vector<Pardonable> pardonable_;
  bool loaded_ = false;
  bool metered_ = false;
  bool coming_back_ = false;  // what is due is being put in order
  bool storage_held_ = false;
  Instant network_since_;
  std::optional<Instant> time_confirmed_;
};

}  // namespace newscache::ingest
