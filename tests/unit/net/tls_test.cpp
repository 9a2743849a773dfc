// TLS is always verified.
#include <string>

#include "fetching.hpp"
#include "secure.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::test;

namespace {

model::NetSettings trusting(const CertificateFiles& files) {
  auto settings = loopback_settings();
  settings.ca_file = files.certificate;
  return settings;
}

}  // namespace

TEST_CASE("a certificate that net.ca_file vouches for is good, again and after a redirect from http") {
  const TemporaryFolder folder;
  const auto files = make_certificate(folder.path(), "good");
  Publisher secure(https(files));
  Publisher plain;
  secure.answer("/feed", Answer{.body = "secure"});
  plain.answer("/feed", redirect(301, secure.url("/feed")));
  Fetching fetching(trusting(files));
  CHECK(fetching.get(secure.url("/feed")).value().body == "secure");
  CHECK(fetching.get(plain.url("/feed")).value().body == "secure");
  CHECK(secure.connections() == 1);
}

TEST_CASE("a certificate that nobody vouches for is never accepted") {
  const TemporaryFolder folder;
  Publisher publisher(https(make_certificate(folder.path(), "unknown")));
  publisher.answer("/feed", Answer{.body = "x"});
  Fetching fetching;
  const auto result = fetching.get(publisher.url("/feed"));
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::tls);
  CHECK_FALSE(result.error().detail.ends_with(": the certificate is for another name"));
  CHECK(publisher.requests().empty());
}

TEST_CASE("a certificate of another address is never accepted, and is known as that") {
  const TemporaryFolder folder;
  const auto files = make_certificate(folder.path(), "other", CertificateSpec{.address = "127.0.0.2"});
  Publisher publisher(https(files));
  Fetching fetching(trusting(files));
  const auto result = fetching.get(publisher.url("/feed"));
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::tls);
  CHECK(result.error().detail == "127.0.0.1: the certificate is for another name");
  CHECK(result.error().detail.ends_with(": the certificate is for another name"));
  CHECK(publisher.requests().empty());
}

TEST_CASE("a certificate out of its time is never accepted, and the message speaks of the clock") {
  using std::chrono::hours;
  const TemporaryFolder folder;
  const bool from_the_future = GENERATE(false, true);
  const auto begin = from_the_future ? hours(24) : hours(-48);
  const auto spec = CertificateSpec{.valid_from = begin, .valid_to = begin + hours(24)};
  const auto files = make_certificate(folder.path(), "time", spec);
  Publisher publisher(https(files));
  Fetching fetching(trusting(files));
  const auto result = fetching.get(publisher.url("/feed"));
  REQUIRE(result.has_error());
  CHECK(result.error().cause == (from_the_future ? Cause::clock : Cause::tls));
  CHECK(result.error().detail.find("clock") != std::string::npos);
}

TEST_CASE("a missing net.ca_file is named") {
  const TemporaryFolder folder;
  Publisher publisher(https(make_certificate(folder.path(), "good")));
  auto settings = loopback_settings();
  settings.ca_file = folder.path() + "/none.crt";
  Fetching fetching(settings);
  const auto result = fetching.get(publisher.url("/feed"));
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::tls);
  CHECK(result.error().detail.find("check net.ca_file") != std::string::npos);
}

TEST_CASE("plain HTTP on the port of TLS is a TLS error") {
  Publisher publisher;
  Fetching fetching;
  auto url = publisher.url("/feed");
  url.insert(4, "s");
  CHECK(fetching.failure(url) == Cause::tls);
}
