#pragma once
// Brings the search index after the articles: many at once, since an index that is written in small pieces is written
// several times over. What came in is taken in after some minutes, or when there is enough of it and no poll is under
// way, or when somebody asks: that articles can be read comes first. Loop thread only.

#include <chrono>
#include <functional>

#include "ingest/services.hpp"

namespace newscache::ingest {

class Indexer {
 public:
  // `polls_are_under_way`: more may come in any moment.
  Indexer(const Services& services, std::function<bool()> polls_are_under_way)
      : services_(services),
        polls_are_under_way_(std::move(polls_are_under_way)),
        alarm_(services.executor, services.clock) {}

  // Something was committed that the index may not have.
  void wake();
  // To be awaited before a question by words or tags. False when the index is far behind, because it is being made
  // anew or a great many articles are coming in: what it has by now has to do.
  loop::awaitable<bool> catch_up();
  // Until cancelled.
  loop::awaitable<void> run();

 private:
  loop::awaitable<std::int64_t> advance();
  loop::awaitable<void> take_in_all(std::int64_t waiting);
  // What else there is to do about many articles: see store::Writer::train().
  loop::awaitable<void> train();

  Services services_;
  std::function<bool()> polls_are_under_way_;
  loop::Alarm alarm_;
  bool behind_ = true;          // as far as we know; at the start we do not
  bool trained_early_ = false;  // during these polls
};

}  // namespace newscache::ingest
