#include "net/curl_errors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace newscache::net {
namespace {

struct Row {
  CURLcode code;
  Cause cause;
  // Instead of libcurl's, where those hold times, counts or addresses: the same trouble must have the same words each
  // time, or each time is told as something new.
  std::string_view words;
  std::string_view advice = {};
};

// What is missing here cannot happen with the options that we set, or is libcurl's or our own fault: internal.
constexpr std::array kTable {
  Row{CURLE_UNSUPPORTED_PROTOCOL, Cause::server, "this is not HTTP"},  // HTTP/0.9, that is: anything
      Row{CURLE_URL_MALFORMAT, Cause::invalid, "", "correct the address"},
      Row{CURLE_COULDNT_RESOLVE_PROXY, Cause::dns, "the proxy's name has no address", "check the proxy setting"},
      Row{CURLE_COULDNT_RESOLVE_HOST, Cause::dns, "the name has no address"},
      Row{CURLE_COULDNT_CONNECT, Cause::refused, "cannot connect"},
      Row{CURLE_WEIRD_SERVER_REPLY, Cause::server, "this is not HTTP"},
      Row{CURLE_HTTP2, Cause::server, "the server breaks the rules of HTTP/2"},
      Row{CURLE_PARTIAL_FILE, Cause::refused, "the answer broke off before it was complete"},
      Row{CURLE_WRITE_ERROR, Cause::server, "the answer cannot be decoded"},
      Row{CURLE_OUT_OF_MEMORY, Cause::too_large, "probably a header line longer than libcurl takes"},
      Row{CURLE_OPERATION_TIMEDOUT, Cause::timeout, "the answer did not come in time"},
      Row{CURLE_SSL_CONNECT_ERROR, Cause::tls, ""}, Row{CURLE_TOO_MANY_REDIRECTS, Cause::too_large, ""},
      Row{CURLE_GOT_NOTHING, Cause::refused, "the connection was closed without an answer"},
      Row{CURLE_SEND_ERROR, Cause::refused, ""}, Row{CURLE_RECV_ERROR, Cause::refused, ""},
      Row{CURLE_SSL_CERTPROBLEM, Cause::tls, ""}, Row{CURLE_SSL_CIPHER, Cause::tls, ""},
      Row{CURLE_PEER_FAILED_VERIFICATION, Cause::tls, ""},
      Row{CURLE_BAD_CONTENT_ENCODING, Cause::server, "the answer cannot be decompressed"},
      Row{CURLE_FILESIZE_EXCEEDED, Cause::too_large, ""}, Row{CURLE_USE_SSL_FAILED, Cause::tls, ""},
      Row{CURLE_SSL_CACERT_BADFILE, Cause::tls, "",
          "check net.ca_file and the host's ca_file, or install ca-certificates"},
      Row{CURLE_SSL_SHUTDOWN_FAILED, Cause::refused, ""}, Row{CURLE_SSL_CRL_BADFILE, Cause::tls, ""},
      Row{CURLE_SSL_ISSUER_ERROR, Cause::tls, ""}, Row{CURLE_SSL_PINNEDPUBKEYNOTMATCH, Cause::tls, ""},
      Row{CURLE_SSL_INVALIDCERTSTATUS, Cause::tls, ""},
      Row{CURLE_HTTP2_STREAM, Cause::server, "the server broke off the HTTP/2 stream"},
      Row{CURLE_HTTP3, Cause::server, "the server breaks the rules of HTTP/3"},
      Row{CURLE_QUIC_CONNECT_ERROR, Cause::refused, "cannot connect with QUIC"},
      Row{CURLE_PROXY, Cause::refused, "", "check the proxy setting"},
      Row{CURLE_SSL_CLIENTCERT, Cause::denied, "the publisher wants a client certificate"},
#if LIBCURL_VERSION_NUM >= 0x080600
      Row{CURLE_TOO_LARGE, Cause::too_large, ""},
#endif
};

// How far a transfer had come when its time was over, as libcurl's messages begin.
struct Phase {
  std::string_view beginning;
  Cause cause;
  std::string_view words;
};
constexpr std::array kPhases{
    Phase{"Resolving", Cause::dns, "the name was not resolved in time"},
    Phase{"Connection", Cause::timeout, "cannot connect in time"},
    Phase{"SSL", Cause::timeout, "the TLS handshake did not end in time"},
    Phase{"Operation too slow", Cause::timeout, "the transfer came to a standstill"},
};

// Errors of our own network, which say nothing about the publisher. EHOSTUNREACH is here because it is what comes when
// the cable is pulled and the default route stays.
constexpr std::array kLinkErrors{ENETUNREACH, ENETDOWN, EHOSTUNREACH, EADDRNOTAVAIL};

constexpr std::string_view kWrongName = "the certificate is for another name";

bool holds(std::string_view message, std::string_view words) { return message.find(words) != std::string_view::npos; }

// What libcurl says of a certificate that an authority vouches for, and that does not name the host.
bool is_about_name(std::string_view message) {
  return holds(message, "subject name") && (holds(message, "no alternative") || holds(message, "does not match"));
}

// Our clock is behind far more often than a certificate is from the future. Of one that has expired nobody can tell.
void judge_validity(Error& error, std::string_view message) {
  const bool too_early = holds(message, "not yet valid");
  if (too_early) error.cause = Cause::clock;
  if (too_early || holds(message, "expired")) error.detail += " (or the clock of this machine is wrong)";
}

}  // namespace

Error transfer_error(CURLcode code, int system_error, const std::string& host, const std::string& message) {
  const auto found =
      std::find_if(kTable.begin(), kTable.end(), [&](const Row& candidate) { return candidate.code == code; });
  Row row = found == kTable.end() ? Row{code, Cause::internal, ""} : *found;
  if (code == CURLE_OPERATION_TIMEDOUT) {
    for (const auto& phase : kPhases) {
      if (message.starts_with(phase.beginning)) row = Row{code, phase.cause, phase.words};
    }
  }
  Error error{row.cause, host + ": "};
  if (row.cause == Cause::tls && is_about_name(message)) row.words = kWrongName;
  if (!row.words.empty()) {
    error.detail += row.words;
  } else {
    error.detail += message.empty() ? curl_easy_strerror(code) : message;
  }
  if (code == CURLE_COULDNT_CONNECT && system_error != 0) {
    error.detail += ": " + std::generic_category().message(system_error);
    const bool link = std::find(kLinkErrors.begin(), kLinkErrors.end(), system_error) != kLinkErrors.end();
    if (link) error.cause = Cause::link;
  }
  if (!row.advice.empty()) error.detail.append(" (").append(row.advice).append(")");
  if (error.cause == Cause::tls) judge_validity(error, message);
  return error;
}

}  // namespace newscache::net
