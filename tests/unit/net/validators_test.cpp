// Validators go back to the publisher byte by byte as they came, or not at all.
#include <string>

#include "fetching.hpp"
#include "support/catch.hpp"
#include "support/publisher.hpp"

using namespace newscache;
using namespace newscache::test;

TEST_CASE("strange validators come back as they were sent") {
  Publisher publisher;
  Fetching fetching;
  const std::string etag = GENERATE(as<std::string>(), "\"abc\"", "W/\"abc\"", "w/\"abc\"", "unquoted", "'single'",
                                    "\"\"", "\"a, b\"", "\"with \\\"quotes\\\"\"", "\"abc-gzip\"", "\"\xc3\xbc\xff\"",
                                    "\"a  b\"", "W/unquoted", "*", "\"a\";gzip", "\"a:b;c\"", "0");
  const std::string date = GENERATE(as<std::string>(), "Mon, 05 Jan 2026 10:00:00 GMT",
                                    "Mon, 05 Jan 2026 10:00:00 +0000", "2026-01-05T10:00:00Z", "yesterday", "0");
  publisher.answer("/feed", Answer{.headers = {{"ETag", etag}, {"Last-Modified", date}}, .body = "x"});
  auto request = request_for(publisher.url("/feed"));
  request.validators = fetching.get(request).value().validators;
  CHECK(request.validators.etag == etag);
  CHECK(request.validators.last_modified == date);
  REQUIRE(fetching.get(request).has_value());
  const auto seen = publisher.requests("/feed").at(1);
  CHECK(seen.header("If-None-Match") == etag);
  CHECK(seen.header("If-Modified-Since") == date);
}

TEST_CASE("a validator that is too long or holds control characters is not sent") {
  Publisher publisher;
  publisher.serve_file("/feed", "x");
  Fetching fetching;
  const std::string bad = GENERATE(as<std::string>(), "\"a\"\r\nX-Injected: 1", "\"a\nb\"", "\"a\tb\"", "\"\x01\"",
                                   "\"\x7f\"", std::string(513, 'x'));
  auto request = request_for(publisher.url("/feed"));
  request.validators.etag = bad;
  request.validators.last_modified = bad;
  REQUIRE(fetching.get(request).has_value());
  const auto seen = publisher.requests("/feed").at(0);
  CHECK(seen.count("If-None-Match") == 0);
  CHECK(seen.count("If-Modified-Since") == 0);
  CHECK(seen.count("X-Injected") == 0);
}

TEST_CASE("a validator of 512 bytes is kept, a longer one is as if absent") {
  Publisher publisher;
  Fetching fetching;
  const std::string longest(512, 'e');
  publisher.answer("/long", Answer{.headers = {{"ETag", longest}}, .body = "x"});
  publisher.answer("/longer", Answer{.headers = {{"ETag", longest + 'e'}}, .body = "x"});
  CHECK(fetching.get(publisher.url("/long")).value().validators.etag == longest);
  CHECK(fetching.get(publisher.url("/longer")).value().validators.etag.empty());
}

TEST_CASE("an unchanged document is a 304 without a body, a changed one is a 200") {
  Publisher publisher;
  publisher.serve_file("/feed", "one");
  Fetching fetching;
  auto request = request_for(publisher.url("/feed"));
  request.validators = fetching.get(request).value().validators;
  const auto same = fetching.get(request).value();
  CHECK(same.status == 304);
  CHECK(same.body.empty());
  CHECK(same.validators == request.validators);
  publisher.serve_file("/feed", "two");
  const auto changed = fetching.get(request).value();
  CHECK(changed.status == 200);
  CHECK(changed.body == "two");
  CHECK(changed.validators.etag != request.validators.etag);
  CHECK(changed.validators.last_modified != request.validators.last_modified);
}

TEST_CASE("the publisher lets If-None-Match count before If-Modified-Since") {
  Publisher publisher;
  publisher.serve_file("/feed", "one");
  Fetching fetching;
  auto request = request_for(publisher.url("/feed"));
  const auto validators = fetching.get(request).value().validators;
  request.validators.last_modified = validators.last_modified;
  CHECK(fetching.get(request).value().status == 304);
  request.validators.etag = "\"another\"";
  CHECK(fetching.get(request).value().status == 200);
}

TEST_CASE("a 304 that nobody asked for is reported as what it is") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.status = 304});
  Fetching fetching;
  CHECK(fetching.get(publisher.url("/feed")).value().status == 304);
}
