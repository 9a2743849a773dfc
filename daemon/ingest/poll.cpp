// What one poll does: fetch, digest, judge, commit. When which feed is polled: poller.cpp.

#include <algorithm>
#include <iterator>
#include <utility>

#include "ingest/moves.hpp"
#include "ingest/poller.hpp"
#include "schedule/move.hpp"
#include "text/date.hpp"
#include "text/url.hpp"

namespace newscache::ingest {
namespace {

using std::chrono::seconds;

// After a failure of our own, a full disk say.
constexpr std::chrono::minutes retry_after_trouble{5};
// A feed whose interval is shorter than so many bursts does not wait for company.
constexpr int short_interval = 10;

}  // namespace

loop::awaitable<void> Poller::poll(model::FeedId id, std::uint64_t generation, Wish wish) {
  std::exception_ptr error;
  try {
    const Slot& slot = slots_.at(id);
    co_await poll_and_commit(slot.feed, slot.host, generation, wish);
  } catch (...) {
    error = std::current_exception();
  }
  --active_;
  if (Slot* slot = find(id, generation)) {
    slot->active = false;
    slot->unstored = error != nullptr;
    if (error && may_be_polled(slot->feed)) {
      schedule_slot(*slot, services_.clock.boot() + std::max<seconds>(retry_after_trouble, poll_settings_.floor));
    }
  }
  wake();
  if (error) std::rethrow_exception(error);
}

loop::awaitable<void> Poller::poll_and_commit(model::Feed feed, std::string host, std::uint64_t generation, Wish wish) {
  Permit permit(*this, host);
  const Slot& known = slots_.at(feed.id);  // until the first wait
  const bool older = reads_older_page(feed.state) && !known.skips_pages;
  net::Request request;
  request.url = older ? feed.state.gap->next_url : feed.url;
  if (!older) request.validators = feed.state.validators;
  // A document of the net must not lead us into our own network.
  request.named_by_public_site = older && !is_local(host);
  const std::string usual_host = known.end_host;
  const auto scan = older ? nullptr : item_scan(known);
  const bool wants_items = !known.known_items;
  if (scan) request.is_enough = [scan](std::string_view body) { return scan->is_enough(body); };
  Fetched fetched = co_await fetch(feed, std::move(request), wish == Wish::forced);
  feed.state.traffic = fetched.traffic;

  Result<net::Response>& answer = fetched.answer;
  const bool cut_off = answer && answer->cut_off;
  if (cut_off) answer->body.resize(scan->end());  // wherever the last piece ended, so that the same is the same
  RefreshContext context = refresh_context(fetched.cost);
  const BootInstant attempted = services_.clock.boot();
  context.budget_renewed = fetched.budget_renewed;
  context.wants_items = wants_items;
  context.host_refusals = answer ? cool_downs_.refusals(host_of(answer->url)) : 0;
  auto digest = [&feed, &answer, context, older] {
    return older ? refresh_older(feed, answer, context) : ingest::refresh(feed, answer, context);
  };
  // Most polls bring nothing, and what there is to say of that costs less than to change threads.
  Refreshed result;
  if (answer && answer->status == 304) {
    result = digest();
  } else {
    result = co_await loop::offload(services_.worker, digest);
  }
  permit.release();
  const Sign sign = older ? Sign::none : sign_of(feed, answer, result.error, usual_host);
  const bool excused = network_failed(feed, sign, fetched, generation);
  if (excused) {
    excuse(result, feed, network_.state());
  } else if (!older) {
    wait_for_burst(result);
  }
  take_note(feed, generation, fetched, result, older);
  const std::string target = answer && !older ? answer->permanent_url : std::string();
  const bool read = answer && answer->status == 200 && !result.error && !older;
  const bool learns_items = read && (!result.same_document || wants_items);
  std::vector<std::uint64_t> item_keys = std::move(result.item_keys);
  answer = Error{};  // the body is not needed while the commit is awaited

  if (find(feed.id, generation) == nullptr) co_return;  // moved or removed meanwhile
  bool same_feed = result.same_document;
  const bool works = !result.error && !older;
  const auto entries = static_cast<std::int64_t>(result.update.entries.size());
  feed.state = result.update.state;
  if (result.only_times) {
    if (same_feed) note_move(feed.state, target);
    result.update.state = feed.state;
    committer_.defer(std::move(result.update));
  } else {
    const model::UpdateResult done = co_await committer_.commit(std::move(result.update));
    feed.state.unreliable = done.unreliable;
    feed.state.gap = done.gap;
    // Articles that were known already show that it is the feed which we know.
    same_feed = works && (same_feed || done.added < entries);
    if (same_feed && note_move(feed.state, target)) committer_.defer(state_update(feed));
  }
  Slot* slot = find(feed.id, generation);
  if (slot == nullptr) co_return;
  feed.state.traffic = slot->feed.state.traffic;  // errands may have gone on
  slot->feed.state = feed.state;
  slot->attempted = attempted;
  // Not before the commit: what is known is not read again.
  if (learns_items) note_items(*slot, cut_off, std::move(item_keys));
  plan_next(*slot, result, older, excused);
  const bool proven = same_feed && schedule::is_proven(feed.state.move, feed.url, services_.clock.wall());
  if (proven && !target.empty() && !slot->move_refused) co_await move(slot->feed, generation);
}

// What there is to learn besides the feed's own state.
void Poller::take_note(const model::Feed& feed, std::uint64_t generation, const Fetched& fetched,
                       const Refreshed& result, bool older) {
  const Result<net::Response>& answer = fetched.answer;
  note_host(answer, result);
  if (!result.error) note_time(answer);
  report(feed, answer, result, older);
  Slot* slot = find(feed.id, generation);
  if (slot == nullptr) return;
  const bool stopped = !answer && answer.error().cause == Cause::budget;
  slot->costs_at_least = stopped ? fetched.cost.bytes : 0;
  if (!older && !result.error) note_end(*slot, answer);
}

void Poller::plan_next(Slot& slot, const Refreshed& result, bool older, bool excused) {
  if (auto before = std::exchange(slot.pardon, {}); before && result.error) return pardon(slot, *before);
  const BootInstant now = services_.clock.boot();
  if (!older) slot.regular = now + result.wait;
  // Those of our own network do not wait for the others' probes, but in their pace.
  if (excused && is_local(slot.host)) slot.regular = std::max(now, network_.next_probe());
  slot.skips_pages = older && result.error;
  const bool goes_on = reads_older_page(slot.feed.state) && !result.error;
  if (may_be_polled(slot.feed)) schedule_slot(slot, goes_on ? now : slot.regular);
}

loop::awaitable<Fetched> Poller::fetch(model::Feed feed, net::Request request, bool beyond_budget) {
  Fetched fetched;
  fetched.network_before = network_.generation();
  std::optional<Allowance> limit;
  // An older page may be anybody's.
  if (text::same_origin(feed.url, request.url)) request.access = access_.find(feed.url);
  auto callers = std::move(request.meter);
  // Others may fetch at the feed's cost at the same time: a feed that is polled has one account.
  const auto charged = [this, &feed]() -> model::Feed& {
    const auto slot = slots_.find(feed.id);
    return slot == slots_.end() ? feed : slot->second.feed;
  };
  request.meter = [&](std::int64_t more) {
    const Instant now = services_.clock.wall();
    budget_.receive(more, metered_, now);
    charge(charged().state.traffic, more, now);
    fetched.cost.bytes += more;
    limit = budget_.allowance(charged(), metered_, now);
    const bool goes_on = !callers || callers(more);
    return goes_on && (beyond_budget || !limit || limit->left >= 0);
  };
  const BootInstant begun = services_.clock.boot();
  fetched.answer = co_await services_.fetcher.fetch(std::move(request));
  fetched.cost.duration = services_.clock.boot() - begun;
  fetched.cost.metered = metered_;
  fetched.traffic = charged().state.traffic;
  Result<net::Response>& answer = fetched.answer;
  if (!answer && answer.error().cause == Cause::tls && !services_.clock_trusted()) {
    answer = Error{Cause::clock, "the clock is not set, so certificates cannot be judged: " + answer.error().detail};
  }
  // The host is unreachable, and not the net.
  if (!answer && answer.error().cause == Cause::link && network_.link_is_up()) {
    answer = Error{Cause::refused, answer.error().detail};
  }
  if (!answer && answer.error().cause == Cause::budget && limit) {
    fetched.budget_renewed = limit->renewed;
    if (fetched.cost.bytes > limit->limit && limit->key != "budget.metered_day") {
      answer = Error{Cause::too_large, "the document alone is larger than all of " + std::string(limit->key)};
    }
  }
  co_return fetched;
}

RefreshContext Poller::refresh_context(const Cost& cost) {
  RefreshContext context;
  context.policy = {poll_settings_.floor, poll_settings_.ceiling, poll_settings_.hint_ceiling,
                    poll_settings_.unconditional_floor};
  context.now = services_.clock.wall();
  context.random = random();
  context.content = content_settings_;
  context.offline = offline_settings_;
  context.cost = cost;
  context.backfill_pages = poll_settings_.backfill_pages;
  return context;
}

// Feeds that are due within one burst are polled together, at the end of it: a radio or a modem can sleep in between.
void Poller::wait_for_burst(Refreshed& result) const {
  const seconds burst = poll_settings_.burst;
  if (burst == seconds(0) || result.wait < short_interval * burst) return;
  const auto due = services_.clock.boot() + result.wait;
  const auto left = due.time_since_epoch() % burst;
  if (left.count() == 0) return;
  const auto more = std::chrono::ceil<seconds>(burst - left);
  result.wait += more;
  std::optional<Instant>& next = result.update.state.next_poll;
  if (next) *next += more;
  result.update.attempts.back().next_poll = next;
}

void Poller::note_answer(const std::string& url, const Result<net::Response>& answer,
                         const std::optional<Error>& error) {
  model::Feed unknown;
  unknown.url = url;
  const Sign sign = sign_of(unknown, answer, error, {});
  if (sign == Sign::silent) return;  // it may be mistyped
  change_network([&] { network_.fetched(host_of(url), sign, hosts(), services_.clock.boot()); });
  if (!answer || !error || error->cause != Cause::busy) return;
  RefreshContext context = refresh_context({});
  context.host_refusals = cool_downs_.refusals(host_of(answer->url));
  note_host(answer, ingest::refresh(unknown, answer, context));
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
  const auto& failure = result.update.state.error;
  cool_downs_.begin(host, until, failure ? failure->count : 1, now);
  services_.log.info("host wants to be left alone", {{"host", host}, {"seconds", result.host_wait->count()}});
  for (auto& [id, slot] : slots_) {
    const bool is_there = slot.host == host || slot.end_host == host;
    if (is_there && (slot.waiting || (slot.scheduled && slot.due < until)))
      hold_back(slot, {until, std::string(host_rule)});
  }
}

// A feed whose server knows no validators costs a whole document each time. Once a day that is read whole, for what may
// have been edited further down.
std::shared_ptr<feed::ItemScan> Poller::item_scan(const Slot& slot) const {
  constexpr std::size_t enough = 8;
  constexpr std::chrono::hours whole_again{24};
  const bool may_cut = slot.known_items && !slot.known_items->empty() && slot.feed.state.validators.empty() &&
                       services_.clock.boot() < slot.read_whole + whole_again;
  return may_cut ? std::make_shared<feed::ItemScan>(slot.known_items, enough) : nullptr;
}

void Poller::note_items(Slot& slot, bool cut_off, std::vector<std::uint64_t> keys) const {
  std::sort(keys.begin(), keys.end());
  if (!cut_off) {
    slot.read_whole = services_.clock.boot();
    slot.known_items = std::make_shared<const std::vector<std::uint64_t>>(std::move(keys));
    return;
  }
  std::vector<std::uint64_t> all;
  std::set_union(keys.begin(), keys.end(), slot.known_items->begin(), slot.known_items->end(), std::back_inserter(all));
  slot.known_items = std::make_shared<const std::vector<std::uint64_t>>(std::move(all));
}

void Poller::note_time(const Result<net::Response>& answer) {
  constexpr std::chrono::hours near{24};
  const auto theirs = answer ? text::parse_http_date(answer->date) : std::nullopt;
  const Instant ours = services_.clock.wall();
  if (theirs && *theirs > ours - near && *theirs < ours + near) time_confirmed_ = ours;
}

// Two subscriptions whose addresses lead to one document cost twice and show everything twice.
void Poller::note_end(Slot& slot, const Result<net::Response>& answer) {
  if (!answer || (answer->status != 200 && answer->status != 304)) return;
  const std::string end = answer->hops.empty() ? std::string() : answer->url;
  if (end == slot.ends_at) return;
  slot.ends_at = end;
  slot.end_host = host_of(end);
  const auto all = duplicates();
  if (const auto other = all.find(slot.feed.id); other != all.end()) {
    services_.log.warning(
        "two subscriptions end at one address; one of them can be removed",
        {{"feed", model::raw(slot.feed.id)}, {"other", model::raw(other->second)}, {"url", loggable_url(answer->url)}});
  }
}

std::unordered_map<model::FeedId, model::FeedId> Poller::duplicates() const {
  std::unordered_map<model::FeedId, model::FeedId> found;
  std::unordered_map<std::string_view, model::FeedId> ends;
  for (const auto& [id, slot] : slots_) {
    const auto [first, fresh] = ends.try_emplace(slot.ends_at.empty() ? slot.feed.url : slot.ends_at, id);
    if (fresh) continue;
    found.emplace(id, first->second);
    found.try_emplace(first->second, id);
  }
  return found;
}

// Whether the state is another one now. Without a clock, days prove nothing.
bool Poller::note_move(model::FeedState& state, const std::string& target) const {
  if (!services_.clock_trusted()) return false;
  const model::Move before = state.move;
  schedule::sight_move(state.move, target, services_.clock.wall());
  return state.move != before;
}

// The publisher has said for long enough where the feed is now.
loop::awaitable<void> Poller::move(model::Feed feed, std::uint64_t generation) {
  const Result<model::Feed> moved = co_await follow_move(services_, feed);
  const std::string from = loggable_url(feed.url);
  const std::string to = loggable_url(feed.state.move.url);
  if (moved) {
    services_.log.info("feed has moved for good", {{"feed", model::raw(feed.id)}, {"from", from}, {"to", to}});
    co_await reload_feed(feed.id);
    announce();
    co_return;
  }
  services_.log.warning("feed has moved for good, and its new address cannot be taken over",
                        {{"feed", model::raw(feed.id)}, {"from", from}, {"to", to}, {"detail", moved.error().detail}});
  if (Slot* slot = find(feed.id, generation)) slot->move_refused = true;
}

void Poller::report(const model::Feed& feed, const Result<net::Response>& answer, const Refreshed& result,
                    bool older) const {
  const std::string url = loggable_url(feed.url);
  const bool was_failing = feed.state.error.has_value();
  if (older || (result.error && result.error->cause == Cause::budget)) {
    // Neither says anything of the feed itself.
  } else if (result.error && (!was_failing || feed.state.error->cause != result.error->cause)) {
    services_.log.warning("feed cannot be polled", {{"feed", model::raw(feed.id)},
                                                    {"url", url},
                                                    {"cause", cause_name(result.error->cause)},
                                                    {"detail", result.error->detail}});
  } else if (!result.error && was_failing) {
    services_.log.info("feed can be polled again", {{"feed", model::raw(feed.id)}, {"url", url}});
  }
  services_.log.debug(older ? "read an older page" : "polled",
                      {{"feed", model::raw(feed.id)},
                       {"status", answer ? answer->status : 0},
                       {"bytes", result.update.attempts.back().bytes},
                       {"entries", static_cast<std::int64_t>(result.update.entries.size())},
                       {"rule", result.update.state.next_poll_rule}});
}

}  // namespace newscache::ingest
