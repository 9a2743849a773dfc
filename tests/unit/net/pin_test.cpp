// A pinned certificate is accepted whatever else is true of it, no other is, and no other fetch gains by it.
#include "net/pin.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/hash.hpp"
#include "fetching.hpp"
#include "secure.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::test;

namespace {

std::string fingerprint_of(const CertificateFiles& files) {
  struct Deleter {
    void operator()(std::FILE* file) const { std::fclose(file); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  const std::unique_ptr<std::FILE, Deleter> file(std::fopen(files.certificate.c_str(), "r"));
  const std::unique_ptr<X509, Deleter> certificate(file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr)
                                                        : nullptr);
  Sha256 hash{};
  if (!certificate || X509_digest(certificate.get(), EVP_sha256(), hash.data(), nullptr) != 1)
    throw std::runtime_error("cannot read " + files.certificate);
  return hex(hash);
}

net::Request pinned(const std::string& url, const std::string& fingerprint) {
  auto request = request_for(url);
  request.access.fingerprint = fingerprint;
  return request;
}

}  // namespace

TEST_CASE("the pinned certificate is accepted, whoever signed it, of whatever name and time") {
  if (!net::can_pin()) {
    WARN("skipped: libcurl does not use OpenSSL");
    return;
  }
  using std::chrono::hours;
  const TemporaryFolder folder;
  const auto spec = GENERATE(CertificateSpec{}, CertificateSpec{.address = "127.0.0.2"},
                             CertificateSpec{.valid_from = hours(-48), .valid_to = hours(-24)},
                             CertificateSpec{.valid_from = hours(24), .valid_to = hours(48)});
  const auto files = make_certificate(folder.path(), "pinned", spec);
  Publisher publisher(https(files));
  publisher.answer("/feed", Answer{.body = "x"});
  Fetching fetching;
  const auto result = fetching.get(pinned(publisher.url("/feed"), fingerprint_of(files)));
  INFO((result ? "" : result.error().detail));
  REQUIRE(result.has_value());
  CHECK(result->body == "x");
}

TEST_CASE("another certificate than the pinned one is refused and shown, though an authority vouches for it") {
  const TemporaryFolder folder;
  const auto files = make_certificate(folder.path(), "good");
  const auto other = make_certificate(folder.path(), "other");
  Publisher publisher(https(files));
  publisher.answer("/feed", Answer{.body = "x"});
  auto settings = loopback_settings();
  settings.ca_file = files.certificate;
  Fetching fetching(settings);
  // Also when there is a connection that is good for others.
  REQUIRE(fetching.get(publisher.url("/feed")).has_value());
  publisher.clear_requests();
  const auto result = fetching.get(pinned(publisher.url("/feed"), fingerprint_of(other)));
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::tls);
  CHECK_FALSE(result.error().detail.ends_with(": the certificate is for another name"));
  if (net::can_pin()) CHECK(result.error().detail.find(fingerprint_of(files)) != std::string::npos);
  CHECK(publisher.requests().empty());
}

TEST_CASE("a pin is good for no other fetch, neither later nor at the same time") {
  if (!net::can_pin()) return;
  const TemporaryFolder folder;
  const auto files = make_certificate(folder.path(), "self");
  Publisher publisher(https(files));
  publisher.answer("/feed", Answer{.body = "x"});
  publisher.answer("/held", Answer{.body = "held", .fault = Fault::hold});
  Fetching fetching;
  const auto pin = fingerprint_of(files);
  CHECK(fetching.get(pinned(publisher.url("/feed"), pin)).value().body == "x");
  CHECK(fetching.failure(publisher.url("/feed")) == Cause::tls);
  auto& held = fetching.start(pinned(publisher.url("/held"), pin));
  CHECK(fetching.failure(publisher.url("/feed")) == Cause::tls);
  publisher.release("/held");
  fetching.run_until([&] { return held.ended(); });
  CHECK(held.result->value().body == "held");
  CHECK(fetching.get(pinned(publisher.url("/feed"), pin)).value().body == "x");
  CHECK(publisher.requests("/feed").size() == 2);
  CHECK(publisher.wait_for_open_connections(0));
}

TEST_CASE("a pin is for its own origin: where a redirect leads, certificates are judged as usual") {
  if (!net::can_pin()) return;
  const TemporaryFolder folder;
  const auto files = make_certificate(folder.path(), "self");
  Publisher home(https(files));
  Publisher other(https(files));
  home.answer("/feed", redirect(301, "/here"));
  home.answer("/here", Answer{.body = "x"});
  home.answer("/away", redirect(301, other.url("/feed")));
  Fetching fetching;
  const auto pin = fingerprint_of(files);
  CHECK(fetching.get(pinned(home.url("/feed"), pin)).value().body == "x");
  CHECK(fetching.get(pinned(home.url("/away"), pin)).error().cause == Cause::tls);
  CHECK(other.requests().empty());
}

TEST_CASE("without TLS there is nothing to pin") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = "x"});
  Fetching fetching;
  CHECK(fetching.get(pinned(publisher.url("/feed"), std::string(64, 'a'))).value().body == "x");
}
