#include "settings/http.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "settings/secret_file.hpp"
#include "settings/settings.hpp"

namespace newscache::settings {
namespace {

constexpr std::size_t shortest_secret = 16;

std::optional<HttpError> read_line(std::string_view key, const std::string& file, std::size_t shortest,
                                   std::string& out) {
  if (file.empty()) return std::nullopt;
  auto secret = read_secret(file);
  if (!secret) return HttpError{key, secret.error().detail};
  const bool clean = std::all_of(secret->begin(), secret->end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (!clean || secret->size() < shortest) {
    return HttpError{key, fmt::format("{} holds no secret that is hard to guess; expected one line of at least {} "
                                      "characters (openssl rand -hex 16)",
                                      file, shortest)};
  }
  out = std::move(*secret);
  return std::nullopt;
}

}  // namespace

std::optional<HttpError> complete_http(model::HttpSettings& http) {
  if (http.listen.empty()) return std::nullopt;
  if (http.user.empty() != http.password_file.empty()) {
    return HttpError{http.user.empty() ? "http.password_file" : "http.user",
                     "http.user and http.password_file go together; expected both"};
  }
  if (http.tls_certificate_file.empty() != http.tls_key_file.empty()) {
    return HttpError{http.tls_key_file.empty() ? "http.tls_certificate_file" : "http.tls_key_file",
                     "http.tls_certificate_file and http.tls_key_file go together; expected both"};
  }
  if (http.token_file.empty() && http.user.empty()) {
    return HttpError{"http.listen",
                     "any user of this machine could come in; expected http.token_file, or http.user and "
                     "http.password_file"};
  }
  for (const auto& text : http.listen) {
    if (is_loopback(*parse_endpoint(text)) || (!http.token_file.empty() && !http.tls_key_file.empty())) continue;
    return HttpError{"http.listen", fmt::format("\"{}\" can be reached from outside; expected http.token_file, "
                                                "http.tls_certificate_file and http.tls_key_file with it, or 127.0.0.1",
                                                text)};
  }
  if (auto error = read_line("http.token_file", http.token_file, shortest_secret, http.token)) return error;
  return read_line("http.password_file", http.password_file, 8, http.password);
}

}  // namespace newscache::settings
