#include "net/pin.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <string_view>

#include "base/hash.hpp"

namespace newscache::net {
namespace {

int judge(X509_STORE_CTX* context, void* data) {
  auto& pin = *static_cast<Pin*>(data);
  const X509* const certificate = X509_STORE_CTX_get0_cert(context);
  Sha256 hash{};
  unsigned size = 0;
  if (certificate != nullptr && X509_digest(certificate, EVP_sha256(), hash.data(), &size) == 1) pin.seen = hex(hash);
  X509_STORE_CTX_set_error(context, pin.matches() ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return pin.matches() ? 1 : 0;
}

}  // namespace

bool can_pin() {
  const char* const library = curl_version_info(CURLVERSION_NOW)->ssl_version;
  return library != nullptr && std::string_view(library).starts_with("OpenSSL/");
}

CURLcode accept_only_pinned(CURL*, void* ssl_context, void* pin) {
  auto* const context = static_cast<SSL_CTX*>(ssl_context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, judge, pin);
  // One look is enough, and a later one might find `pin` gone.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  return CURLE_OK;
}

}  // namespace newscache::net
