#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <csignal>
#include <exception>
#include <vector>

#include "support/catch.hpp"
#include "sys/signals.hpp"

using namespace newscache;
namespace asio = boost::asio;

namespace {

using Kinds = std::vector<sys::Signals::Kind>;

// Raises them one after the other, each when the one before has been received.
asio::awaitable<void> raise_and_collect(sys::Signals& signals, std::vector<int> numbers, Kinds& kinds) {
  for (const int number : numbers) {
    ::raise(number);
    const auto kind = co_await signals.next();
    kinds.push_back(kind);
  }
}

void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

TEST_CASE("SIGTERM and SIGINT mean stop, SIGHUP means reload") {
  asio::io_context context;
  sys::Signals signals(context.get_executor());
  Kinds kinds;
  asio::co_spawn(context, raise_and_collect(signals, {SIGHUP, SIGTERM, SIGHUP, SIGINT}, kinds), rethrow);
  context.run();
  using Kind = sys::Signals::Kind;
  CHECK(kinds == Kinds{Kind::reload, Kind::stop, Kind::reload, Kind::stop});
}

TEST_CASE("a signal that comes while nobody waits is not lost") {
  asio::io_context context;
  sys::Signals signals(context.get_executor());
  ::raise(SIGHUP);
  ::raise(SIGTERM);
  Kinds kinds;
  asio::co_spawn(context, raise_and_collect(signals, {SIGHUP, SIGHUP, SIGHUP}, kinds), rethrow);
  context.run();
  CHECK(kinds.size() == 3);
  CHECK(std::count(kinds.begin(), kinds.end(), sys::Signals::Kind::stop) == 1);
}

TEST_CASE("a broken pipe is an error and not the end") {
  asio::io_context context;
  const sys::Signals signals(context.get_executor());
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  CHECK(::write(ends[1], "x", 1) == -1);
  CHECK(errno == EPIPE);
  ::close(ends[1]);
}
