#pragma once
// A clock that knows who waits for it, and leaps from one to the next: for tests in which days pass.

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <utility>

#include "base/clock.hpp"

namespace newscache {

// Read on every thread; all else on that of the loop.
class LeapingClock final : public Clock {
 public:
  LeapingClock(BootInstant boot, Instant wall) : boot_(boot.time_since_epoch().count()) { set_wall(wall); }

  Instant wall() const override {
    using Milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;
    return std::chrono::floor<std::chrono::seconds>(Milliseconds(std::chrono::milliseconds(boot_ + wall_at_boot_)));
  }
  BootInstant boot() const override { return BootInstant(std::chrono::milliseconds(boot_)); }
  std::chrono::milliseconds wait_for(BootInstant) const override { return std::chrono::hours(24 * 365); }
  // Somebody waits, for as long as he holds what this returns; `look` is called when it is time.
  std::shared_ptr<void> expect(BootInstant when, std::function<void()> look) const {
    const auto place = waiting_->emplace(when, std::move(look));
    return {nullptr, [waiting = waiting_, place](void*) { waiting->erase(place); }};
  }

  void set_wall(Instant wall) { wall_at_boot_ = std::chrono::milliseconds(wall.time_since_epoch()).count() - boot_; }
  // There, or to where somebody waits for it sooner.
  void leap(BootInstant to) {
    const auto next = waiting_->upper_bound(boot());
    if (next != waiting_->end()) to = std::min(to, next->first);
    boot_ = to.time_since_epoch().count();
    for (auto due = waiting_->begin(); due != waiting_->end() && due->first <= to; ++due) due->second();
  }

 private:
  using Waiting = std::multimap<BootInstant, std::function<void()>>;
  std::atomic<std::int64_t> boot_;  // milliseconds
  std::atomic<std::int64_t> wall_at_boot_ = 0;
  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();  // which those who wait may outlive us with
};

}  // namespace newscache
