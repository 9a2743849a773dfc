#include "schedule/schedule.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "text/date.hpp"
#include "text/utf8.hpp"

namespace newscache::schedule {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds longest_hint = hours(24 * 366);  // what a server says beyond that is nonsense
constexpr seconds longest_back_off = hours(24);
constexpr seconds first_cool_down = hours(4);
constexpr seconds own_failure_wait = minutes(5);
constexpr seconds after_skip = minutes(10);

std::optional<seconds> parse_seconds(std::string_view text) {
  text = text::trim(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return longest_hint;
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return std::min(seconds(std::min<std::int64_t>(value, longest_hint.count())), longest_hint);
}

// One directive's value, "3600" of `public, max-age="3600"` (RFC 9111, section 5.2).
std::optional<seconds> max_age(std::string_view cache_control) {
  while (!cache_control.empty()) {
    const std::size_t comma = std::min(cache_control.find(','), cache_control.size());
    std::string_view directive = text::trim(cache_control.substr(0, comma));
    cache_control.remove_prefix(std::min(comma + 1, cache_control.size()));
    const std::size_t equals = directive.find('=');
    if (equals == directive.npos || !text::equal_ignoring_case(text::trim(directive.substr(0, equals)), "max-age"))
      continue;
    std::string_view value = text::trim(directive.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return parse_seconds(value);
  }
  return std::nullopt;
}

std::optional<seconds> until_date(std::string_view date, std::string_view server_now) {
  const auto then = text::parse_http_date(date);
  const auto now = text::parse_http_date(server_now);
  if (!then || !now) return std::nullopt;
  return std::clamp(seconds(*then - *now), seconds(0), longest_hint);
}

// The freshness lifetime that is left (RFC 9111, section 4.2); max-age overrides Expires.
std::optional<Plan> freshness(const ServerHints& server) {
  if (const auto lifetime = max_age(server.cache_control)) {
    const seconds age = parse_seconds(server.age).value_or(seconds(0));
    return Plan{std::max(*lifetime - age, seconds(0)), "max-age"};
  }
  if (const auto lifetime = until_date(server.expires, server.date)) return Plan{*lifetime, "expires"};
  return std::nullopt;
}

// RFC 9110, section 10.2.3; a date counts from the answer's own Date.
std::optional<Plan> retry_after(const ServerHints& server) {
  if (const auto wait = parse_seconds(server.retry_after)) return Plan{*wait, "retry-after"};
  if (const auto wait = until_date(server.retry_after, server.date)) return Plan{*wait, "retry-after"};
  return std::nullopt;
}

std::optional<Plan> ttl(const model::UpdateHints& document) {
  if (!document.ttl_s) return std::nullopt;
  return Plan{std::clamp(seconds(*document.ttl_s), seconds(0), longest_hint), "ttl"};
}

// Hints are floors: the longest counts, if it is longer than what we would wait anyway.
void raise_to_hints(Plan& plan, const Policy& policy, const Situation& situation) {
  for (const auto& hint : {ttl(situation.document), freshness(situation.server), retry_after(situation.server)}) {
    if (!hint) continue;
    const seconds wait = std::min(hint->wait, policy.hint_ceiling);
    if (wait > plan.wait) plan = Plan{wait, hint->rule};
  }
}

seconds doubled(seconds wait, std::int64_t count) { return wait * (1 << std::clamp<std::int64_t>(count - 1, 0, 16)); }

seconds random_part(seconds most, double random) {
  return seconds(static_cast<std::int64_t>(static_cast<double>(most.count()) * random));
}

// Whether the publisher says when to come again. What is not longer than our floor says nothing: it is what content
// networks and frameworks send for everything (WordPress: sy:updatePeriod "hourly").
bool has_hint(const Policy& policy, const Situation& situation) {
  const auto counts = [&](const std::optional<Plan>& hint) { return hint && hint->wait > policy.floor; };
  return counts(ttl(situation.document)) || counts(freshness(situation.server)) ||
         counts(retry_after(situation.server));
}

// By how often the feed has published, and by the time since it last did (RFC 9111, section 4.2.2: a tenth of it).
Plan own_choice(const Policy& policy, const Situation& situation) {
  std::optional<seconds> wait;
  if (situation.rhythm) wait = *situation.rhythm / 2;
  const auto silence = until_date(situation.server.date, situation.last_modified).value_or(seconds(0));
  if (silence / 10 > std::max(wait.value_or(policy.floor), policy.floor)) wait = silence / 10;
  const seconds ceiling = std::max(policy.floor, policy.ceiling);
  Plan plan{policy.floor, "default"};
  if (wait) plan = Plan{std::clamp(*wait, policy.floor, ceiling), "rhythm"};
  const seconds whole_documents = std::min(policy.unconditional_floor, ceiling);
  if (!situation.conditional && plan.wait < whole_documents) plan = Plan{whole_documents, "unconditional"};
  return plan;
}

// The wait or up to `share` of it more, so that feeds which were polled together drift apart; never less.
seconds jittered(seconds wait, double random, double share) { return wait + random_part(wait, share * random); }

// By the publisher's clock, if its answer told the time; ours may be wrong. A cache keeps the Date of what it holds.
Instant time_of_answer(const Situation& situation) {
  const auto date = text::parse_http_date(situation.server.date);
  if (!date) return situation.now;
  return *date + parse_seconds(situation.server.age).value_or(seconds(0));
}

// Moves the time of the next poll out of the hours and days in which the feed asks to be left alone.
void respect_skips(Plan& plan, const Situation& situation) {
  const Instant now = time_of_answer(situation);
  if (auto moved = out_of_skipped(situation.document, now + plan.wait, situation.random)) {
    plan = Plan{plan.wait + moved->wait, std::move(moved->rule)};
  }
}

}  // namespace

std::optional<Plan> out_of_skipped(const model::UpdateHints& hints, Instant when, double random) {
  constexpr std::uint32_t all_hours = (1U << 24) - 1;
  constexpr std::uint8_t all_days = (1U << 7) - 1;
  const bool some_hours = hints.skip_hours != 0 && (hints.skip_hours & all_hours) != all_hours;
  const bool some_days = hints.skip_days != 0 && (hints.skip_days & all_days) != all_days;
  if (!some_hours && !some_days) return std::nullopt;
  std::optional<Plan> plan;
  Instant at = when;
  for (int step = 0; step < 24 * 8; ++step) {  // a week of hours, and one day more
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const auto hour = static_cast<unsigned>(std::chrono::duration_cast<hours>(at - day).count());
    const bool skip_hour = some_hours && (hints.skip_hours >> hour & 1U) != 0;
    const bool skip_day = some_days && (hints.skip_days >> std::chrono::weekday(day).c_encoding() & 1U) != 0;
    if (!skip_hour && !skip_day) break;
    at = day + hours(hour + 1) + random_part(after_skip, random);  // not at the stroke of the hour
    plan = Plan{at - when, skip_day ? "skip-days" : "skip-hours"};
  }
  return plan;
}

bool is_cool_down(std::string_view rule) { return rule == "retry-after" || rule == "cool-down"; }

bool is_feeds_fault(Cause cause) {
  switch (cause) {
    case Cause::link:
    case Cause::dns:
    case Cause::portal:
    case Cause::clock:
    case Cause::busy:
    case Cause::budget:
    case Cause::unavailable:
    case Cause::internal:
      return false;
    default:
      return true;
  }
}

Plan after_success(const Policy& policy, const Situation& situation) {
  Plan plan = situation.interval ? Plan{*situation.interval, "poll_interval"} : Plan{policy.floor, "default"};
  if (!situation.interval && !has_hint(policy, situation)) plan = own_choice(policy, situation);
  raise_to_hints(plan, policy, situation);
  const seconds drifted = jittered(plan.wait, situation.random, 0.05);
  // A wait of our own choice that is as long as it may be gets its jitter on the other side.
  const bool past_ceiling = plan.rule == "rhythm" && plan.wait <= policy.ceiling && drifted > policy.ceiling;
  plan.wait = past_ceiling ? 2 * policy.ceiling - drifted : drifted;
  respect_skips(plan, situation);
  return plan;
}

Plan cool_down(const Policy& policy, std::int64_t count, const ServerHints& server, double random) {
  Plan plan{std::max(policy.floor, seconds(60)), "cool-down"};
  const auto asked = retry_after(server);
  if (!asked) plan.wait = std::max(plan.wait, std::min(doubled(first_cool_down, count), longest_back_off));
  if (asked && asked->wait > plan.wait) plan = Plan{std::min(asked->wait, policy.hint_ceiling), asked->rule};
  plan.wait = jittered(plan.wait, random, 0.1);
  return plan;
}

Plan after_failure(const Policy& policy, Cause cause, std::int64_t count, const Situation& situation) {
  if (!is_feeds_fault(cause) && cause != Cause::busy) {
    // A name that does not resolve may be the resolver's trouble or the end of a domain: ever less often, to be sure.
    const bool may_last = cause == Cause::dns || cause == Cause::internal;
    seconds wait = may_last ? std::min(doubled(own_failure_wait, count), policy.ceiling) : own_failure_wait;
    // Each try costs a publisher a handshake, and when the clock is set it is tried at once.
    if (cause == Cause::clock) wait = std::max(wait, policy.floor);
    return Plan{jittered(wait, situation.random, 0.5), "link"};
  }
  // Floor, two floors, four, ... and a day at most; the jitter keeps feeds of a host that was down from returning
  // together.
  const seconds floor = std::max(policy.floor, seconds(60));
  Plan plan{std::max(std::min(doubled(floor, count), longest_back_off), policy.floor), "back-off"};
  if (cause == Cause::busy) plan = cool_down(policy, count, situation.server, 0);
  raise_to_hints(plan, policy, situation);
  plan.wait = jittered(plan.wait, situation.random, 0.1);
  respect_skips(plan, situation);
  return plan;
}

}  // namespace newscache::schedule
