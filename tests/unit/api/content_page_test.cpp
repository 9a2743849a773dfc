#include "api/content_page.hpp"

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;
using Catch::Matchers::Contains;

namespace {

constexpr Instant noon{std::chrono::seconds(1764072000)};  // 2025-11-25T12:00:00Z

model::Article article() {
  model::Article article;
  article.id = model::ArticleId{5};
  article.date_received = noon + std::chrono::hours(2);
  article.entry.url = "https://example.org/?a=1&b=2";
  article.entry.title = "Ships & <b> \"here\"";
  article.entry.content_html = "<p>Some <b>bold</b> text.</p><img src=\"https://example.org/a.png\" alt=\"a ship\">";
  article.entry.date_published = noon;
  article.entry.authors = {{"Ann <x>", "", "", ""}, {"", "", "", "bob@example.org"}};
  return article;
}

model::Feed harbour() {
  model::Feed feed;
  feed.title = "Harbour & News";
  feed.home_page_url = "https://example.org/";
  feed.language = "en";
  return feed;
}

}  // namespace

TEST_CASE("the page is a whole document with title, feed, authors, date, link and the content as it is") {
  const auto feed = harbour();
  const auto page = content_page(article(), &feed);
  CHECK_THAT(page, Catch::Matchers::StartsWith("<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">"));
  CHECK_THAT(page, Catch::Matchers::EndsWith("</body>\n</html>\n"));
  for (const auto* part :
       {"<meta charset=\"utf-8\">", "<meta name=\"viewport\"", "color-scheme:light dark",
        "<title>Ships &amp; &lt;b&gt; &quot;here&quot;</title>",
        "<h1><a href=\"https://example.org/?a=1&amp;b=2\">Ships &amp; &lt;b&gt; &quot;here&quot;</a></h1>",
        "<a href=\"https://example.org/\">Harbour &amp; News</a>", "Ann &lt;x&gt;, bob@example.org",
        "<time datetime=\"2025-11-25T12:00:00Z\">2025-11-25 12:00 UTC</time>"}) {
    CHECK_THAT(page, Contains(part));
  }
  CHECK_THAT(page, Contains(article().entry.content_html));
}

TEST_CASE("nothing on the page runs or is loaded: it says so itself, too") {
  const auto page = content_page(article(), nullptr);
  CHECK_THAT(page, Contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"));
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("<link") == std::string::npos);
  for (const auto* loading : {"img-src", "script-src", "connect-src", "font-src", "url(", "@import"}) {
    INFO(loading);
    CHECK(page.find(loading) == std::string::npos);
  }
}

TEST_CASE("the page has the article's language, else the feed's, and its direction") {
  struct Row {
    const char* article;
    const char* feed;
    const char* html;
  };
  const Row rows[] = {
      {"de-CH", "en", "<html lang=\"de-CH\" dir=\"ltr\">"}, {"", "en", "<html lang=\"en\" dir=\"ltr\">"},
      {"ar", "en", "<html lang=\"ar\" dir=\"rtl\">"},       {"HE-IL", "", "<html lang=\"HE-IL\" dir=\"rtl\">"},
      {"", "fa", "<html lang=\"fa\" dir=\"rtl\">"},         {"", "", "<html dir=\"auto\">"},
  };
  for (const auto& row : rows) {
    auto shown = article();
    shown.entry.language = row.article;
    auto feed = harbour();
    feed.language = row.feed;
    CHECK_THAT(content_page(shown, &feed), Contains(row.html));
  }
}

TEST_CASE("an article without a title is called by its first words, or at least by its feed or number") {
  auto untitled = article();
  untitled.entry.title.clear();
  const auto feed = harbour();
  CHECK_THAT(content_page(untitled, &feed), Contains("<title>Some bold text.</title>"));
  untitled.entry.content_html.clear();
  CHECK_THAT(content_page(untitled, &feed), Contains("<title>Harbour &amp; News</title>"));
  CHECK_THAT(content_page(untitled, nullptr), Contains("<title>Article 5</title>"));
  untitled.entry.url.clear();
  CHECK_THAT(content_page(untitled, nullptr), Contains("<h1>Article 5</h1>"));
}

TEST_CASE("the text has the same, and nothing that a terminal would obey") {
  auto hostile = article();
  const auto feed = harbour();
  CHECK(content_text(hostile, &feed) ==
        "Ships & <b> \"here\"\nHarbour & News · Ann <x>, bob@example.org · 2025-11-25 12:00 UTC\n"
        "https://example.org/?a=1&b=2\n\nSome bold text.\n\n[image: a ship]\n");
  hostile.entry.title =
      "a\x1b]0;evil\x07 b\xc2\x9b"
      "c";
  hostile.entry.content_html = "<p>x\x1b[2Jy</p>";
  hostile.entry.authors[0].name = "\x1b[31mred";
  for (const char c : content_text(hostile, &feed)) CHECK((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
  CHECK(content_text(hostile, &feed).find("\xc2\x9b") == std::string::npos);
}
