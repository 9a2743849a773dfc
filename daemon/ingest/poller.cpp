// Which feed is polled when. What one poll does: poll.cpp; what the network does to it: pausing.cpp.

#include "ingest/poller.hpp"

#include <algorithm>
#include <utility>

#include "ingest/moves.hpp"
#include "settings/settings.hpp"
#include "text/url.hpp"

namespace newscache::ingest {
namespace {

using std::chrono::seconds;

// How long bookkeeping may wait to be written: until a burst is over, or for company where there are none.
constexpr std::chrono::seconds after_burst{20};
constexpr std::chrono::minutes longest_deferral{5};

// No wait is planned to be longer (a month's budget): what is, was written under two clocks.
constexpr seconds longest_wait = std::chrono::days(32);

constexpr std::string_view hours_rule = "quiet-hours";
constexpr std::string_view budget_rule = "budget";

Ticket ticket_of(model::FeedId id) { return Ticket{model::raw(id)}; }

bool has_address(const model::Feed& feed) { return text::split_url(feed.url).has_value(); }

std::vector<schedule::Span> spans(const std::vector<std::string>& texts) {
  std::vector<schedule::Span> spans;
  for (const std::string& text : texts) {
    if (const auto span = settings::parse_time_span(text)) spans.push_back({span->begin, span->end});
  }
  return spans;
}

}  // namespace

bool reads_older_page(const model::FeedState& state) { return state.gap && !state.gap->next_url.empty(); }

bool may_be_polled(const model::Feed& feed) {
  return !feed.paused && feed.state.status != model::FeedStatus::gone && has_address(feed);
}

Poller::Poller(Services services, const model::Settings& settings)
    : services_(services),
      access_(settings),
      alarm_(services.executor, services.clock),
      // Every poll waits for its commit, and no other is about to begin.
      committer_(services,
                 [this] {
                   return turns_.waiting() == errands_.size() &&
                          active_ <= static_cast<std::int64_t>(committer_.pending());
                 }),
      generator_(services.seed),
      network_since_(services.clock.wall()) {
  committer_.on_commit = [this] { announce(); };
  reconfigure(settings);
}

void Poller::reconfigure(const model::Settings& settings) {
  poll_settings_ = settings.poll;
  net_settings_ = settings.net;
  content_settings_ = settings.content;
  offline_settings_ = settings.offline;
  access_ = AccessTable(settings);
  hours_ = {spans(settings.poll.quiet), spans(settings.poll.windows)};
  budget_.configure(settings.budget);
  // What a burst has learnt about times is written after it: a power cut must not have it ask everybody again.
  const bool in_bursts = poll_settings_.burst > seconds(0);
  committer_.configure(settings.store.commit_interval, in_bursts ? after_burst : longest_deferral);
  change_network([] {});
  reconsider_held();
  wake();
}

void Poller::wake() {
  committer_.reconsider();
  alarm_.wake();
}

loop::awaitable<void> Poller::load() {
  const bool starting = !std::exchange(loaded_, true);
  const auto today = model::day_number(services_.clock.wall());
  auto list = [since = today - model::kTrafficDays, starting](store::Reader& reader) {
    return std::pair(reader.feeds(), starting ? reader.traffic(since) : std::vector<model::DayTraffic>());
  };
  auto [feeds, traffic] = co_await services_.reader.run(std::move(list));
  if (starting) budget_.load(traffic);
  // Hosts that wanted to be left alone when we stopped still do.
  const BootInstant now = services_.clock.boot();
  for (const model::Feed& feed : feeds) {
    if (!feed.state.cools_host || !feed.state.error || slots_.contains(feed.id)) continue;
    cool_downs_.begin(host_of(feed.url), now + remaining_wait(feed, starting), feed.state.error->count, now);
  }
  for (model::Feed& feed : feeds) take_over(std::move(feed), starting);
}

loop::awaitable<void> Poller::run() {
  services_.tasks.spawn_vital("committer", committer_.run());
  std::exception_ptr ended;
  try {
    for (;;) {
      queue_due_feeds();
      start_transfers();
      const bool nothing_to_try = transfers_ == hung_ && turns_.waiting() == 0;
      if (nothing_to_try && network_.state() != NetworkState::online) {
        change_network([this] { network_.believe_link(services_.clock.boot()); });
      }
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

void Poller::take_over(model::Feed feed, bool starting) {
  // A feed that moved is another feed: whatever is under way for the old address is void.
  if (const auto known = slots_.find(feed.id); known != slots_.end() && known->second.feed.url != feed.url)
    forget_feed(feed.id);
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
    // Paused meanwhile, it is due when it would have been.
    const BootInstant now = services_.clock.boot();
    if (fresh) slot.regular = now + remaining_wait(slot.feed, starting);
    schedule_slot(slot, reads_older_page(slot.feed.state) ? now : slot.regular);
  }
}

// The wall clock may have jumped since the time was written: the wait is never longer than it was planned to be. At a
// start where nobody knows how much of it has passed the feeds spread over it, so that a boot without a clock is no
// burst; only what a server asked for is waited for once more.
seconds Poller::remaining_wait(const model::Feed& feed, bool starting) {
  const model::FeedState& state = feed.state;
  if (!state.next_poll) return seconds(0);
  const Instant now = services_.clock.wall();
  const Instant planned_at = state.last_attempt.value_or(now);
  const seconds planned = std::clamp<seconds>(*state.next_poll - planned_at, seconds(0), longest_wait);
  if (!starting || (services_.clock_trusted() && now >= planned_at))
    return std::clamp(*state.next_poll - now, seconds(0), planned);
  if (schedule::is_cool_down(state.next_poll_rule)) return planned;
  const auto most = static_cast<double>(std::min(planned, poll_settings_.ceiling).count());
  return seconds(static_cast<std::int64_t>(most * random()));
}

void Poller::clock_jumped() {
  const BootInstant boot = services_.clock.boot();
  const Instant wall = services_.clock.wall();
  for (auto& [id, slot] : slots_) {
    model::FeedState& state = slot.feed.state;
    if (slot.scheduled && state.next_poll) state.next_poll = wall + std::chrono::ceil<seconds>(slot.due - boot);
    if (slot.attempted && !slot.active) {
      // The next start measures the wait by both times, so that both have to be of one clock.
      const Instant attempted = wall - std::chrono::ceil<seconds>(boot - *slot.attempted);
      if (state.last_success == state.last_attempt) state.last_success = attempted;
      state.last_attempt = attempted;
      committer_.defer(state_update(slot.feed));
    }
    const bool failed_for_the_clock = state.error && state.error->cause == Cause::clock;
    if (slot.scheduled && failed_for_the_clock && services_.clock_trusted()) schedule_slot(slot, boot);
  }
  reconsider_held();
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
  turns_.queue(slot.host, ticket_of(slot.feed.id), first);
  alarm_.wake();
}

void Poller::leave_host(Slot& slot) {
  if (std::exchange(slot.waiting, false)) turns_.leave(slot.host, ticket_of(slot.feed.id));
}

void Poller::queue_due_feeds() {
  const BootInstant now = services_.clock.boot();
  while (!due_.empty() && due_.begin()->first <= now) queue_on_host(slots_.at(due_.begin()->second), false);
}

// Whose feeds may be fetched now. While offline those of our own network may always, the others one at a time, to find
// out; null: nobody's.
Turns::Allowed Poller::allowed() const {
  if (coming_back_ || storage_held_ || transfers_ >= net_settings_.max_transfers || committer_.is_full()) return nullptr;
  const bool all =
      network_.may_start(services_.clock.boot()) && (network_.state() == NetworkState::online || transfers_ == hung_);
  if (all) return [](std::string_view) { return true; };
  return network_.state() == NetworkState::offline ? &is_local : nullptr;
}

void Poller::start_transfers() {
  const BootInstant now = services_.clock.boot();
  while (const Turns::Allowed whose = allowed()) {
    const std::optional<Ticket> ticket = turns_.take(now, whose);
    if (!ticket) return;
    if (ticket < Ticket{0}) {
      grant(*ticket);
      continue;
    }
    const model::FeedId id{static_cast<std::int64_t>(*ticket)};
    Slot& slot = slots_.at(id);
    slot.waiting = false;
    if (const auto reason = hold(slot, slot.wish)) {
      turns_.release(slot.host, now);
      hold_back(slot, *reason);
      continue;
    }
    const Wish wish = std::exchange(slot.wish, Wish::none);
    slot.active = true;
    ++transfers_;
    ++active_;
    services_.tasks.spawn("poll feed " + std::to_string(model::raw(id)), poll(id, slot.generation, wish));
  }
}

BootInstant Poller::next_wake() const {
  BootInstant wake = services_.clock.boot() + std::chrono::hours(24);
  if (!due_.empty()) wake = std::min(wake, due_.begin()->first);
  // With every permit taken, the end of a transfer wakes us.
  if (const Turns::Allowed whose = allowed()) wake = std::min(wake, turns_.next(whose).value_or(wake));
  const bool waits_for_probe = turns_.waiting() > 0 && !network_.may_start(services_.clock.boot());
  return waits_for_probe ? std::min(wake, network_.next_probe()) : wake;
}

Poller::Slot* Poller::find(model::FeedId id, std::uint64_t generation) {
  const auto found = slots_.find(id);
  return found != slots_.end() && found->second.generation == generation ? &found->second : nullptr;
}

void Poller::release_host(const std::string& host, std::uint64_t network_before) {
  --transfers_;
  if (network_before != network_.generation()) --hung_;
  hung_ = std::clamp<std::int64_t>(hung_, 0, transfers_);
  // Up to a quarter more, so that our rhythm is no machine's.
  const auto gap = static_cast<double>(poll_settings_.host_gap.count()) * (1.0 + 0.25 * random());
  const BootInstant now = services_.clock.boot();
  turns_.release(host, now + std::chrono::milliseconds(static_cast<std::int64_t>(gap)));
  if (turns_.hosts() > 2 * slots_.size() + 16) turns_.forget_idle(now);
  committer_.reconsider();
  alarm_.wake();
}

// Why a feed that is due is not polled now.
std::optional<Poller::Hold> Poller::hold(const Slot& slot, Wish wish) {
  if (wish == Wish::forced) return std::nullopt;
  const BootInstant now = services_.clock.boot();
  for (const std::string& host : {slot.host, slot.end_host}) {
    if (const auto until = cool_downs_.until(host, now)) return Hold{*until, std::string(host_rule)};
  }
  const Instant wall = services_.clock.wall();
  // While the clock is not set, nobody knows the hour; the budgets hold all the same.
  if (wish == Wish::none && services_.clock_trusted()) {
    const seconds rest = schedule::rest(hours_, local_time_of_day(wall));
    if (rest > seconds(0)) return Hold{now + rest, std::string(hours_rule)};
    // Polls that were late, for want of a network say, end up in the hours that the feed asks to be skipped.
    if (auto skip = schedule::out_of_skipped(slot.feed.state.hints, wall, random())) {
      return Hold{now + skip->wait, std::move(skip->rule)};
    }
  }
  const auto allowance = budget_.allowance(slot.feed, metered_, wall);
  if (!allowance || (allowance->left > 0 && allowance->left >= std::min(slot.costs_at_least, allowance->limit))) {
    return std::nullopt;
  }
  return Hold{now + (allowance->renewed - wall), std::string(budget_rule)};
}

void Poller::hold_back(Slot& slot, const Hold& hold) {
  slot.wish = Wish::none;
  leave_host(slot);
  // Everybody's budget is renewed at midnight, and many hours begin on the hour.
  constexpr std::chrono::minutes spread{1};
  const BootInstant until = hold.rule == host_rule
                                ? hold.until
                                : hold.until + std::chrono::floor<std::chrono::milliseconds>(random() * spread);
  const auto wait = std::chrono::ceil<seconds>(until - services_.clock.boot());
  slot.feed.state.next_poll = services_.clock.wall() + wait;
  slot.feed.state.next_poll_rule = hold.rule;
  schedule_slot(slot, until);
  committer_.defer(state_update(slot.feed));
}

// Other hours, budgets or links may be in force.
void Poller::reconsider_held() {
  for (auto& [id, slot] : slots_) {
    const std::string& rule = slot.feed.state.next_poll_rule;
    if (slot.scheduled && (rule == hours_rule || rule == budget_rule)) schedule_slot(slot, services_.clock.boot());
  }
}

Result<std::vector<model::FeedId>> Poller::refresh(std::optional<model::FeedId> feed, bool force) {
  std::vector<model::FeedId> accepted;
  const Wish wish = force ? Wish::forced : Wish::asked;
  const auto queue = [&](Slot& slot) {
    const bool held = schedule::is_cool_down(slot.feed.state.next_poll_rule) || hold(slot, wish);
    if (held && !force && !slot.active && !slot.waiting) return;
    accepted.push_back(slot.feed.id);
    if (slot.active) return;  // the poll under way is the one asked for
    slot.wish = std::max(slot.wish, wish);
    queue_on_host(slot, feed.has_value());
  };
  network_.probe_soon(services_.clock.boot());
  alarm_.wake();  // those that are asked for may be waiting for a probe already
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
  if (!has_address(slot.feed))
    return Error{Cause::conflict, "the feed holds imported files and has no address to poll"};
  queue(slot);
  return accepted;
}

loop::awaitable<void> Poller::reload_feed(model::FeedId id) {
  auto read = [id](store::Reader& reader) { return reader.feed(id); };
  Result<model::Feed> feed = co_await services_.reader.run(std::move(read));
  if (feed) {
    take_over(std::move(*feed), false);
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
  state.unreliable = result.unreliable;
  state.gap = result.gap;
  const auto found = slots_.find(id);
  if (found == slots_.end()) co_return result;
  Slot& slot = found->second;
  slot.feed.state = std::move(state);
  slot.attempted = services_.clock.boot();
  slot.regular = services_.clock.boot() + remaining_wait(slot.feed, false);
  if (may_be_polled(slot.feed)) schedule_slot(slot, slot.regular);
  co_return result;
}

bool Poller::polling(model::FeedId id) const {
  const auto found = slots_.find(id);
  if (found == slots_.end()) return false;
  const bool goes_on = network_.state() == NetworkState::online && !storage_held_;
  return found->second.active || (found->second.waiting && goes_on);
}

const model::FeedState* Poller::state(model::FeedId id) const {
  const auto found = slots_.find(id);
  return found == slots_.end() ? nullptr : &found->second.feed.state;
}

Activity Poller::activity() const {
  Activity activity{active_, static_cast<std::int64_t>(turns_.waiting() - errands_.size()), std::nullopt};
  if (!due_.empty()) {
    const auto wait = std::chrono::ceil<seconds>(due_.begin()->first - services_.clock.boot());
    activity.next_at = services_.clock.wall() + wait;
  }
  return activity;
}

}  // namespace newscache::ingest
