#include "api/tcp_access.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "text/utf8.hpp"

namespace newscache::api {
namespace {

std::string base64(const std::string& text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// How long it takes tells nothing about the secret but its length.
bool equal_secrets(std::string_view given, const std::string& known) {
  return !known.empty() && given.size() == known.size() && CRYPTO_memcmp(given.data(), known.data(), known.size()) == 0;
}

bool is_this_machine(std::string_view host) {
  const auto colon = host.rfind(':');
  const auto name = colon == std::string_view::npos || host.ends_with(']') ? host : host.substr(0, colon);
  // Also an address, but no name that begins like one.
  const bool is_address = name.find_first_not_of("0123456789.") == std::string_view::npos;
  return text::equal_ignoring_case(name, "localhost") || name == "[::1]" || (is_address && name.starts_with("127."));
}

// A page that we served ourselves, or nothing but the person at the browser.
bool comes_from_here(const Credentials& request) {
  const auto is_own = [&request](std::string_view url, bool with_path) {
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (!url.starts_with(scheme)) continue;
      url.remove_prefix(scheme.size());
      const auto host = with_path ? url.substr(0, url.find('/')) : url;
      return text::equal_ignoring_case(host, request.host);
    }
    return false;
  };
  if (!request.origin.empty() && !is_own(request.origin, false)) return false;
  if (!request.referer.empty() && !is_own(request.referer, true)) return false;
  return request.fetch_site.empty() || request.fetch_site == "same-origin" || request.fetch_site == "none";
}

}  // namespace

TcpAccess::TcpAccess(const model::HttpSettings& settings) : is_admin_(settings.admin), token_(settings.token) {
  if (!settings.password.empty()) basic_ = base64(settings.user + ":" + settings.password);
}

bool TcpAccess::knows_secret(std::string_view authorization) const {
  const auto blank = authorization.find(' ');
  if (blank == std::string_view::npos) return false;
  const auto scheme = authorization.substr(0, blank);
  const auto given = text::trim(authorization.substr(blank));
  if (text::equal_ignoring_case(scheme, "bearer")) return equal_secrets(given, token_);
  return text::equal_ignoring_case(scheme, "basic") && equal_secrets(given, basic_);
}

std::optional<Response> TcpAccess::refuse(const Credentials& request, bool loopback) const {
  if (loopback && !is_this_machine(request.host)) {
    return problem(403, "the Host of a request to this address must be localhost, 127.0.0.1 or [::1]");
  }
  if (!comes_from_here(request)) return problem(403, "requests of other sites' web pages are refused");
  if (knows_secret(request.authorization)) return std::nullopt;
  auto response = problem(
      401, "give the token of http.token_file as 'Authorization: Bearer TOKEN', or http.user with its password");
  if (!token_.empty()) response.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="newscached")");
  if (!basic_.empty()) {
    response.headers.emplace_back("WWW-Authenticate", R"(Basic realm="newscached", charset="UTF-8")");
  }
  return response;
}

}  // namespace newscache::api
