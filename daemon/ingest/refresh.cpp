#include "ingest/refresh.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/hash.hpp"
#include "feed/item_scan.hpp"
#include "feed/order.hpp"
#include "feed/parse.hpp"
#include "ingest/hosts.hpp"
#include "ingest/identify.hpp"
#include "ingest/teasers.hpp"
#include "ingest/wants.hpp"
#include "schedule/rhythm.hpp"
#include "settings/settings.hpp"
#include "text/date.hpp"

namespace newscache::ingest {
namespace {

// Part of the hash by which a document is known to be unchanged: a parser that reads more out of the same bytes gets a
// new number here, so that documents are read again after an upgrade.
constexpr std::string_view parser_generation = "2:";

bool strips_tracking(const model::FeedSettings& own, const model::ContentSettings& general) {
  const bool* wish = model::own_setting<bool>(own, "strip_tracking");
  return wish != nullptr ? *wish : general.strip_tracking;
}

// Cutting off what is shorter saves less than the connection that it breaks.
constexpr std::size_t long_document = 64 * 1024;

schedule::ServerHints hints_of(const net::Response& response) {
  schedule::ServerHints hints{.cache_control = response.cache_control,
                              .expires = response.expires,
                              .date = response.date,
                              .age = response.age,
                              .retry_after = response.retry_after};
  for (const net::Hop& hop : response.hops) {
    if (hints.retry_after.empty()) hints.retry_after = hop.retry_after;
  }
  return hints;
}

std::optional<std::chrono::seconds> as_seconds(std::optional<std::int64_t> count) {
  return count ? std::optional(std::chrono::seconds(*count)) : std::nullopt;
}

schedule::Situation situation_of(const model::Feed& feed, const model::FeedState& state,
                                 const schedule::ServerHints& server, const RefreshContext& context) {
  return {.server = server,
          .document = state.hints,
          .interval = poll_interval(feed.settings),
          .rhythm = as_seconds(state.rhythm_s),
          .last_modified = state.validators.last_modified,
          .conditional = !state.validators.empty(),
          .now = context.now,
          .random = context.random};
}

// A document that tells nothing, an empty one say, leaves what is known.
void learn_rhythm(model::FeedState& state, const std::vector<model::Entry>& entries, Instant now) {
  std::vector<Instant> dates;
  for (const model::Entry& entry : entries) {
    const auto& date = entry.date_published ? entry.date_published : entry.date_modified;
    if (date) dates.push_back(*date);
  }
  if (const auto found = schedule::rhythm(std::move(dates), now)) state.rhythm_s = found->count();
}

void plan_next(Refreshed& result, const schedule::Plan& plan, Instant now) {
  result.wait = plan.wait;
  result.update.state.next_poll = now + plan.wait;
  result.update.state.next_poll_rule = plan.rule;
}

// All feeds of a public host that is busy wait.
void cool_host(Refreshed& result, const model::Feed& feed, const net::Response& response,
               const RefreshContext& context) {
  model::FeedState& state = result.update.state;
  if (!result.error || result.error->cause != Cause::busy || !response.from_public_host) return;
  result.host_wait = schedule::cool_down(context.policy, state.error->count, hints_of(response), context.random).wait;
  // For the next start: if the feed's own wait is that of its host.
  const bool same_wait = schedule::is_cool_down(state.next_poll_rule);
  state.cools_host = same_wait && host_of(response.url) == host_of(feed.url);
}

// A budget has stopped the fetch, which is nobody's failure.
void wait_for_budget(Refreshed& result, const RefreshContext& context) {
  constexpr std::chrono::minutes spread{10};  // not everybody at midnight
  const auto wait = std::max(context.budget_renewed - context.now, std::chrono::seconds(0)) +
                    std::chrono::floor<std::chrono::seconds>(context.random * spread);
  plan_next(result, {wait, "budget"}, context.now);
}

void fail(Refreshed& result, const model::Feed& feed, Error error, const schedule::ServerHints& hints,
          const RefreshContext& context) {
  model::FeedState& state = result.update.state;
  if (error.cause == Cause::budget) {
    wait_for_budget(result, context);  // what it has cost is worth a write: after a crash it would be spent again
    result.error = std::move(error);
    return;
  }
  std::int64_t before = state.error ? state.error->count : 0;
  if (error.cause == Cause::busy) before = std::max(before, context.host_refusals);
  // What is our own fault does not count; a busy server and a name that does not resolve are given more time each time.
  const bool counts = !is_ours(error.cause) || error.cause == Cause::dns;
  const std::int64_t count = counts ? before + 1 : before;
  const Instant since = state.error ? state.error->since : context.now;
  const bool same_words = state.error && state.error->cause == error.cause && state.error->detail == error.detail;
  state.error = model::FeedError{error.cause, error.detail, count, since};
  if (error.cause == Cause::gone) {
    state.status = model::FeedStatus::gone;
    state.next_poll.reset();
    state.next_poll_rule = "gone";
  } else {
    if (schedule::is_feeds_fault(error.cause)) {
      state.status = error.cause == Cause::denied ? model::FeedStatus::auth : model::FeedStatus::failing;
    }
    const schedule::Situation situation = situation_of(feed, state, hints, context);
    plan_next(result, schedule::after_failure(context.policy, error.cause, count, situation), context.now);
  }
  result.only_times = same_words && !counts;
  result.error = std::move(error);
}

void succeed(Refreshed& result, const model::Feed& feed, const net::Response& response, const RefreshContext& context) {
  model::FeedState& state = result.update.state;
  state.status = model::FeedStatus::ok;
  state.error.reset();
  state.last_success = context.now;
  const schedule::Situation situation = situation_of(feed, state, hints_of(response), context);
  plan_next(result, schedule::after_success(context.policy, situation), context.now);
}

std::optional<Instant> oldest_date(const std::vector<model::Entry>& entries) {
  std::optional<Instant> oldest;
  for (const model::Entry& entry : entries) {
    if (entry.date_published && (!oldest || *entry.date_published < *oldest)) oldest = entry.date_published;
  }
  return oldest;
}

// Whether the document, if it has nothing that we know, has left something out. An undated one is believed to, unless
// it always holds one article only.
std::optional<model::Gap> possible_gap(const model::FeedState& before, const model::ParsedFeed& document,
                                       const RefreshContext& context) {
  if (!before.last_success || !document.complete || document.entries.empty()) return std::nullopt;
  const auto oldest = oldest_date(document.entries);
  if (oldest ? *oldest <= *before.last_success : document.entries.size() < 2) return std::nullopt;
  return model::Gap{*before.last_success, std::min(oldest.value_or(context.now), context.now),
                    context.backfill_pages > 0 ? document.next_url : std::string(), 0};
}

void take_entries(Refreshed& result, const model::Feed& feed, std::vector<model::Entry> entries,
                  const RefreshContext& context) {
  model::FeedState& state = result.update.state;
  state.teasers = judge_teasers(entries, state.teasers);
  Identified identified = identify(std::move(entries), feed.uid, state.unreliable);
  result.update.entries = std::move(identified.entries);
  state.unreliable = identified.unreliable;
  const Wants wanted = wants(feed.settings, state, context.offline);
  for (model::IncomingEntry& incoming : result.update.entries)
    incoming.to_complete = needs_completion(wanted, incoming.entry);
}

Result<model::ParsedFeed> parse_document(const model::Feed& feed, const net::Response& response,
                                         const RefreshContext& context) {
  feed::ParseOptions options;
  options.base_url = response.url;
  options.content_type = response.content_type;
  options.strip_tracking = strips_tracking(feed.settings, context.content);
  return feed::parse(response.body, options);
}

bool may_be_cut_off(const net::Response& response, const model::FeedState& state) {
  if (state.unreliable.guids) return false;
  return response.cut_off || (response.body.size() >= long_document && state.validators.empty());
}

void take_document(Refreshed& result, const model::Feed& feed, const net::Response& response,
                   const RefreshContext& context) {
  model::FeedState& state = result.update.state;
  std::string hash = std::string(parser_generation) + hex(sha256({response.body}));
  if (hash == state.body_hash && !feed.state.error) {
    // The same bytes again. The validators may be new, since some servers change them at random: not worth a write.
    if (!response.cut_off) state.validators = response.validators;
    if (context.wants_items && may_be_cut_off(response, state)) {
      const Result<model::ParsedFeed> parsed = parse_document(feed, response, context);
      if (parsed && parsed->complete && feed::newest_first(parsed->entries))
        result.item_keys = feed::item_keys(response.body);
    }
    succeed(result, feed, response, context);
    result.only_times = true;
    result.same_document = true;
    return;
  }
  Result<model::ParsedFeed> parsed = parse_document(feed, response, context);
  if (!parsed) {
    fail(result, feed, parsed.error(), hints_of(response), context);
    return;
  }
  // A document that was cut off vouches for nothing: without validators the next poll fetches it whole.
  state.validators = parsed->complete && !response.cut_off ? response.validators : model::Validators{};
  state.body_hash = parsed->complete || response.cut_off ? std::move(hash) : std::string();
  if (!response.cut_off) {
    state.hints = parsed->hints;
    learn_rhythm(state, parsed->entries, text::parse_http_date(response.date).value_or(context.now));
  }
  const bool can_be_cut_off = may_be_cut_off(response, state) &&
                              (response.cut_off || (parsed->complete && feed::newest_first(parsed->entries)));
  if (can_be_cut_off) result.item_keys = feed::item_keys(response.body);
  result.update.gap_if_disjoint = possible_gap(feed.state, *parsed, context);
  take_entries(result, feed, std::exchange(parsed->entries, {}), context);
  result.update.document = std::move(*parsed);
  // More may be in it than what has been read.
  result.update.document->complete &= !response.cut_off;
  succeed(result, feed, response, context);
}

void take_answer(Refreshed& result, const model::Feed& feed, const net::Response& response,
                 const RefreshContext& context) {
  if (response.status == 200) {
    take_document(result, feed, response, context);
  } else if (response.status == 304 && !feed.state.validators.empty()) {
    // A 304 may refresh the validators (RFC 9110, section 15.4.5), as the pair that they are.
    if (!response.validators.empty()) result.update.state.validators = response.validators;
    result.same_document = true;
    result.only_times = !feed.state.error && feed.state.status == model::FeedStatus::ok;
    succeed(result, feed, response, context);
  } else {
    fail(result, feed, error_of_status(response), hints_of(response), context);
    cool_host(result, feed, response, context);
  }
}

Refreshed begin(const model::Feed& feed, const RefreshContext& context) {
  Refreshed result;
  result.update.feed_id = feed.id;
  result.update.url = feed.url;
  result.update.received = context.now;
  result.update.state = feed.state;
  result.update.state.last_attempt = context.now;
  return result;
}

bool may_be_over_soon(Cause cause) {
  switch (cause) {
    case Cause::missing:
    case Cause::gone:
    case Cause::denied:
    case Cause::not_a_feed:
    case Cause::too_large:
    case Cause::invalid:
      return false;
    default:
      return true;
  }
}

// For the journal. What the poll brought is counted where it is stored.
model::Attempt attempt_of(const Refreshed& result, const Result<net::Response>& answer, const RefreshContext& context) {
  model::Attempt attempt;
  attempt.time = context.now;
  attempt.bytes = context.cost.bytes;
  attempt.metered = context.cost.metered;
  attempt.duration = context.cost.duration;
  if (result.error) {
    attempt.cause = result.error->cause;
    attempt.detail = result.error->detail;
  }
  if (answer) attempt.status = answer->status;
  attempt.next_poll = result.update.state.next_poll;
  attempt.next_poll_rule = result.update.state.next_poll_rule;
  return attempt;
}

}  // namespace

// RFC 9110, section 15.
Error error_of_status(const net::Response& response) {
  const std::string answer = "the server answered " + std::to_string(response.status);
  switch (response.status) {
    case 401:
    case 402:
    case 403:
    case 407:
    case 451:
      return {Cause::denied, answer};
    case 404:
      return {Cause::missing, answer + ": nothing is at this address (now)"};
    case 410:
      return {Cause::gone, answer + ": the feed is gone for good"};
    case 429:
    case 503:
      return {Cause::busy, answer + ": it asks to be left alone for a while"};
    case 511:
      return {Cause::portal, answer + ": this network wants a login"};
    default:
      return {Cause::server, answer};
  }
}

std::optional<std::chrono::seconds> poll_interval(const model::FeedSettings& settings) {
  const auto* text = model::own_setting<std::string>(settings, "poll_interval");
  if (text == nullptr) return std::nullopt;
  const auto interval = settings::parse_duration(*text);
  if (!interval) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(*interval);
}

bool is_ours(Cause cause) {
  return cause == Cause::link || cause == Cause::dns || cause == Cause::portal || cause == Cause::clock ||
         cause == Cause::budget || cause == Cause::unavailable;
}

Refreshed refresh(const model::Feed& feed, const Result<net::Response>& answer, const RefreshContext& context) {
  Refreshed result = begin(feed, context);
  result.update.state.cools_host = false;
  if (answer) {
    take_answer(result, feed, *answer, context);
  } else {
    fail(result, feed, answer.error(), {}, context);
  }
  result.update.attempts.push_back(attempt_of(result, answer, context));
  return result;
}

Refreshed refresh_older(const model::Feed& feed, const Result<net::Response>& answer, const RefreshContext& context) {
  Refreshed result = begin(feed, context);
  model::FeedState& state = result.update.state;
  model::Gap gap = *feed.state.gap;
  Result<model::ParsedFeed> page = answer ? Result<model::ParsedFeed>(error_of_status(*answer)) : answer.error();
  if (answer && answer->status == 200) page = parse_document(feed, *answer, context);
  if (!page || page->entries.empty()) {
    // What may be over the next time is tried again, as often as pages may be read.
    if (!page) result.error = page.error();
    const bool may_pass = !page && may_be_over_soon(page.error().cause);
    if (may_pass && !is_ours(page.error().cause)) ++state.gap->pages;
    if (!may_pass || state.gap->pages >= context.backfill_pages) state.gap->next_url.clear();
    if (!page && page.error().cause == Cause::busy && answer->from_public_host) {
      result.host_wait =
          schedule::cool_down(context.policy, context.host_refusals + 1, hints_of(*answer), context.random).wait;
    }
  } else {
    // Closed by an article that we have, or by a page that reaches back to where we were.
    const std::optional<Instant> oldest = oldest_date(page->entries);
    state.gap.reset();
    if (oldest) gap.before = std::min(gap.before, *oldest);
    ++gap.pages;
    gap.next_url = gap.pages < context.backfill_pages ? page->next_url : std::string();
    if (gap.before > gap.after) result.update.gap_if_disjoint = std::move(gap);
    take_entries(result, feed, std::move(page->entries), context);
  }
  result.update.attempts.push_back(attempt_of(result, answer, context));
  return result;
}

void excuse(Refreshed& result, const model::Feed& feed, NetworkState network) {
  model::FeedState& state = result.update.state;
  const model::Traffic traffic = state.traffic;
  const std::optional<Instant> attempted = state.last_attempt;
  Error& error = *result.error;
  if (network == NetworkState::portal && error.cause != Cause::portal) {
    error = {Cause::portal, "this network answers in the publisher's place, it wants a login perhaps: " + error.detail};
  }
  const auto& known = feed.state.error;
  state = feed.state;
  state.traffic = traffic;
  state.last_attempt = attempted;
  state.error =
      model::FeedError{error.cause, error.detail, known ? known->count : 0, known ? known->since : *attempted};
  result.only_times = known && known->cause == error.cause && known->detail == error.detail;
  result.wait = std::chrono::seconds(0);
  result.host_wait.reset();
  model::Attempt& attempt = result.update.attempts.back();
  attempt.cause = error.cause;
  attempt.detail = error.detail;
  attempt.next_poll.reset();
  attempt.next_poll_rule = "link";
}

}  // namespace newscache::ingest
