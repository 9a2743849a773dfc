#pragma once
// Tells when the wall clock was set: by NTP after a boot without a clock, or by a person.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace newscache::sys {

// Loop thread only. Slewing, as NTP does for small errors, is no jump.
class ClockJumps {
 public:
  explicit ClockJumps(boost::asio::any_io_executor executor);
  // The next jump; never, where the kernel does not tell. Throws operation_aborted when cancelled.
  boost::asio::awaitable<void> next();

 private:
  boost::asio::posix::stream_descriptor timer_;
};

}  // namespace newscache::sys
