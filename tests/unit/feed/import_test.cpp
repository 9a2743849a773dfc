#include "feed/import.hpp"

#include <filesystem>

#include "base/file.hpp"
#include "html/sanitise.hpp"
#include "support/catch.hpp"
#include "text/date.hpp"

using namespace newscache;

namespace {

model::Entry one(std::string_view bytes, std::string_view name = "dir/note.txt") {
  auto parsed = feed::import_document(bytes, name);
  INFO((parsed.has_error() ? parsed.error().detail : std::string()));
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->entries.size() == 1);
  return parsed->entries[0];
}

std::string day(const model::Entry& entry) {
  return entry.date_published ? text::format_rfc3339(*entry.date_published) : "none";
}

}  // namespace

TEST_CASE("Dated plain text keeps its date, its paragraphs and every letter") {
  struct Case {
    std::string_view bytes;
    std::string_view date;
    std::string_view title;
    std::string_view html;
  };
  const Case cases[] = {
      {" date 2020-06-12 One said. Two.\n\nThree \"four\xe2\x80\x9d.", "2020-06-12T00:00:00Z", "One said.",
       "<p>One said. Two.</p><p>Three \"four\xe2\x80\x9d.</p>"},
      {"date 2020-06-12 A", "2020-06-12T00:00:00Z", "A", "<p>A</p>"},
      {"\xef\xbb\xbf date 2020-06-12\r\n\r\nA\r\nB\r\n\r\n\r\nC\r\n", "2020-06-12T00:00:00Z", "A B",
       "<p>A\nB</p><p>C</p>"},
      {"No date here", "none", "No date here", "<p>No date here</p>"},
      {"date 2020-13-40 x", "none", "date 2020-13-40 x", "<p>date 2020-13-40 x</p>"},
      {"dated 2020-06-12 x", "none", "dated 2020-06-12 x", "<p>dated 2020-06-12 x</p>"},
      {"1 < 2 & \"3\" > 'x'", "none", "1 < 2 & \"3\" > 'x'", "<p>1 &lt; 2 &amp; \"3\" &gt; 'x'</p>"},
      {"  indented  text \n kept ", "none", "indented text kept", "<p>  indented  text \n kept </p>"},
      {"A<script>alert(1)</script>", "none", "A<script>alert(1)</script>",
       "<p>A&lt;script&gt;alert(1)&lt;/script&gt;</p>"},
      {"caf\xe9", "none", "caf\xc3\xa9", "<p>caf\xc3\xa9</p>"},
  };
  for (const Case& c : cases) {
    INFO(c.bytes);
    model::Entry entry = one(c.bytes);
    CHECK(day(entry) == c.date);
    CHECK(entry.title == c.title);
    CHECK(entry.content_html == c.html);
    CHECK(html::sanitise(entry.content_html, {}) == entry.content_html);
  }
}

TEST_CASE("The first sentence is the title") {
  struct Case {
    std::string_view text;
    std::string_view title;
  };
  const Case cases[] = {
      {"The U.S. Army left. It did.", "The U.S. Army left."},
      {"Mr. Smith met Dr. No. They spoke.", "Mr. Smith met Dr. No. They spoke."},
      {"J. R. R. Tolkien wrote. He did.", "J. R. R. Tolkien wrote."},
      {"It costs 3.50 euro. Really.", "It costs 3.50 euro."},
      {"\"Why?\" he asked. Silence.", "\"Why?\" he asked."},
      {"She said \"no.\" Then she left.", "She said \"no.\""},
      {"He said \xe2\x80\x9cstop.\xe2\x80\x9d Then silence.", "He said \xe2\x80\x9cstop.\xe2\x80\x9d"},
      {"Really? Yes!", "Really?"},
      {"See example.org for more. Bye.", "See example.org for more."},
      {"\xe4\xbb\x8a\xe5\xa4\xa9\xe3\x80\x82\xe6\x98\x8e\xe5\xa4\xa9\xe3\x80\x82",
       "\xe4\xbb\x8a\xe5\xa4\xa9\xe3\x80\x82"},
      {"no end at all", "no end at all"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(one(c.text).title == c.title);
  }
}

TEST_CASE("A title without an end is cut between words") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "word ";
  std::string title = one(text).title;
  CHECK(title.size() <= 300);
  CHECK(title.ends_with("word\xe2\x80\xa6"));
}

TEST_CASE("A web page gives its title, date, author and safe body") {
  model::Entry entry =
      one("<!DOCTYPE html><html lang=en><head><title>Page &amp; title</title><meta name=author content='Ann Lee'>"
          "<meta property='article:published_time' content='2021-03-04T05:06:07Z'><link rel=canonical "
          "href='https://example.org/p/1'>"
          "<meta name=description content='In short'></head><body class=x><h1>H</h1><p onclick=x()>T <a "
          "href='../q'>q</a></p><script>alert(1)</script></body></html>",
          "page.html");
  CHECK(entry.title == "Page & title");
  CHECK(day(entry) == "2021-03-04T05:06:07Z");
  REQUIRE(entry.authors.size() == 1);
  CHECK(entry.authors[0].name == "Ann Lee");
  CHECK(entry.url == "https://example.org/p/1");
  CHECK(entry.summary == "In short");
  CHECK(entry.language == "en");
  CHECK(entry.content_html.find("https://example.org/q") != std::string::npos);
  CHECK(entry.content_html.find("alert") == std::string::npos);
  CHECK(entry.content_html.find("onclick") == std::string::npos);
}

TEST_CASE("A page without a title has its file's name") {
  CHECK(one("<html><body><p>x</p></body></html>", "a/b/My page.html").title == "My page");
}

TEST_CASE("Feed documents are feeds") {
  auto rss = feed::import_document(
      "<rss "
      "version='2.0'><channel><title>T</title><item><title>1</title></item><item><title>2</title></item></channel></"
      "rss>",
      "x.xml");
  REQUIRE(rss.has_value());
  CHECK(rss->entries.size() == 2);
  auto json = feed::import_document(
      R"({"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","content_text":"x"}]})",
      "x.json");
  REQUIRE(json.has_value());
  CHECK(json->entries.size() == 1);
}

TEST_CASE("What holds no article is refused by name") {
  struct Case {
    std::string_view bytes;
    std::string_view detail;
  };
  using namespace std::string_view_literals;
  for (const Case& c : {Case{"", "empty.txt: "}, Case{" \n \n", "empty.txt: "},
                        Case{"\x7f"
                             "ELF\0\0\1"sv,
                             "binary"},
                        Case{"<?xml version='1.0'?><opml/>", "root <opml>"}}) {
    auto parsed = feed::import_document(c.bytes, "empty.txt");
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().cause == Cause::invalid);
    CHECK(parsed.error().detail.find(c.detail) != std::string::npos);
  }
}

TEST_CASE("The real article comes back to the letter") {
  namespace fs = std::filesystem;
  fs::path folder = fs::path(NEWSCACHE_SHARED_CORPORA) / "seed";
  if (!fs::exists(folder)) return;
  for (const auto& file : fs::directory_iterator(folder)) {
    auto bytes = read_file(file.path().string(), 1 << 20);
    REQUIRE(bytes.has_value());
    model::Entry entry = one(*bytes, file.path().string());
    CHECK(day(entry) == "2020-06-12T00:00:00Z");
    std::string expected = bytes->substr(std::string_view(" date 2020-06-12 ").size());
    // Blank lines become paragraph ends; there is nothing to escape in this text.
    std::string text = entry.content_html;
    REQUIRE(text.starts_with("<p>"));
    REQUIRE(text.ends_with("</p>"));
    text = text.substr(3, text.size() - 7);
    for (auto at = text.find("</p><p>"); at != std::string::npos; at = text.find("</p><p>"))
      text.replace(at, 7, "\n\n");
    CHECK(text == expected);
    CHECK(expected.starts_with(entry.title));
    CHECK(entry.title.ends_with("expelled from the country."));
  }
}

TEST_CASE("a long archive is taken in whole") {
  std::string items;
  for (int i = 0; i < 2500; ++i) {
    items += "<item><guid>" + std::to_string(i) + "</guid><title>T</title></item>";
  }
  const auto archive =
      feed::import_document("<rss version='2.0'><channel><title>A</title>" + items + "</channel></rss>", "a.xml");
  REQUIRE(archive.has_value());
  CHECK(archive->entries.size() == 2500);
}
