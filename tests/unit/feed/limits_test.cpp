// Hostile size and depth: an error or a bounded result, never a crash, never more than linear work.

#include "feed/parse.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

std::string rss(std::string_view inside) {
  return "<rss version=\"2.0\"><channel><title>T</title>" + std::string(inside) + "</channel></rss>";
}

}  // namespace

TEST_CASE("A document past a limit is too large") {
  struct Case {
    const char* what;
    std::string document;
  };
  const Case cases[] = {
      {"depth", rss(repeat("<a>", 1000) + repeat("</a>", 1000))},         {"elements", rss(repeat("<a/>", 600'000))},
      {"attributes", rss("<a " + repeat("b='' ", 1'100'000) + "/>")},     {"bytes", std::string(17 << 20, ' ')},
      {"JSON values", "{\"items\":[" + repeat("[],", 1'000'000) + "1]}"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    auto parsed = feed::parse(c.document, {});
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().cause == Cause::too_large);
    CHECK(!parsed.error().detail.empty());
  }
}

TEST_CASE("Hostile documents end in time") {
  const std::string documents[] = {
      rss(repeat("<![CDATA[", 200'000)),
      rss(repeat("<a><![CDATA[</a>", 100'000)),
      rss(repeat("<!--", 200'000)),
      rss(repeat("<?x ", 200'000)),
      rss("<item>" + repeat("<b>", 200) + repeat("</c>", 200'000)),
      rss(repeat("<a b='", 100'000)),
      rss(repeat("<a b=\"'><c d='\">", 50'000)),
      rss(repeat("<item><title>", 100'000)),
      repeat("<!DOCTYPE a [", 50'000),
      "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + repeat("<!ENTITY x '&a;&a;&a;&a;'>", 1000) + "]>" +
          rss("<item><title>" + repeat("&a;", 100'000) + "</title></item>"),
      rss("<item><title>" + repeat("&", 500'000) + "</title></item>"),
      repeat("<rss ", 100'000),
      "<rss " + repeat("a='1' ", 900'000),
      "<html>" + repeat("<rss", 1'000'000),
      "<!DOCTYPE r [<!ENTITY a \"" + repeat("&", 200'000) + "\">]>" + rss("<item><title>&a;</title></item>"),
      repeat("{", 100'000),
      "{\"items\":[" + repeat("{\"id\":\"", 100'000),
  };
  for (const std::string& document : documents) {
    INFO(document.substr(0, 120));
    auto parsed = feed::parse(document, {});
    if (parsed.has_value()) {
      CHECK(parsed->lenient);
      CHECK(parsed->entries.size() <= feed::ParseLimits{}.max_entries);
    } else {
      CHECK((parsed.error().cause == Cause::not_a_feed || parsed.error().cause == Cause::too_large));
    }
  }
}

TEST_CASE("Entities that multiply are expanded within a bound") {
  std::string bomb = "<!DOCTYPE r [<!ENTITY a '" + repeat("x", 1000) + "'><!ENTITY b '" + repeat("&a;", 10) +
                     "'><!ENTITY c '" + repeat("&b;", 10) + "'><!ENTITY d '" + repeat("&c;", 10) + "'>]>";
  feed::ParseOptions options;
  options.sanitise = false;
  auto parsed = feed::parse(bomb + rss("<item><description>" + repeat("&d;", 100) + "</description></item>"), options);
  REQUIRE(parsed.has_value());
  CHECK(parsed->entries.at(0).content_html.size() < (1 << 20));
}

TEST_CASE("The first entries are kept, and a long content is cut") {
  feed::ParseOptions options;
  options.limits.max_entries = 3;
  options.limits.max_text = 100;
  auto parsed = feed::parse(
      rss(repeat("<item><title>t</title><description>" + repeat("\xc3\xa9", 100) + "</description></item>", 5)),
      options);
  REQUIRE(parsed.has_value());
  CHECK(parsed->entries.size() == 3);
  CHECK(parsed->entries[0].content_html == repeat("\xc3\xa9", 50));
}

TEST_CASE("A title of megabytes is cut between characters") {
  auto parsed = feed::parse(rss("<item><title>" + repeat("\xc3\xa9", 1'000'000) + "</title></item><item><title>" +
                                repeat("&lt;p&gt;x ", 500'000) + "</title></item>"),
                            {});
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->entries.size() == 2);
  CHECK(parsed->entries[0].title == repeat("\xc3\xa9", 2048));
  CHECK(parsed->entries[1].title.size() <= 4096);
}

TEST_CASE("Without sanitising the content is as it came") {
  feed::ParseOptions options;
  options.sanitise = false;
  auto parsed = feed::parse(rss("<item><description>&lt;script&gt;x&lt;/script&gt;</description></item>"), options);
  REQUIRE(parsed.has_value());
  CHECK(parsed->entries.at(0).content_html == "<script>x</script>");
}
