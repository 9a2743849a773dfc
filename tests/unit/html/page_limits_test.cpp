// Pages that make others take quadratic time or overflow their stack: they cost what their size costs.
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
