#pragma once
// One certificate that is accepted by its fingerprint, in place of all that authorities vouch for.

#include <curl/curl.h>

#include <string>

namespace newscache::net {

struct Pin {
  std::string wanted;  // SHA-256, 64 lower-case hexadecimal digits; empty: no pin
  std::string seen;    // of the certificate that the server showed; empty before that
  bool matches() const { return !wanted.empty() && seen == wanted; }
};

// Whether this libcurl can do it: it must use the OpenSSL that we use.
bool can_pin();

// For CURLOPT_SSL_CTX_FUNCTION, with a Pin as its data, which must outlive the connection's use. Nothing else of the
// certificate is looked at: not who signed it, not its name, not its time.
CURLcode accept_only_pinned(CURL* easy, void* ssl_context, void* pin);

}  // namespace newscache::net
