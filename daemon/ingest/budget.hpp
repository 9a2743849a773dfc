#pragma once
// How many bytes may still be received, by the budgets of a day and a month (UTC), in total and of each feed. Pure: the
// date comes in, and each date has its own account, so that a clock that jumps loses none.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "model/feed.hpp"
#include "model/settings.hpp"

namespace newscache::ingest {

struct Allowance {
  std::int64_t left = 0;  // below 0 when more has been received
  std::int64_t limit = 0;
  std::string_view key;  // of the setting
  Instant renewed{};     // when there is more again
};

class Budget {
 public:
  void configure(const model::BudgetSettings& settings) { settings_ = settings; }
  // What earlier runs have received.
  void load(const std::vector<model::DayTraffic>& days);
  void receive(std::int64_t bytes, bool metered, Instant now);
  std::int64_t received_today(Instant now) const;
  // The tightest of the budgets that hold now, or of one part of so many of each; none when nothing limits.
  std::optional<Allowance> allowance(const model::Feed& feed, bool metered, Instant now, int parts = 1) const;
  // That of a day which is in force, for showing.
  std::optional<std::int64_t> day_limit(bool metered) const;

 private:
  model::DayTraffic on_day(Instant now) const;
  std::int64_t received_this_month(Instant now) const;

  model::BudgetSettings settings_;
  std::vector<model::DayTraffic> days_;  // the one that was changed last at the end; by date they may be in any order
};

// What the feed has cost so far, and `bytes` more now.
void charge(model::Traffic& traffic, std::int64_t bytes, Instant now);

}  // namespace newscache::ingest
