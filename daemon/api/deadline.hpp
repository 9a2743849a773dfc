#pragma once
// Bounds the waits of one connection: when the time is over, its socket's pending operations are cancelled.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
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
  struct State {
    explicit State(Socket& s) : socket(s), timer(s.get_executor()) {}
    Socket& socket;
    boost::asio::steady_timer timer;
    void wait(const std::shared_ptr<State>& self);
    std::uint64_t round = 0;
    bool passed = false;
  };
  // The timer's handler may run after the connection is gone: it holds a weak pointer.
  std::shared_ptr<State> state_;
};

}  // namespace newscache::api
