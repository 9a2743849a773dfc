#include "ingest/hosts.hpp"

#include <algorithm>

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
  const std::string_view name = host.substr(0, host.find(':'));
  return host.starts_with('[') || name == "localhost" || name.find_first_not_of("0123456789.") == name.npos;
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
