// Every tests/data/html/pages/CASE.html against the CASE.txt beside it: the article's title, whether it is a teaser,
// and its text, or why it is none. The first line of a case says its address and what it proves, and is no part of it.
// NEWSCACHE_REWRITE=1 writes the expectations anew, for review.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/file.hpp"
#include "html/page.hpp"
#include "html/sanitise.hpp"
#include "safe_check.hpp"
#include "support/catch.hpp"

using namespace newscache;
namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& path) {
  const auto read = read_file(path.string(), 1 << 20);
  return read ? *read : std::string();
}

std::string described(const Result<html::PageArticle>& article) {
  if (!article) return std::string(cause_name(article.error().cause)) + ": " + article.error().detail + "\n";
  return "title: " + article->title + (article->is_teaser ? "\nteaser\n\n" : "\n\n") + article->content_text + "\n";
}

constexpr std::string_view two_parts =
    "<title>Ferry</title><body><div class=story><p>The harbour council voted on Tuesday to keep the old ferry.</div>"
    "<div class=box><p>It sails again in May.<div class=note>Corrected on Friday.</div></div>";

html::PageOptions options_for(std::string_view url) {
  html::PageOptions options;
  options.url = url;
  return options;
}

}  // namespace

TEST_CASE("every page has the article that stands beside it, or none") {
  const bool rewrite = std::getenv("NEWSCACHE_REWRITE") != nullptr;
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(std::string(NEWSCACHE_TEST_DATA) + "/html/pages")) {
    if (entry.path().extension() != ".html") continue;
    ++count;
    const auto text = content(entry.path());
    INFO(entry.path().filename().string());
    REQUIRE(text.starts_with("<!-- http"));
    const auto url = text.substr(5, text.find(' ', 5) - 5);
    const auto article = html::extract(std::string_view(text).substr(text.find('\n') + 1), options_for(url));
    auto expected = entry.path();
    expected.replace_extension(".txt");
    if (rewrite) std::ofstream(expected, std::ios::binary) << described(article);
    CHECK(described(article) == content(expected));
    if (!article) continue;
    CHECK(article->confidence > 0);
    CHECK(article->confidence <= 1);
    CHECK(what_is_unsafe(article->content_html) == "");
    html::SanitiseOptions again;
    again.base_url = url;
    CHECK(html::sanitise(article->content_html, again) == article->content_html);
  }
  CHECK(count >= 35);
}

TEST_CASE("what a site's selectors keep is the article, without what they drop") {
  auto options = options_for("https://gazette.example/ferry");
  options.keep = {".box", ".story"};
  CHECK(html::extract(two_parts, options)->content_text ==
        "It sails again in May.\n\nCorrected on Friday.\n\nThe harbour council voted on Tuesday to keep the old ferry.");
  options.drop = {"div.note"};
  options.keep = {".box"};
  CHECK(html::extract(two_parts, options)->content_text == "It sails again in May.");
  options.keep = {".nowhere"};
  CHECK(html::extract(two_parts, options)->content_text.starts_with("The harbour council"));
}

TEST_CASE("a selector that is none is named") {
  auto options = options_for("https://gazette.example/ferry");
  options.keep = {"div["};
  const auto article = html::extract(two_parts, options);
  REQUIRE(!article);
  CHECK(article.error().cause == Cause::invalid);
  CHECK(article.error().detail.find("\"div[\"") != std::string::npos);
}

TEST_CASE("pictures have absolute addresses, those of lazy loaders too") {
  const std::string page =
      "<title>Ferry</title><article><p>The harbour council voted on Tuesday to keep the old ferry running for two "
      "years."
      "<img src=/a.jpg><figure><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' "
      "data-src=b.jpg></figure></article>";
  const auto article = html::extract(page, options_for("https://gazette.example/news/ferry"));
  REQUIRE(article.has_value());
  CHECK(article->content_html.find("src=\"https://gazette.example/a.jpg\"") != std::string::npos);
  CHECK(article->content_html.find("src=\"https://gazette.example/news/b.jpg\"") != std::string::npos);
}

TEST_CASE("nothing that runs comes out of a page") {
  const std::string page =
      "<title>Ferry</title><article onclick=x()><p style='x:expression(1)'>The harbour council voted on Tuesday to "
      "keep "
      "the old ferry.<script>alert(1)</script><a href='javascript:alert(1)'>more</a><img src=x onerror=alert(1)>"
      "<svg onload=alert(1)><iframe srcdoc='<script>alert(1)</script>'></iframe><form action=//evil><input></form>";
  const auto article = html::extract(page, options_for("https://gazette.example/news/ferry"));
  REQUIRE(article.has_value());
  CHECK(what_is_unsafe(article->content_html) == "");
  CHECK(article->content_text == "The harbour council voted on Tuesday to keep the old ferry.more");
}

TEST_CASE("the encoding is HTTP's where the page's own word differs") {
  auto options = options_for("https://gazette.example/news/ferry");
  options.content_type = "text/html; charset=utf-8";
  const auto article = html::extract(
      "<meta charset=iso-8859-1><title>F\xC3\xA4hre</title><p>Die alte F\xC3\xA4hre f\xC3\xA4hrt noch zwei Jahre.</p>",
      options);
  REQUIRE(article.has_value());
  CHECK(article->title == "F\xC3\xA4hre");
  CHECK(article->content_text == "Die alte F\xC3\xA4hre f\xC3\xA4hrt noch zwei Jahre.");
}
