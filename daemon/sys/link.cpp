#include "sys/link.hpp"

#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace newscache::sys {
namespace {

constexpr auto quiet = std::chrono::seconds(1);
constexpr int most_quiet_waits = 3;
// A storm of events (a router, containers that come and go) is looked at ten times a second.
constexpr auto between_looks = std::chrono::milliseconds(100);
constexpr int most_events = 10'000;  // taken in one go

Error unavailable(const char* what) {
  return Error{Cause::unavailable, std::string("cannot watch the network (") + what + "): " + std::strerror(errno) +
                                       "; where a sandbox is in the way, allow AF_NETLINK"};
}

}  // namespace

Result<std::unique_ptr<LinkMonitor>> LinkMonitor::open(boost::asio::any_io_executor executor, const Clock& clock) {
  FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!socket) return unavailable("socket");
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(socket.get(), generic, sizeof(address)) != 0) return unavailable("bind");
  // After the subscription: what changes from here on is an event.
  const auto table = read_link_table();
  if (!table) return table.error();
  return std::unique_ptr<LinkMonitor>(new LinkMonitor(std::move(executor), clock, std::move(socket), judge(*table)));
}

LinkMonitor::LinkMonitor(boost::asio::any_io_executor executor, const Clock& clock, FileDescriptor socket,
                         LinkState state)
    : clock_(clock), alarm_(executor, clock), events_(std::move(executor)), state_(std::move(state)) {
  events_.assign(socket.release());
}

loop::awaitable<LinkState> LinkMonitor::next() {
  for (;;) {
    if (!unseen_) co_await events_.async_wait(events_.wait_read, boost::asio::use_awaitable);
    unseen_ = true;
    co_await alarm_.wait_until(next_look_);
    drain();
    LinkState found = look();
    if (found != state_ && found.up) found = co_await settle();
    unseen_ = false;
    if (found == state_) continue;
    state_ = std::move(found);
    co_return state_;
  }
}

loop::awaitable<LinkState> LinkMonitor::settle() {
  for (int waits = 0; waits < most_quiet_waits; ++waits) {
    co_await alarm_.wait_until(clock_.boot() + quiet);
    if (!drain()) break;
  }
  co_return look();
}

// Whether there was an event. What they say is not read. ENOBUFS means that some were lost, which is one, too.
bool LinkMonitor::drain() {
  bool any = false;
  for (int events = 0; events < most_events; ++events) {
    char ignored = 0;
    if (::recv(events_.native_handle(), &ignored, sizeof(ignored), MSG_DONTWAIT) >= 0 || errno == ENOBUFS) {
      any = true;
    } else if (errno != EINTR) {
      break;
    }
  }
  return any;
}

// Where the kernel does not answer this time, nothing has changed.
LinkState LinkMonitor::look() {
  next_look_ = clock_.boot() + between_looks;
  const auto table = read_link_table();
  return table ? judge(*table) : state_;
}

}  // namespace newscache::sys
