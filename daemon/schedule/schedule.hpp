#pragma once
// Pure policy: how long to wait before a feed is polled again, and which rule said so. No clock, no randomness of its
// own: the wall time and a number in [0, 1) come in. Waits are durations, so a jump of the wall clock changes nothing.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/feed.hpp"

namespace newscache::schedule {

struct Policy {
  std::chrono::seconds floor{3600};
  std::chrono::seconds ceiling{86400};           // of the intervals that we choose ourselves
  std::chrono::seconds hint_ceiling{7 * 86400};  // of what publishers ask for
  // Without validators every poll costs a whole document: between them, when the publisher names no time.
  std::chrono::seconds unconditional_floor{4 * 3600};
};

// Header values of the last answer, verbatim; empty when absent.
struct ServerHints {
  std::string_view cache_control;
  std::string_view expires;
  std::string_view date;
  std::string_view age;
  std::string_view retry_after;
};

// What is known when an answer has come.
struct Situation {
  ServerHints server;
  model::UpdateHints document;                   // of the last document that could be read
  std::optional<std::chrono::seconds> interval;  // the feed's own setting
  std::optional<std::chrono::seconds> rhythm;    // between two articles, see rhythm.hpp
  std::string_view last_modified;                // the validator that the next request will carry
  bool conditional = true;                       // whether the next request will carry a validator
  Instant now{};                                 // only for skipHours and skipDays, if the answer has no Date
  double random = 0;                             // in [0, 1)
};

struct Plan {
  std::chrono::seconds wait{0};
  // "default", "rhythm", "unconditional", "poll_interval", "max-age", "expires", "ttl", "skip-hours", "skip-days",
  // "retry-after", "cool-down", "host-cool-down", "back-off", "link"; "gone" has no next time.
  std::string rule;
};

// Whether a rule is a pause that a server asked for.
bool is_cool_down(std::string_view rule);

// Whether a failure is the feed's own fault: only those count towards its back-off.
bool is_feeds_fault(Cause cause);

// How long from `when` to a time at which the feed does not ask to be left alone (skipHours, skipDays: UTC), by up to
// ten minutes more at random; none when that is `when`. What asks to be left alone always is not believed.
std::optional<Plan> out_of_skipped(const model::UpdateHints& hints, Instant when, double random);

// After a 200 or a 304. Hints are floors: the longest wins, capped at the policy's hint_ceiling. Without any, the feed
// is polled twice in its own rhythm, and not more often than after a tenth of its silence. Then the wait is moved out
// of the hours and days in which the feed wants to be left alone.
Plan after_success(const Policy& policy, const Situation& situation);

// How long a host that answered 429 or 503 is to be left alone by all: as long as it says, else for hours, growing.
Plan cool_down(const Policy& policy, std::int64_t count, const ServerHints& server, double random);

// After a failure; `count` is the number of failures in a row including this one. 429 and 503 (Cause::busy) without a
// word on how long wait for hours, growing. Our own failures (no link, portal, clock) are tried again in minutes, a
// name that does not resolve ever less often. The rest backs off to a day. Hints are floors here too.
Plan after_failure(const Policy& policy, Cause cause, std::int64_t count, const Situation& situation);

}  // namespace newscache::schedule
