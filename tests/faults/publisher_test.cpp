// Publishers that name what is not to be fetched, that fail between two good answers, and that do not say what they
// send.

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

// A feed of two entries.
constexpr char compressed_feed[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\x29\x2a\x2e\x56\x28\x4b\x2d\x2a\xce\xcc\xcf\xb3\x55\x32\xd2"
    "\x33\x50\xb2\xb3\x49\xce\x48\xcc\xcb\x4b\xcd\xb1\xb3\x29\xc9\x2c\xc9\x49\xb5\x2b\xb1\xd1\x87\x30\x6c\x32"
    "\x4b\x52\x73\xed\x6c\xd2\x4b\x33\x53\xec\x12\x6d\xf4\xc1\x34\x54\x8d\x7f\x5e\x2a\x5c\x95\x3e\x44\x19\x92"
    "\xe2\x24\x54\xc5\x21\xe5\xf9\xe8\x8a\xf5\xe1\x76\xea\x03\x1d\x64\x07\x00\x9b\x38\x1b\x58\x96\x00\x00\x00";

std::string path_of(std::int64_t feed) { return "/v1/feeds/" + std::to_string(feed); }

}  // namespace

TEST_CASE(
    "nothing that a document names is fetched by reading it: entities, style sheets, or what its text would load") {
  Publisher publisher;
  Daemon daemon("[offline]\nfull_text = \"never\"\nimages = false\n");
  daemon.start();
  const auto canary = [&](const char* name) { return publisher.url(std::string("/canary/") + name); };
  publisher.serve_file(
      "/feed.xml", "<?xml version=\"1.0\"?><?xml-stylesheet type=\"text/xsl\" href=\"" + canary("xslt") + "\"?>" +
                       "<!DOCTYPE rss SYSTEM \"" + canary("dtd") + "\" [<!ENTITY e SYSTEM \"" + canary("entity") +
                       "\"><!ENTITY % p SYSTEM \"" + canary("parameter") + "\"> %p;]>" +
                       "<rss version=\"2.0\" xmlns:xi=\"http://www.w3.org/2001/XInclude\"><channel><title>t</title>" +
                       "<image><url>" + canary("logo") + "</url></image><xi:include href=\"" + canary("include") +
                       "\"/><item><guid>1</guid><title>One &e;</title><description>&lt;img src=\"" + canary("image") +
                       "\"&gt;&lt;script src=\"" + canary("script") + "\"&gt;&lt;/script&gt;&lt;iframe src=\"" +
                       canary("frame") + "\"&gt;&lt;/iframe&gt;&lt;link rel=stylesheet href=\"" + canary("style") +
                       "\"&gt; Some text. &e;</description><enclosure url=\"" + canary("enclosure") +
                       "\" type=\"audio/mpeg\" length=\"1\"/></item></channel></rss>");
  subscribe(daemon, publisher.url("/feed.xml"));
  refresh(daemon);
  CHECK(titles(daemon).size() == 1);
  REQUIRE(get(daemon, "/v1/articles/1/content").status == 200);
  CHECK(daemon.stop() == 0);
  for (const auto& seen : publisher.requests()) CHECK(seen.target == "/feed.xml");
}

TEST_CASE("errors between two good answers cost no article and no mark, and are forgotten") {
  struct Case {
    const char* what;
    Answer answer;
    const char* cause;
  };
  const Case cases[] = {
      {"500", Answer{.status = 500}, "server"},
      {"404", Answer{.status = 404}, "missing"},
      {"403 with a challenge", Answer{.status = 403, .body = "<html>Are you a human?</html>", .type = "text/html"},
       "denied"},
      {"nothing at all", Answer{.body = "", .type = "application/rss+xml"}, "not_a_feed"},
      {"a page", Answer{.body = "<!doctype html><title>Soon</title>", .type = "text/html"}, "not_a_feed"},
      {"an answer that breaks off", Answer{.body = rss("Ghost", ""), .fault = Fault::reset_in_body}, "refused"},
  };
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("t", item("a", "One") + item("b", "Two")));
  Daemon daemon;
  daemon.start();
  const auto feed = path_of(subscribe(daemon, publisher.url("/feed.xml")));
  REQUIRE(request(daemon, "POST", "/v1/articles/mark", R"({"ids":[1],"starred":true})").status == 200);
  int round = 0;
  for (const Case& c : cases) {
    CAPTURE(c.what);
    publisher.answer("/feed.xml", c.answer);
    refresh(daemon);
    CHECK(get(daemon, feed).json.at("error").at("cause") == c.cause);
    CHECK(titles(daemon).size() == static_cast<std::size_t>(2 + round));
    ++round;
    std::string items = item("a", "One") + item("b", "Two");
    for (int i = 1; i <= round; ++i) items += item("more" + std::to_string(i), "More " + std::to_string(i));
    publisher.serve_file("/feed.xml", rss("t", items));
    refresh(daemon);
    CHECK(get(daemon, feed).json.at("error").is_null());
    CHECK(get(daemon, feed).json.at("state") == "ok");
    CHECK(get(daemon, feed).json.at("title") == "t");
    CHECK(titles(daemon).size() == static_cast<std::size_t>(2 + round));
    CHECK(titles(daemon, "starred=true").size() == 1);
  }
}

TEST_CASE("a document that is compressed without saying so is no feed, and changes nothing") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  Daemon daemon;
  daemon.start();
  const auto feed = path_of(subscribe(daemon, publisher.url("/feed.xml")));
  const std::string compressed(compressed_feed, sizeof(compressed_feed) - 1);
  publisher.answer("/feed.xml",
                   Answer{.headers = {{"ETag", "\"gzip\""}}, .body = compressed, .type = "application/rss+xml"});
  refresh(daemon);
  const Reply now = get(daemon, feed);
  CHECK(now.json.at("error").at("cause") == "not_a_feed");
  CHECK(now.json.at("title") == "t");
  CHECK(titles(daemon) == std::vector<std::string>{"One"});
  publisher.clear_requests();
  refresh(daemon);
  CHECK(publisher.requests().at(0).header("If-None-Match") != "\"gzip\"");
}

TEST_CASE("a name that leads to an address of ours is refused like the address") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  Daemon daemon;
  daemon.write_config("");
  daemon.start();
  const auto url = "http://localhost:" + std::to_string(publisher.port()) + "/feed.xml";
  const Reply refused = request(daemon, "POST", "/v1/feeds", "{\"url\": \"" + url + "\"}");
  CHECK(refused.status == 422);
  CHECK(refused.body.find("net.allow_private") != std::string::npos);
  CHECK(publisher.connections() == 0);
}
