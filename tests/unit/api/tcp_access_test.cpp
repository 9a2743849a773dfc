#include "api/tcp_access.hpp"

#include "api/gzip.hpp"
#include "api/negotiate.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;

namespace {

TcpAccess access() {
  model::HttpSettings settings;
  settings.token = "0123456789abcdef";
  return TcpAccess(settings);
}

// 0: let in.
int refusal(Credentials request, bool loopback = true) {
  request.authorization = "Bearer 0123456789abcdef";
  const auto refused = access().refuse(request, loopback);
  return refused ? refused->status : 0;
}

}  // namespace

TEST_CASE("loopback serves this machine's names only, so that no name of others can be made to point to it") {
  for (const auto* host : {"localhost", "LOCALHOST:8077", "127.0.0.1:8077", "127.1.2.3", "[::1]", "[::1]:8077"}) {
    INFO(host);
    CHECK(refusal({.host = host}) == 0);
  }
  for (const auto* host : {"", "evil.example", "evil.example:8077", "127.evil.example", "localhost.evil.example",
                           "192.168.0.1", "::1", "[::2]:8077"}) {
    INFO(host);
    CHECK(refusal({.host = host}) == 403);
    CHECK(refusal({.host = host}, false) == 0);  // there the certificate names the host
  }
}

TEST_CASE("a page that we served may ask us, and a page of another site may not") {
  const std::string_view host = "localhost:8077";
  CHECK(refusal({.host = host, .origin = "http://localhost:8077"}) == 0);
  CHECK(refusal({.host = host, .referer = "http://localhost:8077/v1/articles/1/content"}) == 0);
  CHECK(refusal({.host = host, .fetch_site = "same-origin"}) == 0);
  CHECK(refusal({.host = host, .fetch_site = "none"}) == 0);
  CHECK(refusal({.host = host, .origin = "http://evil.example"}) == 403);
  CHECK(refusal({.host = host, .origin = "http://localhost:8078"}) == 403);
  CHECK(refusal({.host = host, .origin = "null"}) == 403);
  CHECK(refusal({.host = host, .origin = "http://localhost:8077/"}) == 403);
  CHECK(refusal({.host = host, .referer = "http://localhost:8077.evil.example/"}) == 403);
  CHECK(refusal({.host = host, .fetch_site = "cross-site"}) == 403);
  CHECK(refusal({.host = host, .fetch_site = "same-site"}) == 403);
}

TEST_CASE("without a secret of ours nothing is the right one") {
  for (const auto* given : {"Bearer ", "Basic ", "Bearer  ", "", "Basic Og=="}) {
    INFO(given);
    CHECK(TcpAccess().refuse({.host = "localhost", .authorization = given}, true)->status == 401);
  }
}

TEST_CASE("gzip is used for who accepts it") {
  CHECK(accepts_gzip("gzip"));
  CHECK(accepts_gzip("br;q=1.0, GZIP;q=0.8, *;q=0.1"));
  CHECK(accepts_gzip("*"));
  CHECK_FALSE(accepts_gzip(""));
  CHECK_FALSE(accepts_gzip("identity, br"));
  CHECK_FALSE(accepts_gzip("gzip;q=0"));
  CHECK_FALSE(accepts_gzip("gzip; q=0.000"));
  CHECK_FALSE(accepts_gzip("*;q=0"));
  CHECK_FALSE(accepts_gzip("*, gzip;q=0"));
  CHECK(is_compressible("application/problem+json"));
  CHECK(is_compressible("text/html; charset=utf-8"));
  CHECK_FALSE(is_compressible("image/png"));
}
