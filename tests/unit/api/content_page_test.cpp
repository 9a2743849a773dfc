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
  const auto page = content_page(article(), &feed, {});
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
  CHECK_THAT(page, Contains("<p>Some <b>bold</b> text.</p>"));
}

TEST_CASE("pictures come from the cache, and where they are not there, their text stands with a link") {
  auto shown = article();
  const std::string hash(64, 'a');
  const std::vector<model::Media> media = {{"https://example.org/a.png", {hash, "image/png", 5}, {}}};
  CHECK_THAT(content_page(shown, nullptr, media), Contains("src=\"/v1/assets/" + hash + "\""));
  CHECK(content_page(shown, nullptr, media).find("a.png") == std::string::npos);
  const auto without = content_page(shown, nullptr, {});
  CHECK(without.find("<img") == std::string::npos);
  CHECK_THAT(without, Contains("<a href=\"https://example.org/a.png\"") && Contains("a ship"));
}

TEST_CASE("of a picture in several sizes that one is shown which is there") {
  auto shown = article();
  shown.entry.content_html =
      "<img srcset=\"https://e.org/320.png 320w, https://e.org/800.png 800w, https://e.org/1600.png 1600w\" "
      "src=\"https://e.org/320.png\">";
  for (const char* width : {"320", "800", "1600"}) {
    const std::vector<model::Media> media = {
        {"https://e.org/" + std::string(width) + ".png", {std::string(64, 'b'), "image/png", 5}, {}}};
    CHECK_THAT(content_page(shown, nullptr, media), Contains("src=\"/v1/assets/" + std::string(64, 'b') + "\""));
  }
}

TEST_CASE("the article's own picture is shown once, attachments are listed and play from the cache") {
  auto shown = article();
  shown.entry.image = "https://example.org/lead.jpg";
  shown.entry.attachments = {{"https://example.org/e/1.mp3", "audio/mpeg", "An <interview>", 3 << 20, 125},
                             {"https://example.org/e/paper.pdf", "", "", {}, {}}};
  const std::string lead(64, 'c');
  const std::string sound(64, 'd');
  const std::vector<model::Media> media = {{shown.entry.image, {lead, "image/jpeg", 5}, {}},
                                           {"https://example.org/e/1.mp3", {sound, "audio/mpeg", 5}, {}}};
  const auto page = content_page(shown, nullptr, media);
  CHECK_THAT(page, Contains("<img src=\"/v1/assets/" + lead + "\" alt=\"\">"));
  CHECK_THAT(page, Contains("<audio controls preload=\"none\" src=\"/v1/assets/" + sound + "\"></audio>"));
  CHECK_THAT(page, Contains("An &lt;interview&gt; (audio/mpeg, 3 MiB, 3 min)</a>"));
  CHECK_THAT(page, Contains("<a href=\"https://example.org/e/paper.pdf\">paper.pdf</a>"));
  CHECK_THAT(content_text(shown, nullptr),
             Contains("An <interview> (audio/mpeg, 3 MiB, 3 min)\nhttps://example.org/e/1.mp3"));
  // In the text too: once is enough.
  shown.entry.content_html = "<img src=\"https://example.org/lead.jpg\">";
  const auto once = content_page(shown, nullptr, media);
  CHECK(once.find(lead) == once.rfind(lead));
}

TEST_CASE("nothing on the page runs, and nothing is loaded but from the cache: it says so itself, too") {
  const auto page = content_page(article(), nullptr, {});
  CHECK_THAT(page, Contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src "
                            "'self'; media-src 'self'; "
                            "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"));
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("<link") == std::string::npos);
  for (const auto* loading : {"script-src", "connect-src", "font-src", "url(", "@import"}) {
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
    CHECK_THAT(content_page(shown, &feed, {}), Contains(row.html));
  }
}

TEST_CASE("an article without a title is called by its first words, or at least by its feed or number") {
  auto untitled = article();
  untitled.entry.title.clear();
  const auto feed = harbour();
  CHECK_THAT(content_page(untitled, &feed, {}), Contains("<title>Some bold text.</title>"));
  untitled.entry.content_html.clear();
  CHECK_THAT(content_page(untitled, &feed, {}), Contains("<title>Harbour &amp; News</title>"));
  CHECK_THAT(content_page(untitled, nullptr, {}), Contains("<title>Article 5</title>"));
  untitled.entry.url.clear();
  CHECK_THAT(content_page(untitled, nullptr, {}), Contains("<h1>Article 5</h1>"));
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
