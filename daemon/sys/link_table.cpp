#include "sys/link_table.hpp"

// After <sys/socket.h>, and linux/if.h for IFF_LOWER_UP, which net/if.h does not have.
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <tuple>

#include "base/file.hpp"

namespace newscache::sys {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t buffer_bytes = std::size_t{32} << 10;  // the kernel fills no more at a time
constexpr std::size_t most_bytes = std::size_t{4} << 20;     // of one dump: some 70,000 routes
constexpr int most_attempts = 3;                             // when the tables change under a dump

Error unavailable(const char* what, int error) {
  return Error{Cause::unavailable, std::string("cannot ask the kernel about the network (") + what + "): " +
                                       std::strerror(error) + "; where a sandbox is in the way, allow AF_NETLINK"};
}

// The structure that the bytes begin with.
template <class T>
std::optional<T> head(Bytes bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

Bytes tail(Bytes bytes, std::size_t from) { return bytes.subspan(std::min(bytes.size(), from)); }

// Calls `visit` with each structure H of a sequence whose length, with the header, is H's member `length`.
template <class H, class Length, class Visit>
void each(Bytes bytes, Length H::*length, Visit visit) {
  while (const auto header = head<H>(bytes)) {
    const auto size = static_cast<std::size_t>(header.value().*length);
    if (size < sizeof(H) || size > bytes.size()) return;
    visit(*header, bytes.first(size).subspan(NLMSG_ALIGN(sizeof(H))));
    bytes = tail(bytes, NLMSG_ALIGN(size));
  }
}

template <class Visit>
void each_attribute(Bytes bytes, Visit visit) {
  each(bytes, &rtattr::rta_len, [&](const rtattr& attribute, Bytes value) { visit(attribute.rta_type, value); });
}

std::optional<IpFamily> family_of(int family) {
  if (family == AF_INET) return IpFamily::v4;
  if (family == AF_INET6) return IpFamily::v6;
  return std::nullopt;
}

void add_route(LinkTable& table, Bytes message) {
  const auto route = head<rtmsg>(message);
  if (!route || route->rtm_dst_len != 0 || route->rtm_type != RTN_UNICAST || (route->rtm_flags & RTM_F_CLONED)) return;
  const auto family = family_of(route->rtm_family);
  if (!family) return;
  LinkTable::Route found{.family = *family, .main_table = route->rtm_table == RT_TABLE_MAIN};
  std::vector<int> interfaces;
  each_attribute(tail(message, NLMSG_ALIGN(sizeof(rtmsg))), [&](int type, Bytes value) {
    if (type == RTA_OIF) interfaces.push_back(head<int>(value).value_or(0));
    if (type == RTA_PRIORITY) found.metric = head<std::uint32_t>(value).value_or(0);
    if (type == RTA_TABLE) found.main_table = head<std::uint32_t>(value).value_or(0) == RT_TABLE_MAIN;
    if (type == RTA_MULTIPATH) {
      each(value, &rtnexthop::rtnh_len, [&](const rtnexthop& hop, Bytes) { interfaces.push_back(hop.rtnh_ifindex); });
    }
  });
  if (interfaces.empty()) interfaces.push_back(0);
  for (const int interface : interfaces) {
    found.interface = interface;
    table.routes.push_back(found);
  }
}

void add_interface(LinkTable& table, Bytes message) {
  const auto link = head<ifinfomsg>(message);
  if (!link) return;
  LinkTable::Interface found{.index = link->ifi_index, .name = {}, .flags = link->ifi_flags};
  each_attribute(tail(message, NLMSG_ALIGN(sizeof(ifinfomsg))), [&](int type, Bytes value) {
    if (type != IFLA_IFNAME) return;
    for (const std::byte c : value) {
      if (c == std::byte{0}) break;
      found.name += static_cast<char>(c);
    }
  });
  table.interfaces.push_back(std::move(found));
}

void add_address(LinkTable& table, Bytes message) {
  const auto address = head<ifaddrmsg>(message);
  if (!address) return;
  const auto family = family_of(address->ifa_family);
  if (!family) return;
  LinkTable::Address found{.family = *family,
                           .interface = static_cast<int>(address->ifa_index),
                           .scope = address->ifa_scope,
                           .flags = address->ifa_flags};
  each_attribute(tail(message, NLMSG_ALIGN(sizeof(ifaddrmsg))), [&](int type, Bytes value) {
    if (type == IFA_FLAGS) found.flags = head<std::uint32_t>(value).value_or(found.flags);
  });
  table.addresses.push_back(found);
}

// What is asked for, and who takes the answers.
struct Question {
  std::uint16_t request;
  std::uint16_t answer;
  void (*add)(LinkTable& table, Bytes message);
};
constexpr Question questions[] = {{RTM_GETROUTE, RTM_NEWROUTE, add_route},
                                  {RTM_GETLINK, RTM_NEWLINK, add_interface},
                                  {RTM_GETADDR, RTM_NEWADDR, add_address}};

Result<void> ask(int socket, std::uint16_t request) {
  // Of the three kinds of message this has the longest head; the kernel looks at the family only.
  struct {
    nlmsghdr header{};
    ifinfomsg body{};
  } message;
  message.header.nlmsg_len = sizeof(message);
  message.header.nlmsg_type = request;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (::send(socket, &message, sizeof(message), MSG_DONTWAIT) < 0) return unavailable("send", errno);
  return {};
}

struct Progress {
  bool ended = false;
  bool interrupted = false;  // the tables changed meanwhile, so the dump may lack something
  int error = 0;
};

void take(const Question& question, Bytes datagram, LinkTable& table, Progress& progress) {
  each(datagram, &nlmsghdr::nlmsg_len, [&](const nlmsghdr& header, Bytes message) {
    if (header.nlmsg_flags & NLM_F_DUMP_INTR) progress.interrupted = true;
    if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
      progress.ended = true;
      progress.error = -head<int>(message).value_or(0);  // both begin with a negative errno
    } else if (header.nlmsg_type == question.answer) {
      question.add(table, message);
    }
  });
}

// True when the answer is of one moment.
Result<bool> dump(int socket, const Question& question, LinkTable& table) {
  if (auto asked = ask(socket, question.request); !asked) return asked.error();
  std::vector<std::byte> buffer(buffer_bytes);
  Progress progress;
  for (std::size_t read = 0; !progress.ended;) {
    const auto size = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return unavailable("recv", errno);
    read += static_cast<std::size_t>(size);
    if (size == 0 || static_cast<std::size_t>(size) > buffer.size() || read > most_bytes) {
      return unavailable("its answer", EMSGSIZE);
    }
    take(question, Bytes(buffer).first(static_cast<std::size_t>(size)), table, progress);
  }
  if (progress.error != 0) return unavailable("dump", progress.error);
  return !progress.interrupted;
}

bool has_global_address(const LinkTable& table, const LinkTable::Route& route) {
  constexpr std::uint32_t loopback = IFF_LOOPBACK;
  return std::any_of(table.addresses.begin(), table.addresses.end(), [&](const LinkTable::Address& address) {
    if (address.family != route.family || address.scope != RT_SCOPE_UNIVERSE) return false;
    // Duplicate address detection has not ended, or has found one.
    const bool tentative = (address.flags & IFA_F_TENTATIVE) && !(address.flags & IFA_F_OPTIMISTIC);
    if (tentative || (address.flags & IFA_F_DADFAILED)) return false;
    // Hosts with unnumbered links have their address on the loopback interface.
    return address.interface == route.interface ||
           std::any_of(table.interfaces.begin(), table.interfaces.end(), [&](const LinkTable::Interface& interface) {
             return interface.index == address.interface && (interface.flags & loopback);
           });
  });
}

}  // namespace

LinkState judge(const LinkTable& table) {
  auto routes = table.routes;
  // Rules may send some traffic to other tables (a VPN's), but the main one is the rule. IPv4 goes first where it is
  // even.
  std::stable_sort(routes.begin(), routes.end(), [](const LinkTable::Route& a, const LinkTable::Route& b) {
    return std::make_tuple(!a.main_table, a.metric, a.family) < std::make_tuple(!b.main_table, b.metric, b.family);
  });
  LinkState state{.up = false, .interface = {}};
  for (const auto& route : routes) {
    if (route.interface == 0) return LinkState{.up = true, .interface = {}};  // nothing speaks against it
    const auto interface =
        std::find_if(table.interfaces.begin(), table.interfaces.end(),
                     [&](const LinkTable::Interface& candidate) { return candidate.index == route.interface; });
    if (interface == table.interfaces.end()) continue;  // it went between two dumps
    // The kernel sets RUNNING for the operational states UP and UNKNOWN; ppp and VPNs have the latter.
    constexpr std::uint32_t needed = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
    if ((interface->flags & needed) == needed && has_global_address(table, route)) {
      return LinkState{.up = true, .interface = interface->name};
    }
    if (state.interface.empty()) state.interface = interface->name;
  }
  return state;
}

Result<LinkTable> read_link_table() {
  // Fresh for each time, so that nothing of a dump that was broken off is left in it.
  const FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!socket) return unavailable("socket", errno);
  LinkTable table;
  for (int attempt = 1; attempt <= most_attempts; ++attempt) {
    table = {};
    bool of_one_moment = true;
    for (const auto& question : questions) {
      const auto answered = dump(socket.get(), question, table);
      if (!answered) return answered.error();
      of_one_moment = of_one_moment && *answered;
    }
    if (of_one_moment) break;
  }
  return table;  // after the last attempt such as it is: what changed it has also sent an event
}

}  // namespace newscache::sys
