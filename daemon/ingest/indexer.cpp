#include "ingest/indexer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/memory.hpp"

namespace newscache::ingest {
namespace {

using namespace std::chrono_literals;

// Articles that are worth a piece of the index of their own.
constexpr std::int64_t kPiece = 1024;
// For so many a question waits.
constexpr std::int64_t kPatience = 4 * kPiece;
// So long what has come in may wait for company.
constexpr auto kLongest = 5min;
// While polls are under way, it is looked so often whether they are done.
constexpr auto kLookAgain = 1s;

}  // namespace

void Indexer::wake() {
  behind_ = true;
  alarm_.wake();
}

loop::awaitable<std::int64_t> Indexer::advance() {
  behind_ = false;  // what comes in meanwhile says so again
  auto index = [](store::Writer& writer) { return writer.index(store::kIndexStep); };
  const std::int64_t left = co_await services_.writer.run(index);
  if (left > 0) behind_ = true;
  co_return left;
}

loop::awaitable<bool> Indexer::catch_up() {
  try {
    while (behind_) {
      auto count = [](store::Writer& writer) { return writer.unindexed(); };
      if (co_await services_.writer.run(count) > kPatience) co_return false;
      co_await advance();
    }
    co_return true;
  } catch (const store::StoreError& error) {
    behind_ = true;
    services_.log.warning("the search index cannot take in what is new", {{"error", error.what()}});
  }
  co_return false;
}

loop::awaitable<void> Indexer::take_in_all(std::int64_t waiting) {
  const bool anew = waiting > kPatience;
  if (anew) services_.log.notice("the search index is being made", {{"articles", waiting}});
  std::int64_t left = 0;
  do {
    left = co_await advance();
    co_await train();
  } while (left > 0);
  trained_early_ = false;
  // That was a burst, and so were the polls before it.
  auto give_back = [](store::Writer&) { give_back_memory(); };
  co_await services_.writer.run(give_back);
  if (anew) services_.log.notice("the search index is complete");
}

loop::awaitable<void> Indexer::train() {
  auto train = [](store::Writer& writer) { return writer.train(); };
  if (co_await services_.writer.run(train)) services_.log.info("articles to come are compressed with a new dictionary");
}

loop::awaitable<void> Indexer::run() {
  std::optional<BootInstant> since;  // when we first saw that something waits
  for (;;) {
    BootInstant wake = services_.clock.boot() + 24h;
    try {
      auto count = [](store::Writer& writer) { return writer.unindexed(); };
      const std::int64_t waiting = co_await services_.writer.run(count);
      const BootInstant now = services_.clock.boot();
      if (waiting == 0) {
        since.reset();
      } else {
        if (!since) since = now;
        wake = *since + kLongest;
        const bool enough = waiting >= kPiece;
        if (now >= wake || (enough && !polls_are_under_way_())) {
          co_await take_in_all(waiting);
          since.reset();
          continue;
        }
        if (enough) {
          // The first of many articles want a dictionary at once; a better one can wait as the index does.
          if (!std::exchange(trained_early_, true)) co_await train();
          wake = std::min<BootInstant>(wake, now + kLookAgain);
        }
      }
    } catch (const store::StoreError& error) {
      behind_ = true;
      services_.log.warning("the search index cannot take in what is new", {{"error", error.what()}});
      since = services_.clock.boot();
      wake = *since + kLongest;
    }
    co_await alarm_.wait_until(wake);
  }
}

}  // namespace newscache::ingest
