#pragma once
// The two clocks, injected wherever time matters. Waiting and scheduling use boot time, which never jumps; wall time is
// only for showing and for dates, and may be wrong by years. Nothing else in the program asks the operating system.

#include <chrono>
#include <functional>

namespace newscache {

// Wall time, whole seconds since 1970 in UTC, 64 bits.
using Instant = std::chrono::sys_seconds;
// The same to the millisecond, for what happens several times a second.
using Moment = std::chrono::sys_time<std::chrono::milliseconds>;

// CLOCK_BOOTTIME: monotonic, and counts while the machine sleeps.
struct BootTime {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = std::chrono::milliseconds;
  using time_point = std::chrono::time_point<BootTime>;
  static constexpr bool is_steady = true;
};
using BootInstant = BootTime::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant wall() const = 0;
  virtual Moment moment() const { return wall(); }
  virtual BootInstant boot() const = 0;
  // How long to really wait for boot() to reach `when`; the manual clock answers with a time that never comes, since it
  // wakes its waiters itself.
  virtual std::chrono::milliseconds wait_for(BootInstant when) const = 0;
};

// Since local midnight, in the time zone of the system.
std::chrono::seconds local_time_of_day(Instant instant);

class SystemClock final : public Clock {
 public:
  Instant wall() const override;
  Moment moment() const override;
  BootInstant boot() const override;
  std::chrono::milliseconds wait_for(BootInstant when) const override;
};

// For tests. Not thread-safe: advance it on the thread that runs the loop.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant wall, BootInstant boot = BootInstant{std::chrono::hours(1)})
      : wall_(wall), boot_(boot) {}
  Instant wall() const override { return wall_; }
  BootInstant boot() const override { return boot_; }
  std::chrono::milliseconds wait_for(BootInstant when) const override;
  // Both clocks move; then on_change is called.
  void advance(std::chrono::milliseconds by);
  // Only the wall clock jumps, as when NTP arrives.
  void set_wall(Instant wall);
  // Called after each change, to wake what waits for this clock.
  std::function<void()> on_change;

 private:
  Instant wall_;
  BootInstant boot_;
  std::chrono::milliseconds fraction_{0};
};

}  // namespace newscache
