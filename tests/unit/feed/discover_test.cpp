#include "feed/discover.hpp"

#include "support/catch.hpp"

using namespace newscache;

namespace {

struct Case {
  const char* what;
  std::string_view page;
  std::vector<std::string> urls;
};

}  // namespace

TEST_CASE("Feeds that a page links to are found") {
  const Case cases[] = {
      {"the usual link",
       R"(<link rel="alternate" type="application/rss+xml" title="T" href="/feed">)",
       {"http://example.org/feed"}},
      {"attributes in any order, case and quoting",
       "<LINK HREF=feed.atom TYPE='Application/Atom+XML; charset=utf-8' REL=Alternate>",
       {"http://example.org/dir/feed.atom"}},
      {"a base",
       R"(<base href="http://cdn.example/x/"><link rel=alternate type=application/feed+json href=f.json>)",
       {"http://cdn.example/x/f.json"}},
      {"several, each once",
       R"(<link rel=alternate type=application/rss+xml href=/1><link rel=alternate type=application/atom+xml href=/2><link rel=alternate type=application/rss+xml href=/1>)",
       {"http://example.org/1", "http://example.org/2"}},
      {"references in the address",
       R"(<link rel=alternate type="application/rss+xml" href="/?a=1&amp;b=2">)",
       {"http://example.org/?a=1&b=2"}},
      {"in the body of a sloppy page",
       R"(<body><p>x<link rel="alternate" type="text/xml" href="/rss">)",
       {"http://example.org/rss"}},
      {"feed: scheme",
       R"(<link rel=alternate type=application/rss+xml href="feed://example.org/x">)",
       {"http://example.org/x"}},
      {"not in comments, scripts and texts",
       R"(<!-- <link rel=alternate type=application/rss+xml href=/1> --><script>'<link rel=alternate type=application/rss+xml href=/2>'</script><textarea><link rel=alternate type=application/rss+xml href=/3></textarea>)",
       {}},
      {"no style sheets, translations, or REST interfaces",
       R"(<link rel="alternate stylesheet" type="text/css" href="/x"><link rel=alternate hreflang=de href="/de"><link rel=alternate type="application/json" href="/wp-json/wp/v2/posts/1">)",
       {}},
      {"no scripts as addresses", "<link rel=alternate type=application/rss+xml href='javascript:alert(1)'>", {}},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    std::vector<std::string> urls;
    for (const auto& candidate : feed::discover(c.page, "text/html", "http://example.org/dir/page"))
      urls.push_back(candidate.url);
    CHECK(urls == c.urls);
  }
}

TEST_CASE("A candidate has its title, decoded") {
  auto found = feed::discover(
      "<link rel=alternate type=application/rss+xml href=/f title='News &amp; \xfc"
      "ber'>",
      "text/html; charset=iso-8859-1", "http://example.org/");
  REQUIRE(found.size() == 1);
  CHECK(found[0].title ==
        "News & \xc3\xbc"
        "ber");
}
