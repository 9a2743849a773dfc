#include "ingest/committer.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace newscache::ingest {
namespace {

// Beyond that a larger transaction saves next to nothing.
constexpr std::size_t full_batch = 64;  // feeds
constexpr std::size_t full_batch_bytes = 4 << 20;

// What an update holds in memory, roughly.
std::size_t bytes_of(const model::FeedUpdate& update) {
  constexpr std::size_t of_a_feed = 2048;
  constexpr std::size_t of_an_entry = 1024;
  std::size_t bytes = of_a_feed;
  for (const auto& [uid, link, entry, to_complete] : update.entries)
    bytes += of_an_entry + entry.content_html.size() + entry.summary.size();
  return bytes;
}

// A newer state replaces an older one; what happened before still happened.
void take_attempts(model::FeedUpdate& newer, const model::FeedUpdate& older) {
  newer.attempts.insert(newer.attempts.begin(), older.attempts.begin(), older.attempts.end());
  const auto surplus = std::ssize(newer.attempts) - store::kAttemptsKept;
  if (surplus > 0)
    newer.attempts.erase(newer.attempts.begin(), newer.attempts.begin() + static_cast<std::ptrdiff_t>(surplus));
}

}  // namespace

struct Committer::Written {
  std::vector<model::UpdateResult> results;
  bool moved = false;  // the change log
};

struct Committer::Pending {
  Pending(const boost::asio::any_io_executor& executor, model::FeedUpdate u) : update(std::move(u)), done(executor) {}
  model::FeedUpdate update;
  model::UpdateResult result;
  std::exception_ptr error;
  loop::Event done;
};

Committer::Committer(const Services& services, std::function<bool()> idle)
    : services_(services), idle_(std::move(idle)), alarm_(services.executor, services.clock) {}

loop::awaitable<model::UpdateResult> Committer::commit(model::FeedUpdate update) {
  // What was deferred before is older; what will be is newer.
  if (const auto older = deferred_.find(update.feed_id); older != deferred_.end()) {
    take_attempts(update, older->second);
    deferred_.erase(older);
  }
  pending_bytes_ += bytes_of(update);
  auto pending = std::make_shared<Pending>(services_.executor, std::move(update));
  if (pending_.empty()) oldest_pending_ = services_.clock.boot();
  pending_.push_back(pending);
  alarm_.wake();
  co_await pending->done.wait();
  if (pending->error) std::rethrow_exception(pending->error);
  co_return pending->result;
}

void Committer::defer(model::FeedUpdate update) {
  if (deferred_.empty()) oldest_deferred_ = services_.clock.boot();
  const model::FeedId id = update.feed_id;
  if (const auto older = deferred_.find(id); older != deferred_.end()) take_attempts(update, older->second);
  deferred_.insert_or_assign(id, std::move(update));
  alarm_.wake();
}

std::vector<model::Attempt> Committer::deferred_attempts(model::FeedId id) const {
  const auto found = deferred_.find(id);
  return found == deferred_.end() ? std::vector<model::Attempt>() : found->second.attempts;
}

loop::awaitable<void> Committer::run() {
  for (;;) {
    const BootInstant now = services_.clock.boot();
    const bool due = !pending_.empty() && (pending_.size() >= full_batch || pending_bytes_ >= full_batch_bytes ||
                                           now >= oldest_pending_ + interval_ || idle_());
    if (due || (!deferred_.empty() && now >= oldest_deferred_ + deferral_)) {
      co_await write_batch();
      continue;
    }
    BootInstant wake = now + std::chrono::hours(24);
    if (!pending_.empty()) wake = std::min(wake, oldest_pending_ + interval_);
    if (!deferred_.empty()) wake = std::min<BootInstant>(wake, oldest_deferred_ + deferral_);
    co_await alarm_.wait_until(wake);
  }
}

loop::awaitable<void> Committer::flush() {
  if (!deferred_.empty() || !pending_.empty()) co_await write_batch();
}

bool Committer::is_full() const { return pending_bytes_ + written_bytes_ >= 2 * full_batch_bytes; }

loop::awaitable<void> Committer::write_batch() {
  const std::vector<std::shared_ptr<Pending>> batch = std::exchange(pending_, {});
  written_bytes_ = std::exchange(pending_bytes_, 0);
  std::vector<model::FeedUpdate> updates;
  updates.reserve(batch.size() + deferred_.size());
  for (const auto& pending : batch) updates.push_back(std::move(pending->update));
  for (auto& [id, update] : deferred_) updates.push_back(std::move(update));
  deferred_.clear();
  Written written;
  std::exception_ptr error;
  try {
    // Times alone may be lost; what is announced may not.
    const auto durability = batch.empty() ? store::Durability::relaxed : store::Durability::synced;
    auto apply = [&updates, durability](store::Writer& writer) {
      const model::Revision before = writer.revision();
      std::vector<model::UpdateResult> results = writer.apply(updates, durability);
      return Written{std::move(results), writer.revision() != before};
    };
    written = co_await services_.writer.run(std::move(apply));
  } catch (const std::exception& e) {
    error = std::current_exception();
    keep_deferred(std::span(updates).subspan(batch.size()));
    services_.log.error("what polls brought cannot be stored",
                        {{"feeds", static_cast<std::int64_t>(batch.size())}, {"error", e.what()}});
  }
  written_bytes_ = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i]->error = error;
    if (!error) batch[i]->result = written.results.at(i);
    batch[i]->done.set();
  }
  if (written.moved && on_commit) on_commit();
}

// What was deferred meanwhile is newer.
void Committer::keep_deferred(std::span<model::FeedUpdate> updates) {
  oldest_deferred_ = services_.clock.boot();
  for (auto& update : updates) {
    const model::FeedId id = update.feed_id;
    if (const auto newer = deferred_.find(id); newer != deferred_.end()) {
      take_attempts(newer->second, update);
    } else {
      deferred_.emplace(id, std::move(update));
    }
  }
}

}  // namespace newscache::ingest
