#pragma once
// What the kernel knows about the ways out of this machine, and what that means for us.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace newscache::sys {

// Whether there is a network, as far as this machine can tell, and through what.
struct LinkState {
  // A unicast default route leads through an interface that has a carrier and a global address.
  bool up = true;
  // That of the preferred default route, also when it is not up; empty when there is none.
  std::string interface;

  friend bool operator==(const LinkState&, const LinkState&) = default;
};

enum class IpFamily { v4, v6 };

// The part of the kernel's tables that decides.
struct LinkTable {
  struct Route {  // a unicast default route; one for each of its next hops
    IpFamily family = IpFamily::v4;
    std::uint32_t metric = 0;
    int interface = 0;  // 0: the kernel does not tell (next-hop objects without compatibility mode)
    bool main_table = true;
  };
  struct Interface {
    int index = 0;
    std::string name;
    std::uint32_t flags = 0;  // IFF_...
  };
  struct Address {
    IpFamily family = IpFamily::v4;
    int interface = 0;
    std::uint8_t scope = 0;   // RT_SCOPE_...
    std::uint32_t flags = 0;  // IFA_F_...
  };
  std::vector<Route> routes;
  std::vector<Interface> interfaces;
  std::vector<Address> addresses;
};

LinkState judge(const LinkTable& table);

// Asks the kernel by rtnetlink, on a socket of its own. Does not wait: the kernel makes each part of a dump within the
// call that asks for it. Measured: 0.1 ms with 4 interfaces, 1.6 ms with 200, 9 ms with 10,000 routes besides; a table
// of more than some 70,000 routes is refused. Cause::unavailable when the kernel or the sandbox does not allow it.
Result<LinkTable> read_link_table();

}  // namespace newscache::sys
