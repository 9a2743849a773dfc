// Redirects, followed by hand: every hop is recorded, and passes the rules for schemes, addresses and credentials.
#include <string>
#include <vector>

#include "fetching.hpp"
#include "support/catch.hpp"
#include "support/publisher.hpp"

using namespace newscache;
using namespace newscache::test;

namespace {

std::string with_credentials(std::string url) { return url.insert(url.find("//") + 2, "user:secret@"); }

}  // namespace

TEST_CASE("each followed redirect is a hop with its status and where it led") {
  Publisher publisher;
  publisher.answer("/1", redirect(301, "/2"));
  publisher.answer("/2", redirect(302, publisher.url("/3")));
  publisher.answer("/3", redirect(303, "//127.0.0.1:" + std::to_string(publisher.port()) + "/a/4"));
  publisher.answer("/a/4", redirect(307, "../5?x=1"));
  publisher.answer("/5", redirect(308, "?x=2"));
  publisher.answer("/5?x=2", Answer{.body = "found"});
  Fetching fetching;
  const auto response = fetching.get(publisher.url("/1")).value();
  CHECK(response.status == 200);
  CHECK(response.body == "found");
  CHECK(response.url == publisher.url("/5?x=2"));
  const std::vector<std::pair<int, std::string>> expected{
      {301, "/2"}, {302, "/3"}, {303, "/a/4"}, {307, "/5?x=1"}, {308, "/5?x=2"}};
  REQUIRE(response.hops.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(response.hops[i].status == expected[i].first);
    CHECK(response.hops[i].to == publisher.url(expected[i].second));
  }
}

TEST_CASE("a redirect's Retry-After is kept with its hop") {
  Publisher publisher;
  auto moved = redirect(302, "/to");
  moved.headers.emplace_back("Retry-After", "7200");
  publisher.answer("/from", moved);
  publisher.answer("/to", Answer{.body = "x"});
  Fetching fetching;
  const auto response = fetching.get(publisher.url("/from")).value();
  CHECK(response.hops.at(0).retry_after == "7200");
  CHECK(response.retry_after.empty());
}

TEST_CASE("the permanent address is where the leading permanent redirects led") {
  struct Case {
    std::vector<int> statuses;
    std::string permanent;
  };
  const Case cases[] = {{{301}, "/1"},    {{308, 301}, "/2"},      {{302}, ""},      {{301, 302}, "/1"},
                        {{302, 301}, ""}, {{301, 307, 301}, "/1"}, {{303, 308}, ""}, {{}, ""}};
  for (const Case& c : cases) {
    Publisher publisher;
    const std::size_t count = c.statuses.size();
    for (std::size_t i = 0; i < count; ++i) {
      publisher.answer("/" + std::to_string(i), redirect(c.statuses[i], "/" + std::to_string(i + 1)));
    }
    publisher.answer("/" + std::to_string(count), Answer{.body = "x"});
    Fetching fetching;
    const auto response = fetching.get(publisher.url("/0")).value();
    CHECK(response.permanent_url == (c.permanent.empty() ? "" : publisher.url(c.permanent)));
    CHECK_FALSE(response.from_public_host);
  }
}

TEST_CASE("the bytes of all hops count") {
  Publisher publisher;
  auto moved = redirect(301, "/to");
  moved.body = std::string(10'000, 'm');
  publisher.answer("/from", moved);
  publisher.answer("/to", Answer{.body = std::string(10'000, 'x')});
  Fetching fetching;
  CHECK(fetching.get(publisher.url("/from")).value().wire_bytes > 20'000);
}

TEST_CASE("a redirect without a target, or another status with one, is the answer itself") {
  Publisher publisher;
  publisher.answer("/nowhere", Answer{.status = 302, .body = "?"});
  publisher.answer("/empty", redirect(301, ""));
  publisher.answer("/choices", redirect(300, "/nowhere"));
  publisher.answer("/created", redirect(201, "/nowhere"));
  Fetching fetching;
  CHECK(fetching.get(publisher.url("/nowhere")).value().status == 302);
  CHECK(fetching.get(publisher.url("/empty")).value().status == 301);
  CHECK(fetching.get(publisher.url("/choices")).value().status == 300);
  CHECK(fetching.get(publisher.url("/created")).value().status == 201);
}

TEST_CASE("a circle of redirects ends after one round") {
  Publisher publisher;
  publisher.answer("/self", redirect(302, "/self"));
  publisher.answer("/ping", redirect(302, "/pong"));
  publisher.answer("/pong", redirect(301, "/ping#again"));
  publisher.answer("/in", redirect(302, "/ping"));
  Fetching fetching;
  CHECK(fetching.failure(publisher.url("/self")) == Cause::too_large);
  CHECK(publisher.requests().size() == 1);
  CHECK(fetching.failure(publisher.url("/in")) == Cause::too_large);
  CHECK(publisher.requests().size() == 4);
}

TEST_CASE("ten redirects are followed and the eleventh is not") {
  Publisher publisher;
  for (int i = 0; i < 11; ++i) {
    publisher.answer("/" + std::to_string(i), redirect(302, "/" + std::to_string(i + 1)));
  }
  publisher.answer("/11", Answer{.body = "end"});
  Fetching fetching;
  CHECK(fetching.get(publisher.url("/1")).value().hops.size() == 10);
  publisher.clear_requests();
  CHECK(fetching.failure(publisher.url("/0")) == Cause::too_large);
  CHECK(publisher.requests().size() == 11);
}

TEST_CASE("a redirect to another scheme is refused") {
  Publisher publisher;
  Fetching fetching;
  const std::string target =
      GENERATE("file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/_x", "data:text/xml,x",
               "javascript:alert(1)", "http+unix://%2Frun%2Fx.sock/", "mailto:a@b", "http://");
  publisher.answer("/feed", redirect(302, target));
  INFO(target);
  CHECK(fetching.failure(publisher.url("/feed")) == Cause::server);
  CHECK(publisher.connections() == 1);
}

TEST_CASE("the target of a redirect passes the address policy") {
  Publisher publisher;
  Fetching fetching;
  const std::string target =
      GENERATE("http://10.255.255.1/", "http://169.254.169.254/latest/meta-data/", "http://0.0.0.0/", "http://[::1]/",
               "http://[::ffff:10.0.0.1]/", "http://167772161/");
  publisher.answer("/feed", redirect(302, target));
  INFO(target);
  const auto result = fetching.get(publisher.url("/feed"));
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::denied);
  CHECK(result.error().detail.find("net.allow_private") != std::string::npos);
}

TEST_CASE("a public site cannot send us to an address of ours, though net.allow_private names it") {
  // Behind a proxy the publisher can play a public site.
  Publisher proxy;
  proxy.answer("http://public.example/feed", redirect(302, "http://127.0.0.1:8080/secret"));
  proxy.answer("http://127.0.0.1:8080/secret", Answer{.body = "secret"});
  auto settings = loopback_settings();
  settings.proxy = proxy.url("");
  Fetching fetching(settings);
  CHECK(fetching.get("http://127.0.0.1:8080/secret").value().body == "secret");
  proxy.clear_requests();
  CHECK(fetching.failure("http://public.example/feed") == Cause::denied);
  CHECK(proxy.requests().size() == 1);
}

TEST_CASE("an address that a public site has named must be public, though net.allow_private names it") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", "<rss/>");
  Fetching fetching;
  net::Request request = request_for(publisher.url("/feed.xml"));
  CHECK(fetching.get(request).has_value());
  request.named_by_public_site = true;
  const auto refused = fetching.get(request);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().cause == Cause::denied);
}

TEST_CASE("credentials go to the site that they were given for and to no other") {
  Publisher home;
  Publisher stranger;
  home.answer("/feed", redirect(302, "/moved"));
  home.answer("/moved", redirect(302, stranger.url("/away")));
  stranger.answer("/away", redirect(302, home.url("/back")));
  home.answer("/back", Answer{.body = "x"});
  Fetching fetching;
  const auto response = fetching.get(with_credentials(home.url("/feed"))).value();
  CHECK(home.requests("/feed").at(0).count("Authorization") == 1);
  CHECK(home.requests("/moved").at(0).count("Authorization") == 1);
  CHECK(stranger.requests("/away").at(0).count("Authorization") == 0);
  CHECK(home.requests("/back").at(0).count("Authorization") == 1);
  CHECK(response.url == home.url("/back"));
}

TEST_CASE("credentials that a redirect brings along are neither used nor shown") {
  Publisher publisher;
  publisher.answer("/feed", redirect(302, with_credentials(publisher.url("/next"))));
  publisher.answer("/next", Answer{.body = "x"});
  Fetching fetching;
  const auto response = fetching.get(publisher.url("/feed")).value();
  CHECK(publisher.requests("/next").at(0).count("Authorization") == 0);
  CHECK(response.url == publisher.url("/next"));
  CHECK(response.hops.at(0).to == publisher.url("/next"));
}

TEST_CASE("no cookie and no referrer follows a redirect") {
  Publisher publisher;
  auto moved = redirect(302, "/next");
  moved.headers.emplace_back("Set-Cookie", "id=1; Path=/");
  publisher.answer("/feed", moved);
  publisher.answer("/next", Answer{.body = "x"});
  Fetching fetching;
  REQUIRE(fetching.get(publisher.url("/feed")).has_value());
  CHECK(publisher.requests("/next").at(0).count("Cookie") == 0);
  CHECK(publisher.requests("/next").at(0).count("Referer") == 0);
}

TEST_CASE("a redirect with an endless body is followed without reading it") {
  Publisher publisher;
  auto moved = redirect(302, "/next");
  moved.body = std::string(4'000, 'm');
  moved.fault = Fault::endless;
  publisher.answer("/feed", moved);
  publisher.answer("/next", Answer{.body = "x"});
  Fetching fetching;
  CHECK(fetching.get(publisher.url("/feed")).value().body == "x");
}
