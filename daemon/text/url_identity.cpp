// What makes two URLs the same page.
#include <algorithm>
#include <array>
#include <vector>

#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

// Parameters that only tell a publisher how a reader came, in lower case.
// clang-format off
constexpr auto kTrackingNames = std::to_array<std::string_view>({
    "__hsfp", "__hssc", "__hstc", "__s", "__twitter_impression", "_branch_match_id", "_branch_referrer", "_bta_c",
    "_bta_tid", "_ga", "_gl", "_hsenc", "_hsmi", "_ke", "_kx", "_openstat", "action_object_map", "action_ref_map",
    "action_type_map", "at_campaign", "at_format", "at_medium", "dclid", "dicbo", "dm_i", "ef_id", "epik",
    "fb_action_ids", "fb_action_types", "fb_ref", "fb_source", "fbclid", "ftag", "gad_campaignid", "gad_source",
    "gbraid", "gclid", "gclsrc", "gdffi", "gdfms", "gdftrk", "guccounter", "guce_referrer", "guce_referrer_sig",
    "hsctatracking", "igsh", "igshid", "irclickid", "li_fat_id", "mc_cid", "mc_eid", "mc_tc", "mibextid", "mkt_tok",
    "ml_subscriber", "ml_subscriber_hash", "msclkid", "ns_campaign", "ns_fee", "ns_linkname", "ns_mchannel",
    "ns_source", "oly_anon_id", "oly_enc_id", "rb_clickid", "s_cid", "s_kwcid", "sc_cid", "sfmc_id",
    "spm", "srsltid", "tblci", "ttclid", "twclid", "unicorn_click_id", "vero_conv", "vero_id", "vgo_ee", "wbraid",
    "wickedid", "wt.mc", "wt.mc_id", "wt_mc", "wt_zmc", "xtor", "yclid", "zanpid"
});
constexpr auto kTrackingPrefixes = std::to_array<std::string_view>({
    "at_bbc_", "at_custom", "at_link_", "at_ptr_", "bsft_", "elq", "ga_", "hsa_", "itm_", "matomo_", "mtm_", "oly_", "piwik_", "pk_",
    "trk_", "utm_", "vero_"
});
// Of these the value decides: "ref=rss" tells where the link stood, "ref=main" perhaps which branch is meant.
constexpr auto kSourceNames = std::to_array<std::string_view>({
    "cmpid", "emc", "from", "ncid", "ocid", "partner", "ref", "smid", "source", "src", "via"
});
constexpr auto kSourceValues = std::to_array<std::string_view>({"atom", "feed", "feedburner", "rss"});
// A visit's number, given to whoever comes without a cookie: another one at every poll.
constexpr auto kSessionNames = std::to_array<std::string_view>({
    "cfid", "cftoken", "jsessionid", "oscsid", "phpsessid", "xtcsid", "zenid"
});
// clang-format on
static_assert(std::is_sorted(kTrackingNames.begin(), kTrackingNames.end()));

template <class Names>
constexpr bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// phpBB's "sid" is 32 hexadecimal digits; elsewhere the name means anything.
bool is_session(std::string_view name, std::string_view value) {
  if (name == "sid") {
    return value.size() == 32 && value.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  }
  return contains(kSessionNames, name) || name.starts_with("aspsessionid");
}

bool is_tracking(std::string_view parameter) {
  const auto equals = std::min(parameter.find('='), parameter.size());
  const auto name = to_lower(parameter.substr(0, equals));
  const auto value = parameter.substr(std::min(equals + 1, parameter.size()));
  if (std::binary_search(kTrackingNames.begin(), kTrackingNames.end(), name) || is_session(name, value)) return true;
  if (contains(kSourceNames, name)) return value.starts_with("rss-") || contains(kSourceValues, to_lower(value));
  return std::any_of(kTrackingPrefixes.begin(), kTrackingPrefixes.end(),
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

std::size_t count_parameters(std::string_view query) {
  return static_cast<std::size_t>(std::count(query.begin(), query.end(), '&')) + 1;
}

// "/a;jsessionid=1F" without that.
std::string_view without_session(std::string_view path) {
  const auto parameter = path.rfind(';');
  if (parameter == std::string_view::npos) return path;
  const auto name = path.substr(parameter + 1, path.find('=', parameter) - parameter - 1);
  return to_lower(name) == "jsessionid" ? path.substr(0, parameter) : path;
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
  path = without_session(path.substr(0, question));
  while (path.ends_with('/')) path.remove_suffix(1);
  out.append(path);
  std::erase(parameters, std::string_view());
  std::sort(parameters.begin(), parameters.end());
  append_query(out, parameters);
  return out;
}

std::string strip_tracking(std::string_view url) {
  auto end = std::min(url.find('#'), url.size());
  const auto question = url.substr(0, end).find('?');
  auto fragment = url.substr(end);
  // "#xtor=RSS-1"
  if (fragment.find('=') != std::string_view::npos && kept_parameters(fragment.substr(1)).empty()) fragment = {};
  if (question == std::string_view::npos) return std::string(url.substr(0, end)).append(fragment);
  const auto query = url.substr(question + 1, end - question - 1);
  const auto parameters = kept_parameters(query);
  if (parameters.size() == count_parameters(query)) return std::string(url.substr(0, end)).append(fragment);
  std::string out(url.substr(0, question));
  append_query(out, parameters);
  return out.append(fragment);
}

}  // namespace newscache::text
