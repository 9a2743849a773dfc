#pragma once
// The only ways to start a task, to leave the loop thread, and to wait for a time.
//
// One loop thread owns all state and all sockets. Blocking work runs on a Thread through offload(), which moves values in
// and out; an object that only one thread may touch lives in an OnThread. See CONTRIBUTING.md for the coroutine rules.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace newscache::loop {

namespace asio = boost::asio;
template <class T>
using awaitable = asio::awaitable<T>;

// Counts the running tasks, logs what they throw, and can cancel them all. Loop thread only.
class Tasks {
 public:
  Tasks(asio::any_io_executor executor, const Log& log) : executor_(std::move(executor)), log_(log) {}
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;

  // Runs the task until it ends. An exception is logged; it ends that task only.
  void spawn(std::string name, awaitable<void> task) { start(std::move(name), std::move(task), false); }
  // As spawn, for a task without which the daemon is of no use: when it throws, on_fatal is called.
  void spawn_vital(std::string name, awaitable<void> task) { start(std::move(name), std::move(task), true); }

  // Terminal cancellation of every running task; each ends when its current operation has noticed. Nothing starts anymore.
  void cancel_all();
  std::size_t count() const { return running_.size(); }

  std::function<void()> on_fatal;

 private:
  struct Running {
    std::string name;
    asio::cancellation_signal signal;
  };
  void start(std::string name, awaitable<void> task, bool vital);

  asio::any_io_executor executor_;
  const Log& log_;
  std::list<Running> running_;
  bool cancelled_ = false;
};

// One thread that runs one job at a time, in order. Its destructor finishes what is queued.
class Thread {
 public:
  Thread() : pool_(1) {}
  ~Thread() { pool_.join(); }
  auto executor() { return pool_.get_executor(); }
  void join() { pool_.join(); }

 private:
  asio::thread_pool pool_;
};

// Runs `job` on `thread` and resumes the caller on its own executor with what it returned or threw. The job is not
// cancelled by the caller's cancellation: a transaction that has begun ends.
template <class Job>
awaitable<std::invoke_result_t<Job&>> offload(Thread& thread, Job job) {
  using Value = std::invoke_result_t<Job&>;
  using Stored = std::conditional_t<std::is_void_v<Value>, std::monostate, Value>;
  const auto executor = co_await asio::this_coro::executor;
  std::optional<Stored> value;
  std::exception_ptr error;
  auto initiate = [&](auto handler) {
    asio::post(thread.executor(), [&, handler = std::move(handler), guard = asio::make_work_guard(executor)]() mutable {
      try {
        if constexpr (std::is_void_v<Value>) {
          job();
          value.emplace();
        } else {
          value.emplace(job());
        }
      } catch (...) {
        error = std::current_exception();
      }
      asio::post(guard.get_executor(), std::move(handler));
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
  if (error) std::rethrow_exception(error);
  if constexpr (!std::is_void_v<Value>) co_return std::move(*value);
}

// An object and the thread that alone may touch it. The object must outlive this.
template <class T>
class OnThread {
 public:
  explicit OnThread(T& object) : object_(object) {}
  // `job` is called with the object, on its thread.
  template <class Job>
  awaitable<std::invoke_result_t<Job&, T&>> run(Job job) {
    auto bound = [this, job = std::move(job)]() mutable { return job(object_); };
    co_return co_await offload(thread_, std::move(bound));
  }
  void join() { thread_.join(); }

 private:
  T& object_;
  Thread thread_;
};

// One waiter at a time: sleeps until a boot time or until woken. On a timerfd of CLOCK_BOOTTIME, so that what became due
// while the machine slept is due at once.
class Alarm {
 public:
  Alarm(asio::any_io_executor executor, const Clock& clock);
  // True when the time has come; false when wake() came first. Throws operation_aborted when the task is cancelled.
  awaitable<bool> wait_until(BootInstant when);
  // Ends the current wait, or the next one if nobody is waiting.
  void wake();

 private:
  const Clock& clock_;
  asio::posix::stream_descriptor timer_;
  std::optional<BootInstant> armed_;  // what the timer runs for: who wakes us mostly leaves that as it is
  bool woken_ = false;
};

// Happens once; one waiter.
class Event {
 public:
  explicit Event(asio::any_io_executor executor) : timer_(std::move(executor), asio::steady_timer::time_point::max()) {}
  // Returns at once when it has happened. Throws operation_aborted when the task is cancelled.
  awaitable<void> wait();
  void set();

 private:
  asio::steady_timer timer_;  // never expires; cancelled when it happens
  bool happened_ = false;
};

}  // namespace newscache::loop
