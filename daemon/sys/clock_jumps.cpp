#include "sys/clock_jumps.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstdint>
#include <limits>

namespace newscache::sys {

ClockJumps::ClockJumps(boost::asio::any_io_executor executor)
    : timer_(std::move(executor), ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC)) {}

boost::asio::awaitable<void> ClockJumps::next() {
  for (;;) {
    // A time that never comes; that it is cancelled is what we wait for (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<time_t>::max();
    ::timerfd_settime(timer_.native_handle(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr);
    co_await timer_.async_wait(boost::asio::posix::stream_descriptor::wait_read, boost::asio::use_awaitable);
    std::uint64_t expirations = 0;
    const auto got = ::read(timer_.native_handle(), &expirations, sizeof expirations);
    if (got < 0 && errno == ECANCELED) co_return;
  }
}

}  // namespace newscache::sys
