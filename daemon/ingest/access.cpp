#include "ingest/access.hpp"

#include "text/url.hpp"

namespace newscache::ingest {
namespace {

template <class T>
void fill(T& value, const T& general) {
  if (value.empty()) value = general;
}

}  // namespace

AccessTable::AccessTable(const model::Settings& settings) {
  for (const model::DeclaredFeed& feed : settings.feeds) {
    const Result<std::string> url = text::subscription_url(feed.url);
    if (url && feed.access != model::Access{}) feeds_.emplace(*url, feed.access);
  }
  for (const model::HostSettings& host : settings.hosts) hosts_.emplace(host.host, host.access);
}

model::Access AccessTable::find(std::string_view url) const {
  model::Access access;
  if (const auto own = feeds_.find(url); own != feeds_.end()) access = own->second;
  const auto parts = text::split_url(url);
  if (!parts) return access;
  auto host = hosts_.find(parts->host + ":" + std::to_string(parts->port));
  if (host == hosts_.end()) host = hosts_.find(parts->host);
  if (host == hosts_.end()) return access;
  const model::Access& general = host->second;
  // Who one is, is said in one place.
  if (access.user.empty() && access.token.empty()) {
    access.user = general.user;
    access.password = general.password;
    access.token = general.token;
  }
  fill(access.headers, general.headers);
  fill(access.proxy, general.proxy);
  fill(access.ca_file, general.ca_file);
  fill(access.fingerprint, general.fingerprint);
  fill(access.user_agent, general.user_agent);
  return access;
}

}  // namespace newscache::ingest
