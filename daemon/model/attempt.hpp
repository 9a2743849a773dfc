#pragma once
// How one poll went: for people who ask why a feed was or was not polled. Never an input of a decision.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace newscache::model {

struct Attempt {
  Instant time{};
  std::optional<Cause> cause;  // none: it worked
  std::string detail;          // of the failure, as FeedError's
  int status = 0;              // of HTTP; 0: there was no answer
  std::int64_t bytes = 0;      // received, headers and redirects included
  bool metered = false;        // over a link that costs by the byte
  std::chrono::milliseconds duration{0};
  std::int64_t added = 0;  // articles
  std::int64_t updated = 0;
  std::optional<Instant> next_poll;  // as decided then
  std::string next_poll_rule;
  friend bool operator==(const Attempt&, const Attempt&) = default;
};

}  // namespace newscache::model
