#include "net/curl_errors.hpp"

#include <cerrno>

#include "net/fetch.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::net;

TEST_CASE("libcurl's errors have our causes") {
  struct Case {
    CURLcode code;
    int system_error;
    Cause cause;
  };
  const auto row = GENERATE(values<Case>({
      {CURLE_COULDNT_RESOLVE_HOST, 0, Cause::dns},
      {CURLE_COULDNT_RESOLVE_PROXY, 0, Cause::dns},
      {CURLE_COULDNT_CONNECT, ECONNREFUSED, Cause::refused},
      {CURLE_COULDNT_CONNECT, ENETUNREACH, Cause::link},
      {CURLE_COULDNT_CONNECT, EHOSTUNREACH, Cause::link},
      {CURLE_RECV_ERROR, ENETUNREACH, Cause::refused},
      {CURLE_OPERATION_TIMEDOUT, 0, Cause::timeout},
      {CURLE_PEER_FAILED_VERIFICATION, 0, Cause::tls},
      {CURLE_SSL_CONNECT_ERROR, 0, Cause::tls},
      {CURLE_PARTIAL_FILE, 0, Cause::refused},
      {CURLE_GOT_NOTHING, 0, Cause::refused},
      {CURLE_OUT_OF_MEMORY, 0, Cause::too_large},
      {CURLE_HTTP2_STREAM, 0, Cause::server},
      {CURLE_WEIRD_SERVER_REPLY, 0, Cause::server},
      {CURLE_BAD_CONTENT_ENCODING, 0, Cause::server},
      {CURLE_BAD_FUNCTION_ARGUMENT, 0, Cause::internal},
  }));
  INFO(row.code << " " << row.system_error);
  CHECK(transfer_error(row.code, row.system_error, "example.org", "").cause == row.cause);
}

TEST_CASE("the time that is over is the resolver's while it is asked, and the same trouble has the same words") {
  struct Case {
    const char* message;
    Cause cause;
    std::string detail;
  };
  const Case rows[] = {
      {"Resolving timed out after 5000 milliseconds", Cause::dns, "h: the name was not resolved in time"},
      {"Connection timed out after 15001 milliseconds", Cause::timeout, "h: cannot connect in time"},
      {"Operation timed out after 30000 milliseconds with 17 out of 100 bytes received", Cause::timeout,
       "h: the answer did not come in time"},
      {"Operation too slow. Less than 100 bytes/sec transferred the last 30 seconds", Cause::timeout,
       "h: the transfer came to a standstill"},
  };
  for (const auto& row : rows) {
    const auto error = transfer_error(CURLE_OPERATION_TIMEDOUT, 0, "h", row.message);
    CHECK(error.cause == row.cause);
    CHECK(error.detail == row.detail);
  }
  CHECK(transfer_error(CURLE_COULDNT_CONNECT, ECONNREFUSED, "h", "Failed to connect to h port 80 after 3 ms").detail ==
        "h: cannot connect: Connection refused");
  CHECK(transfer_error(CURLE_PARTIAL_FILE, 0, "h", "transfer closed with 99 bytes remaining to read").detail ==
        "h: the answer broke off before it was complete");
}

TEST_CASE("a message names the host, libcurl's reason, and what to do") {
  const auto error = transfer_error(CURLE_SSL_CACERT_BADFILE, 0, "example.org", "error setting certificate file: /x");
  CHECK(error.detail ==
        "example.org: error setting certificate file: /x (check net.ca_file and the host's ca_file, or install "
        "ca-certificates)");
  CHECK(transfer_error(CURLE_GOT_NOTHING, 0, "example.org", "").detail.find("example.org: ") == 0);
}

TEST_CASE("a certificate out of its time may be our clock's fault, and the message says so") {
  const std::string text = GENERATE("SSL certificate problem: certificate has expired",
                                    "SSL certificate problem: certificate is not yet valid");
  CHECK(transfer_error(CURLE_PEER_FAILED_VERIFICATION, 0, "h", text).detail.find("clock") != std::string::npos);
  CHECK(transfer_error(CURLE_PEER_FAILED_VERIFICATION, 0, "h", "self-signed certificate").detail.find("clock") ==
        std::string::npos);
}

TEST_CASE("a certificate that is not yet valid means that our clock is wrong, one that has expired may mean it") {
  const auto cause = [](const char* text) {
    return transfer_error(CURLE_PEER_FAILED_VERIFICATION, 0, "h", text).cause;
  };
  CHECK(cause("SSL certificate problem: certificate is not yet valid") == Cause::clock);
  CHECK(cause("SSL certificate problem: certificate has expired") == Cause::tls);
}

TEST_CASE("a certificate for another name is known by its words") {
  for (const char* text : {"SSL: no alternative certificate subject name matches target host name 'h'",
                           "SSL: no alternative certificate subject name matches target ipv4 address '127.0.0.1'",
                           "SSL: certificate subject name 'x' does not match target host name 'h'",
                           "SSL: certificate subject name 'x' does not match target hostname 'h'"}) {
    INFO(text);
    const auto error = transfer_error(CURLE_PEER_FAILED_VERIFICATION, 0, "h", text);
    CHECK(error.detail == "h: the certificate is for another name");
    CHECK(error.detail.ends_with(": the certificate is for another name"));
  }
  CHECK_FALSE(transfer_error(CURLE_PEER_FAILED_VERIFICATION, 0, "h", "self-signed certificate")
                  .detail.ends_with(": the certificate is for another name"));
}
