#pragma once
// The kernel's view of our link, by rtnetlink: unprivileged, without /proc, and silent while nothing changes.
//
// Events only say that something happened; what is so is always read anew. A pulled cable leaves the default route
// where it is, and an interface that is taken down loses its IPv4 routes without a message about them.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/result.hpp"
#include "loop/task.hpp"
#include "sys/link_table.hpp"

namespace newscache::sys {

// Loop thread only.
class LinkMonitor {
 public:
  // Cause::unavailable when the kernel or the sandbox does not allow it; then nothing is known, and "up" is to be
  // assumed.
  static Result<std::unique_ptr<LinkMonitor>> open(boost::asio::any_io_executor executor, const Clock& clock);
  // At open, then as of the last next().
  const LinkState& state() const { return state_; }
  // The next state that differs. The end of the link is told at once; anything else when there has been no event for a
  // second, after three seconds at most. Throws operation_aborted when cancelled. One caller at a time.
  loop::awaitable<LinkState> next();

 private:
  LinkMonitor(boost::asio::any_io_executor executor, const Clock& clock, FileDescriptor socket, LinkState state);
  bool drain();
  LinkState look();
  loop::awaitable<LinkState> settle();

  const Clock& clock_;
  loop::Alarm alarm_;
  boost::asio::posix::stream_descriptor events_;
  LinkState state_;
  bool unseen_ = false;  // events were taken whose effect has not been told yet
  BootInstant next_look_{};
};

}  // namespace newscache::sys
