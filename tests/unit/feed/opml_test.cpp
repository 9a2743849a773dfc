#include "feed/opml.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace newscache;
using feed::Subscription;

namespace {

std::vector<Subscription> read(std::string_view opml) {
  auto parsed = feed::parse_opml(opml);
  INFO((parsed.has_error() ? parsed.error().detail : std::string()));
  REQUIRE(parsed.has_value());
  return *parsed;
}

}  // namespace

TEST_CASE("Nested outlines become folders joined with a slash") {
  auto list = read(R"(<opml version="1.0"><head><title>x</title></head><body>
    <outline text="News"><outline text="World &amp; more" title="World"><outline text="A" xmlUrl="http://a.example/feed" htmlUrl="http://a.example/"/></outline>
      <outline title="B" xmlUrl="http://b.example/feed" type="link"/></outline>
    <outline xmlUrl="http://c.example/feed"/></body></opml>)");
  REQUIRE(list.size() == 3);
  CHECK(list[0].url == "http://a.example/feed");
  CHECK(list[0].title == "A");
  CHECK(list[0].folder == "News/World");
  CHECK(list[0].home_page_url == "http://a.example/");
  CHECK(list[1].title == "B");
  CHECK(list[1].folder == "News");
  CHECK(list[2].title.empty());
  CHECK(list[2].folder.empty());
}

TEST_CASE("Each URL counts once, in document order") {
  auto list =
      read(R"(<opml><body><outline text="1" xmlUrl="http://a.example/"/><outline text="2" xmlUrl="http://b.example/"/>
    <outline text="3" xmlUrl="http://a.example/"/></body></opml>)");
  REQUIRE(list.size() == 2);
  CHECK(list[0].title == "1");
  CHECK(list[1].title == "2");
}

TEST_CASE("Attributes in any case, feed: addresses, flat categories and broken markup are read") {
  auto list = read(
      "\n<OPML><body><outline TEXT='A & B' XMLURL=\"feed://a.example/x?a=1&b=2\" category='/Tech/Web,/x'>\n<outline "
      "text=\"C\" xmlurl=http://c.example/f>");
  REQUIRE(list.size() == 2);
  CHECK(list[0].title == "A & B");
  CHECK(list[0].url == "http://a.example/x?a=1&b=2");
  CHECK(list[0].folder == "Tech/Web");
  CHECK(list[1].url == "http://c.example/f");
}

TEST_CASE("Encodings are honoured") {
  auto list = read(
      "<?xml version='1.0' encoding='iso-8859-1'?><opml><body><outline text='Caf\xe9' "
      "xmlUrl='http://a.example/'/></body></opml>");
  REQUIRE(list.size() == 1);
  CHECK(list[0].title == "Caf\xc3\xa9");
}

TEST_CASE("What is no OPML is refused with what it is") {
  struct Case {
    std::string_view bytes;
    std::string_view detail;
  };
  for (const Case& c : {Case{"", "empty"}, Case{"<rss><channel/></rss>", "root <rss>"},
                        Case{"hello", "something that cannot be read"}}) {
    INFO(c.bytes);
    auto parsed = feed::parse_opml(c.bytes);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().cause == Cause::invalid);
    CHECK(parsed.error().detail.find(c.detail) != std::string::npos);
  }
}

TEST_CASE("Hostile nesting is flattened or refused, never followed") {
  std::string deep = "<opml><body>";
  for (int i = 0; i < 100'000; ++i) deep += "<outline text='x'>";
  CHECK(feed::parse_opml(deep).has_value());  // unclosed: repaired, and flat
  for (int i = 0; i < 100'000; ++i) deep += "</outline>";
  auto parsed = feed::parse_opml(deep + "</body></opml>");
  REQUIRE(parsed.has_error());
  CHECK(parsed.error().cause == Cause::too_large);
}

TEST_CASE("A folder's path is bounded, and what lies deeper stays in the last folder that fits") {
  std::string name(400, 'n');
  std::string deep = "<opml><body>";
  for (int i = 0; i < 200; ++i) deep += "<outline text='" + name + "'>";
  deep += "<outline xmlUrl='http://a.example/'/>";
  for (int i = 0; i < 200; ++i) deep += "</outline>";
  deep += "<outline xmlUrl='http://b.example/' category='/" + std::string(5000, 'c') + "'/></body></opml>";
  auto list = read(deep);
  REQUIRE(list.size() == 2);
  CHECK(list[0].folder == name + "/" + name);
  CHECK(list[1].folder.size() == 500);
}

TEST_CASE("What is written is read back the same") {
  std::vector<Subscription> list = {{"http://z.example/?a=1&b=<2>", "Z \"quoted\" & 'so'", "", ""},
                                    {"http://a.example/", "A", "News", "http://a.example/home"},
                                    {"http://b.example/", "B", "News/Local <b>", ""},
                                    {"http://c.example/", "\xc3\xa9", "Tech", ""}};
  std::string opml = feed::write_opml(list, "My <feeds>");
  CHECK(opml.find("My &lt;feeds&gt;") != std::string::npos);
  auto again = read(opml);
  REQUIRE(again.size() == list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    INFO(i);
    CHECK(again[i].title == list[i].title);
    CHECK(again[i].folder == list[i].folder);
    CHECK(again[i].home_page_url == list[i].home_page_url);
  }
}

TEST_CASE(
    "A name that looks encoded twice is repaired in a list of others, and comes back from one of ours as it was") {
  // "\u00c9t\u00e9, d\u00e9j\u00e0 l\u00e0" in UTF-8, read as windows-1252, in UTF-8 again.
  const std::string twice = "\u00c3\u2030t\u00c3\u00a9, d\u00c3\u00a9j\u00c3\u00a0 l\u00c3\u00a0";
  const auto theirs = read("<?xml version='1.0' encoding='UTF-8'?><opml><body><outline text='" + twice +
                           "'><outline xmlUrl='http://a.example/'/></outline></body></opml>");
  REQUIRE(theirs.size() == 1);
  CHECK(theirs[0].folder == "\u00c9t\u00e9, d\u00e9j\u00e0 l\u00e0");
  CHECK(read(feed::write_opml({{"http://a.example/", "A", twice, ""}}, "x"))[0].folder == twice);
  const auto plain = feed::write_opml({{"http://a.example/", "A", "\u00c9t\u00e9", ""}}, "x");
  CHECK(plain.find("\u00c9t\u00e9") != std::string::npos);
}

TEST_CASE("A folder's path is read as it will be written: without empty parts and white space around them") {
  auto list =
      read(R"(<opml><body><outline text="/News // World /"><outline text="A" xmlUrl="http://a.example/"/></outline>
    <outline text="B" xmlUrl="http://b.example/" category="//Tech / &#10;Web//,/x"/><outline text="/"><outline xmlUrl="http://c.example/"/></outline></body></opml>)");
  REQUIRE(list.size() == 3);
  CHECK(list[0].folder == "News/World");
  CHECK(list[1].folder == "Tech/Web");
  CHECK(list[2].folder.empty());
  const auto again = read(feed::write_opml(list, "x"));
  REQUIRE(again.size() == 3);
  for (const auto& subscription : again) {
    CHECK(std::any_of(list.begin(), list.end(), [&](const Subscription& one) {
      return one.url == subscription.url && one.folder == subscription.folder;
    }));
  }
}

TEST_CASE("Folders that come back are written once, and control characters never") {
  std::vector<Subscription> list = {{"http://a.example/", "A\x01\n", "F", ""},
                                    {"http://b.example/", "B", "G", ""},
                                    {"http://c.example/", "C", "F", ""}};
  std::string opml = feed::write_opml(list, "t");
  CHECK(opml.find("text=\"F\"") == opml.rfind("text=\"F\""));
  CHECK(opml.find('\x01') == std::string::npos);
}

TEST_CASE("Control characters in a list's names are left out when it is read, as they are when it is written") {
  auto list = read(
      R"(<opml><body><outline text="A&#5;lpha &#5; one&#10;two"><outline text="A" xmlUrl="http://a.example/"/></outline>
    <outline text="B&#1;" xmlUrl="http://b.example/" category="/Tech/&#05;Web//,/x"/></body></opml>)");
  REQUIRE(list.size() == 2);
  CHECK(list[0].folder == "Alpha one two");
  CHECK(list[1].folder == "Tech/Web");
  CHECK(list[1].title == "B");
  CHECK(read(feed::write_opml(list, "x"))[1].folder == "Tech/Web");
}
