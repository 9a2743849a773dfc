#include "net/address_policy.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::net;

namespace {

sockaddr_storage address(const std::string& text) {
  sockaddr_storage storage{};
  INFO(text);
  REQUIRE(parse_address(text, storage));
  return storage;
}

const sockaddr& generic(const sockaddr_storage& storage) { return reinterpret_cast<const sockaddr&>(storage); }

bool allowed(const std::vector<std::string>& networks, const std::string& text) {
  return AddressPolicy::create(networks).value().allows(generic(address(text)));
}

}  // namespace

TEST_CASE("every special range is no public address, and its neighbours are public") {
  struct Case {
    const char* text;
    bool is_public;
  };
  const auto row = GENERATE(values<Case>({
      {"0.0.0.0", false},
      {"0.255.255.255", false},
      {"1.0.0.0", true},
      {"9.255.255.255", true},
      {"10.0.0.0", false},
      {"10.255.255.255", false},
      {"11.0.0.0", true},
      {"100.63.255.255", true},
      {"100.64.0.0", false},
      {"100.127.255.255", false},
      {"100.128.0.0", true},
      {"126.255.255.255", true},
      {"127.0.0.1", false},
      {"127.255.255.255", false},
      {"128.0.0.0", true},
      {"169.253.255.255", true},
      {"169.254.169.254", false},
      {"169.255.0.0", true},
      {"172.15.255.255", true},
      {"172.16.0.0", false},
      {"172.31.255.255", false},
      {"172.32.0.0", true},
      {"192.0.0.255", false},
      {"192.0.1.0", true},
      {"192.0.2.1", false},
      {"192.0.3.0", true},
      {"192.88.99.1", false},
      {"192.88.100.0", true},
      {"192.167.255.255", true},
      {"192.168.0.0", false},
      {"192.168.255.255", false},
      {"192.169.0.0", true},
      {"198.17.255.255", true},
      {"198.18.0.0", false},
      {"198.19.255.255", false},
      {"198.20.0.0", true},
      {"198.51.99.255", true},
      {"198.51.100.1", false},
      {"198.51.101.0", true},
      {"203.0.112.255", true},
      {"203.0.113.1", false},
      {"203.0.114.0", true},
      {"223.255.255.255", true},
      {"224.0.0.1", false},
      {"240.0.0.1", false},
      {"255.255.255.255", false},
      {"93.184.216.34", true},
      {"::", false},
      {"::1", false},
      {"::127.0.0.1", false},
      {"100::1", false},
      {"1fff:ffff::", false},
      {"2000::1", true},
      {"2001::1", false},
      {"2001:10::1", false},
      {"2001:1ff::1", false},
      {"2001:200::1", true},
      {"2001:db7:ffff::", true},
      {"2001:db8::1", false},
      {"2001:db9::", true},
      {"2606:4700::1111", true},
      {"3ffe::1", true},
      {"3fff::1", false},
      {"3fff:fff::1", false},
      {"3fff:1000::", true},
      {"4000::1", false},
      {"fc00::1", false},
      {"fd12:3456::1", false},
      {"fe80::1", false},
      {"fec0::1", false},
      {"ff02::1", false},
      // IPv4 in IPv6's clothes: the address inside counts.
      {"::ffff:127.0.0.1", false},
      {"::ffff:192.168.1.1", false},
      {"::ffff:93.184.216.34", true},
      {"64:ff9b::127.0.0.1", false},
      {"64:ff9b::10.1.2.3", false},
      {"64:ff9b::93.184.216.34", true},
      {"64:ff9b:1::1", false},
      {"2002:7f00:1::1", false},
      {"2002:c0a8:101::", false},
      {"2002:5db8:d822::1", true},
  }));
  INFO(row.text);
  CHECK(is_public(generic(address(row.text))) == row.is_public);
}

TEST_CASE("an address of another family is never public and never allowed") {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  CHECK_FALSE(is_public(generic(storage)));
  CHECK_FALSE(AddressPolicy::create({"all"}).value().allows(generic(storage)));
}

TEST_CASE("net.allow_private opens the networks that it names and no others") {
  struct Case {
    std::vector<std::string> networks;
    const char* text;
    bool is_allowed;
  };
  const std::vector<Case> cases{
      {{}, "93.184.216.34", true},
      {{}, "127.0.0.1", false},
      {{"none"}, "127.0.0.1", false},
      {{"none"}, "2606:4700::1111", true},
      {{"all"}, "127.0.0.1", true},
      {{"all"}, "fe80::1", true},
      {{"192.168.0.0/16"}, "192.168.7.9", true},
      {{"192.168.0.0/16"}, "::ffff:192.168.7.9", true},
      {{"192.168.0.0/16"}, "192.169.7.9", true},
      {{"192.168.0.0/16"}, "10.0.0.1", false},
      {{"192.168.0.0/16"}, "64:ff9b::192.168.7.9", false},
      {{"192.168.1.77/24"}, "192.168.1.1", true},
      {{"10.0.0.5"}, "10.0.0.5", true},
      {{"10.0.0.5"}, "10.0.0.6", false},
      {{"10.8.0.0/13"}, "10.15.255.255", true},
      {{"10.8.0.0/13"}, "10.16.0.0", false},
      {{"fd00::/8", "10.0.0.0/8"}, "fd01::1", true},
      {{"fd00::/8", "10.0.0.0/8"}, "10.1.1.1", true},
      {{"fd00::/8"}, "fc00::1", false},
      {{"0.0.0.0/0"}, "127.0.0.1", true},
      {{"0.0.0.0/0"}, "::1", false},
      {{"::/0"}, "::1", true},
  };
  for (const auto& row : cases) {
    INFO((row.networks.empty() ? "" : row.networks.front()) << " " << row.text);
    CHECK(allowed(row.networks, row.text) == row.is_allowed);
  }
}

TEST_CASE("a network that cannot be understood is named in the error") {
  const std::string text = GENERATE("", "lan", "192.168.0.0/33", "192.168.0.0/-1", "192.168.0.0/", "192.168.0.0/8x",
                                    "fd00::/129", "192.168/16", "fd00::/8/9", "None");
  const auto policy = AddressPolicy::create({text});
  REQUIRE(policy.has_error());
  CHECK(policy.error().cause == Cause::invalid);
  CHECK(policy.error().detail.find("'" + text + "'") != std::string::npos);
  CHECK(policy.error().detail.find("net.allow_private") != std::string::npos);
}

TEST_CASE("none and all stand alone") {
  CHECK(AddressPolicy::create({"none", "10.0.0.0/8"}).has_error());
  CHECK(AddressPolicy::create({"10.0.0.0/8", "all"}).has_error());
}

TEST_CASE("a public site may not send us to an address that is not public, even to an allowed one") {
  const auto policy = AddressPolicy::create({"127.0.0.0/8"}).value();
  const auto loopback = address("127.0.0.1");
  const auto other = address("10.0.0.1");
  const auto world = address("93.184.216.34");
  CHECK(policy.check(generic(loopback), false).has_value());
  CHECK(policy.check(generic(world), true).has_value());
  const auto redirected = policy.check(generic(loopback), true);
  REQUIRE(redirected.has_error());
  CHECK(redirected.error().cause == Cause::denied);
  CHECK(redirected.error().detail.find("127.0.0.1") != std::string::npos);
  const auto unnamed = policy.check(generic(other), false);
  REQUIRE(unnamed.has_error());
  CHECK(unnamed.error().cause == Cause::denied);
  CHECK(unnamed.error().detail.find("net.allow_private") != std::string::npos);
  CHECK(AddressPolicy::create({"all"}).value().check(generic(other), true).has_error());
}
