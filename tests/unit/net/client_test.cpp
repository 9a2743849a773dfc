// The client against the real publisher: what is asked, and what each answer becomes.
#include "net/client.hpp"

#include <string>
#include <vector>

#include "fetching.hpp"
#include "support/catch.hpp"
#include "support/publisher.hpp"

using namespace newscache;
using namespace newscache::test;

namespace {

const std::string kRss = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>t</title></channel></rss>";

}  // namespace

TEST_CASE("a document comes with its body, type and validators") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", kRss);
  Fetching fetching;
  const auto response = fetching.get(publisher.url("/feed.xml")).value();
  CHECK(response.status == 200);
  CHECK(response.url == publisher.url("/feed.xml"));
  CHECK(response.body == kRss);
  CHECK(response.content_type == "application/xml");
  CHECK(response.validators.last_modified == "Mon, 05 Jan 2026 10:00:00 GMT");
  CHECK(response.validators.etag.size() > 2);
  CHECK(response.hops.empty());
  CHECK(response.wire_bytes > static_cast<std::int64_t>(kRss.size()));
}

TEST_CASE("the request says who we are, what we want, and nothing else") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", kRss);
  Fetching fetching;
  REQUIRE(fetching.get(publisher.url("/feed.xml")).has_value());
  const auto request = publisher.requests("/feed.xml").at(0);
  CHECK(request.method == "GET");
  CHECK(request.header("User-Agent").starts_with("newscached/"));
  CHECK(request.header("User-Agent").find("(+https://github.com/newscached/newscached)") != std::string::npos);
  CHECK(request.header("Accept").find("application/atom+xml") != std::string::npos);
  CHECK(request.header("Accept-Encoding").find("gzip") != std::string::npos);
  for (const char* name : {"Cookie", "Referer", "Authorization", "If-None-Match", "If-Modified-Since"}) {
    INFO(name);
    CHECK(request.count(name) == 0);
  }
  CHECK(request.headers.size() == 4);  // Host, User-Agent, Accept, Accept-Encoding
}
