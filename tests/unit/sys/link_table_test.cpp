// What the kernel's tables mean, without a kernel.

#include "sys/link_table.hpp"

#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "support/catch.hpp"

using namespace newscache;
using sys::IpFamily;
using sys::LinkState;
using sys::LinkTable;

namespace {

constexpr std::uint32_t working = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
constexpr auto v4 = IpFamily::v4;
constexpr auto v6 = IpFamily::v6;

LinkTable::Route route(int interface, std::uint32_t metric = 100, IpFamily family = v4, bool main_table = true) {
  return {.family = family, .metric = metric, .interface = interface, .main_table = main_table};
}
LinkTable::Interface interface(int index, std::string name, std::uint32_t flags = working) {
  return {.index = index, .name = std::move(name), .flags = flags};
}
LinkTable::Address address(int interface, IpFamily family = v4, std::uint8_t scope = RT_SCOPE_UNIVERSE,
                           std::uint32_t flags = IFA_F_PERMANENT) {
  return {.family = family, .interface = interface, .scope = scope, .flags = flags};
}

struct Case {
  const char* name;
  LinkTable table;
  LinkState expected;
};

}  // namespace

TEST_CASE("the kernel's tables say whether there is a network, and through what") {
  const auto lo = interface(1, "lo", working | IFF_LOOPBACK);
  const auto eth = interface(2, "eth0");
  const auto wlan = interface(3, "wlan0");
  const LinkState nothing{.up = false, .interface = {}};
  const LinkState eth_up{.up = true, .interface = "eth0"};
  const LinkState eth_down{.up = false, .interface = "eth0"};
  const LinkState wlan_up{.up = true, .interface = "wlan0"};
  const Case cases[] = {
      {"nothing at all", {}, nothing},
      {"an address without a default route", {{}, {lo, eth}, {address(2)}}, nothing},
      {"route, carrier and address", {{route(2)}, {lo, eth}, {address(2)}}, eth_up},
      {"a pulled cable leaves the route", {{route(2)}, {lo, interface(2, "eth0", IFF_UP)}, {address(2)}}, eth_down},
      {"a carrier, but not operational yet (802.1X, WPA)",
       {{route(2)}, {interface(2, "eth0", IFF_UP | IFF_LOWER_UP)}, {address(2)}},
       eth_down},
      {"taken down", {{route(2)}, {interface(2, "eth0", IFF_LOWER_UP | IFF_RUNNING)}, {address(2)}}, eth_down},
      {"no address", {{route(2)}, {eth}, {}}, eth_down},
      {"an address of another interface", {{route(2)}, {eth, wlan}, {address(3)}}, eth_down},
      {"an address of the other family", {{route(2)}, {eth}, {address(2, v6)}}, eth_down},
      {"a link-local address only", {{route(2)}, {eth}, {address(2, v4, RT_SCOPE_LINK)}}, eth_down},
      {"IPv6 only", {{route(2, 1024, v6)}, {eth}, {address(2, v6)}}, eth_up},
      {"an IPv6 address that is still being checked",
       {{route(2, 1024, v6)}, {eth}, {address(2, v6, RT_SCOPE_UNIVERSE, IFA_F_TENTATIVE)}},
       eth_down},
      {"one that is used meanwhile",
       {{route(2, 1024, v6)}, {eth}, {address(2, v6, RT_SCOPE_UNIVERSE, IFA_F_TENTATIVE | IFA_F_OPTIMISTIC)}},
       eth_up},
      {"one that somebody else has",
       {{route(2, 1024, v6)}, {eth}, {address(2, v6, RT_SCOPE_UNIVERSE, IFA_F_PERMANENT | IFA_F_DADFAILED)}},
       eth_down},
      {"an unnumbered link: the address is the loopback interface's", {{route(2)}, {lo, eth}, {address(1)}}, eth_up},
      {"the loopback interface's own address", {{route(2)}, {lo, eth}, {address(1, v4, RT_SCOPE_HOST)}}, eth_down},
      {"two routes: the lower metric",
       {{route(2, 600), route(3, 100)}, {eth, wlan}, {address(2), address(3)}},
       wlan_up},
      {"the lower metric does not work",
       {{route(2, 100), route(3, 600)}, {interface(2, "eth0", IFF_UP), wlan}, {address(2), address(3)}},
       wlan_up},
      {"neither works: the lower metric's name", {{route(3, 600), route(2, 100)}, {eth, wlan}, {}}, eth_down},
      {"another table counts", {{route(3, 0, v4, false)}, {wlan}, {address(3)}}, wlan_up},
      {"the main table is preferred to it",
       {{route(3, 0, v4, false), route(2, 100)}, {eth, wlan}, {address(2), address(3)}},
       eth_up},
      {"IPv4 first where it is even",
       {{route(3, 100, v6), route(2, 100)}, {eth, wlan}, {address(2), address(3, v6)}},
       eth_up},
      {"an interface that is gone", {{route(9)}, {eth}, {address(9)}}, nothing},
      {"a route whose next hop the kernel does not tell", {{route(0)}, {eth}, {}}, {.up = true, .interface = {}}},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    const auto state = sys::judge(c.table);
    CHECK(state.up == c.expected.up);
    CHECK(state.interface == c.expected.interface);
  }
}
