// Pages that make others take quadratic time or overflow their stack: they cost what their size costs.
#include <algorithm>
#include <ctime>
#include <string>

#include "html/dom.hpp"
#include "html/page.hpp"
#include "safe_check.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

std::string repeated(std::string_view unit, std::size_t count) {
  std::string text;
  text.reserve(unit.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += unit;
  return text;
}

html::Document parsed(std::string_view page) { return html::parse_page(page, html::PageOptions()); }

std::size_t deepest(const html::Document& document) {
  std::size_t most = 0;
  std::size_t depth = 0;
  html::NodeId node = html::Document::root;
  while (node != html::no_node) {
    if (document[node].first != html::no_node) {
      node = document[node].first;
      most = std::max(most, ++depth);
      continue;
    }
    while (node != html::Document::root && document[node].next == html::no_node) {
      node = document[node].parent;
      --depth;
    }
    node = node == html::Document::root ? html::no_node : document[node].next;
  }
  return most;
}

constexpr std::string_view paragraph =
    "<p>The harbour council voted on Tuesday to keep the old ferry running for another two years, although the boat, "
    "which was built in 1961, needs repairs that nobody has paid for yet.</p>";

}  // namespace

TEST_CASE("depth, attributes and nodes of a page are bounded, and the text behind is kept") {
  const auto deep = parsed(repeated("<div>", 20'000) + "deep");
  CHECK(deepest(deep) <= 260);
  CHECK(deep.text_of(html::Document::body) == "deep");
  const auto formatted = parsed(repeated("<b class=i>", 3000) + repeated("<p>x", 3000));
  CHECK(formatted.size() < 20'000);
  std::string tag = "<p";
  for (int i = 0; i < 20'000; ++i) tag += " a" + std::to_string(i) + "=x";
  const auto many = parsed(tag + ">text");
  CHECK(many.attributes(many.find("p")).size() <= 64);
  CHECK(many.text_of(html::Document::body) == "text");
  CHECK(parsed(repeated("<i></i>", 700'000)).size() <= 120'001);
}

TEST_CASE("an article survives whatever hostile markup surrounds it") {
  const auto article = repeated(paragraph, 4);
  for (const std::string_view unit : {"<div>",
                                      "</div>",
                                      "<b>",
                                      "<b class=i><p>",
                                      "<a href=/x>",
                                      "<table>",
                                      "<table><tr><td>",
                                      "</table>",
                                      "<td>",
                                      "<ul><li>",
                                      "<li>",
                                      "<dl><dd>",
                                      "<h1>",
                                      "<form>",
                                      "<span>",
                                      "<x-y>",
                                      "<br>",
                                      "<br><br>",
                                      "<font>",
                                      "<section><h2>",
                                      "&",
                                      "</p>",
                                      "<button>",
                                      "<iframe></iframe>",
                                      "<img src=x>",
                                      "<figure><img><figcaption>",
                                      "<noscript>",
                                      "<div class=related>"}) {
    INFO(unit);
    const auto page = "<title>Ferry</title><body><div id=story>" + article + "</div>" + repeated(unit, 20'000);
    const auto found = html::extract(page, html::PageOptions());
    if (!found) {
      CHECK(found.error().cause == Cause::no_article);
      continue;
    }
    CHECK(what_is_unsafe(found->content_html) == "");
    CHECK(found->content_text.find("The harbour council voted") != std::string::npos);
  }
}

// Square time at this size is minutes: the bound is for that and no measure of speed.
TEST_CASE("4 MiB of what is looked at again for each element are read in seconds", "[kernel]") {
  constexpr std::size_t size = 4 << 20;
  constexpr int most_seconds = 20;
  const std::string long_title = "<title>" + repeated("ferry - ", 120) + "</title>";
  const auto filled = [](std::string_view unit) { return repeated(unit, size / unit.size()); };
  const struct {
    const char* what;
    std::string page;
  } rows[] = {
      {"headings in headings", long_title + repeated("<h1>ferry<div>", 250) + filled("ferry ")},
      {"headings with much text", long_title + filled("<div><h1>" + repeated("ferry ", 150) + "</h1></div>")},
      {"articles with a heading", long_title + filled("<article><h1>the old ferry stays</h1></article>")},
      {"articles in articles", long_title + filled("<article><h1>the old ferry stays</h1>")},
      {"a <meta> of many names", "<meta content='Ann Bee' property='" + filled("author ") + "'>"},
      {"many <meta> of many names",
       filled("<meta content='" + repeated("Ann Bee ", 100) + "' property='" + repeated("author ", 200) + "'>")},
      {"names and no-break spaces", "<h1>ferry</h1><p rel=author>Ann" + filled("\u00A0")},
      {"next pages", filled("<a rel=next href='/" + repeated("a", 500) + "/2'>x</a>")},
      {"appeals to pay", repeated("<nav class='" + repeated("subscribe ", 100) + "'>", 200) + filled("to read on ")},
      {"boxes for those who pay", repeated("<div class=paywall>", 200) + filled("<p>subscribe to continue</p>")},
      {"notices", filled("<div class=a><p>Sign up for the letter</p></div>")},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    html::PageOptions options;
    const std::string url = "https://gazette.example/" + repeated("a", 1500);
    options.url = url;
    const auto start = std::clock();
    const auto found = html::extract(row.page, options);
    CHECK((found || found.error().cause == Cause::no_article));
    CHECK((std::clock() - start) / CLOCKS_PER_SEC < most_seconds);
  }
}

TEST_CASE("of a page that is larger than allowed the beginning is read") {
  html::PageOptions options;
  options.max_bytes = 1000;
  const auto found = html::extract("<title>Ferry</title>" + repeated(paragraph, 1000), options);
  REQUIRE(found.has_value());
  CHECK(found->content_text.size() < 1000);
}

TEST_CASE("an empty page and one without a letter are no articles") {
  for (const std::string_view page : {"", " \n", "<html></html>", "<p>", "<img src=x>", "<title>x</title>"}) {
    INFO(page);
    const auto found = html::extract(page, html::PageOptions());
    REQUIRE(!found);
    CHECK(found.error().cause == Cause::no_article);
  }
}
