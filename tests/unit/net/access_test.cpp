// Credentials, headers, proxies and authorities of a single request: where they go, and where they do not.
#include <string>

#include "fetching.hpp"
#include "secure.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::test;

namespace {

net::Request with_basic(const std::string& url) {
  auto request = request_for(url);
  request.access.user = "us@er";
  request.access.password = "p:ss";
  request.access.headers = {"X-Api-Key: hush"};
  request.access.user_agent = "mine/1";
  return request;
}

net::Request with_token(const std::string& url) {
  auto request = request_for(url);
  request.access.token = "to-ken";
  return request;
}

std::string with_userinfo(std::string url) { return url.insert(url.find("//") + 2, "other:secret@"); }

}  // namespace

TEST_CASE("user and password, a token, headers and a user agent are sent") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = "x"});
  Fetching fetching;
  REQUIRE(fetching.get(with_basic(publisher.url("/feed"))).has_value());
  REQUIRE(fetching.get(with_token(publisher.url("/feed"))).has_value());
  const auto requests = publisher.requests("/feed");
  CHECK(requests.at(0).header("Authorization") == "Basic dXNAZXI6cDpzcw==");
  CHECK(requests.at(0).header("X-Api-Key") == "hush");
  CHECK(requests.at(0).header("User-Agent") == "mine/1");
  CHECK(requests.at(1).header("Authorization") == "Bearer to-ken");
  CHECK(requests.at(1).count("X-Api-Key") == 0);
  CHECK(requests.at(1).header("User-Agent").starts_with("newscached/"));
}

TEST_CASE("credentials of the settings count before those in the address, which count without") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = "x"});
  Fetching fetching;
  const auto url = with_userinfo(publisher.url("/feed"));
  auto with_header = request_for(url);
  with_header.access.headers = {"authorization: Key hush"};
  auto with_other_header = request_for(url);
  with_other_header.access.headers = {"X-Api-Key: hush"};
  REQUIRE(fetching.get(with_basic(url)).has_value());
  REQUIRE(fetching.get(with_token(url)).has_value());
  REQUIRE(fetching.get(with_header).has_value());
  REQUIRE(fetching.get(with_other_header).has_value());
  const auto requests = publisher.requests("/feed");
  for (const auto& request : requests) CHECK(request.count("Authorization") == 1);
  CHECK(requests.at(0).header("Authorization") == "Basic dXNAZXI6cDpzcw==");
  CHECK(requests.at(1).header("Authorization") == "Bearer to-ken");
  CHECK(requests.at(2).header("Authorization") == "Key hush");
  CHECK(requests.at(3).header("Authorization") == "Basic b3RoZXI6c2VjcmV0");
}

TEST_CASE("after a redirect to another origin neither credentials nor headers are sent, back home they are") {
  Publisher home;
  Publisher stranger;
  const int status = GENERATE(301, 302, 303, 307, 308);
  const bool bearer = GENERATE(false, true);
  home.answer("/feed", redirect(status, "/moved"));
  home.answer("/moved", redirect(status, stranger.url("/away")));
  stranger.answer("/away", redirect(status, home.url("/back")));
  home.answer("/back", Answer{.body = "x"});
  Fetching fetching;
  auto request = bearer ? with_token(home.url("/feed")) : with_basic(home.url("/feed"));
  request.access.headers = {"X-Api-Key: hush", "Cookie: id=hush"};
  REQUIRE(fetching.get(request).has_value());
  for (const char* path : {"/feed", "/moved", "/back"}) {
    INFO(path);
    for (const char* name : {"Authorization", "X-Api-Key", "Cookie"}) CHECK(home.requests(path).at(0).count(name) == 1);
  }
  for (const char* name : {"Authorization", "X-Api-Key", "Cookie"}) {
    CHECK(stranger.requests("/away").at(0).count(name) == 0);
  }
}

TEST_CASE("nothing is sent over http that was given for https") {
  const TemporaryFolder folder;
  const auto files = make_certificate(folder.path(), "good");
  Publisher secure(https(files));
  Publisher plain;
  secure.answer("/feed", redirect(301, plain.url("/feed")));
  plain.answer("/feed", Answer{.body = "x"});
  Fetching fetching;
  auto request = with_basic(secure.url("/feed"));
  request.access.ca_file = files.certificate;
  REQUIRE(fetching.get(request).has_value());
  CHECK(secure.requests().at(0).count("Authorization") == 1);
  CHECK(plain.requests().at(0).count("Authorization") == 0);
  CHECK(plain.requests().at(0).count("X-Api-Key") == 0);
  CHECK(plain.requests().at(0).header("User-Agent") == "mine/1");
}

TEST_CASE("a request's own proxy is asked for all its hops, and no other request is") {
  Publisher proxy;
  Publisher direct;
  proxy.answer("http://a.example/feed", redirect(302, "http://b.example/feed"));
  proxy.answer("http://b.example/feed", Answer{.body = "by proxy"});
  direct.answer("/feed", Answer{.body = "direct"});
  Fetching fetching;
  auto request = request_for("http://a.example/feed");
  request.access.proxy = proxy.url("");
  const auto response = fetching.get(request).value();
  CHECK(response.body == "by proxy");
  CHECK(response.from_public_host);
  CHECK(fetching.get(direct.url("/feed")).value().body == "direct");
  CHECK(proxy.requests().size() == 2);
}

TEST_CASE("connections of different proxies and of none are kept apart") {
  Publisher publisher;
  Publisher one;
  Publisher two;
  const auto url = publisher.url("/feed");
  publisher.answer("/feed", Answer{.body = "none"});
  one.answer(url, Answer{.body = "one"});
  two.answer(url, Answer{.body = "two"});
  Fetching fetching;
  const auto body_by = [&](const std::string& proxy) {
    auto request = request_for(url);
    request.access.proxy = proxy;
    return fetching.get(request).value().body;
  };
  for (int round = 0; round < 2; ++round) {
    CHECK(body_by(one.url("")) == "one");
    CHECK(body_by(two.url("")) == "two");
    CHECK(body_by("") == "none");
  }
}

TEST_CASE("a request's own proxy counts before the settings' one") {
  Publisher general;
  Publisher own;
  own.answer("http://a.example/feed", Answer{.body = "own"});
  auto settings = loopback_settings();
  settings.proxy = general.url("");
  Fetching fetching(settings);
  auto request = request_for("http://a.example/feed");
  request.access.proxy = own.url("");
  CHECK(fetching.get(request).value().body == "own");
  CHECK(general.connections() == 0);
}

TEST_CASE("a proxy that is asked for a tunnel sees neither credentials nor headers") {
  Publisher proxy;  // refuses to be one
  Fetching fetching;
  auto request = with_basic("https://a.example/feed");
  request.access.token = "to-ken";
  request.access.proxy = proxy.url("");
  REQUIRE(fetching.get(request).has_error());
  const auto seen = proxy.requests();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "CONNECT");
  CHECK(seen[0].target == "a.example:443");
  for (const char* name : {"Authorization", "Proxy-Authorization", "X-Api-Key", "Accept"}) {
    INFO(name);
    CHECK(seen[0].count(name) == 0);
  }
}

TEST_CASE("a proxy's password is for the proxy, and in no message") {
  Publisher proxy;
  proxy.answer("http://a.example/feed", Answer{.body = "x"});
  Fetching fetching;
  auto request = request_for("http://a.example/feed");
  request.access.proxy = with_userinfo(proxy.url(""));
  REQUIRE(fetching.get(request).has_value());
  CHECK(proxy.requests().at(0).header("Proxy-Authorization") == "Basic b3RoZXI6c2VjcmV0");
  CHECK(proxy.requests().at(0).count("Authorization") == 0);
  for (const char* broken : {"http://other:secret@[::1", "http://other:secret@127.0.0.1:1", "foo://other:secret@x",
                             "http://other:secret@a b:1", "socks5h://other:secret@127.0.0.1:1"}) {
    INFO(broken);
    request.access.proxy = broken;
    const auto result = fetching.get(request);
    REQUIRE(result.has_error());
    CHECK(result.error().detail.find("secret") == std::string::npos);
  }
}

TEST_CASE("a request's own authorities are trusted for its own origin, and by no other request") {
  const TemporaryFolder folder;
  const auto files = make_certificate(folder.path(), "good");
  Publisher home(https(files));
  Publisher other(https(files));
  home.answer("/feed", Answer{.body = "x"});
  home.answer("/moved", redirect(302, other.url("/feed")));
  other.answer("/feed", Answer{.body = "y"});
  Fetching fetching;
  const auto with_file = [&](const std::string& url) {
    auto request = request_for(url);
    request.access.ca_file = files.certificate;
    return request;
  };
  CHECK(fetching.get(with_file(home.url("/feed"))).value().body == "x");
  CHECK(fetching.failure(home.url("/feed")) == Cause::tls);
  CHECK(fetching.get(with_file(home.url("/moved"))).error().cause == Cause::tls);
  CHECK(other.requests().empty());
  CHECK(fetching.get(with_file(home.url("/feed"))).value().body == "x");
}
