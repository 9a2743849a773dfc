#include "api/deadline.hpp"

namespace newscache::api {

// Two deadlines a request, of which next to none passes: the timer is only set when it would go off too late, and looks
// for itself whether it came too early.
void Deadline::State::wait_until(const std::shared_ptr<State>& self, Clock::time_point time) {
  if (waking <= time) return;
  waking = time;
  timer.expires_at(time);
  timer.async_wait([weak = std::weak_ptr<State>(self)](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (!error && state) state->look(state);
  });
}

void Deadline::State::look(const std::shared_ptr<State>& self) {
  waking = Clock::time_point::max();
  if (end == Clock::time_point::max()) return;
  if (Clock::now() >= end) {
    passed = true;
    boost::system::error_code ignored;
    socket.cancel(ignored);
    // What has ended this very moment is not cancelled, and a composed operation would go on with its next step.
    end = Clock::now() + std::chrono::milliseconds(100);
  }
  wait_until(self, end);
}

void Deadline::start(Clock::duration time) {
  state_->passed = false;
  state_->end = Clock::now() + time;
  state_->wait_until(state_, state_->end);
}

void Deadline::end() { state_->end = Clock::time_point::max(); }

}  // namespace newscache::api
