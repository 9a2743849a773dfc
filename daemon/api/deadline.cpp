#include "api/deadline.hpp"

namespace newscache::api {

void Deadline::State::wait(const std::shared_ptr<State>& self) {
  timer.async_wait([weak = std::weak_ptr<State>(self), started = round](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (error || !state || state->round != started) return;
    state->passed = true;
    boost::system::error_code ignored;
    state->socket.cancel(ignored);
    // What has ended this very moment is not cancelled, and a composed operation would go on with its next step.
    state->timer.expires_after(std::chrono::milliseconds(100));
    state->wait(state);
  });
}

void Deadline::start(std::chrono::steady_clock::duration time) {
  state_->passed = false;
  ++state_->round;
  state_->timer.expires_after(time);
  state_->wait(state_);
}

void Deadline::end() {
  ++state_->round;
  state_->timer.cancel();
}

}  // namespace newscache::api
