#include "net/address_policy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

namespace newscache::net {
namespace {

// IPv4 as ::ffff:a.b.c.d.
using Bytes = std::array<unsigned char, 16>;

constexpr Bytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct Range {
  Bytes bytes;
  int prefix;
};

constexpr Range v4(unsigned char a, unsigned char b, unsigned char c, int prefix) {
  Range range{kMapped, prefix + 96};
  range.bytes[12] = a;
  range.bytes[13] = b;
  range.bytes[14] = c;
  return range;
}

// The special-purpose registries of RFC 6890 as IANA keeps them, and multicast and class E.
constexpr std::array kSpecialV4{
    v4(0, 0, 0, 8),        // this network
    v4(10, 0, 0, 8),       // private
    v4(100, 64, 0, 10),    // carrier-grade NAT
    v4(127, 0, 0, 8),      // loopback
    v4(169, 254, 0, 16),   // link-local; clouds keep credentials at 169.254.169.254
    v4(172, 16, 0, 12),    // private
    v4(192, 0, 0, 24),     // protocol assignments
    v4(192, 0, 2, 24),     // documentation
    v4(192, 88, 99, 24),   // 6to4 relays, withdrawn
    v4(192, 168, 0, 16),   // private
    v4(198, 18, 0, 15),    // benchmarks
    v4(198, 51, 100, 24),  // documentation
    v4(203, 0, 113, 24),   // documentation
    v4(224, 0, 0, 3),      // multicast, reserved, broadcast
};

// Only 2000::/3 has been given out, without these.
constexpr Range kGlobalV6{{0x20}, 3};
constexpr std::array kSpecialV6{
    Range{{0x20, 0x01, 0x00}, 23},        // protocol assignments, Teredo and ORCHID among them
    Range{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Range{{0x3f, 0xff, 0x00}, 20},        // documentation
};

// Addresses that lead to an IPv4 address within them, which is the one to judge.
struct Embedding {
  Range range;
  std::size_t offset;
};
constexpr std::array kEmbeddings{
    Embedding{{kMapped, 96}, 12}, Embedding{{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},  // NAT64
    Embedding{{{0x20, 0x02}, 16}, 2},                                             // 6to4
};

bool contains(const unsigned char* network, int prefix, const Bytes& address) {
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (!std::equal(network, network + whole, address.begin())) return false;
  const int rest = prefix % 8;
  if (rest == 0) return true;
  return ((network[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

bool contains(const Range& range, const Bytes& address) { return contains(range.bytes.data(), range.prefix, address); }

std::optional<Bytes> bytes_of(const sockaddr& address) {
  Bytes bytes{};
  if (address.sa_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof ipv4);
    bytes = kMapped;
    std::memcpy(bytes.data() + 12, &ipv4.sin_addr, 4);
    return bytes;
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, &address, sizeof ipv6);
    std::memcpy(bytes.data(), &ipv6.sin6_addr, 16);
    return bytes;
  }
  return std::nullopt;
}

bool is_public_address(const Bytes& address) {
  const auto inside = [&](const Range& range) { return contains(range, address); };
  for (const auto& embedding : kEmbeddings) {
    if (!inside(embedding.range)) continue;
    Bytes inner = kMapped;
    std::copy_n(address.begin() + static_cast<std::ptrdiff_t>(embedding.offset), 4, inner.begin() + 12);
    return std::none_of(kSpecialV4.begin(), kSpecialV4.end(),
                        [&](const Range& range) { return contains(range, inner); });
  }
  return inside(kGlobalV6) && std::none_of(kSpecialV6.begin(), kSpecialV6.end(), inside);
}

Error bad_network(const std::string& text, std::string_view why) {
  return Error{Cause::invalid,
               "net.allow_private: '" + text + "' " + std::string(why) +
                   "; expected \"none\", \"all\", or networks such as \"192.168.0.0/16\" and \"fd00::/8\""};
}

Result<Range> parse_network(const std::string& text) {
  const auto slash = text.find('/');
  sockaddr_storage storage{};
  if (!parse_address(text.substr(0, slash), storage)) return bad_network(text, "is no network");
  const auto& address = reinterpret_cast<const sockaddr&>(storage);
  Range range{*bytes_of(address), 128};
  const int base = address.sa_family == AF_INET ? 96 : 0;
  if (slash != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, range.prefix);
    range.prefix += base;
    if (error != std::errc() || stop != end || range.prefix < base || range.prefix > 128) {
      return bad_network(text, "has no valid prefix length");
    }
  }
  return range;
}

}  // namespace

Result<AddressPolicy> AddressPolicy::create(const std::vector<std::string>& allow_private) {
  AddressPolicy policy;
  for (const auto& text : allow_private) {
    if (text == "none" || text == "all") {
      if (allow_private.size() > 1) return bad_network(text, "must stand alone");
      policy.allow_all_ = text == "all";
      continue;
    }
    const auto range = parse_network(text);
    if (!range) return range.error();
    Network network{};
    std::copy(range->bytes.begin(), range->bytes.end(), network.bytes);
    network.prefix = range->prefix;
    policy.allowed_.push_back(network);
  }
  return policy;
}

bool AddressPolicy::allows(const sockaddr& address) const {
  const auto bytes = bytes_of(address);
  if (!bytes) return false;
  return allow_all_ || is_public_address(*bytes) ||
         std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const Network& network) { return contains(network.bytes, network.prefix, *bytes); });
}

Result<void> AddressPolicy::check(const sockaddr& address, bool redirected_by_public_site) const {
  if (redirected_by_public_site && !is_public(address)) {
    return Error{Cause::denied, "a public site redirects to " + address_text(address) +
                                    ", which is no public address: that is never followed"};
  }
  if (allows(address)) return {};
  return Error{Cause::denied,
               address_text(address) + " is no public address: if feeds may live there, name it in net.allow_private"};
}

bool is_public(const sockaddr& address) {
  const auto bytes = bytes_of(address);
  return bytes && is_public_address(*bytes);
}

std::string address_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto bytes = bytes_of(address);
  if (!bytes) return "an address of another kind";
  const bool ipv4 = address.sa_family == AF_INET;
  ::inet_ntop(address.sa_family, bytes->data() + (ipv4 ? 12 : 0), text.data(), text.size());
  return text.data();
}

bool parse_address(const std::string& text, sockaddr_storage& address) {
  sockaddr_in ipv4{};
  sockaddr_in6 ipv6{};
  address = {};
  if (::inet_pton(AF_INET, text.c_str(), &ipv4.sin_addr) == 1) {
    ipv4.sin_family = AF_INET;
    std::memcpy(&address, &ipv4, sizeof ipv4);
    return true;
  }
  if (::inet_pton(AF_INET6, text.c_str(), &ipv6.sin6_addr) == 1) {
    ipv6.sin6_family = AF_INET6;
    std::memcpy(&address, &ipv6, sizeof ipv6);
    return true;
  }
  return false;
}

}  // namespace newscache::net
