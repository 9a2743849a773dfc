#pragma once
// What ingest needs of the rest; all of it outlives ingest. Loop thread, unless OnThread or Thread says otherwise.

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <random>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "loop/task.hpp"
#include "net/fetch.hpp"
#include "store/store.hpp"

namespace newscache::ingest {

struct Services {
  boost::asio::any_io_executor executor;
  const Clock& clock;
  const Log& log;
  loop::Tasks& tasks;
  net::Fetcher& fetcher;
  loop::Thread& worker;  // decodes, parses, sanitises
  loop::OnThread<store::Writer>& writer;
  loop::OnThread<store::Reader>& reader;
  // Whether the wall clock may be right; while it is not, a certificate that fails proves nothing.
  std::function<bool()> clock_trusted;
  // Of the chance by which our rhythm is no machine's.
  std::uint64_t seed = std::random_device{}();
};

}  // namespace newscache::ingest
