#include "loop/task.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

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

}  // namespace

void Tasks::start(std::string name, awaitable<void> task, bool vital) {
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
  // A cancelled task may end at once and leave the list, so the next one is found first.
  for (auto task = running_.begin(); task != running_.end();) {
    const auto current = task++;
    current->signal.emit(asio::cancellation_type::terminal);
  }
}

awaitable<bool> Alarm::wait_until(BootInstant when) {
  for (;;) {
    if (std::exchange(woken_, false)) co_return false;
    if (clock_.boot() >= when) co_return true;
    // A day at most: a far time must not overflow the timer's clock.
    timer_.expires_after(std::min<std::chrono::milliseconds>(clock_.wait_for(when), std::chrono::hours(24)));
    boost::system::error_code error;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
    if (cancelled != asio::cancellation_type::none) throw boost::system::system_error(asio::error::operation_aborted);
  }
}

void Alarm::wake() {
  woken_ = true;
  timer_.cancel();
}

}  // namespace newscache::loop
