#pragma once
// URLs (RFC 3986, with what browsers tolerate), through libcurl's CURLU.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace newscache::text {

// An absolute http or https URL for a reference found in a document: white space trimmed, blanks and non-ASCII
// characters percent-encoded, "//host/x", "/x", "?q", "#f" and relative paths resolved against `base` (may be empty),
// dot segments removed; nothing else is normalised, not even the host's case. Other schemes and nonsense give an empty
// string. `keep_relative`, for documents whose address is unknown: without a base a relative reference stays relative,
// cleaned in the same way.
std::string resolve_url(std::string_view base, std::string_view reference, bool keep_relative = false);
// An absolute URL that resolve_url gives back as it is, without copying it.
bool is_clean_url(std::string_view url);
// As resolve_url, and mailto:, tel: and the like pass too: for links in contents. Never javascript:, data:, vbscript:.
std::string resolve_link(std::string_view base, std::string_view reference, bool keep_relative = false);

struct UrlParts {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, punycode; IPv6 in brackets
  std::uint16_t port = 0;
  std::string path;  // with query
  std::string user;
  std::string password;
};
// Only absolute http and https.
std::optional<UrlParts> split_url(std::string_view url);
// scheme, host and port are the same (RFC 6454).
bool same_origin(std::string_view a, std::string_view b);

// What a person types as a feed's address, made a URL: "example.org/feed" gets https://, feed:// becomes http://, the
// fragment goes. Errors name what is wrong.
Result<std::string> subscription_url(std::string_view typed);

// The identity of a page, for comparing and never for fetching: host in lower case without "www.", https for http,
// no default port, no fragment, no tracking parameters, parameters sorted, no trailing slash.
std::string canonical_url(std::string_view url);
// The URL without utm_*, fbclid and the like, otherwise unchanged.
std::string strip_tracking(std::string_view url);

}  // namespace newscache::text
