#include "base/clock.hpp"

#include <ctime>

namespace newscache {

static_assert(sizeof(std::time_t) == 8, "times end in 2038");

std::chrono::seconds local_time_of_day(Instant instant) {
  const std::time_t seconds = instant.time_since_epoch().count();
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return std::chrono::hours(local.tm_hour) + std::chrono::minutes(local.tm_min) + std::chrono::seconds(local.tm_sec);
}

Instant SystemClock::wall() const { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

Moment SystemClock::moment() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

BootInstant SystemClock::boot() const {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return BootInstant{std::chrono::seconds(now.tv_sec) + std::chrono::milliseconds(now.tv_nsec / 1'000'000)};
}

std::chrono::milliseconds SystemClock::wait_for(BootInstant when) const {
  const auto left = when - boot();
  return left.count() > 0 ? left : std::chrono::milliseconds(0);
}

std::chrono::milliseconds ManualClock::wait_for(BootInstant when) const {
  return when <= boot_ ? std::chrono::milliseconds(0) : std::chrono::hours(24 * 365);
}

void ManualClock::advance(std::chrono::milliseconds by) {
  boot_ += by;
  fraction_ += by;
  const auto whole = std::chrono::floor<std::chrono::seconds>(fraction_);
  wall_ += whole;
  fraction_ -= whole;
  if (on_change) on_change();
}

void ManualClock::set_wall(Instant wall) {
  wall_ = wall;
  if (on_change) on_change();
}

}  // namespace newscache
