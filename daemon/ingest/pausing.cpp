// When polling pauses because of the network or the disk, whom a failure is to be blamed on, and how polling goes on.

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "ingest/moves.hpp"
#include "ingest/poller.hpp"

namespace newscache::ingest {
namespace {

using std::chrono::seconds;

constexpr std::size_t most_pardonable = 64;
// On return from being offline, what is due is spread: so much a feed, and so much at most.
constexpr std::chrono::milliseconds return_gap{100};
constexpr std::chrono::milliseconds return_spread = std::chrono::minutes(1);

// The failure was not the feed's own: with a network it may well work.
bool is_the_networks(const model::FeedState& state) {
  if (!state.error) return false;
  const Cause cause = state.error->cause;
  return cause == Cause::link || cause == Cause::dns || cause == Cause::portal;
}

// What is worth most to be polled first: what has waited longest, and what is read.
double worth(const model::Feed& feed, Instant now) {
  const auto waited = feed.state.last_success ? std::max(now - *feed.state.last_success, seconds(0)) : seconds(0);
  const double read =
      feed.articles > 0 ? static_cast<double>(feed.articles - feed.unread) / static_cast<double>(feed.articles) : 0.5;
  return static_cast<double>(waited.count()) * (0.5 + read);
}

}  // namespace

std::string_view network_word(const NetworkStatus& status) {
  switch (status.state) {
    case NetworkState::online:
      return status.metered ? "metered" : "online";
    case NetworkState::offline:
      return "offline";
    case NetworkState::portal:
      return "portal";
  }
  return "online";
}

void Poller::link_reported(const LinkReport& report) {
  change_network([&] { network_.link_reported(report, services_.clock.boot()); });
  alarm_.wake();
}

// Whether the failure is the network's and not the feed's; takes in what the fetch says about the network.
bool Poller::network_failed(const model::Feed& feed, Sign sign, const Fetched& fetched, std::uint64_t generation) {
  const bool doubtful = sign == Sign::no_route || sign == Sign::silent || sign == Sign::strange || sign == Sign::portal;
  change_network([&] {
    const std::size_t witnesses = doubtful ? hosts() : 0;
    network_.fetched(host_of(feed.url), sign, witnesses, services_.clock.boot(), fetched.cost.duration);
  });
  if (doubtful && (network_.state() != NetworkState::online || network_.generation() != fetched.network_before))
    return true;
  if (!network_.in_doubt()) pardonable_.clear();
  if (doubtful && network_.in_doubt() && pardonable_.size() < most_pardonable) {
    pardonable_.push_back({feed.id, generation, feed.state});
  }
  return false;
}

void Poller::hold_for_storage(bool held) {
  storage_held_ = held;
  refuse_errands();
  if (!held) {
    for (auto& [id, slot] : slots_) {
      if (std::exchange(slot.unstored, false) && slot.scheduled) schedule_slot(slot, services_.clock.boot());
    }
  }
  wake();
}

// By which the net outside can be judged: not those that fail by their own fault.
std::size_t Poller::hosts() const {
  std::set<std::string_view> names;
  for (const auto& [id, slot] : slots_) {
    const auto& error = slot.feed.state.error;
    const bool is_polled = slot.scheduled || slot.waiting || slot.active;
    if (is_polled && !is_local(slot.host) && (!error || error->count == 0)) names.insert(slot.host);
  }
  return names.size();
}

bool Poller::is_metered() const {
  if (net_settings_.metered != "auto") return net_settings_.metered == "yes";
  const LinkReport& link = network_.link();
  const auto matches = [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), link.interface.c_str(), 0) == 0;
  };
  return link.metered.value_or(false) ||
         std::any_of(net_settings_.metered_interfaces.begin(), net_settings_.metered_interfaces.end(), matches);
}

// Tells whoever wants to know when it made a difference.
void Poller::change_network(const std::function<void()>& change) {
  const NetworkState before = network_.state();
  const std::string_view word_before = network_word(network());
  const bool was_metered = metered_;
  const std::uint64_t generation = network_.generation();
  change();
  if (network_.generation() != generation) hung_ = transfers_;
  metered_ = is_metered();
  if (metered_ != was_metered) reconsider_held();
  refuse_errands();
  const NetworkState now = network_.state();
  if (network_word(network()) == word_before) return;
  network_since_ = services_.clock.wall();
  services_.log.notice("network", {{"state", network_word(network())}});
  if (now != before && now == NetworkState::online) {
    coming_back_ = true;
    services_.tasks.spawn("come back", come_back());
  } else if (before == NetworkState::online && now != before) {
    pardon_all();
  }
  if (on_network_change) on_network_change();
}

// What failed just before it turned out that nothing works: it never happened.
void Poller::pardon_all() {
  for (Pardonable& failed : std::exchange(pardonable_, {})) {
    Slot* slot = find(failed.id, failed.generation);
    if (slot == nullptr) continue;
    if (slot->active) {
      slot->pardon = std::move(failed.before);  // when it is committed
    } else {
      pardon(*slot, failed.before);
    }
  }
}

void Poller::pardon(Slot& slot, const model::FeedState& before) {
  model::FeedState& state = slot.feed.state;
  state.status = before.status;
  state.error = before.error;
  state.next_poll = before.next_poll;
  state.next_poll_rule = before.next_poll_rule;
  if (!slot.waiting && may_be_polled(slot.feed)) schedule_slot(slot, services_.clock.boot());
  services_.tasks.spawn("pardon feed", store_state(state_update(slot.feed)));
}

loop::awaitable<void> Poller::store_state(model::FeedUpdate update) { co_await committer_.commit(std::move(update)); }

// The network is back: what is due is polled, the most valuable first.
loop::awaitable<void> Poller::come_back() {
  std::exception_ptr error;
  try {
    co_await load();  // how much of which feed is read
  } catch (...) {
    error = std::current_exception();
  }
  coming_back_ = false;
  spread_due_feeds();
  alarm_.wake();
  if (error) std::rethrow_exception(error);
}

void Poller::spread_due_feeds() {
  const BootInstant now = services_.clock.boot();
  const Instant wall = services_.clock.wall();
  std::vector<std::pair<double, Slot*>> due;
  for (auto& [id, slot] : slots_) {
    if (slot.wish != Wish::none) continue;  // a person waits for it
    if (slot.waiting || (slot.scheduled && (slot.due <= now || is_the_networks(slot.feed.state)))) {
      due.emplace_back(worth(slot.feed, wall), &slot);
    }
  }
  std::sort(due.begin(), due.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto spread = std::min<std::chrono::milliseconds>(return_gap * due.size(), return_spread);
  for (std::size_t rank = 0; rank < due.size(); ++rank) {
    const double share = (static_cast<double>(rank) + random()) / static_cast<double>(due.size());
    leave_host(*due[rank].second);
    const auto wait = static_cast<double>(spread.count()) * share;
    schedule_slot(*due[rank].second, now + std::chrono::milliseconds(static_cast<std::int64_t>(wait)));
  }
}

}  // namespace newscache::ingest
