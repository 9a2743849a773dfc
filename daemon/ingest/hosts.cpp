#include "ingest/hosts.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "net/address_policy.hpp"
#include "text/url.hpp"

namespace newscache::ingest {
namespace {

// After so long without a feed of a host being polled, its refusals are history.
constexpr std::chrono::hours memory{24 * 8};

}  // namespace

std::string host_of(std::string_view url) {
  const auto parts = text::split_url(url);
  if (!parts || parts->host.empty()) return {};
  return is_local(parts->host) ? parts->host + ":" + std::to_string(parts->port) : parts->host;
}

bool is_local(std::string_view host) {
  std::string_view name = host.substr(0, host.find(':'));
  if (host.starts_with('[')) name = host.substr(1, host.find(']') - 1);
  sockaddr_storage address{};
  if (net::parse_address(std::string(name), address))
    return !net::is_public(reinterpret_cast<const sockaddr&>(address));
  if (name.empty()) return false;
  constexpr std::array<std::string_view, 4> local_domains{".local", ".lan", ".internal", ".home.arpa"};
  const auto in = [name](std::string_view domain) { return name.ends_with(domain); };
  return name.find('.') == name.npos || std::any_of(local_domains.begin(), local_domains.end(), in);
}

void CoolDowns::begin(const std::string& host, BootInstant until, std::int64_t count, BootInstant now) {
  std::erase_if(hosts_, [now](const auto& entry) { return entry.second.until + memory < now; });
  CoolDown& known = hosts_[host];
  known.until = std::max(known.until, until);
  known.count = std::max(known.count, count);
}

void CoolDowns::end(std::string_view host) {
  if (const auto known = hosts_.find(host); known != hosts_.end()) hosts_.erase(known);
}

std::optional<BootInstant> CoolDowns::until(std::string_view host, BootInstant now) const {
  const auto known = hosts_.find(host);
  if (known == hosts_.end() || known->second.until <= now) return std::nullopt;
  return known->second.until;
}

std::int64_t CoolDowns::refusals(std::string_view host) const {
  const auto known = hosts_.find(host);
  return known == hosts_.end() ? 0 : known->second.count;
}

}  // namespace newscache::ingest
