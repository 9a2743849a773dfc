#include "ingest/budget.hpp"

#include <algorithm>
#include <string>

#include "settings/settings.hpp"

namespace newscache::ingest {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// More than a month, for the budget of a month.
constexpr std::int64_t days_kept = 32;

std::int64_t day_number(Instant now) { return std::chrono::floor<days>(now).time_since_epoch().count(); }

sys_days begin_of_month(Instant now) {
  const year_month_day date{std::chrono::floor<days>(now)};
  return sys_days{date.year() / date.month() / 1};
}

Instant next_day(Instant now) { return std::chrono::floor<days>(now) + days(1); }

Instant next_month(Instant now) {
  const year_month_day date{std::chrono::floor<days>(now)};
  return sys_days{(date.year() / date.month() + std::chrono::months(1)) / 1};
}

std::optional<std::int64_t> own_limit(const model::Feed& feed, std::string_view key, std::optional<std::int64_t> general) {
  const auto found = feed.settings.find(std::string(key));
  if (found == feed.settings.end()) return general;
  const auto* text = std::get_if<std::string>(&found->second);
  const auto size = text == nullptr ? Result<std::int64_t>(Error{}) : settings::parse_size(*text);
  return size ? std::optional(*size) : general;
}

}  // namespace

void Budget::load(const std::vector<model::DayTraffic>& days) {
  days_.clear();
  for (const model::DayTraffic& day : days) days_.insert_or_assign(day.day, day);
}

void Budget::receive(std::int64_t bytes, bool metered, Instant now) {
  const std::int64_t today = day_number(now);
  model::DayTraffic& day = days_[today];
  day.day = today;
  day.bytes += bytes;
  if (metered) day.metered_bytes += bytes;
  if (days_.size() > 2 * days_kept) {
    std::erase_if(days_, [today](const auto& entry) { return entry.first < today - days_kept; });
  }
}

std::int64_t Budget::received_today(Instant now) const {
  const auto found = days_.find(day_number(now));
  return found == days_.end() ? 0 : found->second.bytes;
}

std::int64_t Budget::received_this_month(Instant now) const {
  std::int64_t sum = 0;
  const auto begin = days_.lower_bound(begin_of_month(now).time_since_epoch().count());
  const auto end = days_.lower_bound(day_number(next_month(now)));
  for (auto day = begin; day != end; ++day) sum += day->second.bytes;
  return sum;
}

std::optional<Allowance> Budget::allowance(const model::Feed& feed, bool metered, Instant now) const {
  std::optional<Allowance> tightest;
  const auto consider = [&](std::optional<std::int64_t> limit, std::int64_t used, std::string_view key, Instant renewed) {
    if (!limit) return;
    const std::int64_t left = std::max<std::int64_t>(*limit - used, 0);
    if (!tightest || left < tightest->left || (left == tightest->left && renewed > tightest->renewed)) {
      tightest = Allowance{left, used == 0, key, renewed};
    }
  };
  const auto today = days_.find(day_number(now));
  const model::DayTraffic used = today == days_.end() ? model::DayTraffic{} : today->second;
  consider(settings_.day, used.bytes, "budget.day", next_day(now));
  if (settings_.month) consider(settings_.month, received_this_month(now), "budget.month", next_month(now));
  if (metered) consider(settings_.metered_day, used.metered_bytes, "budget.metered_day", next_day(now));
  model::Traffic own = feed.state.traffic;
  charge(own, 0, now);
  consider(own_limit(feed, "budget_day", settings_.feed_day), own.day_bytes, "budget_day", next_day(now));
  consider(own_limit(feed, "budget_month", settings_.feed_month), own.month_bytes, "budget_month", next_month(now));
  return tightest;
}

std::optional<std::int64_t> Budget::day_limit(bool metered) const {
  if (metered && settings_.metered_day) return settings_.day ? std::min(settings_.day, settings_.metered_day) : settings_.metered_day;
  return settings_.day;
}

void charge(model::Traffic& traffic, std::int64_t bytes, Instant now) {
  const Instant then = sys_days{days(traffic.day)};
  if (begin_of_month(then) != begin_of_month(now)) traffic.month_bytes = 0;
  if (traffic.day != day_number(now)) traffic.day_bytes = 0;
  traffic.day = day_number(now);
  traffic.day_bytes += bytes;
  traffic.month_bytes += bytes;
}

}  // namespace newscache::ingest
