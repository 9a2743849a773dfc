#pragma once
// The world outside of the program: time, network, and what the system says of them. It is the machine's, except in
// tests that play all of it.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "ingest/network.hpp"
#include "loop/task.hpp"
#include "model/settings.hpp"
#include "net/fetch.hpp"

namespace newscache::app {

// Loop thread only, but for the clock.
class Outside {
 public:
  struct Listener {
    std::function<void(const ingest::LinkReport&)> link;
    std::function<void()> clock_set;
  };

  virtual ~Outside() = default;
  virtual const Clock& clock() const = 0;
  virtual net::Fetcher& fetcher() = 0;
  virtual void reconfigure(const model::NetSettings& settings) = 0;
  // Starts the tasks that tell what happens.
  virtual void listen(loop::Tasks& tasks, const Log& log, Listener listener) = 0;
  // Of what is left to chance.
  virtual std::uint64_t seed() const = 0;
  // A new one each time, which nobody can guess.
  virtual std::string secret() const = 0;
};

}  // namespace newscache::app
