// Every tests/data/html/metadata/CASE.html against the CASE.json beside it. The first line of a case says where it is
// from and what it proves, and is no part of it. NEWSCACHE_REWRITE=1 writes the expectations anew, for review.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/file.hpp"
#include "html/page.hpp"
#include "html/page_metadata.hpp"
#include "html/page_pictures.hpp"
#include "support/catch.hpp"
#include "text/date.hpp"
#include "text/utf8.hpp"

using namespace newscache;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::string content(const fs::path& path) { return read_file(path.string(), 16 << 20).value(); }

html::PageMetadata metadata(std::string_view page, std::string_view url) {
  html::PageOptions options;
  options.url = url;
  return html::page_metadata(html::parse_page(page, options), url);
}

// One key a line, without those that say nothing.
std::string written(const html::PageMetadata& page) {
  std::string out = "{";
  const auto add = [&](std::string_view key, const json::value& value) {
    out.append(out.size() > 1 ? ",\n  \"" : "\n  \"").append(key).append("\": ").append(json::serialize(value));
  };
  const std::pair<std::string_view, const std::string&> texts[] = {
      {"title", page.title},     {"byline", page.byline},     {"site_name", page.site_name},
      {"excerpt", page.excerpt}, {"image", page.image},       {"language", page.language},
      {"body", page.body},       {"next_url", page.next_url}, {"amp_url", page.amp_url}};
  for (const auto& [key, text] : texts) {
    if (!text.empty()) add(key, json::value(text));
  }
  if (page.published) add("published", json::value(text::format_rfc3339(*page.published)));
  if (page.says_article) add("says_article", true);
  if (page.for_subscribers) add("for_subscribers", true);
  return out + "\n}\n";
}

}  // namespace

TEST_CASE("every page says of itself what stands beside it") {
  const bool rewrite = std::getenv("NEWSCACHE_REWRITE") != nullptr;
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(std::string(NEWSCACHE_TEST_DATA) + "/html/metadata")) {
    if (entry.path().extension() != ".html") continue;
    const auto text = content(entry.path());
    INFO(entry.path().filename().string());
    REQUIRE(text.starts_with("<!-- http"));
    const auto url = text.substr(5, text.find(' ', 5) - 5);
    const auto got = written(metadata(std::string_view(text).substr(text.find('\n') + 1), url));
    auto expected = entry.path();
    expected.replace_extension(".json");
    if (rewrite) std::ofstream(expected, std::ios::binary) << got;
    CHECK(got == content(expected));
    ++count;
  }
  CHECK(count >= 35);
}

TEST_CASE("JSON-LD that is deep, long or without end is read in bounds") {
  const auto around = [](const std::string& script) {
    return "<title>A title</title><script type=\"application/ld+json\">" + script + "</script>";
  };
  const std::string article = R"({"@type": "Article", "headline": "From JSON-LD")";
  struct {
    const char* what;
    std::string script;
    const char* title;
  } const rows[] = {
      {"depth that is allowed", article + R"(, "x": )" + std::string(50, '[') + std::string(50, ']') + "}",
       "From JSON-LD"},
      {"too deep", article + R"(, "x": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}", "A title"},
      {"cut off", article, "A title"},
      {"too long", article + R"(, "x": ")" + std::string(2 << 20, 'x') + "\"}", "A title"},
      {"of itself",
       R"({"@graph": [{"@type": "Article", "headline": "From JSON-LD", "author": {"@id": "#a"}}, {"@id": "#a", "b": 1, "author": {"@id": "#a"}}]})",
       "From JSON-LD"},
      {"no object", "[[[1, null, \"x\"]]]", "A title"},
      {"nothing", "", "A title"},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    CHECK(metadata(around(row.script), "https://example.org/").title == row.title);
  }
}

TEST_CASE("of several articles in JSON-LD the page's own is the one that says so") {
  const auto said = [](const std::string& second) {
    return metadata(
        "<title>A title</title><script type=\"application/ld+json\">[{\"@type\": \"Article\", \"headline\": \"First\", "
        "\"url\": \"https://example.org/first\"}, {\"@type\": \"Article\", \"headline\": \"Second\"" +
            second + "}]</script>",
        "https://example.org/second?utm_source=feed");
  };
  CHECK(!said("").says_article);
  CHECK(said("").title == "A title");
  for (const std::string address :
       {R"("url": "https://www.example.org/second")", R"("@id": "https://example.org/second#article")",
        R"("url": "/second")", R"("mainEntityOfPage": "https://example.org/second/")",
        R"("mainEntityOfPage": {"@type": "WebPage", "@id": "https://example.org/second"})"}) {
    INFO(address);
    CHECK(said(", " + address).says_article);
    CHECK(said(", " + address).title == "Second");
  }
}

// How often it agrees with Mozilla's Readability, whose answers these are: where that keeps the site's name in titles,
// "By" in front of names and dates behind them, we do not.
TEST_CASE("the metadata of the corpus is nearly always what it should be") {
  const fs::path corpus = std::string(NEWSCACHE_SHARED_CORPORA) + "/pages";
  if (!fs::exists(corpus)) {
    WARN("skipped: there is no " << corpus.string());
    return;
  }
  struct Count {
    int right = 0;
    int all = 0;
  };
  std::map<std::string, Count> counts;
  for (const auto& entry : fs::directory_iterator(corpus)) {
    if (!fs::exists(entry.path() / "expected-metadata.json")) continue;
    const auto expected = json::parse(content(entry.path() / "expected-metadata.json")).as_object();
    const auto page = metadata(content(entry.path() / "source.html"), "http://fakehost/test/page.html");
    const auto count = [&](const char* key, const std::string& got, auto agrees) {
      const auto* value = expected.if_contains(key);
      if (!value || !value->is_string()) return;
      const auto wanted = text::collapse_white_space(value->as_string().c_str());
      if (wanted.empty()) return;
      ++counts[key].all;
      if (!got.empty() && agrees(wanted)) ++counts[key].right;
    };
    count("title", page.title, [&](const std::string& wanted) { return wanted.find(page.title) != wanted.npos; });
    count("byline", page.byline, [&](const std::string& wanted) { return wanted.find(page.byline) != wanted.npos; });
    count("siteName", page.site_name, [&](const std::string& wanted) { return wanted == page.site_name; });
    count("lang", page.language, [&](const std::string& wanted) { return wanted == page.language; });
    count("publishedTime", page.published ? "a date" : "",
          [&](const std::string& wanted) { return text::parse_date(wanted) == page.published; });
  }
  const std::map<std::string, double> goals = {
      {"title", 0.95}, {"byline", 0.85}, {"siteName", 0.95}, {"lang", 1}, {"publishedTime", 1}};
  for (const auto& [key, goal] : goals) {
    INFO(key << ": " << counts[key].right << " of " << counts[key].all);
    CHECK(counts[key].right >= goal * counts[key].all);
  }
}

// In the 4 MiB that are read of a page; a test that takes minutes has failed as well as one that tells so.
TEST_CASE("a page that is made to be slow is not") {
  const auto times = [](std::string_view part, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += part;
    return out;
  };
  const std::string pages[] = {
      "<title>x</title><h1>x</h1><p>" + times("<a rel=author>", 100'000),
      "<title>x</title><h1>x</h1><p>" + times("<a rel=author>x</a>", 100'000),
      "<title>x</title><h1>x</h1>" + times("<div class=date>x", 100'000),
      "<title>x</title><h1>x</h1>" + times("<div class=byline>x<p>y</p>", 100'000),
      "<title>" + times(" - x", 500'000) + "</title>",
      "<script type=application/ld+json>{\"@type\": \"Article\", \"author\": [" + times("{\"@id\": \"x\"}, ", 60'000) +
          "1], \"@graph\": [" + times("{\"a\": 1},", 10'000) + "1]}</script>",
      "<title>x</title>" + times("<h1>x</h1>", 200'000),
      times("<meta name=author content=x><link rel=next href=/2>", 60'000),
      times("<noscript><img src=a.jpg>x", 60'000),
      times("<div data-src=a.jpg>", 100'000),
      times("<picture><source srcset=a.jpg>", 60'000),
  };
  for (const auto& page : pages) {
    INFO(page.substr(0, 60));
    html::PageOptions options;
    auto document = html::parse_page(page, options);
    const auto read = html::page_metadata(document, "https://example.org/a");
    html::settle_pictures(document, "https://example.org/a", 800);
    CHECK(read.title.size() <= 1000);
  }
}
