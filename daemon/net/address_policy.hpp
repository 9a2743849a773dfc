#pragma once
// Which addresses feeds may live on: public ones, and those that net.allow_private names. Checked on the address that
// is really connected to, so that a name that changes its address (DNS rebinding) gains nothing.

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
  // The same as an error of Cause::denied that says what to do. A public site may send us to no other address than a
  // public one, whatever is allowed: our local network is nothing that strangers should be able to make us ask.
  Result<void> check(const sockaddr& address, bool redirected_by_public_site) const;

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

// "127.0.0.1", "::1".
std::string address_text(const sockaddr& address);

// A literal address, as getpeername() would give it; false for anything else.
bool parse_address(const std::string& text, sockaddr_storage& address);

}  // namespace newscache::net
