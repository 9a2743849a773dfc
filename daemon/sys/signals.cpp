#include "sys/signals.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <csignal>

namespace newscache::sys {

Signals::Signals(boost::asio::any_io_executor executor) : set_(std::move(executor), SIGTERM, SIGINT, SIGHUP) {
  // A client that has gone is an error of write(2), not the end of the daemon.
  std::signal(SIGPIPE, SIG_IGN);
}

boost::asio::awaitable<Signals::Kind> Signals::next() {
  const int number = co_await set_.async_wait(boost::asio::use_awaitable);
  co_return number == SIGHUP ? Kind::reload : Kind::stop;
}

}  // namespace newscache::sys
