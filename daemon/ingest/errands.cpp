// Fetches for what articles refer to: they take turns with the feeds, and stop where polling would.

#include <utility>

#include "ingest/poller.hpp"

namespace newscache::ingest {
namespace {

// Nobody says when there is a network again; whoever waits is told.
constexpr std::chrono::hours until_told{1};
// Pictures must not cost the news: one half of each budget is for the feeds alone.
constexpr int errands_share = 2;

// Any page can name dead hosts: only what no host of another's could have caused says something.
Sign errand_sign(const Result<net::Response>& answer) {
  if (answer) return answer->status == 511 ? Sign::portal : Sign::none;
  if (answer.error().cause == Cause::portal) return Sign::portal;
  return answer.error().cause == Cause::link ? Sign::no_route : Sign::none;
}

}  // namespace

struct Poller::WaitingErrand {
  WaitingErrand(Poller& p, model::FeedId f, std::string h, bool m)
      : poller(p), feed(f), host(std::move(h)), metered(m), decided(p.services_.executor) {}
  WaitingErrand(const WaitingErrand&) = delete;
  WaitingErrand& operator=(const WaitingErrand&) = delete;
  ~WaitingErrand() { leave(); }

  void queue() {
    ticket = poller.last_errand_ = Ticket{static_cast<std::int64_t>(poller.last_errand_) - 1};
    poller.errands_.emplace(ticket, this);
    poller.turns_.queue(host, ticket, false);
    poller.alarm_.wake();
  }
  void leave() {
    if (poller.errands_.erase(ticket) > 0) poller.turns_.leave(host, ticket);
  }

  Poller& poller;
  model::FeedId feed;
  std::string host;
  bool metered;
  Ticket ticket{0};
  loop::Event decided;
  std::unique_ptr<Permit> permit;
  std::optional<Hold> held;
};

std::optional<Poller::Hold> Poller::hold(const WaitingErrand& errand) {
  using enum Errand::Reach;
  const BootInstant now = services_.clock.boot();
  const Instant wall = services_.clock.wall();
  if (storage_held_) return Hold{now + until_told, "storage"};
  if (network_.state() != NetworkState::online) return Hold{now + until_told, "link"};
  if (metered_ && !errand.metered) return Hold{now + until_told, "metered"};
  if (services_.clock_trusted()) {
    const std::chrono::seconds rest = schedule::rest(hours_, local_time_of_day(wall));
    if (rest > std::chrono::seconds(0)) return Hold{now + rest, "quiet-hours"};
  }
  const auto slot = slots_.find(errand.feed);
  if (slot == slots_.end()) return Hold{now + until_told, "unsubscribed", feed};
  if (const auto renewed = errands_budget_renewed(model::Feed())) return Hold{now + (*renewed - wall), "budget"};
  if (const auto renewed = errands_budget_renewed(slot->second.feed))
    return Hold{now + (*renewed - wall), "budget", feed};
  if (const auto until = cool_downs_.until(errand.host, now)) return Hold{*until, std::string(host_rule), host};
  return std::nullopt;
}

// When there is more again for errands at the feed's cost, if there is nothing now; of a feed that has cost nothing
// yet: for any.
std::optional<Instant> Poller::errands_budget_renewed(const model::Feed& feed) const {
  const auto allowance = budget_.allowance(feed, metered_, services_.clock.wall(), errands_share);
  return allowance && allowance->left <= 0 ? std::optional(allowance->renewed) : std::nullopt;
}

// Its turn has come.
void Poller::grant(Ticket ticket) {
  WaitingErrand& errand = *errands_.at(ticket);
  errands_.erase(ticket);
  errand.held = hold(errand);
  if (errand.held) {
    turns_.release(errand.host, services_.clock.boot());
  } else {
    ++transfers_;
    errand.permit = std::make_unique<Permit>(*this, errand.host);
  }
  errand.decided.set();
}

// Those that nobody would be sent on now.
void Poller::refuse_errands() {
  for (auto next = errands_.begin(); next != errands_.end();) {
    WaitingErrand& errand = *(next++)->second;
    errand.held = hold(errand);
    if (!errand.held) continue;
    errand.leave();
    errand.decided.set();
  }
}

loop::awaitable<Poller::Errand> Poller::errand(model::FeedId feed, std::string host, bool metered) {
  WaitingErrand waiting(*this, feed, std::move(host), metered);
  waiting.held = hold(waiting);
  if (!waiting.held) {
    waiting.queue();
    co_await waiting.decided.wait();
  }
  Errand errand;
  errand.permit = std::move(waiting.permit);
  if (waiting.held) {
    errand.until = waiting.held->until;
    errand.refusal = {Cause::unavailable, "not now: " + waiting.held->rule};
    errand.reach = waiting.held->reach;
  }
  co_return errand;
}

loop::awaitable<Fetched> Poller::fetch(const Errand&, model::FeedId id, net::Request request, bool metered) {
  const auto found = slots_.find(id);
  if (found == slots_.end()) {
    Fetched nothing;
    nothing.answer = Error{Cause::not_found, "the feed is no longer subscribed"};
    co_return nothing;
  }
  if (errands_budget_renewed(model::Feed()) || errands_budget_renewed(found->second.feed)) {
    Fetched nothing;
    nothing.answer = Error{Cause::budget, "half of a budget is used up, and the rest is for the feeds"};
    co_return nothing;
  }
  auto callers = std::move(request.meter);
  request.meter = [this, metered, callers = std::move(callers)](std::int64_t more) {
    return (!metered_ || metered) && (!callers || callers(more));
  };
  const std::string host = host_of(request.url);
  model::Feed feed = found->second.feed;
  Fetched fetched = co_await fetch(std::move(feed), std::move(request));
  if (const Sign sign = errand_sign(fetched.answer); sign != Sign::none) {
    change_network([&] { network_.fetched(host, sign, hosts(), services_.clock.boot(), fetched.cost.duration); });
  }
  co_return fetched;
}

}  // namespace newscache::ingest
