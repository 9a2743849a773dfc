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

TEST_CASE("a user agent of the settings and an accept header of the request are sent as they are") {
  Publisher publisher;
  publisher.serve_file("/page.html", "<p>");
  auto settings = loopback_settings();
  settings.user_agent = "mine/1 (me@example.org)";
  Fetching fetching(settings);
  auto request = request_for(publisher.url("/page.html"));
  request.accept = "text/html";
  REQUIRE(fetching.get(request).has_value());
  CHECK(publisher.requests().at(0).header("User-Agent") == "mine/1 (me@example.org)");
  CHECK(publisher.requests().at(0).header("Accept") == "text/html");
}

TEST_CASE("the header values that polling needs are kept verbatim") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.headers = {{"Cache-Control", "max-age=600,  public"},
                                               {"Expires", "0"},
                                               {"Date", "Mon, 05 Jan 2026 10:00:00 GMT"},
                                               {"Age", "17"},
                                               {"Retry-After", "soon"}},
                                   .body = kRss,
                                   .type = "text/xml; charset=\"ISO-8859-1\""});
  Fetching fetching;
  const auto response = fetching.get(publisher.url("/feed")).value();
  CHECK(response.cache_control == "max-age=600,  public");
  CHECK(response.expires == "0");
  CHECK(response.date == "Mon, 05 Jan 2026 10:00:00 GMT");
  CHECK(response.age == "17");
  CHECK(response.retry_after == "soon");
  CHECK(response.content_type == "text/xml; charset=\"ISO-8859-1\"");
}

TEST_CASE("headers of interim answers and trailers are not the answer's headers") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.raw = "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\n"
                                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: ETag\r\n\r\n"
                                          "3\r\nabc\r\n0\r\nETag: \"late\"\r\n\r\n"});
  Fetching fetching;
  const auto response = fetching.get(publisher.url("/feed")).value();
  CHECK(response.body == "abc");
  CHECK(response.validators.etag.empty());
}

TEST_CASE("every HTTP status is an answer, with the beginning of its body for messages") {
  Publisher publisher;
  Fetching fetching;
  const int status = GENERATE(204, 206, 300, 400, 401, 403, 404, 410, 418, 429, 500, 503, 511, 599);
  publisher.answer("/feed", Answer{.status = status, .headers = {{"Retry-After", "120"}}, .body = "sorry"});
  const auto response = fetching.get(publisher.url("/feed")).value();
  CHECK(response.status == status);
  CHECK(response.body == (status == 204 ? "" : "sorry"));
  CHECK(response.retry_after == "120");
}

TEST_CASE("a compressed document is decompressed, and the bytes on the wire are what was sent") {
  Publisher publisher;
  const std::string body(100'000, 'a');
  auto bomb = zstd_bomb(100'000);
  const auto sent = static_cast<std::int64_t>(bomb.body.size());
  publisher.answer("/zstd", std::move(bomb));
  publisher.answer("/gzip", Answer{.headers = {{"Content-Encoding", "gzip"}}, .body = gzip_stored(body)});
  Fetching fetching;
  CHECK(fetching.get(publisher.url("/gzip")).value().body == body);
  const auto response = fetching.get(publisher.url("/zstd")).value();
  CHECK(response.body == std::string(100'000, '\0'));
  CHECK(response.wire_bytes > sent);
  CHECK(response.wire_bytes < sent + 500);
}

TEST_CASE("chunked and dripping answers are whole") {
  Publisher publisher;
  const std::string body(5'000, 'b');
  publisher.answer("/chunked", Answer{.body = body, .chunked = true});
  publisher.answer("/drip", Answer{.body = kRss, .fault = Fault::drip});
  Fetching fetching;
  CHECK(fetching.get(publisher.url("/chunked")).value().body == body);
  CHECK(fetching.get(publisher.url("/drip")).value().body == kRss);
}

TEST_CASE("requests to the same site one after the other share a connection") {
  Publisher publisher;
  publisher.serve_file("/a", kRss);
  publisher.serve_file("/b", kRss);
  Fetching fetching;
  REQUIRE(fetching.get(publisher.url("/a")).has_value());
  REQUIRE(fetching.get(publisher.url("/b")).has_value());
  REQUIRE(fetching.get(publisher.url("/none")).value().status == 404);
  CHECK(publisher.connections() == 1);
}

TEST_CASE("a proxy of the environment is not used") {
  REQUIRE(setenv("http_proxy", "http://127.0.0.1:1", 1) == 0);
  REQUIRE(setenv("ALL_PROXY", "http://127.0.0.1:1", 1) == 0);
  Publisher publisher;
  publisher.serve_file("/feed", kRss);
  Fetching fetching;
  CHECK(fetching.get(publisher.url("/feed")).value().status == 200);
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

TEST_CASE("a proxy of the settings is asked for everything") {
  Publisher proxy;
  proxy.answer("http://feeds.example.org/feed", Answer{.body = kRss});
  auto settings = loopback_settings();
  settings.proxy = proxy.url("");
  Fetching fetching(settings);
  const auto response = fetching.get("http://feeds.example.org/feed").value();
  CHECK(response.body == kRss);
  CHECK(proxy.requests().at(0).header("Host") == "feeds.example.org");
}

TEST_CASE("what is no http or https address is invalid") {
  Fetching fetching;
  const std::string url = GENERATE("", "feed", "ftp://127.0.0.1/feed", "file:///etc/passwd", "gopher://127.0.0.1/",
                                   "http://", "https:///", "javascript:alert(1)", "data:text/plain,x");
  INFO(url);
  CHECK(fetching.failure(url) == Cause::invalid);
}

TEST_CASE("credentials of the address are sent to its site, and appear nowhere in the answer") {
  Publisher publisher;
  publisher.serve_file("/feed", kRss);
  Fetching fetching;
  auto url = publisher.url("/feed");
  url.insert(url.find("//") + 2, "us%40er:p%3Ass@");
  const auto response = fetching.get(url).value();
  CHECK(publisher.requests().at(0).header("Authorization") == "Basic dXNAZXI6cDpzcw==");
  CHECK(response.url == publisher.url("/feed"));
}

TEST_CASE("an address that net.allow_private does not name is denied before anything is sent") {
  Publisher publisher;
  publisher.serve_file("/feed", kRss);
  auto settings = loopback_settings();
  settings.allow_private = {"none"};
  Fetching fetching(settings);
  const std::string host = GENERATE("127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0");
  const auto result = fetching.get("http://" + host + ":" + std::to_string(publisher.port()) + "/feed");
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::denied);
  CHECK(result.error().detail.find("net.allow_private") != std::string::npos);
  if (host == "127.0.0.1") CHECK(result.error().detail.find("127.0.0.1 is no public address") == 0);
  CHECK(publisher.connections() == 0);
}

TEST_CASE("settings that forbid an address also end the use of a connection to it") {
  Publisher publisher;
  publisher.serve_file("/feed", kRss);
  Fetching fetching;
  REQUIRE(fetching.get(publisher.url("/feed")).has_value());
  auto settings = loopback_settings();
  settings.allow_private = {"none"};
  fetching.client().reconfigure(settings);
  CHECK(fetching.failure(publisher.url("/feed")) == Cause::denied);
  CHECK(publisher.requests().size() == 1);
}
