// What publishers ask of feed readers, as far as a single fetch can do it.
#include <algorithm>
#include <string>
#include <vector>

#include "fetching.hpp"
#include "support/catch.hpp"
#include "support/publisher.hpp"

using namespace newscache;
using namespace newscache::test;

TEST_CASE("every request of a fetch is a GET with the same honest headers") {
  Publisher publisher;
  for (const int status : {301, 302, 303, 307, 308}) {
    const auto next = status == 308 ? "/feed"
                                    : "/" + std::to_string(status == 303   ? 307
                                                           : status == 307 ? 308
                                                                           : status + 1);
    publisher.answer("/" + std::to_string(status), redirect(status, next));
  }
  publisher.answer("/feed", Answer{.body = "x"});
  Fetching fetching;
  REQUIRE(fetching.get(publisher.url("/301")).has_value());
  const auto requests = publisher.requests();
  CHECK(requests.size() == 6);
  for (const auto& request : requests) {
    INFO(request.target);
    CHECK(request.method == "GET");
    CHECK(request.body.empty());
    CHECK(request.header("User-Agent").starts_with("newscached/"));
    CHECK(request.header("User-Agent").find("(+https://") != std::string::npos);
    CHECK(request.header("Accept-Encoding").find("gzip") != std::string::npos);
    CHECK(request.count("Referer") == 0);
    CHECK(request.count("Cookie") == 0);
  }
}

TEST_CASE("the user agent names a version and an address to complain to") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = "x"});
  Fetching fetching;
  REQUIRE(fetching.get(publisher.url("/feed")).has_value());
  const auto agent = publisher.requests().at(0).header("User-Agent");
  const auto version = agent.substr(agent.find('/') + 1, agent.find(' ') - agent.find('/') - 1);
  CHECK_FALSE(version.empty());
  CHECK(version.find_first_not_of("0123456789.") == std::string::npos);
  CHECK(agent.find("Mozilla") == std::string::npos);
}

TEST_CASE("the types of feeds are asked for by name, before all others") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = "x"});
  Fetching fetching;
  REQUIRE(fetching.get(publisher.url("/feed")).has_value());
  const auto accept = publisher.requests().at(0).header("Accept");
  for (const char* type : {"application/atom+xml", "application/rss+xml", "application/feed+json"}) {
    INFO(type);
    CHECK(accept.find(type) < accept.find("*/*"));
  }
}

TEST_CASE("a cookie is never sent back, not to the same page and not after a redirect") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.headers = {{"Set-Cookie", "id=1; Path=/"}}, .body = "x"});
  auto moved = redirect(302, "/feed");
  moved.headers.emplace_back("Set-Cookie", "id=2; Path=/");
  publisher.answer("/moved", moved);
  Fetching fetching;
  for (const char* path : {"/feed", "/moved", "/feed"}) REQUIRE(fetching.get(publisher.url(path)).has_value());
  CHECK(publisher.requests().size() == 4);
  for (const auto& request : publisher.requests()) CHECK(request.count("Cookie") == 0);
}

TEST_CASE("the address is asked for to the letter: no parameter comes or goes, nothing asks caches to step aside") {
  Publisher publisher;
  const std::string target = GENERATE("/feed?b=2&a=1&utm_source=x&b=3&empty=&e", "/feed?", "/a%20b/%C3%BC?q=%2f+%2F",
                                      "/feed?q[]=1&q[]=2", "/feed;v=1?x=a|b");
  publisher.answer(target, Answer{.body = "x"});
  Fetching fetching;
  REQUIRE(fetching.get(publisher.url(target)).has_value());
  REQUIRE(fetching.get(publisher.url(target)).has_value());
  CHECK(publisher.requests().size() == 2);
  for (const auto& request : publisher.requests()) {
    CHECK(request.target == target);
    CHECK(request.count("Cache-Control") == 0);
    CHECK(request.count("Pragma") == 0);
  }
}

TEST_CASE("validators are sent as they came, and a 304 has no body to pay for") {
  Publisher publisher;
  const std::string etag = GENERATE("\"plain\"", "W/\"weak-gzip\"", "unquoted", "\"with \\\"quotes\\\" -gzip\"");
  const std::string date = "monday, 5 january 2026 10:00";
  publisher.answer("/feed", [&](const SeenRequest& request) {
    const bool known = request.header("If-None-Match") == etag && request.header("If-Modified-Since") == date;
    return known ? Answer{.status = 304} : Answer{.headers = {{"ETag", etag}, {"Last-Modified", date}}, .body = "x"};
  });
  Fetching fetching;
  auto request = request_for(publisher.url("/feed"));
  request.validators = fetching.get(request).value().validators;
  const auto second = fetching.get(request).value();
  CHECK(second.status == 304);
  CHECK(second.body.empty());
}
