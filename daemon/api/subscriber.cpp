#include "api/subscriber.hpp"

#include <boost/asio/redirect_error.hpp>

namespace newscache::api {

namespace asio = boost::asio;

bool Subscriber::push(std::shared_ptr<const std::string> events) {
  if (closed_) return true;
  if (waiting_bytes_ + events->size() > capacity_) return false;
  waiting_bytes_ += events->size();
  waiting_.push_back(std::move(events));
  alarm_.cancel();
  return true;
}

std::vector<std::shared_ptr<const std::string>> Subscriber::take() {
  std::vector<std::shared_ptr<const std::string>> taken(waiting_.begin(), waiting_.end());
  waiting_.clear();
  waiting_bytes_ = 0;
  if (!taken.empty() && on_drained) on_drained();
  return taken;
}

void Subscriber::close() {
  closed_ = true;
  alarm_.cancel();
}

loop::awaitable<bool> Subscriber::wait(std::chrono::steady_clock::duration time) {
  if (closed_ || !waiting_.empty()) co_return false;
  alarm_.expires_after(time);
  boost::system::error_code error;
  co_await alarm_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return !error && !closed_ && waiting_.empty();
}

}  // namespace newscache::api
