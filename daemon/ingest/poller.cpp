#include "ingest/poller.hpp"

#include <algorithm>
#include <utility>

#include "schedule/move.hpp"
#include "text/url.hpp"

namespace newscache::ingest {
namespace {

// Updates that wait for their commit hold documents in memory; past this, no new transfer starts.
constexpr std::size_t max_uncommitted = 256;
// After a failure of our own, a full disk say.
constexpr std::chrono::minutes retry_after_trouble{5};

bool has_address(const model::Feed& feed) { return text::split_url(feed.url).has_value(); }

bool may_be_polled(const model::Feed& feed) {
  return !feed.paused && feed.state.status != model::FeedStatus::gone && has_address(feed);
}

bool cooling_down(const model::FeedState& state) {
  return state.next_poll_rule == "retry-after" || state.next_poll_rule == "cool-down";
}

// For the database: the state, and nothing that the poll brought.
model::FeedUpdate state_update(const model::Feed& feed) {
  model::FeedUpdate update;
  update.feed_id = feed.id;
  update.url = feed.url;
  update.state = feed.state;
  return update;
}

}  // namespace

Poller::Poller(Services services, const model::Settings& settings)
    : services_(services),
      poll_settings_(settings.poll),
      content_settings_(settings.content),
      max_transfers_(settings.net.max_transfers),
      alarm_(services.executor, services.clock),
      committer_(services, [this] { return transfers_ == 0 && waiting_ == 0; }),
      generator_(std::random_device{}()),
      network_since_(services.clock.wall()) {
  committer_.set_interval(settings.store.commit_interval);
  committer_.on_commit = [this] { announce(); };
}

void Poller::reconfigure(const model::Settings& settings) {
  poll_settings_ = settings.poll;
  content_settings_ = settings.content;
  max_transfers_ = settings.net.max_transfers;
  committer_.set_interval(settings.store.commit_interval);
  wake();
}

void Poller::wake() {
  committer_.reconsider();
  alarm_.wake();
}

double Poller::random() { return std::uniform_real_distribution<double>(0.0, 1.0)(generator_); }

loop::awaitable<void> Poller::load() {
  auto list = [](store::Reader& reader) { return reader.feeds(); };
  std::vector<model::Feed> feeds = co_await services_.reader.run(std::move(list));
  // Hosts that wanted to be left alone when we stopped still do.
  const BootInstant now = services_.clock.boot();
  for (const model::Feed& feed : feeds) {
    if (!feed.state.cools_host || !feed.state.error || slots_.contains(feed.id)) continue;
    cool_downs_.begin(host_of(feed.url), now + remaining_wait(feed), feed.state.error->count, now);
  }
  for (model::Feed& feed : feeds) take_over(std::move(feed));
}

loop::awaitable<void> Poller::run() {
  services_.tasks.spawn_vital("committer", committer_.run());
  std::exception_ptr ended;
  try {
    for (;;) {
      queue_due_feeds();
      start_transfers();
      co_await alarm_.wait_until(next_wake());
    }
  } catch (...) {
    ended = std::current_exception();
  }
  // Cancelled. What was learnt about times is worth one last transaction: the next start then polls nothing too early.
  co_await boost::asio::this_coro::reset_cancellation_state();
  co_await committer_.flush();
  std::rethrow_exception(ended);
}

void Poller::take_over(model::Feed feed) {
  // A feed that moved is another feed: whatever is under way for the old address is void.
  if (const auto known = slots_.find(feed.id); known != slots_.end() && known->second.feed.url != feed.url) forget_feed(feed.id);
  const auto [found, fresh] = slots_.try_emplace(feed.id);
  Slot& slot = found->second;
  if (fresh) {
    slot.generation = ++generations_;
  } else {
    feed.state = slot.feed.state;  // the database learns of times later than we do
  }
  slot.feed = std::move(feed);
  slot.host = host_of(slot.feed.url);
  if (!may_be_polled(slot.feed)) {
    unschedule(slot);
    leave_host(slot);
  } else if (!slot.active && !slot.waiting && !slot.scheduled) {
    schedule_slot(slot, services_.clock.boot() + remaining_wait(slot.feed));
  }
}

// The wall clock may have jumped since the time was written, so the wait is bounded by what it can have been.
std::chrono::seconds Poller::remaining_wait(const model::Feed& feed) const {
  using std::chrono::seconds;
  if (!feed.state.next_poll) return seconds(0);
  constexpr seconds skipped_days = std::chrono::hours(24 * 8);
  const seconds longest = std::max({poll_settings_.ceiling, poll_settings_.hint_ceiling, poll_settings_.unconditional_floor, seconds(std::chrono::hours(24)),
                                    poll_interval(feed.settings).value_or(seconds(0))}) +
                          skipped_days;
  return std::clamp<seconds>(*feed.state.next_poll - services_.clock.wall(), seconds(0), longest);
}

void Poller::schedule_slot(Slot& slot, BootInstant due) {
  unschedule(slot);
  slot.due = due;
  slot.scheduled = true;
  due_.emplace(due, slot.feed.id);
  alarm_.wake();
}

void Poller::unschedule(Slot& slot) {
  if (!std::exchange(slot.scheduled, false)) return;
  due_.erase({slot.due, slot.feed.id});
}

void Poller::queue_on_host(Slot& slot, bool first) {
  unschedule(slot);
  if (std::exchange(slot.waiting, true)) return;
  Host& host = hosts_[slot.host];
  if (host.waiting.empty() && !host.busy) ready_hosts_.emplace(host.free_at, slot.host);
  if (first) {
    host.waiting.push_front(slot.feed.id);
  } else {
    host.waiting.push_back(slot.feed.id);
  }
  ++waiting_;
  alarm_.wake();
}

void Poller::leave_host(Slot& slot) {
  if (!std::exchange(slot.waiting, false)) return;
  Host& host = hosts_.at(slot.host);
  std::erase(host.waiting, slot.feed.id);
  --waiting_;
  if (host.waiting.empty()) ready_hosts_.erase({host.free_at, slot.host});
}

void Poller::queue_due_feeds() {
  const BootInstant now = services_.clock.boot();
  while (!due_.empty() && due_.begin()->first <= now) {
    Slot& slot = slots_.at(due_.begin()->second);
    if (const auto until = cool_downs_.until(slot.host, now)) {
      hold_back(slot, *until);
    } else {
      queue_on_host(slot, false);
    }
  }
}

// A feed that is due while its host wants to be left alone.
void Poller::hold_back(Slot& slot, BootInstant until) {
  leave_host(slot);
  const auto wait = std::chrono::ceil<std::chrono::seconds>(until - services_.clock.boot());
  slot.feed.state.next_poll = services_.clock.wall() + wait;
  slot.feed.state.next_poll_rule = "host-cool-down";
  schedule_slot(slot, until);
  committer_.defer(state_update(slot.feed));
}

// What an answer says about its host.
void Poller::note_host(const Result<net::Response>& answer, const Refreshed& result) {
  if (!answer) return;
  const std::string host = host_of(answer->url);
  if (!result.host_wait) {
    if (!result.error) cool_downs_.end(host);
    return;
  }
  const BootInstant now = services_.clock.boot();
  const BootInstant until = now + *result.host_wait;
  cool_downs_.begin(host, until, result.update.state.error->count, now);
  services_.log.info("host wants to be left alone", {{"host", host}, {"seconds", result.host_wait->count()}});
  for (auto& [id, slot] : slots_) {
    if (slot.host != host || slot.active) continue;
    if (slot.waiting || (slot.scheduled && slot.due < until)) hold_back(slot, until);
  }
}

// Whether the state is another one now. Without a clock, days prove nothing.
bool Poller::note_move(model::FeedState& state, const std::string& target) const {
  if (!services_.clock_trusted()) return false;
  const model::Move before = state.move;
  schedule::sight_move(state.move, target, services_.clock.wall());
  return state.move != before;
}

// The publisher has said for long enough where the feed is now.
loop::awaitable<void> Poller::follow_move(model::Feed feed, std::uint64_t generation) {
  Result<std::string> target = text::subscription_url(feed.state.move.url);
  if (!target) co_return;
  const auto parts = text::split_url(feed.url);
  Result<model::Feed> changed = Error{Cause::conflict, "the configuration file declares this feed: change its address there"};
  if (parts && !parts->user.empty()) {
    changed = Error{Cause::conflict, "the old address holds credentials, which are not handed on: change it by hand"};
  } else if (!feed.managed) {
    // It is the same document: validators and times hold at the new address.
    model::FeedUpdate kept = state_update(feed);
    kept.url = *target;
    kept.state.move = {};
    auto write = [kept](store::Writer& writer) mutable {
      model::FeedPatch patch;
      patch.url = kept.url;
      Result<model::Feed> moved = writer.change_feed(kept.feed_id, patch);
      if (moved) writer.apply({&kept, 1}, store::Durability::synced);
      return moved;
    };
    changed = co_await services_.writer.run(std::move(write));
  }
  if (changed) {
    services_.log.info("feed has moved for good", {{"feed", model::raw(feed.id)},
                                                   {"from", loggable_url(feed.url)},
                                                   {"to", loggable_url(*target)}});
    co_await reload_feed(feed.id);
    announce();
    co_return;
  }
  services_.log.warning("feed has moved for good, and its new address cannot be taken over",
                        {{"feed", model::raw(feed.id)},
                         {"from", loggable_url(feed.url)},
                         {"to", loggable_url(*target)},
                         {"detail", changed.error().detail}});
  if (Slot* slot = find(feed.id, generation)) slot->move_refused = true;
}

bool Poller::may_start() const {
  if (network_ == NetworkState::offline) return transfers_ == 0 && services_.clock.boot() >= next_probe_;
  return transfers_ < max_transfers_ && committer_.pending() < max_uncommitted;
}

void Poller::start_transfers() {
  const BootInstant now = services_.clock.boot();
  while (may_start() && !ready_hosts_.empty() && ready_hosts_.begin()->first <= now) {
    const std::string name = ready_hosts_.begin()->second;
    ready_hosts_.erase(ready_hosts_.begin());
    Host& host = hosts_.at(name);
    const model::FeedId id = host.waiting.front();
    host.waiting.pop_front();
    --waiting_;
    Slot& slot = slots_.at(id);
    slot.waiting = false;
    slot.active = true;
    host.busy = true;
    ++transfers_;
    ++active_;
    services_.tasks.spawn("poll feed " + std::to_string(model::raw(id)), poll(id, slot.generation));
  }
}

BootInstant Poller::next_wake() const {
  BootInstant wake = services_.clock.boot() + std::chrono::hours(24);
  if (!due_.empty()) wake = std::min(wake, due_.begin()->first);
  if (ready_hosts_.empty()) return wake;
  // With every permit taken, the end of a transfer wakes us.
  if (may_start()) return std::min(wake, ready_hosts_.begin()->first);
  if (network_ == NetworkState::offline && transfers_ == 0) wake = std::min(wake, next_probe_);
  return wake;
}

Poller::Slot* Poller::find(model::FeedId id, std::uint64_t generation) {
  const auto found = slots_.find(id);
  return found != slots_.end() && found->second.generation == generation ? &found->second : nullptr;
}

loop::awaitable<void> Poller::poll(model::FeedId id, std::uint64_t generation) {
  std::exception_ptr error;
  try {
    const Slot& slot = slots_.at(id);
    co_await poll_and_commit(slot.feed, slot.host, generation);
  } catch (...) {
    error = std::current_exception();
  }
  --active_;
  if (Slot* slot = find(id, generation)) {
    slot->active = false;
    if (error && may_be_polled(slot->feed)) {
      schedule_slot(*slot, services_.clock.boot() + std::max<std::chrono::seconds>(retry_after_trouble, poll_settings_.floor));
    }
  }
  alarm_.wake();
  if (error) std::rethrow_exception(error);
}

void Poller::release_host(const std::string& name) {
  Host& host = hosts_.at(name);
  --transfers_;
  host.busy = false;
  // Up to a quarter more, so that our rhythm is no machine's.
  const auto gap = static_cast<double>(poll_settings_.host_gap.count()) * (1.0 + 0.25 * random());
  host.free_at = services_.clock.boot() + std::chrono::milliseconds(static_cast<std::int64_t>(gap));
  if (!host.waiting.empty()) ready_hosts_.emplace(host.free_at, name);
  forget_idle_hosts();
  committer_.reconsider();
  alarm_.wake();
}

// A host is remembered for its gap only.
void Poller::forget_idle_hosts() {
  if (hosts_.size() < 2 * slots_.size() + 16) return;
  const BootInstant now = services_.clock.boot();
  std::erase_if(hosts_, [now](const auto& entry) {
    return !entry.second.busy && entry.second.waiting.empty() && entry.second.free_at <= now;
  });
}

loop::awaitable<void> Poller::poll_and_commit(model::Feed feed, std::string host, std::uint64_t generation) {
  Permit permit(*this, std::move(host));
  net::Request request;
  request.url = feed.url;
  request.validators = feed.state.validators;
  const BootInstant started = services_.clock.boot();
  Result<net::Response> answer = co_await fetch(std::move(request));
  const auto took = services_.clock.boot() - started;

  RefreshContext context = refresh_context();
  context.host_refusals = answer ? cool_downs_.refusals(host_of(answer->url)) : 0;
  auto digest = [&feed, &answer, context] { return ingest::refresh(feed, answer, context); };
  Refreshed result = co_await loop::offload(services_.worker, digest);
  permit.release();
  if (!answer) result.update.attempts.back().duration = took;
  note_host(answer, result);
  report(feed, answer, result);
  const std::string target = answer ? answer->permanent_url : std::string();
  answer = Error{};  // the body is not needed while the commit is awaited

  if (find(feed.id, generation) == nullptr) co_return;  // moved or removed meanwhile
  bool same_feed = result.same_document;
  if (result.only_times) {
    if (same_feed) note_move(result.update.state, target);
    feed.state = result.update.state;
    committer_.defer(std::move(result.update));
  } else {
    feed.state = result.update.state;
    const auto entries = static_cast<std::int64_t>(result.update.entries.size());
    const model::UpdateResult done = co_await committer_.commit(std::move(result.update));
    feed.state.unreliable = done.unreliable;
    // Articles that were known already show that it is the feed which we know.
    same_feed = same_feed || (!result.error && done.added < entries);
  }
  Slot* slot = find(feed.id, generation);
  if (slot == nullptr) co_return;
  if (!result.only_times && same_feed && note_move(feed.state, target)) committer_.defer(state_update(feed));
  slot->feed.state = feed.state;
  if (may_be_polled(slot->feed)) schedule_slot(*slot, services_.clock.boot() + result.wait);
  const bool proven = same_feed && schedule::is_proven(feed.state.move, feed.url, services_.clock.wall());
  if (proven && !target.empty() && !slot->move_refused) co_await follow_move(std::move(feed), generation);
}

loop::awaitable<Result<net::Response>> Poller::fetch(net::Request request) {
  Result<net::Response> answer = co_await services_.fetcher.fetch(std::move(request));
  if (!answer && answer.error().cause == Cause::tls && !services_.clock_trusted()) {
    answer = Error{Cause::clock, "the clock is not set, so certificates cannot be judged: " + answer.error().detail};
  }
  note_transfer(answer);
  co_return answer;
}

RefreshContext Poller::refresh_context() {
  const schedule::Policy policy{poll_settings_.floor, poll_settings_.ceiling, poll_settings_.hint_ceiling,
                                poll_settings_.unconditional_floor};
  return {policy, services_.clock.wall(), random(), content_settings_};
}

void Poller::report(const model::Feed& feed, const Result<net::Response>& answer, const Refreshed& result) const {
  const std::string url = loggable_url(feed.url);
  const bool was_failing = feed.state.error.has_value();
  if (result.error && (!was_failing || feed.state.error->cause != result.error->cause)) {
    services_.log.warning("feed cannot be polled", {{"feed", model::raw(feed.id)},
                                                    {"url", url},
                                                    {"cause", cause_name(result.error->cause)},
                                                    {"detail", result.error->detail}});
  } else if (!result.error && was_failing) {
    services_.log.info("feed can be polled again", {{"feed", model::raw(feed.id)}, {"url", url}});
  }
  services_.log.debug("polled", {{"feed", model::raw(feed.id)},
                                 {"status", answer ? answer->status : 0},
                                 {"bytes", answer ? answer->wire_bytes : 0},
                                 {"entries", static_cast<std::int64_t>(result.update.entries.size())},
                                 {"rule", result.update.state.next_poll_rule}});
}

void Poller::note_transfer(const Result<net::Response>& answer) {
  const auto today = std::chrono::floor<std::chrono::days>(services_.clock.wall());
  if (today != today_) {
    today_ = today;
    received_today_ = 0;
  }
  if (answer) {
    received_today_ += answer->wire_bytes;
    set_network(NetworkState::online);
  } else if (answer.error().cause == Cause::link) {
    constexpr std::chrono::milliseconds first_probe = std::chrono::seconds(15);
    constexpr std::chrono::milliseconds last_probe = std::chrono::minutes(10);
    probe_wait_ = network_ == NetworkState::online ? first_probe : std::min(probe_wait_ * 2, last_probe);
    next_probe_ = services_.clock.boot() + probe_wait_;
    set_network(NetworkState::offline);
  }
}

void Poller::set_network(NetworkState state) {
  if (network_ == state) return;
  network_ = state;
  network_since_ = services_.clock.wall();
  services_.log.notice("network", {{"state", state == NetworkState::online ? "online" : "offline"}});
  if (state == NetworkState::online) poll_what_the_link_failed();
  if (on_network_change) on_network_change();
}

// What could not be polled for want of a link is due now that there is one.
void Poller::poll_what_the_link_failed() {
  for (auto& [id, slot] : slots_) {
    const auto& error = slot.feed.state.error;
    if (slot.scheduled && error && error->cause == Cause::link) schedule_slot(slot, services_.clock.boot());
  }
}

std::int64_t Poller::received_today() const {
  return std::chrono::floor<std::chrono::days>(services_.clock.wall()) == today_ ? received_today_ : 0;
}

Result<std::vector<model::FeedId>> Poller::refresh(std::optional<model::FeedId> feed, bool force) {
  std::vector<model::FeedId> accepted;
  const auto queue = [&](Slot& slot) {
    const bool host_cools = cool_downs_.until(slot.host, services_.clock.boot()).has_value();
    if ((cooling_down(slot.feed.state) || host_cools) && !force && !slot.active && !slot.waiting) return;
    accepted.push_back(slot.feed.id);
    if (!slot.active) queue_on_host(slot, feed.has_value());  // else the poll under way is the one asked for
  };
  next_probe_ = services_.clock.boot();  // a person may know that the network is back
  if (!feed) {
    for (auto& [id, slot] : slots_) {
      if (may_be_polled(slot.feed)) queue(slot);
    }
    return accepted;
  }
  const auto found = slots_.find(*feed);
  if (found == slots_.end()) return Error{Cause::not_found, "no feed has the id " + std::to_string(model::raw(*feed))};
  Slot& slot = found->second;
  if (slot.feed.paused) return Error{Cause::conflict, "the feed is paused; set paused=false first"};
  if (!has_address(slot.feed)) return Error{Cause::conflict, "the feed holds imported files and has no address to poll"};
  queue(slot);
  return accepted;
}

loop::awaitable<void> Poller::reload_feed(model::FeedId id) {
  auto read = [id](store::Reader& reader) { return reader.feed(id); };
  Result<model::Feed> feed = co_await services_.reader.run(std::move(read));
  if (feed) {
    take_over(std::move(*feed));
  } else {
    forget_feed(id);
  }
}

void Poller::forget_feed(model::FeedId id) {
  committer_.forget(id);
  const auto found = slots_.find(id);
  if (found == slots_.end()) return;
  Slot& slot = found->second;
  unschedule(slot);
  leave_host(slot);
  slots_.erase(found);
}

loop::awaitable<model::UpdateResult> Poller::commit(model::FeedUpdate update) {
  const model::FeedId id = update.feed_id;
  model::FeedState state = update.state;
  const model::UpdateResult result = co_await committer_.commit(std::move(update));
  committer_.forget(id);  // what was held back meanwhile knows nothing of this
  state.unreliable = result.unreliable;
  const auto found = slots_.find(id);
  if (found == slots_.end()) co_return result;
  Slot& slot = found->second;
  slot.feed.state = std::move(state);
  if (may_be_polled(slot.feed)) schedule_slot(slot, services_.clock.boot() + remaining_wait(slot.feed));
  co_return result;
}

bool Poller::polling(model::FeedId id) const {
  const auto found = slots_.find(id);
  if (found == slots_.end()) return false;
  return found->second.active || (found->second.waiting && network_ == NetworkState::online);
}

const model::FeedState* Poller::state(model::FeedId id) const {
  const auto found = slots_.find(id);
  return found == slots_.end() ? nullptr : &found->second.feed.state;
}

Activity Poller::activity() const {
  Activity activity{active_, waiting_, std::nullopt};
  if (!due_.empty()) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(due_.begin()->first - services_.clock.boot());
    activity.next_at = services_.clock.wall() + wait;
  }
  return activity;
}

}  // namespace newscache::ingest
