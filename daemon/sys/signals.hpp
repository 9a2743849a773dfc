#pragma once
// Signals as awaitables. SIGPIPE is ignored from the start.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>

namespace newscache::sys {

class Signals {
 public:
  enum class Kind { stop, reload };
  explicit Signals(boost::asio::any_io_executor executor);
  // The next SIGTERM or SIGINT (stop), or SIGHUP (reload).
  boost::asio::awaitable<Kind> next();

 private:
  boost::asio::signal_set set_;
};

}  // namespace newscache::sys
