#include "text/url.hpp"

#include "support/catch.hpp"

using namespace newscache::text;

namespace {

struct Resolution {
  const char* base;
  const char* reference;
  const char* expected;
};

constexpr const char* kBase = "http://a/b/c/d;p?q";

}  // namespace

TEST_CASE("references resolve as in RFC 3986, section 5.4") {
  const Resolution cases[] = {{kBase, "g", "http://a/b/c/g"},
                              {kBase, "./g", "http://a/b/c/g"},
                              {kBase, "g/", "http://a/b/c/g/"},
                              {kBase, "/g", "http://a/g"},
                              {kBase, "//g", "http://g"},
                              {kBase, "?y", "http://a/b/c/d;p?y"},
                              {kBase, "g?y", "http://a/b/c/g?y"},
                              {kBase, "#s", "http://a/b/c/d;p?q#s"},
                              {kBase, "g#s", "http://a/b/c/g#s"},
                              {kBase, "g?y#s", "http://a/b/c/g?y#s"},
                              {kBase, ";x", "http://a/b/c/;x"},
                              {kBase, "g;x?y#s", "http://a/b/c/g;x?y#s"},
                              {kBase, ".", "http://a/b/c/"},
                              {kBase, "./", "http://a/b/c/"},
                              {kBase, "..", "http://a/b/"},
                              {kBase, "../g", "http://a/b/g"},
                              {kBase, "../..", "http://a/"},
                              {kBase, "../../g", "http://a/g"},
                              {kBase, "../../../g", "http://a/g"},
                              {kBase, "/./g", "http://a/g"},
                              {kBase, "/../g", "http://a/g"},
                              {kBase, "g.", "http://a/b/c/g."},
                              {kBase, ".g", "http://a/b/c/.g"},
                              {kBase, "g..", "http://a/b/c/g.."},
                              {kBase, "./../g", "http://a/b/g"},
                              {kBase, "g/./h", "http://a/b/c/g/h"},
                              {kBase, "g/../h", "http://a/b/c/h"},
                              {kBase, "g?y/../x", "http://a/b/c/g?y/../x"},
                              {kBase, "g#s/../x", "http://a/b/c/g#s/../x"},
                              {"http://a", "g", "http://a/g"},
                              {"http://a?x", "g", "http://a/g"},
                              {"https://a/b", "//c/d", "https://c/d"}};
  for (const auto& c : cases) {
    INFO(c.reference);
    CHECK(resolve_url(c.base, c.reference) == c.expected);
    CHECK(resolve_link(c.base, c.reference) == c.expected);
  }
}

TEST_CASE("absolute URLs stay as they are, but for what no URL may contain") {
  const Resolution cases[] = {
      {"", "https://example.org/a?b=c&d=%20#e", "https://example.org/a?b=c&d=%20#e"},
      {"", "https://example.org", "https://example.org"},
      {"", "https://example.org/", "https://example.org/"},
      {"", "https://example.org?q", "https://example.org?q"},
      {"", "https://example.org/?", "https://example.org/?"},
      {"", "https://example.org:8080/x", "https://example.org:8080/x"},
      {"", "https://example.org:443/x", "https://example.org:443/x"},
      {"", "http://example.org/a|b[c]%7E~!$'()*,;:@%zz", "http://example.org/a|b[c]%7E~!$'()*,;:@%zz"},
      {"", " \n https://example.org/a \t", "https://example.org/a"},
      {"", "https://exa\nmple.org/\ta\rb", "https://example.org/ab"},
      {"", "\x01https://example.org/a\x02", "https://example.org/a"},
      {"", "HTTPS://EXAMPLE.Org/PaTh", "https://EXAMPLE.Org/PaTh"},
      {"", "https://example.org/a b/c d?e f#g h", "https://example.org/a%20b/c%20d?e%20f#g%20h"},
      {"", "https://example.org/\xC3\xA4?\xE2\x82\xAC", "https://example.org/%C3%A4?%E2%82%AC"},
      {"", "https://example.org/<\">`{}", "https://example.org/%3C%22%3E%60%7B%7D"},
      {"", "https://example.org\\a\\b?c\\d", "https://example.org/a/b?c%5Cd"},
      {"", "https:\\\\example.org/a", "https://example.org/a"},
      {"", "https:/example.org/a", "https://example.org/a"},
      {"", "https:////example.org/a", "https://example.org/a"},
      {"", "https:example.org/a", "https://example.org/a"},
      {"", "https://example.org/a/../b/./c", "https://example.org/b/c"},
      {"", "https://example.org/a//b", "https://example.org/a//b"},
      {"",
       "https://b\xC3\xBC"
       "cher.example/",
       "https://xn--bcher-kva.example/"},
      {"",
       "https://B\xC3\x9C"
       "CHER.example/",
       "https://xn--bcher-kva.example/"},
      {"", "https://\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBC\xD0\xB5\xD1\x80.\xD1\x80\xD1\x84/x",
       "https://xn--e1afmkfd.xn--p1ai/x"},
      {"", "https://\xE4\xBE\x8B\xE5\xAD\x90\xE3\x80\x82\xE6\xB5\x8B\xE8\xAF\x95/", "https://xn--fsqu00a.xn--0zwm56d/"},
      {"", "https://user:pa%40ss@example.org/a", "https://user:pa%40ss@example.org/a"},
      {"", "https://us@er@example.org/a", "https://us%40er@example.org/a"},
      {"", "http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"},
      {"", "http://[::1]:8080/x", "http://[::1]:8080/x"},
      {"", "http://[2001:db8::1]/x", "http://[2001:db8::1]/x"},
      {"", "http://under_score.example.org/x", "http://under_score.example.org/x"},
      {"", "feed://example.org/rss", "http://example.org/rss"},
      {"", "feed:https://example.org/rss", "https://example.org/rss"},
      {"javascript:alert(1)", "https://example.org/x", "https://example.org/x"},
      {"::nonsense::", "https://example.org/x", "https://example.org/x"}};
  for (const auto& c : cases) {
    INFO(c.reference);
    const auto resolved = resolve_url(c.base, c.reference);
    CHECK(resolved == c.expected);
    CHECK(resolve_url("", resolved) == resolved);
    CHECK(resolve_url("https://other.example/x", c.reference) == c.expected);
  }
}

TEST_CASE("what leads nowhere on the web resolves to nothing") {
  const Resolution cases[] = {{"", "relative", ""},
                              {"", "/absolute/path", ""},
                              {"", "//example.org/x", ""},
                              {"", "", ""},
                              {"https://example.org/", "", ""},
                              {"https://example.org/", " \n", ""},
                              {"javascript:alert(1)//", "x", ""},
                              {"data:text/html,x", "x", ""},
                              {"file:///etc/passwd", "x", ""},
                              {"http://", "x", ""},
                              {"https://exa mple.org/", "x", ""},
                              {"", "http://", ""},
                              {"", "http:///", ""},
                              {"", "http://?x", ""},
                              {"", "http://exa mple.org/", ""},
                              {"", "http://example.org:port/", ""},
                              {"", "http://example.org:65536/", ""},
                              {"", "http://exa<mple.org/", ""},
                              {"", "http://[::1/", ""},
                              {"", "http://user@/", ""},
                              {"", "http://\xFF\xFE.example/", ""},
                              {"https://example.org/", "javascript:alert(1)", ""},
                              {"https://example.org/", "JaVaScRiPt:alert(1)", ""},
                              {"https://example.org/", " java\tscr\nipt:alert(1)", ""},
                              {"https://example.org/", "\x01\x02javascript:alert(1)", ""},
                              {"https://example.org/", "vbscript:x", ""},
                              {"https://example.org/", "data:text/html,<script>", ""},
                              {"https://example.org/", "feed:javascript:alert(1)", ""},
                              {"https://example.org/", "file:///etc/passwd", ""},
                              {"https://example.org/", "about:blank", ""},
                              {"https://example.org/", "blob:https://example.org/x", ""},
                              {"https://example.org/", "view-source:https://example.org", ""},
                              {"https://example.org/", "tag:example.org,2026:1", ""},
                              {"https://example.org/", "urn:uuid:1", ""}};
  for (const auto& c : cases) {
    INFO(c.reference);
    CHECK(resolve_url(c.base, c.reference) == c.expected);
    CHECK(resolve_link(c.base, c.reference) == c.expected);
  }
  CHECK(resolve_url("", "https://example.org/" + std::string(100000, 'a')).empty());
  CHECK(resolve_url("https://example.org/", std::string(100000, ' ') + "x\\" + std::string(100000, 'a')).empty());
}

TEST_CASE("without a base a relative reference stays relative where that is asked for") {
  const Resolution cases[] = {
      {"", "a/b c", "a/b%20c"},
      {"", " /a?b=1#c ", "/a?b=1#c"},
      {"", "#top", "#top"},
      {"", "", ""},
      {"", "http://a/b", "http://a/b"},
      {"", "javascript:a", ""},
      {"", "feed:b", ""},
      {kBase, "g", "http://a/b/c/g"},
      {"data:x", "g", ""},
  };
  for (const auto& c : cases) {
    INFO(c.reference);
    CHECK(resolve_url(c.base, c.reference, true) == c.expected);
    CHECK(resolve_link(c.base, c.reference, true) == c.expected);
  }
  CHECK(resolve_url("", "a").empty());
  CHECK(resolve_url("", "mailto:ann@example.org", true).empty());
  CHECK(resolve_link("", "mailto:ann@example.org", true) == "mailto:ann@example.org");
}

TEST_CASE("only links may be of the schemes that ask a person first") {
  const Resolution cases[] = {{"", "mailto:a@example.org?subject=a b", "mailto:a@example.org?subject=a%20b"},
                              {"", "MAILTO:a@example.org", "mailto:a@example.org"},
                              {"", "tel:+49 30 1", "tel:+49%2030%201"},
                              {"", "xmpp:a@example.org", "xmpp:a@example.org"},
                              {"", "sms:+491", "sms:+491"},
                              {"", "magnet:?xt=urn:btih:1", "magnet:?xt=urn:btih:1"},
                              {"", "geo:1,2", "geo:1,2"},
                              {"", "ftp://example.org/x", "ftp://example.org/x"},
                              {"", "ircs://irc.example.org/room", "ircs://irc.example.org/room"},
                              {"", "gemini://example.org/", "gemini://example.org/"}};
  for (const auto& c : cases) {
    INFO(c.reference);
    CHECK(resolve_link(c.base, c.reference) == c.expected);
    CHECK(resolve_url(c.base, c.reference).empty());
  }
}

TEST_CASE("a URL is split into what a connection needs") {
  const auto parts = split_url("HTTPS://us%40er:p%3Aw@Example.ORG:8443/a%20b/../c?d=e#f");
  REQUIRE(parts);
  CHECK(parts->scheme == "https");
  CHECK(parts->host == "example.org");
  CHECK(parts->port == 8443);
  CHECK(parts->path == "/c?d=e");
  CHECK(parts->user == "us@er");
  CHECK(parts->password == "p:w");
  CHECK(split_url("http://example.org")->port == 80);
  CHECK(split_url("http://example.org")->path == "/");
  CHECK(split_url("https://example.org?q")->port == 443);
  CHECK(split_url("https://example.org?q")->path == "/?q");
  CHECK(split_url("http://[::1]:80/")->host == "[::1]");
  CHECK(split_url("http://b\xC3\xBC"
                  "cher.example/")
            ->host == "xn--bcher-kva.example");
  CHECK_FALSE(split_url("ftp://example.org/"));
  CHECK_FALSE(split_url("/relative"));
  CHECK_FALSE(split_url(""));
}

TEST_CASE("a clean URL is split as libcurl splits it") {
  // With a scheme in capitals it is not clean, and goes the long way.
  for (const std::string rest : {"http://example.org",
                                 "http://Example.ORG/",
                                 "https://example.org:8443",
                                 "http://example.org:0080/x?",
                                 "https://a-b.c_d.example/?q=1&r",
                                 "http://example.org/a//b/.c/..d#f?g",
                                 "http://example.org/#",
                                 "http://example.org?a?b#c",
                                 "http://xn--bcher-kva.example/%41|[x]",
                                 "http://127.0.0.1:81/f",
                                 "http://255.255.255.255/",
                                 "http://0.0.0.0/",
                                 "http://127.1/",
                                 "http://256.1.1.1/",
                                 "http://1.2.3.04/",
                                 "http://0x7f.1/",
                                 "http://1.2.3.4.5/",
                                 "http://1.2.3.4.example/",
                                 "http://example.org:65535/",
                                 "http://example.org:65536/",
                                 "http://example.org:00080/",
                                 "http://example.org:/"}) {
    CAPTURE(rest);
    const auto fast = split_url(rest);
    const auto slow = split_url("HTTP" + rest.substr(4));
    REQUIRE(fast.has_value() == slow.has_value());
    if (!fast) continue;
    CHECK(fast->scheme == slow->scheme);
    CHECK(fast->host == slow->host);
    CHECK(fast->port == slow->port);
    CHECK(fast->path == slow->path);
    CHECK(fast->user + fast->password == slow->user + slow->password);
  }
}

TEST_CASE("an origin is scheme, host and port") {
  CHECK(same_origin("https://example.org/a", "HTTPS://EXAMPLE.org:443/b?c"));
  CHECK_FALSE(same_origin("https://example.org/", "http://example.org/"));
  CHECK_FALSE(same_origin("https://example.org/", "https://www.example.org/"));
  CHECK_FALSE(same_origin("https://example.org/", "https://example.org:8443/"));
  CHECK_FALSE(same_origin("nonsense", "nonsense"));
}

TEST_CASE("what a person types becomes a feed's address") {
  const Resolution cases[] = {{"", "example.org/feed", "https://example.org/feed"},
                              {"", "  example.org ", "https://example.org/"},
                              {"", "//example.org/x", "https://example.org/x"},
                              {"", "http://example.org/feed#top", "http://example.org/feed"},
                              {"", "https://example.org?a#b", "https://example.org?a"},
                              {"", "feed://example.org/rss", "http://example.org/rss"},
                              {"", "feed:https://example.org/rss", "https://example.org/rss"},
                              {"", "feed:example.org/rss", "http://example.org/rss"},
                              {"", "FEED://https://example.org/rss", "https://example.org/rss"},
                              {"", "itpc://example.org/p.xml", "http://example.org/p.xml"},
                              {"", "pcast://example.org/p.xml", "http://example.org/p.xml"},
                              {"", "localhost:8080/feed", "https://localhost:8080/feed"},
                              {"", "example.org:8080", "https://example.org:8080/"},
                              {"", "Example.ORG/Feed", "https://example.org/Feed"},
                              {"", "https://u:p@example.org/f", "https://u:p@example.org/f"}};
  for (const auto& c : cases) {
    INFO(c.reference);
    const auto url = subscription_url(c.reference);
    REQUIRE(url.has_value());
    CHECK(url.value() == c.expected);
  }
}

TEST_CASE("an address that cannot be subscribed to is refused with the reason") {
  for (const char* typed : {"", "  ", "ftp://example.org/", "mailto:a@example.org", "javascript:alert(1)", "feed:",
                            "two words", "http://", "https://exa mple.org/", "feed:javascript:alert(1)", "#x", "?"}) {
    INFO(typed);
    const auto url = subscription_url(typed);
    REQUIRE(url.has_error());
    CHECK(url.error().cause == newscache::Cause::invalid);
    CHECK_FALSE(url.error().detail.empty());
  }
  CHECK(subscription_url("ftp://example.org/").error().detail.find("ftp://example.org/") != std::string::npos);
}

TEST_CASE("spellings of one page have one identity") {
  for (const char* url :
       {"https://example.org/a?b=1&c=2", "http://example.org/a?b=1&c=2", "https://www.example.org/a?c=2&b=1",
        "https://EXAMPLE.org:443/a/?b=1&c=2#top", "http://example.org:80/x/../a?b=1&c=2&utm_source=rss&UTM_medium=x",
        "https://example.org/a?fbclid=1&b=1&&c=2&gclid=", "https://user:pw@example.org/a?b=1&c=2",
        "https://example.org/a?b=1&amp;utm_campaign=x&c=2", "https://example.org/a?b=1&c=2#xtor=RSS-1",
        "https://example.org/a;jsessionid=1F2E?b=1&c=2", "https://example.org/a?PHPSESSID=4d1&b=1&c=2",
        "https://example.org/a?sid=0123456789abcdef0123456789abcdef&b=1&c=2", "https://example.org/a?b=1&c=2&ref=rss",
        "https://example.org/a?at_custom1=x&b=1&c=2&wt_zmc=y&cmpid=rss"}) {
    INFO(url);
    CHECK(canonical_url(url) == "https://example.org/a?b=1&c=2");
  }
  CHECK(canonical_url("http://example.org/") == "https://example.org");
  CHECK(canonical_url("http://example.org:8080/") == "https://example.org:8080");
  CHECK(canonical_url("https://www.org/x") == "https://www.org/x");
  CHECK(canonical_url("https://example.org/A") != canonical_url("https://example.org/a"));
  CHECK(canonical_url("nonsense").empty());
}

TEST_CASE("tracking parameters go, the rest of the URL stays byte for byte") {
  const Resolution cases[] = {
      {"", "https://example.org/a", "https://example.org/a"},
      {"", "https://example.org/a?b=1&c", "https://example.org/a?b=1&c"},
      {"", "https://example.org/a?utm_source=x", "https://example.org/a"},
      {"", "https://example.org/a?utm_source=x#y", "https://example.org/a#y"},
      {"", "https://example.org/a?z=1&utm_source=x&a=2&fbclid=3#y?utm_x=1", "https://example.org/a?z=1&a=2#y?utm_x=1"},
      {"", "https://example.org/a?utm=1&mc=2", "https://example.org/a?utm=1&mc=2"},
      {"", "https://example.org/a#xtor=RSS-1", "https://example.org/a"},
      {"", "https://example.org/a?b=1#utm_source=x&utm_medium=y", "https://example.org/a?b=1"},
      {"", "https://example.org/a#part&utm_source=x", "https://example.org/a#part&utm_source=x"},
      {"", "https://example.org/a#", "https://example.org/a#"},
      {"", "https://example.org/a?source=rss----1a2b---4", "https://example.org/a"},
      {"", "https://example.org/a?from=RSS&partner=feed", "https://example.org/a"},
      {"", "https://example.org/a?ref=main&source=x&from=0", "https://example.org/a?ref=main&source=x&from=0"},
      {"", "https://example.org/a?feed=rss2", "https://example.org/a?feed=rss2"},
      {"", "https://example.org/a?sid=7", "https://example.org/a?sid=7"},
      {"", "https://example.org/a?cfid=1&cftoken=2&b", "https://example.org/a?b"},
      {"", "https://example.org/a?&&b", "https://example.org/a?&&b"},
      {"", "https://example.org/?", "https://example.org/?"},
      {"", "HTTP://Example.org/?Gclid=1&B", "HTTP://Example.org/?B"},
      {"", "", ""}};
  for (const auto& c : cases) CHECK(strip_tracking(c.reference) == c.expected);
}
