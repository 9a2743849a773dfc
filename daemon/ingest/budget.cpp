#include "ingest/budget.hpp"

#include <algorithm>
#include <string>

#include "settings/settings.hpp"

namespace newscache::ingest {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// Two months, for the budget of one and for the days of a clock that was wrong.
constexpr std::size_t most_days = 64;

sys_days begin_of_month(Instant now) {
  const year_month_day date{std::chrono::floor<days>(now)};
  return sys_days{date.year() / date.month() / 1};
}

Instant next_day(Instant now) { return std::chrono::floor<days>(now) + days(1); }

Instant next_month(Instant now) {
  const year_month_day date{std::chrono::floor<days>(now)};
  return sys_days{(date.year() / date.month() + std::chrono::months(1)) / 1};
}

std::optional<std::int64_t> own_limit(const model::Feed& feed, std::string_view key,
                                      std::optional<std::int64_t> general) {
  const auto* text = model::own_setting<std::string>(feed.settings, key);
  const auto size = text == nullptr ? Result<std::int64_t>(Error{}) : settings::parse_size(*text);
  return size ? std::optional(*size) : general;
}

}  // namespace

void Budget::load(const std::vector<model::DayTraffic>& days) { days_ = days; }

void Budget::receive(std::int64_t bytes, bool metered, Instant now) {
  model::DayTraffic day = on_day(now);
  day.bytes += bytes;
  if (metered) day.metered_bytes += bytes;
  if (std::erase_if(days_, [&](const model::DayTraffic& other) { return other.day == day.day; }) == 0) {
    // By the date, nobody knows which of them are right.
    if (days_.size() >= most_days) days_.erase(days_.begin());
  }
  days_.push_back(day);
}

model::DayTraffic Budget::on_day(Instant now) const {
  const std::int64_t today = model::day_number(now);
  const auto found = std::find_if(days_.begin(), days_.end(), [today](const auto& day) { return day.day == today; });
  return found == days_.end() ? model::DayTraffic{.day = today} : *found;
}

std::int64_t Budget::received_today(Instant now) const { return on_day(now).bytes; }

std::int64_t Budget::received_this_month(Instant now) const {
  std::int64_t sum = 0;
  const std::int64_t begin = model::day_number(begin_of_month(now));
  const std::int64_t end = model::day_number(next_month(now));
  for (const model::DayTraffic& day : days_) {
    if (day.day >= begin && day.day < end) sum += day.bytes;
  }
  return sum;
}

std::optional<Allowance> Budget::allowance(const model::Feed& feed, bool metered, Instant now, int parts) const {
  std::optional<Allowance> tightest;
  const auto consider = [&](std::optional<std::int64_t> limit, std::int64_t used, std::string_view key,
                            Instant renewed) {
    if (!limit) return;
    Allowance next{*limit / parts - used, *limit / parts, key, renewed};
    // Where two are used up, there is more again when both are renewed.
    if (tightest && tightest->left <= 0 && next.left <= 0) {
      next.renewed = tightest->renewed = std::max(tightest->renewed, renewed);
    }
    if (!tightest || next.left < tightest->left) tightest = next;
  };
  const model::DayTraffic used = on_day(now);
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
  if (metered && settings_.metered_day)
    return settings_.day ? std::min(settings_.day, settings_.metered_day) : settings_.metered_day;
  return settings_.day;
}

void charge(model::Traffic& traffic, std::int64_t bytes, Instant now) {
  const Instant then = sys_days{days(traffic.day)};
  if (begin_of_month(then) != begin_of_month(now)) traffic.month_bytes = 0;
  if (traffic.day != model::day_number(now)) traffic.day_bytes = 0;
  traffic.day = model::day_number(now);
  traffic.day_bytes += bytes;
  traffic.month_bytes += bytes;
}

}  // namespace newscache::ingest
