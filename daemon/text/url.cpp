#include "text/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "text/ascii.hpp"
#include "text/punycode.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

constexpr std::size_t kLongestUrl = 16 * 1024;

struct CurlUrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlUrlDeleter>;

// The schemes that a link in an article may have besides http and https: what they open asks the user first.
constexpr std::array<std::string_view, 22> kLinkSchemes{
    "mailto", "tel",    "sms",  "smsto", "xmpp", "magnet", "geo",    "ftp",    "ftps",   "sftp",   "irc",
    "ircs",   "matrix", "news", "nntp",  "sip",  "sips",   "gopher", "gemini", "webcal", "callto", "acct"};

// RFC 3986, appendix B. Views into one string; the has_ members tell "x?" from "x".
struct Pieces {
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::string_view query;
  std::string_view fragment;
  bool has_authority = false;
  bool has_query = false;
  bool has_fragment = false;
};

std::string_view scheme_of(std::string_view url) {
  if (url.empty() || !is_alpha(url.front())) return {};
  for (std::size_t i = 1; i < url.size(); ++i) {
    if (url[i] == ':') return url.substr(0, i);
    if (!is_alnum(url[i]) && url[i] != '+' && url[i] != '-' && url[i] != '.') break;
  }
  return {};
}

bool is_web_scheme(std::string_view scheme) {
  return equal_ignoring_case(scheme, "https") || equal_ignoring_case(scheme, "http");
}

Pieces split(std::string_view url) {
  Pieces pieces;
  pieces.scheme = scheme_of(url);
  if (!pieces.scheme.empty()) url.remove_prefix(pieces.scheme.size() + 1);
  if (const auto hash = url.find('#'); hash != std::string_view::npos) {
    pieces.has_fragment = true;
    pieces.fragment = url.substr(hash + 1);
    url = url.substr(0, hash);
  }
  if (const auto question = url.find('?'); question != std::string_view::npos) {
    pieces.has_query = true;
    pieces.query = url.substr(question + 1);
    url = url.substr(0, question);
  }
  if (url.starts_with("//")) {
    pieces.has_authority = true;
    const auto slash = std::min(url.find('/', 2), url.size());
    pieces.authority = url.substr(2, slash - 2);
    url.remove_prefix(slash);
  }
  pieces.path = url;
  return pieces;
}

// What may stand in a path, a query or a fragment as it is; the rest is percent-encoded (the WHATWG URL Standard's
// sets, which keep "|" and brackets).
constexpr bool is_legal(char c) {
  return c > ' ' && c < 0x7F && c != '"' && c != '<' && c != '>' && c != '`' && c != '{' && c != '}' && c != '\\';
}

enum class CharClass : unsigned char { illegal, plain, separator };  // separators need a look: . ? #

constexpr auto kClasses = [] {
  std::array<CharClass, 256> classes{};
  for (int c = 1; c < 0x7F; ++c) {
    if (is_legal(static_cast<char>(c))) classes[static_cast<std::size_t>(c)] = CharClass::plain;
  }
  for (const char c : {'.', '?', '#'}) classes[byte(c)] = CharClass::separator;
  return classes;
}();

void append_encoded(std::string& out, std::string_view text, std::string_view also = {}) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (kClasses[byte(c)] != CharClass::illegal && also.find(c) == std::string_view::npos) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(digits[byte(c) >> 4]);
      out.push_back(digits[byte(c) & 15]);
    }
  }
}

constexpr auto kInHost = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 0x80; ++c) table[static_cast<std::size_t>(c)] = is_alnum(static_cast<char>(c));
  for (const char c : {'.', '-', '_'}) table[byte(c)] = true;
  return table;
}();

// An IPv4 address in the one of its many spellings that no program takes for another.
bool is_plain_ipv4(std::string_view host) {
  for (int number = 1;; ++number) {
    const auto digits = host.substr(0, host.find('.'));
    const bool good = !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit) &&
                      (digits.size() < 3 || (digits.size() == 3 && digits <= "255")) &&
                      (digits.size() == 1 || digits.front() != '0');
    if (!good || (number == 4) != (digits.size() == host.size())) return false;
    if (number == 4) return true;
    host.remove_prefix(digits.size() + 1);
  }
}

// The length of the DNS name or IPv4 address, perhaps with a port, that the text starts with; 0 when there is none, or
// one that could need rewriting.
std::size_t plain_authority_length(std::string_view text) {
  std::size_t label = 0;
  std::size_t at = 0;
  for (; at < text.size() && kInHost[byte(text[at])]; ++at) {
    if (text[at] != '.') continue;
    if (at == label) return 0;
    label = at + 1;
  }
  if (at == label || at > 253) return 0;
  // A number in the end is an IPv4 address.
  if (!is_alpha(text[label]) && !is_plain_ipv4(text.substr(0, at))) return 0;
  if (at == text.size() || text[at] != ':') return at;
  const auto port = ++at;
  while (at < text.size() && is_digit(text[at])) ++at;
  const auto digits = text.substr(port, at - port);
  return !digits.empty() && (digits.size() < 5 || (digits.size() == 5 && digits <= "65535")) ? at : 0;
}

bool is_plain_authority(std::string_view authority) {
  return !authority.empty() && plain_authority_length(authority) == authority.size();
}

bool has_dot_segment(std::string_view path) {
  for (std::size_t at = path.find("/."); at != std::string_view::npos; at = path.find("/.", at + 1)) {
    auto rest = path.substr(at + 2);
    if (rest.starts_with('.')) rest.remove_prefix(1);
    if (rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#') return true;
  }
  return false;
}

// As browsers do: no C0 control or blank at the ends, no tab and no line break anywhere, "\" is "/" before the query,
// and "https:/x" and "https:////x" are "https://x".
std::string straightened(std::string_view reference) {
  const auto at_ends = [](char c) { return byte(c) <= ' '; };
  while (!reference.empty() && at_ends(reference.front())) reference.remove_prefix(1);
  while (!reference.empty() && at_ends(reference.back())) reference.remove_suffix(1);
  std::string out;
  out.reserve(reference.size());
  for (const char c : reference) {
    if (c != '\t' && c != '\n' && c != '\r') out.push_back(c);
  }
  const auto scheme = scheme_of(out);
  if (!scheme.empty() && !is_web_scheme(scheme)) return out;
  const auto path_end = std::min(out.find_first_of("?#"), out.size());
  std::replace(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(path_end), '\\', '/');
  if (!scheme.empty()) {
    const auto colon = scheme.size();
    const auto first = std::min(out.find_first_not_of('/', colon + 1), out.size());
    out.replace(colon, first - colon, "://");
  }
  return out;
}

// The port's digits without leading zeros; none when it is no port.
std::optional<std::string> checked_port(std::string_view port) {
  while (port.size() > 1 && port.front() == '0') port.remove_prefix(1);
  if (port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) return std::nullopt;
  if (port.size() == 5 && port > "65535") return std::nullopt;
  return std::string(port);
}

// User, host and port made fit for libcurl, which has the last word on them; empty when it refuses them.
std::string cleaned_authority(std::string_view authority) {
  if (is_plain_authority(authority)) return std::string(authority);
  std::string out;
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    append_encoded(out, authority.substr(0, at), "@/?#[]");
    out.push_back('@');
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  const auto host = ascii_host(authority);
  const auto digits = checked_port(port);
  if (!host || host->empty() || !digits) return {};
  if (host->find_first_of(" \"<>`{}|^%") != std::string::npos) return {};
  const CurlUrl url(curl_url());
  char* normal = nullptr;
  if (curl_url_set(url.get(), CURLUPART_URL, ("http://" + *host + "/").c_str(), 0) != CURLUE_OK) return {};
  if (curl_url_get(url.get(), CURLUPART_HOST, &normal, 0) != CURLUE_OK) return {};
  out += normal;
  curl_free(normal);
  return digits->empty() ? out : out + ":" + *digits;
}

// RFC 3986, section 5.2.4. `path` is absolute.
std::string without_dot_segments(std::string_view path) {
  if (!has_dot_segment(path)) return std::string(path);
  std::string out;
  out.reserve(path.size());
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    const auto segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment == "/.." || segment == "/.") {
      if (segment.size() == 3) out.resize(std::min(out.rfind('/'), out.size()));
      if (path.empty()) out.push_back('/');
    } else {
      out.append(segment);
    }
  }
  return out;
}

std::string merged_path(const Pieces& base, std::string_view path) {
  if (path.starts_with('/')) return std::string(path);
  const auto slash = base.path.rfind('/');
  const auto folder = slash == std::string_view::npos ? std::string_view("/") : base.path.substr(0, slash + 1);
  return std::string(folder).append(path);
}

std::string composed(std::string_view scheme, std::string_view authority, const Pieces& rest, std::string_view path) {
  auto out = to_lower(scheme).append("://").append(authority);
  append_encoded(out, without_dot_segments(path));
  if (rest.has_query) {
    out.push_back('?');
    append_encoded(out, rest.query);
  }
  if (rest.has_fragment) {
    out.push_back('#');
    append_encoded(out, rest.fragment);
  }
  return out.size() <= kLongestUrl ? out : std::string();
}

// RFC 3986, section 5.2.2, for straightened strings.
std::string resolved(std::string_view base_text, std::string_view reference_text) {
  Pieces reference = split(reference_text);
  if (!reference.scheme.empty()) {
    const auto authority = cleaned_authority(reference.authority);
    return authority.empty() ? std::string() : composed(reference.scheme, authority, reference, reference.path);
  }
  const Pieces base = split(base_text);
  if (!is_web_scheme(base.scheme) || reference_text.empty()) return {};
  const auto authority = cleaned_authority(reference.has_authority ? reference.authority : base.authority);
  if (authority.empty()) return {};
  if (reference.has_authority) return composed(base.scheme, authority, reference, reference.path);
  if (!reference.path.empty()) return composed(base.scheme, authority, reference, merged_path(base, reference.path));
  if (!reference.has_query) {
    reference.has_query = base.has_query;
    reference.query = base.query;
  }
  return composed(base.scheme, authority, reference, base.path);
}

std::string resolve(std::string_view base, std::string_view reference, bool other_schemes, bool keep_relative) {
  reference = trim(reference);
  if (is_clean_url(reference)) return std::string(reference);
  if (reference.size() > kLongestUrl || base.size() > kLongestUrl) return {};
  auto straight = straightened(reference);
  auto scheme = scheme_of(straight);
  const bool keep = keep_relative && base.empty() && scheme.empty();
  if (equal_ignoring_case(scheme, "feed")) {
    straight = straightened(straight.starts_with("feed://") ? "http" + straight.substr(4) : straight.substr(5));
    scheme = scheme_of(straight);
  }
  if (scheme.empty() || is_web_scheme(scheme)) {
    auto url = resolved(straightened(base), straight);
    if (keep && url.empty()) append_encoded(url, straight);
    return url;
  }
  if (!other_schemes) return {};
  auto out = to_lower(scheme);
  if (std::find(kLinkSchemes.begin(), kLinkSchemes.end(), out) == kLinkSchemes.end()) return {};
  append_encoded(out, std::string_view(straight).substr(scheme.size()));
  return out;
}

std::string part(CURLU* url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, what, &text, flags) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

// What libcurl would say of a clean URL, for a thirtieth of the price; the poller asks a dozen times a poll.
UrlParts split_clean(std::string_view url) {
  const Pieces pieces = split(url);
  UrlParts parts;
  parts.scheme = pieces.scheme;
  const auto colon = std::min(pieces.authority.find(':'), pieces.authority.size());
  parts.host = to_lower(pieces.authority.substr(0, colon));
  parts.port = parts.scheme == "https" ? 443 : 80;
  if (colon < pieces.authority.size()) {
    const auto digits = pieces.authority.substr(colon + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), parts.port);
  }
  parts.path = pieces.path.empty() ? "/" : pieces.path;
  if (!pieces.query.empty()) parts.path.append("?").append(pieces.query);
  return parts;
}

}  // namespace

// Most URLs in articles are right already: then one look at each byte is all that they cost.
bool is_clean_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || url.size() > kLongestUrl) return false;
  const auto authority = plain_authority_length(url.substr(scheme));
  const auto end = scheme + authority;
  if (authority == 0 || (end < url.size() && url[end] != '/' && url[end] != '?' && url[end] != '#')) return false;
  auto path_end = url.size();
  bool dots = false;
  for (auto at = end; at < url.size(); ++at) {
    const char c = url[at];
    const auto kind = kClasses[byte(c)];
    if (kind == CharClass::plain) continue;
    if (kind == CharClass::illegal) return false;
    if (c == '.') {
      dots = dots || url[at - 1] == '/';
    } else if (at < path_end) {
      path_end = at;
    }
  }
  return !dots || !has_dot_segment(url.substr(end, path_end - end));
}

std::string resolve_url(std::string_view base, std::string_view reference, bool keep_relative) {
  return resolve(base, reference, false, keep_relative);
}

std::string resolve_link(std::string_view base, std::string_view reference, bool keep_relative) {
  return resolve(base, reference, true, keep_relative);
}

std::optional<UrlParts> split_url(std::string_view text) {
  if (is_clean_url(text)) return split_clean(text);
  const auto clean = resolve_url({}, text);
  if (clean.empty()) return std::nullopt;
  const CurlUrl url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, clean.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK) return std::nullopt;
  UrlParts parts;
  parts.scheme = part(url.get(), CURLUPART_SCHEME);
  parts.host = to_lower(part(url.get(), CURLUPART_HOST));
  parts.port = static_cast<std::uint16_t>(std::stoul("0" + part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)));
  parts.path = part(url.get(), CURLUPART_PATH);
  if (const auto query = part(url.get(), CURLUPART_QUERY); !query.empty()) parts.path.append("?").append(query);
  parts.user = part(url.get(), CURLUPART_USER, CURLU_URLDECODE);
  parts.password = part(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
  return parts;
}

bool same_origin(std::string_view a, std::string_view b) {
  const auto x = split_url(a);
  const auto y = split_url(b);
  return x && y && x->scheme == y->scheme && x->host == y->host && x->port == y->port;
}

Result<std::string> subscription_url(std::string_view typed) {
  const auto invalid = [&](std::string_view what) {
    return Error{Cause::invalid, std::string(what) + ": '" + std::string(cut_utf8(trim(typed), 200)) + "'"};
  };
  auto text = straightened(typed);
  if (text.empty()) return Error{Cause::invalid, "the address is empty: give the address of a feed or of a web page"};
  for (const std::string_view prefix : {"feed:", "pcast:", "itpc:", "rss:"}) {
    if (!equal_ignoring_case(std::string_view(text).substr(0, prefix.size()), prefix)) continue;
    text.erase(0, prefix.size());
    const bool nested =
        is_web_scheme(scheme_of(text)) ||
        is_web_scheme(scheme_of(text.substr(std::min<std::size_t>(text.find_first_not_of('/'), text.size()))));
    text.erase(0, std::min(text.find_first_not_of('/'), text.size()));
    if (!nested) text.insert(0, "http://");
  }
  const auto scheme = scheme_of(text);
  const auto after = scheme.empty() ? std::string_view() : std::string_view(text).substr(scheme.size() + 1);
  const bool host_and_port = !after.empty() && is_digit(after.front());
  if (scheme.empty() || host_and_port) {
    text.insert(0, text.starts_with("//") ? "https:" : "https://");
  } else if (!is_web_scheme(scheme)) {
    return invalid("only http and https addresses can be subscribed to");
  }
  auto url = resolve_url({}, std::string_view(text).substr(0, text.find('#')));
  if (url.empty()) return invalid("this is no web address; expected something like https://example.org/feed");
  const auto host = url.find("//") + 2;
  if (url.find_first_of("/?", host) == std::string::npos) url.push_back('/');
  const auto host_end = std::min(url.find_first_of("/?", host), url.size());
  return url.replace(host, host_end - host, to_lower(url.substr(host, host_end - host)));
}

}  // namespace newscache::text
