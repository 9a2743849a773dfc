#include "ingest/committer.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace newscache::ingest {
namespace {

constexpr std::size_t full_batch = 64;  // feeds; beyond that a larger transaction saves next to nothing
constexpr std::chrono::minutes longest_deferral{5};

}  // namespace

struct Committer::Pending {
  Pending(const boost::asio::any_io_executor& executor, model::FeedUpdate u)
      : update(std::move(u)), done(executor, boost::asio::steady_timer::time_point::max()) {}
  model::FeedUpdate update;
  std::optional<model::UpdateResult> result;
  std::exception_ptr error;
  boost::asio::steady_timer done;  // never expires; cancelled when result or error is there
};

Committer::Committer(const Services& services, std::function<bool()> idle)
    : services_(services), idle_(std::move(idle)), alarm_(services.executor, services.clock) {}

loop::awaitable<model::UpdateResult> Committer::commit(model::FeedUpdate update) {
  auto pending = std::make_shared<Pending>(services_.executor, std::move(update));
  if (pending_.empty()) oldest_pending_ = services_.clock.boot();
  pending_.push_back(pending);
  alarm_.wake();
  while (!pending->result && !pending->error) {
    boost::system::error_code ignored;
    co_await pending->done.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) {
      throw boost::system::system_error(boost::asio::error::operation_aborted);
    }
  }
  if (pending->error) std::rethrow_exception(pending->error);
  co_return *pending->result;
}

void Committer::defer(model::FeedUpdate update) {
  if (deferred_.empty()) oldest_deferred_ = services_.clock.boot();
  const model::FeedId id = update.feed_id;
  deferred_.insert_or_assign(id, std::move(update));
  alarm_.wake();
}

loop::awaitable<void> Committer::run() {
  for (;;) {
    const BootInstant now = services_.clock.boot();
    const bool due = !pending_.empty() &&
                     (pending_.size() >= full_batch || now >= oldest_pending_ + interval_ || idle_());
    if (due || (!deferred_.empty() && now >= oldest_deferred_ + longest_deferral)) {
      co_await write_batch(true);
      continue;
    }
    BootInstant wake = now + std::chrono::hours(24);
    if (!pending_.empty()) wake = std::min(wake, oldest_pending_ + interval_);
    if (!deferred_.empty()) wake = std::min<BootInstant>(wake, oldest_deferred_ + longest_deferral);
    co_await alarm_.wait_until(wake);
  }
}

loop::awaitable<void> Committer::flush() {
  if (!deferred_.empty() || !pending_.empty()) co_await write_batch(true);
}

loop::awaitable<void> Committer::write_batch(bool with_deferred) {
  const std::vector<std::shared_ptr<Pending>> batch = std::exchange(pending_, {});
  std::vector<model::FeedUpdate> updates;
  updates.reserve(batch.size() + deferred_.size());
  for (const auto& pending : batch) {
    deferred_.erase(pending->update.feed_id);  // older than what is written now
    updates.push_back(std::move(pending->update));
  }
  if (with_deferred) {
    for (auto& [id, update] : deferred_) updates.push_back(std::move(update));
    deferred_.clear();
  }
  std::vector<model::UpdateResult> results;
  std::exception_ptr error;
  try {
    auto apply = [&updates](store::Writer& writer) { return writer.apply(updates); };
    results = co_await services_.writer.run(std::move(apply));
  } catch (...) {
    error = std::current_exception();
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (error) {
      batch[i]->error = error;
    } else {
      batch[i]->result = results.at(i);
    }
    batch[i]->done.cancel();
  }
  if (!error && on_commit) on_commit();
}

}  // namespace newscache::ingest
