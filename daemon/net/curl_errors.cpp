#include "net/curl_errors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace newscache::net {
namespace {

struct Row {
  CURLcode code;
  Cause cause;
  std::string_view advice;  // added to libcurl's words
};

// What is missing here cannot happen with the options that we set, or is libcurl's or our own fault: internal.
constexpr std::array kTable {
  Row{CURLE_UNSUPPORTED_PROTOCOL, Cause::server, "this is not HTTP"},  // HTTP/0.9, that is: anything
      Row{CURLE_URL_MALFORMAT, Cause::invalid, "correct the address"},
      Row{CURLE_COULDNT_RESOLVE_PROXY, Cause::dns, "check net.proxy"}, Row{CURLE_COULDNT_RESOLVE_HOST, Cause::dns, ""},
      Row{CURLE_COULDNT_CONNECT, Cause::refused, ""}, Row{CURLE_WEIRD_SERVER_REPLY, Cause::server, "this is not HTTP"},
      Row{CURLE_HTTP2, Cause::server, ""},
      Row{CURLE_PARTIAL_FILE, Cause::refused, "the answer broke off before it was complete"},
      Row{CURLE_WRITE_ERROR, Cause::server, "the answer cannot be decoded"},
      Row{CURLE_OUT_OF_MEMORY, Cause::too_large, "probably a header line longer than libcurl takes"},
      Row{CURLE_OPERATION_TIMEDOUT, Cause::timeout, ""}, Row{CURLE_SSL_CONNECT_ERROR, Cause::tls, ""},
      Row{CURLE_TOO_MANY_REDIRECTS, Cause::too_large, ""},
      Row{CURLE_GOT_NOTHING, Cause::refused, "the connection was closed without an answer"},
      Row{CURLE_SEND_ERROR, Cause::refused, ""}, Row{CURLE_RECV_ERROR, Cause::refused, ""},
      Row{CURLE_SSL_CERTPROBLEM, Cause::tls, ""}, Row{CURLE_SSL_CIPHER, Cause::tls, ""},
      Row{CURLE_PEER_FAILED_VERIFICATION, Cause::tls, ""},
      Row{CURLE_BAD_CONTENT_ENCODING, Cause::server, "the answer cannot be decompressed"},
      Row{CURLE_FILESIZE_EXCEEDED, Cause::too_large, ""}, Row{CURLE_USE_SSL_FAILED, Cause::tls, ""},
      Row{CURLE_SSL_CACERT_BADFILE, Cause::tls, "check net.ca_file, or install ca-certificates"},
      Row{CURLE_SSL_SHUTDOWN_FAILED, Cause::refused, ""}, Row{CURLE_SSL_CRL_BADFILE, Cause::tls, ""},
      Row{CURLE_SSL_ISSUER_ERROR, Cause::tls, ""}, Row{CURLE_SSL_PINNEDPUBKEYNOTMATCH, Cause::tls, ""},
      Row{CURLE_SSL_INVALIDCERTSTATUS, Cause::tls, ""}, Row{CURLE_HTTP2_STREAM, Cause::server, ""},
      Row{CURLE_HTTP3, Cause::server, ""}, Row{CURLE_QUIC_CONNECT_ERROR, Cause::refused, ""},
      Row{CURLE_PROXY, Cause::refused, "check net.proxy"},
      Row{CURLE_SSL_CLIENTCERT, Cause::denied, "the publisher wants a client certificate"},
#if LIBCURL_VERSION_NUM >= 0x080600
      Row{CURLE_TOO_LARGE, Cause::too_large, ""},
#endif
};

// Errors of our own network, which say nothing about the publisher. EHOSTUNREACH is here because it is what comes when
// the cable is pulled and the default route stays.
constexpr std::array kLinkErrors{ENETUNREACH, ENETDOWN, EHOSTUNREACH, EADDRNOTAVAIL};

bool is_about_validity(std::string_view message) {
  return message.find("expired") != std::string_view::npos || message.find("not yet valid") != std::string_view::npos;
}

}  // namespace

Error transfer_error(CURLcode code, int system_error, const std::string& host, const std::string& message) {
  const auto row =
      std::find_if(kTable.begin(), kTable.end(), [&](const Row& candidate) { return candidate.code == code; });
  Error error{row == kTable.end() ? Cause::internal : row->cause, host + ": "};
  error.detail += message.empty() ? curl_easy_strerror(code) : message;
  if (row != kTable.end() && !row->advice.empty()) error.detail.append(" (").append(row->advice).append(")");
  const bool link = std::find(kLinkErrors.begin(), kLinkErrors.end(), system_error) != kLinkErrors.end();
  if (code == CURLE_COULDNT_CONNECT && link) error.cause = Cause::link;
  if (error.cause == Cause::tls && is_about_validity(message))
    error.detail += " (or the clock of this machine is wrong)";
  return error;
}

}  // namespace newscache::net
