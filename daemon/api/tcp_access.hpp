#pragma once
// Who may come in over TCP, where no kernel tells who is at the other end: who knows the token or the password; and no
// web page, whatever it knows.

#include <optional>
#include <string>
#include <string_view>

#include "api/response.hpp"
#include "model/settings.hpp"

namespace newscache::api {

// What decides of a request's head; empty where it is absent.
struct Credentials {
  std::string_view host;
  std::string_view authorization;
  std::string_view origin;
  std::string_view referer;
  std::string_view fetch_site;  // Sec-Fetch-Site
};

class TcpAccess {
 public:
  TcpAccess() = default;
  explicit TcpAccess(const model::HttpSettings& settings);
  // Why the request is refused: 403 for a Host that is not this machine's (a name that somebody lets point to
  // 127.0.0.1), and for what another page sends; 401 without the right token or password. `loopback`: by which listener
  // it came. Others have TLS, where the certificate vouches for the host.
  std::optional<Response> refuse(const Credentials& request, bool loopback) const;
  bool is_admin() const { return is_admin_; }

 private:
  bool knows_secret(std::string_view authorization) const;

  bool is_admin_ = false;
  std::string token_;
  std::string basic_;  // "user:password" in base64
};

}  // namespace newscache::api
