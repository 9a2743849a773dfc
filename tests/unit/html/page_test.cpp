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
  CHECK(
      html::extract(two_parts, options)->content_text ==
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

namespace {

constexpr std::string_view start =
    "<p>The harbour council voted on Tuesday to keep the old ferry running for another two years, although the boat, "
    "which was built in 1961, needs repairs that nobody has paid for yet, as its captain said at the meeting.</p>";
constexpr std::string_view end =
    "<p>Residents of the island had collected more than four thousand signatures, and several of them spoke about "
    "children, doctors and the price of bread, which has doubled since the second boat was sold in the spring.</p>";

// An article with that in the middle.
Result<html::PageArticle> article_with(std::string_view part, std::string_view around = {}) {
  const auto page = std::string("<title>The ferry stays - Gazette</title><body>")
                        .append(around)
                        .append("<article><h1>The ferry stays</h1>")
                        .append(start)
                        .append(part)
                        .append(end)
                        .append("</article>");
  return html::extract(page, options_for("https://gazette.example/news/ferry"));
}

}  // namespace

TEST_CASE("an article's own parts stay, whatever else is called like them") {
  for (const std::string_view part : {
           "<div class=paywall><p>KEPT for those who pay, and delivered.</p></div>",
           "<section class='section paywall'><p>KEPT for those who pay.</p><p>And more of it.</p></section>",
           "<p class=paywall>KEPT for those who pay.</p>",
           "<p>It is <span class=paywall>KEPT</span> in the dock.</p>",
           "<h2 id=recommendations>KEPT</h2><p>The council recommends a new boat.</p>",
           "<h2 id=related-work>KEPT</h2><p>The island's other boat is gone.</p>",
           "<h2 id=consent>KEPT</h2><p>The island's people agreed.</p>",
           "<h2 id=contact>KEPT</h2><p>The captain met the council.</p>",
           "<h2 id=social-impact>KEPT</h2><p>Children go to school by boat.</p>",
           "<h2 id=metadata>KEPT</h2><p>Nobody knows its weight.</p>",
           "<section id=social-impact><h2>Impact</h2><p>KEPT are the children who go by boat.</p></section>",
           "<section id=recommendations><h2>Advice</h2><p>KEPT is a boat, as the council advised.</p></section>",
           "<p>Click here to be KEPT, said the button that the captain found.</p>",
           "<p>Sign up for the war was what they KEPT telling him.</p>",
           "<p>Want more boats? KEPT waiting, the islanders do.</p>",
           "<p>Join our crew, said the captain, and was KEPT.</p>",
           "<p>This article was amended on 3 May: the boat is KEPT.</p>",
       }) {
    INFO(part);
    const auto article = article_with(part);
    REQUIRE(article.has_value());
    CHECK(article->content_text.find("KEPT") != std::string::npos);
    CHECK(article->content_text.find("Residents of the island") != std::string::npos);
    CHECK(!article->is_teaser);
  }
}

TEST_CASE("what is about the publisher goes where it stands aside") {
  for (const std::string_view part : {
           "<div class=paywall><p>GONE: subscribe to continue reading.</p></div>",
           "<section id=recommendations><a href=/1>GONE with the boat</a> <a href=/2>The captain's story</a></section>",
           "<div class=newsletter><p>Sign up for GONE.</p></div>",
           "<p>Sign up for <a href=/gone>GONE, our letter of the day</a></p>",
       }) {
    INFO(part);
    const auto article = article_with(part);
    REQUIRE(article.has_value());
    CHECK(article->content_text.find("GONE") == std::string::npos);
  }
  const auto last = article_with(std::string(end) + "<p>Reporting by Ann GONE; editing by Bob.</p><!--");
  REQUIRE(last.has_value());
  CHECK(last->content_text.find("GONE") == std::string::npos);
}

TEST_CASE("an appeal around all pages makes no teaser, one in the article does") {
  constexpr std::string_view appeal = "<p>Already a subscriber? <a href=/login>Log in</a></p>";
  const auto within = [&](std::string_view open, std::string_view close) {
    return std::string(open).append(appeal).append(close);
  };
  CHECK(!article_with("", within("<header>", "</header>"))->is_teaser);
  CHECK(!article_with("", within("<nav>", "</nav>"))->is_teaser);
  CHECK(!article_with("", within("<div class=footer>", "</div>"))->is_teaser);
  CHECK(article_with(within("<div>", "</div>"))->is_teaser);
  CHECK(article_with(within("<aside class=paywall>", "</aside>"))->is_teaser);
}

TEST_CASE("titles refuse a page when that is all they say") {
  const auto refused = [](std::string_view title) {
    const auto page = std::string("<title>").append(title).append("</title><body><article>").append(start).append(end);
    return !html::extract(page, options_for("https://gazette.example/news/ferry"));
  };
  for (const std::string_view title :
       {"404", "404 Not Found", "Error 404 - Gazette", "403 Forbidden", "410 Gone", "404 | Gazette", "503: come back",
        "Consent", "Consent | Gazette", "Error", "Oops!", "Login - Gazette", "DDoS-Guard", "Just a moment...",
        "Sign in to Gazette", "Page not found - Gazette"}) {
    INFO(title);
    CHECK(refused(title));
  }
  for (const std::string_view title :
       {"410 jobs lost at plant", "404 new cases reported", "500 errors found", "Consent in the age of AI",
        "DDoS attack hits bank", "Error of judgement", "Error-prone counting", "Forbidden love",
        "Sign up deadline near", "Security check delays", "Login problems at bank"}) {
    INFO(title);
    CHECK(!refused(title));
  }
}

TEST_CASE("a wall at an article's own address is none, whatever is said of the article") {
  constexpr std::string_view head =
      "<title>The ferry stays</title><meta property=og:type content=article><script type=application/ld+json>"
      "{\"@type\": \"NewsArticle\", \"headline\": \"The ferry stays\"}</script><body>";
  for (const std::string_view wall :
       {"<main><h1>We value your privacy</h1><p>We and our 842 partners store and process data.</p></main>",
        "<main><h1>The ferry stays</h1><p>Please log in to read what the council said about the old ferry.</p>"
        "<form><input type=password></form></main>"}) {
    INFO(wall);
    const auto article =
        html::extract(std::string(head).append(wall), options_for("https://gazette.example/news/ferry"));
    REQUIRE(!article);
    CHECK(article.error().cause == Cause::no_article);
  }
}

TEST_CASE("what a site's selectors keep stays, of whatever kind it is") {
  auto options = options_for("https://gazette.example/ferry");
  const std::string page =
      "<title>Ferry</title><body><main><p>The old ferry stays.</p><aside class=body><p>It sails "
      "again in May.</p></aside><aside><p>Buy boats.</p></aside></main>";
  options.keep = {"aside.body"};
  CHECK(html::extract(page, options)->content_text == "It sails again in May.");
  options.keep = {"main", "aside.body"};
  CHECK(html::extract(page, options)->content_text == "The old ferry stays.\n\nIt sails again in May.");
}
