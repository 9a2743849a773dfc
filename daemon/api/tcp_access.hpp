#pragma once
// Who may come in over TCP, where no kernel tells who is at the other end: who knows the token or the password; and no
// web page, whatever it knows.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/dialect.hpp"
#include "api/response.hpp"
#include "model/settings.hpp"

namespace newscache::api {

// What decides of a request's head; empty where it is absent.
struct Credentials {
  Dialect dialect = Dialect::native;
  std::string_view host;
  std::string_view authorization;
  std::string_view origin;
  std::string_view referer;
  std::string_view fetch_site;   // Sec-Fetch-Site
  std::string_view auth_token;   // X-Auth-Token
  bool is_open = false;          // what is asked for needs no secret
  std::string_view picture;      // the asset that is asked for, by its hash,
  std::string_view picture_key;  // and the key that its address has
};

// The addresses of assets that readers are given for what articles show: a reader's viewer sends no credentials, so
// each address holds a key, which nobody can guess who does not know our secrets.
class PictureKeys {
 public:
  PictureKeys() = default;
  explicit PictureKeys(std::string secret) : secret_(std::move(secret)) {}
  bool are_given() const { return !secret_.empty(); }
  std::string key_of(std::string_view sha256) const;

 private:
  std::string secret_;
};

// What follows "GoogleLogin auth=" in an Authorization header; none: it is no such header.
std::optional<std::string_view> google_login(std::string_view authorization);

class TcpAccess {
 public:
  TcpAccess() = default;
  // `picture_secret` is random: an address that somebody sees must not be a means to try passwords. Without it no
  // pictures are given.
  explicit TcpAccess(const model::HttpSettings& settings, std::string_view picture_secret = {});
  // Why the request is refused: 403 for a Host that is not this machine's (a name that somebody lets point to
  // 127.0.0.1), and for what another page sends; 401 without the right token or password. `loopback`: by which listener
  // it came. Others have TLS, where the certificate vouches for the host.
  std::optional<Response> refuse(const Credentials& request, bool loopback) const;
  bool is_admin() const { return is_admin_; }
  const std::string& user() const { return user_; }
  // None are given unless http.offline_images is set.
  const PictureKeys& picture_keys() const { return picture_keys_; }

  // Readers that speak Google Reader's dialect log in once and then show a token, "NAME/40 hexadecimal digits". It is
  // made of the secret alone: it outlives the daemon, and another password makes another. There is one of the password
  // and one of the token file's secret, which is taken for a password too.
  std::optional<std::string> log_in(std::string_view user, std::string_view password) const;
  bool knows_reader_token(std::string_view given) const;
  // For who needs none, on the Unix socket.
  static std::string any_reader_token();

 private:
  bool knows_secret(const Credentials& request) const;
  bool knows_authorization(std::string_view authorization) const;

  bool is_admin_ = false;
  std::string token_;
  std::string user_;
  std::string password_;
  std::string basic_;  // "user:password" in base64
  std::string token_reader_token_;
  std::string password_reader_token_;
  PictureKeys picture_keys_;
};

}  // namespace newscache::api
