#include "api/tcp_access.hpp"

#include <openssl/crypto.h>

#include "api/base64.hpp"
#include "base/hash.hpp"
#include "text/utf8.hpp"

namespace newscache::api {
namespace {

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

// Between what is hashed together.
constexpr std::string_view separator("\0", 1);

// Clients split it at a "=", and its end at a blank.
std::string reader_token(std::string_view user, std::string_view secret) {
  constexpr std::size_t digits = 40;
  const std::string label("newscached reader token 1");  // what else the secret may be hashed for comes out otherwise
  std::string name(user);
  for (char& c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_plain) c = '_';
  }
  return name + "/" + hex(sha256({label, separator, user, separator, secret}), digits / 2);
}

constexpr std::string_view token_user = "newscached";

}  // namespace

std::optional<std::string_view> google_login(std::string_view authorization) {
  constexpr std::string_view scheme = "GoogleLogin";
  constexpr std::string_view name = "auth=";
  if (!text::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return std::nullopt;
  const auto given = text::trim(authorization.substr(scheme.size()));
  if (!text::equal_ignoring_case(given.substr(0, name.size()), name)) return std::nullopt;
  return text::trim(given.substr(name.size()));
}

TcpAccess::TcpAccess(const model::HttpSettings& settings, std::string_view picture_secret)
    : is_admin_(settings.admin), token_(settings.token), user_(settings.user), password_(settings.password) {
  if (!password_.empty()) {
    basic_ = base64(user_ + ":" + password_);
    password_reader_token_ = reader_token(user_, password_);
  }
  if (!token_.empty()) token_reader_token_ = reader_token(token_user, token_);
  if (settings.offline_images && !picture_secret.empty()) {
    // With the others, so that new ones make the addresses void.
    const std::string label("newscached picture keys 2");
    picture_keys_ =
        PictureKeys(hex(sha256({label, separator, picture_secret, separator, token_, separator, password_})));
  }
}

std::string PictureKeys::key_of(std::string_view sha256_of_asset) const {
  constexpr std::size_t digits = 32;
  return hex(sha256({secret_, separator, sha256_of_asset}), digits / 2);
}

std::optional<std::string> TcpAccess::log_in(std::string_view user, std::string_view password) const {
  // Both are compared, whatever comes of the first.
  const bool is_user = equal_secrets(user, user_);
  const bool is_password = equal_secrets(password, password_);
  if (is_user && is_password) return password_reader_token_;
  if (equal_secrets(password, token_)) return token_reader_token_;
  return std::nullopt;
}

bool TcpAccess::knows_reader_token(std::string_view given) const {
  const bool is_passwords = equal_secrets(given, password_reader_token_);
  return equal_secrets(given, token_reader_token_) || is_passwords;
}

std::string TcpAccess::any_reader_token() { return reader_token(token_user, {}); }

bool TcpAccess::knows_secret(const Credentials& request) const {
  switch (request.dialect) {
    case Dialect::native:
      return knows_authorization(request.authorization);
    case Dialect::miniflux:
      // It alone decides where it is given.
      if (!request.auth_token.empty()) return equal_secrets(request.auth_token, token_);
      return knows_authorization(request.authorization);
    case Dialect::google_reader:
      return knows_reader_token(google_login(request.authorization).value_or(std::string_view()));
  }
  return false;
}

bool TcpAccess::knows_authorization(std::string_view authorization) const {
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
  const bool is_picture = picture_keys_.are_given() && !request.picture.empty() &&
                          equal_secrets(request.picture_key, picture_keys_.key_of(request.picture));
  // Whatever page shows it: who wrote that page knew the key.
  if (is_picture) return std::nullopt;
  if (!comes_from_here(request)) return problem(403, "requests of other sites' web pages are refused");
  if (request.is_open || knows_secret(request)) return std::nullopt;
  if (request.dialect != Dialect::native) return problem(401, "wrong or no credentials");
  auto response = problem(
      401, "give the token of http.token_file as 'Authorization: Bearer TOKEN', or http.user with its password");
  if (!token_.empty()) response.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="newscached")");
  if (!basic_.empty()) {
    response.headers.emplace_back("WWW-Authenticate", R"(Basic realm="newscached", charset="UTF-8")");
  }
  return response;
}

}  // namespace newscache::api
