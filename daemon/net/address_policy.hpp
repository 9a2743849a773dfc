#pragma once
// Which addresses feeds may live on: public ones, and those that net.allow_private names. Checked on the address that is
// really connected to, so that a name that changes its address (DNS rebinding) gains nothing.

#include <sys/socket.h>

#include <string>
#include <vector>

#include "base/result.hpp"

namespace newscache::net {

class AddressPolicy {
 public:
  // "none", "all", or networks such as "192.168.0.0/16" and "fd00::/8". Cause::invalid names the bad one.
  static Result<AddressPolicy> create(const std::vector<std::string>& allow_private);
  bool allows(const sockaddr& address) const;

 private:
  struct Network {
    unsigned char bytes[16];  // IPv4 as ::ffff:a.b.c.d
    int prefix;
  };
  bool allow_all_ = false;
  std::vector<Network> allowed_;
};

// Not globally reachable: loopback, private, link-local, shared, documentation, multicast, and IPv4 in IPv6's clothes.
bool is_public(const sockaddr& address);

}  // namespace newscache::net
