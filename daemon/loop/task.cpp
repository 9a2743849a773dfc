#include "loop/task.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <system_error>

#include "base/leaping_clock.hpp"

namespace newscache::loop {
namespace {

bool is_cancellation(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

std::string message_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "unknown exception";
  }
}

// A wait whose error code is redirected does not throw by itself when its task is cancelled.
awaitable<void> throw_if_cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

}  // namespace

void Tasks::start(std::string name, awaitable<void> task, bool vital) {
  if (cancelled_) return;
  const auto entry = running_.emplace(running_.end());
  entry->name = std::move(name);
  auto ended = [this, entry, vital](std::exception_ptr error) {
    const bool failed = error && !is_cancellation(error);
    if (failed) log_.error("task failed", {{"task", entry->name}, {"error", message_of(error)}});
    running_.erase(entry);
    if (failed && vital && on_fatal) on_fatal();
  };
  asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(entry->signal.slot(), std::move(ended)));
}

void Tasks::cancel_all() {
  cancelled_ = true;
  // A cancelled task may end at once and leave the list, so the next one is found first.
  for (auto task = running_.begin(); task != running_.end();) {
    const auto current = task++;
    current->signal.emit(asio::cancellation_type::terminal);
  }
}

Alarm::Alarm(asio::any_io_executor executor, const Clock& clock) : clock_(clock), timer_(std::move(executor)) {
  const int timer = ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timer < 0) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  timer_.assign(timer);
}

awaitable<bool> Alarm::wait_until(BootInstant when) {
  // Others have their turn even where there is nothing to wait for.
  co_await asio::post(timer_.get_executor(), asio::use_awaitable);
  co_await throw_if_cancelled();
  // One that leaps has to know where to.
  const auto* leaping = dynamic_cast<const LeapingClock*>(&clock_);
  const auto expected = leaping != nullptr ? leaping->expect(when, [this] { timer_.cancel(); }) : nullptr;
  for (;;) {
    if (std::exchange(woken_, false)) co_return false;
    if (clock_.boot() >= when) co_return true;
    if (armed_ != when) {
      const auto wait = std::max(clock_.wait_for(when), std::chrono::milliseconds(1));  // zero would disarm it
      itimerspec time{};
      time.it_value.tv_sec = wait.count() / 1000;
      time.it_value.tv_nsec = static_cast<long>(wait.count() % 1000) * 1'000'000;
      ::timerfd_settime(timer_.native_handle(), 0, &time, nullptr);
      armed_ = when;
    }
    boost::system::error_code error;
    co_await timer_.async_wait(asio::posix::stream_descriptor::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (!error) armed_.reset();
    co_await throw_if_cancelled();
  }
}

void Alarm::wake() {
  woken_ = true;
  timer_.cancel();
}

awaitable<void> Event::wait() {
  while (!happened_) {
    boost::system::error_code ended;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    co_await throw_if_cancelled();
  }
}

void Event::set() {
  happened_ = true;
  timer_.cancel();
}

}  // namespace newscache::loop
