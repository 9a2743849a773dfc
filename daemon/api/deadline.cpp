#include "api/deadline.hpp"

namespace newscache::api {

void Deadline::start(std::chrono::steady_clock::duration time) {
  state_->passed = false;
  const auto round = ++state_->round;
  state_->timer.expires_after(time);
  state_->timer.async_wait([weak = std::weak_ptr<State>(state_), round](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (error || !state || state->round != round) return;
    state->passed = true;
    boost::system::error_code ignored;
    state->socket.cancel(ignored);
  });
}

void Deadline::end() {
  ++state_->round;
  state_->timer.cancel();
}

}  // namespace newscache::api
