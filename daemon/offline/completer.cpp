#include "offline/completer.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace newscache::offline {
namespace {

constexpr std::size_t most_at_once = 4;
constexpr std::size_t stored_together = 16;
constexpr std::chrono::seconds longest_unstored{5};
constexpr std::int64_t looked_up = 32;
constexpr std::size_t most_remembered = 4096;
// When something is due is asked at least so often: the wall clock may have been set.
constexpr std::chrono::hours longest_wait{24};
constexpr std::chrono::minutes retry_after_trouble{15};
// What is completed afterwards, when a setting asks for more than before.
constexpr std::int64_t most_wanted = 200;
constexpr std::chrono::days wanted_age{30};

bool wants_more(const model::OfflineSettings& now, const model::OfflineSettings& before) {
  return (now.images && !before.images) || (now.enclosures && !before.enclosures) ||
         (now.full_text != before.full_text && now.full_text != "never");
}

}  // namespace

Completer::Completer(ingest::Services services, ingest::Poller& poller, Extract extract, std::string folder,
                     const model::Settings& settings)
    : services_(services),
      poller_(poller),
      context_{services, poller, std::move(extract), std::move(folder), settings.offline, settings.sites},
      alarm_(services.executor, services.clock) {}

void Completer::note_commit() {
  stale_ = true;
  alarm_.wake();
}

void Completer::wake() {
  not_before_ = {};
  note_commit();
}

void Completer::reconfigure(const model::Settings& settings) {
  const bool more = wants_more(settings.offline, context_.settings);
  context_.settings = settings.offline;
  context_.sites = settings.sites;
  if (more) services_.tasks.spawn("complete more", want({}));
  wake();
}

void Completer::reconsider(model::FeedId feed) { services_.tasks.spawn("complete more", want(feed)); }

loop::awaitable<void> Completer::want(std::optional<model::FeedId> feed) {
  auto job = [feed, since = services_.clock.wall() - wanted_age](store::Writer& writer) {
    return writer.want_complete(feed, since, most_wanted);
  };
  if (co_await services_.writer.run(std::move(job)) == 0) co_return;
  if (on_commit) on_commit();
  wake();
}

// When to look for what is due. While there is no link that may be used, somebody will wake us.
BootInstant Completer::next_start() const {
  const BootInstant now = services_.clock.boot();
  const ingest::NetworkStatus network = poller_.network();
  const bool has_link =
      network.state == ingest::NetworkState::online && (!network.metered || context_.settings.metered);
  if (!has_link || active_.size() >= most_at_once) return now + longest_wait;
  return std::max(stale_ ? now : next_, not_before_);
}

loop::awaitable<void> Completer::run() {
  context_.day = model::day_number(services_.clock.wall());
  auto received = [day = context_.day](store::Reader& reader) { return reader.offline_bytes(day); };
  context_.received_today = co_await services_.reader.run(std::move(received));
  std::exception_ptr ended;
  try {
    for (;;) {
      co_await work();
      BootInstant wake = next_start();
      if (!done_.empty()) wake = std::min(wake, done_since_ + longest_unstored);
      co_await alarm_.wait_until(wake);
    }
  } catch (...) {
    ended = std::current_exception();
  }
  // Cancelled. What has been fetched is worth one last transaction.
  co_await boost::asio::this_coro::reset_cancellation_state();
  if (!done_.empty()) co_await store();
  std::rethrow_exception(ended);
}

bool Completer::is_time_to_store() const {
  if (done_.empty()) return false;
  return active_.empty() || done_.size() >= stored_together || services_.clock.boot() >= done_since_ + longest_unstored;
}

// A store that cannot be read or written now is tried again later.
loop::awaitable<void> Completer::work() {
  try {
    if (is_time_to_store()) co_await store();
    if (next_start() <= services_.clock.boot()) co_await start_due();
  } catch (const store::StoreError& error) {
    services_.log.warning("articles cannot be completed now", {{"detail", error.what()}});
    not_before_ = services_.clock.boot() + retry_after_trouble;
  }
}

// Those that are under way, or done and not stored yet, are due still by what the store knows.
loop::awaitable<void> Completer::start_due() {
  const std::int64_t today = model::day_number(services_.clock.wall());
  if (std::exchange(context_.day, today) != today) context_.received_today = 0;
  stale_ = false;
  auto find = [now = services_.clock.wall()](store::Reader& reader) { return reader.incomplete(now, looked_up); };
  const auto found = co_await services_.reader.run(std::move(find));
  next_ = services_.clock.boot() + longest_wait;
  if (found.next) next_ = std::min(next_, wall_to_boot(*found.next));
  for (const model::ArticleId id : found.due) {
    if (active_.size() >= most_at_once) {
      stale_ = true;
      co_return;
    }
    const bool is_done = std::any_of(done_.begin(), done_.end(), [&](const auto& done) { return done.article == id; });
    if (is_done || unreadable_.contains(id) || !active_.insert(id).second) continue;
    services_.tasks.spawn("complete article " + std::to_string(model::raw(id)), complete(id));
  }
}

BootInstant Completer::wall_to_boot(Instant when) const {
  return services_.clock.boot() + std::max<std::chrono::milliseconds>(when - services_.clock.wall(), {});
}

loop::awaitable<void> Completer::complete(model::ArticleId id) {
  std::exception_ptr error;
  try {
    auto read = [id](store::Reader& reader) -> Result<std::pair<model::Incomplete, model::Feed>> {
      const store::Reader::View view(reader);
      auto incomplete = reader.incomplete(id);
      if (!incomplete) return incomplete.error();
      auto feed = reader.feed(incomplete->article.feed_id);
      if (!feed) return feed.error();
      return std::pair(std::move(*incomplete), std::move(*feed));
    };
    auto known = co_await services_.reader.run(std::move(read));
    if (!known) {
      // Damaged: it would be due for ever.
      services_.log.warning("an article cannot be completed",
                            {{"article", model::raw(id)}, {"detail", known.error().detail}});
      unreadable_.insert(id);
    } else {
      Attempted attempted = co_await attempt_completion(context_, std::move(known->first), std::move(known->second));
      if (attempted.stopped) not_before_ = std::max(not_before_, *attempted.stopped);
      if (done_.empty()) done_since_ = services_.clock.boot();
      if (attempted.is_news) done_.push_back(std::move(attempted.update));
    }
  } catch (...) {
    error = std::current_exception();
    not_before_ = services_.clock.boot() + retry_after_trouble;
  }
  active_.erase(id);
  stale_ = true;
  alarm_.wake();
  if (error) std::rethrow_exception(error);
}

loop::awaitable<void> Completer::store() {
  auto updates = std::exchange(done_, {});
  auto job = [updates = std::move(updates)](store::Writer& writer) { return writer.complete(updates); };
  // Should it fail, all of it is fetched again: the store still says that it is due.
  co_await services_.writer.run(std::move(job));
  if (active_.empty() || context_.fresh.size() > most_remembered) context_.fresh.clear();
  if (context_.bad_icons.size() > most_remembered) context_.bad_icons.clear();
  if (on_commit) on_commit();
}

}  // namespace newscache::offline
