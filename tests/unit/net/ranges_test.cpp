#include "fetching.hpp"
#include "support/catch.hpp"
#include "support/publisher.hpp"

namespace newscache::test {
namespace {

TEST_CASE("a range of a file is fetched as it is stored, when the file is still the same") {
  Publisher publisher;
  publisher.serve_file("/talk.mp3", "0123456789");
  Fetching fetching;
  auto request = request_for(publisher.url("/talk.mp3"));
  request.range = net::ByteRange{2, 4, {}};
  const auto part = fetching.get(request);
  REQUIRE(part.has_value());
  CHECK(part->status == 206);
  CHECK(part->body == "234");
  CHECK(part->content_range == "bytes 2-4/10");
  CHECK(publisher.requests("/talk.mp3").at(0).header("Accept-Encoding").empty());

  request.range = net::ByteRange{5, 99, part->validators.etag};
  const auto rest = fetching.get(request);
  REQUIRE(rest.has_value());
  CHECK(rest->status == 206);
  CHECK(rest->body == "56789");

  publisher.serve_file("/talk.mp3", "abcdefghij");
  const auto whole = fetching.get(request);
  REQUIRE(whole.has_value());
  CHECK(whole->status == 200);
  CHECK(whole->body == "abcdefghij");
}

TEST_CASE("a range may be as large as the request says, and a server that sends more is stopped") {
  Publisher publisher;
  publisher.answer("/liar", Answer{.status = 206, .headers = {{"Content-Range", "bytes 0-3/4"}}, .body = "0123456789"});
  Fetching fetching;
  auto request = request_for(publisher.url("/liar"));
  request.range = net::ByteRange{0, 3, {}};
  request.max_body = 4;
  const auto answer = fetching.get(request);
  REQUIRE(answer.has_error());
  CHECK(answer.error().cause == Cause::too_large);
}

TEST_CASE("who was not asked for a range has no document with 206") {
  Publisher publisher;
  publisher.answer("/odd", Answer{.status = 206, .body = "part"});
  Fetching fetching;
  auto request = request_for(publisher.url("/odd"));
  request.is_enough = [](std::string_view) {
    FAIL("a 206 nobody asked for is no document");
    return false;
  };
  const auto answer = fetching.get(request);
  REQUIRE(answer.has_value());
  CHECK(answer->status == 206);
}

}  // namespace
}  // namespace newscache::test
