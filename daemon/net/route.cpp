#include "net/route.hpp"

#include <sys/socket.h>

#include <string>

#include "base/file.hpp"
#include "net/address_policy.hpp"

namespace newscache::net {

bool has_route() {
  // Addresses of documentation (RFC 5737, RFC 3849), for which the default route is the only one.
  for (const char* text : {"192.0.2.1", "2001:db8::1"}) {
    sockaddr_storage address{};
    parse_address(text, address);
    const FileDescriptor socket(::socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // Connecting a UDP socket looks up the route and sends no packet. The port does not matter.
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (socket && ::connect(socket.get(), generic, sizeof address) == 0) return true;
  }
  return false;
}

}  // namespace newscache::net
