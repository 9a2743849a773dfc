#pragma once
// Bounds the waits of one connection: when the time is over, its socket's pending operations are cancelled.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "api/host.hpp"

namespace newscache::api {

class Deadline {
 public:
  // The socket must outlive this.
  explicit Deadline(Socket& socket) : state_(std::make_shared<State>(socket)) {}
  void start(std::chrono::steady_clock::duration time);
  void end();
  // The time was over before end().
  bool passed() const { return state_->passed; }

 private:
  using Clock = std::chrono::steady_clock;
  struct State {
    explicit State(Socket& s) : socket(s), timer(s.get_executor()) {}
    void wait_until(const std::shared_ptr<State>& self, Clock::time_point time);
    void look(const std::shared_ptr<State>& self);
    Socket& socket;
    boost::asio::steady_timer timer;
    Clock::time_point end = Clock::time_point::max();     // max: there is none
    Clock::time_point waking = Clock::time_point::max();  // when the timer goes off
    bool passed = false;
  };
  // The timer's handler may run after the connection is gone: it holds a weak pointer.
  std::shared_ptr<State> state_;
};

}  // namespace newscache::api
