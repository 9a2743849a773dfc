// What makes two URLs the same page.
#include <algorithm>
#include <array>
#include <vector>

#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

// Parameters that only tell a publisher how a reader came; sorted in two lists, whole names and beginnings.
constexpr std::array<std::string_view, 42> kTrackingNames{"__s",           "__twitter_impression",
                                                          "_ga",           "_gl",
                                                          "_hsenc",        "_hsmi",
                                                          "_openstat",     "at_campaign",
                                                          "at_medium",     "dclid",
                                                          "fb_action_ids", "fb_action_types",
                                                          "fb_ref",        "fb_source",
                                                          "fbclid",        "gbraid",
                                                          "gclid",         "gclsrc",
                                                          "guccounter",    "igsh",
                                                          "igshid",        "li_fat_id",
                                                          "mc_cid",        "mc_eid",
                                                          "mkt_tok",       "msclkid",
                                                          "ns_campaign",   "ns_linkname",
                                                          "ns_mchannel",   "ns_source",
                                                          "oly_anon_id",   "oly_enc_id",
                                                          "rb_clickid",    "s_cid",
                                                          "srsltid",       "ttclid",
                                                          "twclid",        "vero_conv",
                                                          "vero_id",       "wbraid",
                                                          "xtor",          "yclid"};
constexpr std::array<std::string_view, 7> kTrackingPrefixes{"hsa_", "itm_", "matomo_", "mtm_", "piwik_", "pk_", "utm_"};

bool is_tracking(std::string_view parameter) {
  const auto name = to_lower(parameter.substr(0, parameter.find('=')));
  return std::binary_search(kTrackingNames.begin(), kTrackingNames.end(), name) ||
         std::any_of(kTrackingPrefixes.begin(), kTrackingPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// The parameters of a query that are no tracking ones, in their order. "&amp;" left by double escaping counts as "&".
std::vector<std::string_view> kept_parameters(std::string_view query) {
  std::vector<std::string_view> kept;
  for (std::size_t at = 0; at <= query.size();) {
    const auto end = std::min(query.find('&', at), query.size());
    auto parameter = query.substr(at, end - at);
    if (parameter.starts_with("amp;")) parameter.remove_prefix(4);
    if (!is_tracking(parameter)) kept.push_back(query.substr(at, end - at));
    at = end + 1;
  }
  return kept;
}

void append_query(std::string& out, const std::vector<std::string_view>& parameters) {
  char separator = '?';
  for (const auto parameter : parameters) {
    out.push_back(separator);
    out.append(parameter);
    separator = '&';
  }
}

}  // namespace

std::string canonical_url(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts) return {};
  std::string_view host = parts->host;
  if (host.starts_with("www.") && host.find('.', 4) != std::string_view::npos) host.remove_prefix(4);
  std::string out = "https://";
  out.append(host);
  if (parts->port != (parts->scheme == "https" ? 443 : 80)) out.append(":").append(std::to_string(parts->port));
  std::string_view path = parts->path;
  const auto question = std::min(path.find('?'), path.size());
  auto parameters = kept_parameters(path.substr(std::min(question + 1, path.size())));
  path = path.substr(0, question);
  while (path.ends_with('/')) path.remove_suffix(1);
  out.append(path);
  std::erase(parameters, std::string_view());
  std::sort(parameters.begin(), parameters.end());
  append_query(out, parameters);
  return out;
}

std::string strip_tracking(std::string_view url) {
  const auto end = std::min(url.find('#'), url.size());
  const auto question = url.substr(0, end).find('?');
  if (question == std::string_view::npos) return std::string(url);
  const auto query = url.substr(question + 1, end - question - 1);
  const auto parameters = kept_parameters(query);
  if (parameters.size() == static_cast<std::size_t>(std::count(query.begin(), query.end(), '&')) + 1)
    return std::string(url);
  std::string out(url.substr(0, question));
  append_query(out, parameters);
  return out.append(url.substr(end));
}

}  // namespace newscache::text
