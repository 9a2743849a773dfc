#include "feed/republish.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "feed/json_feed.hpp"
#include "feed/parse.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace json = boost::json;

namespace {

constexpr Instant noon{std::chrono::seconds(1764072000)};  // 2025-11-25T12:00:00Z
constexpr auto kUid = "00112233445566778899aabbccddeeff";

model::Article full_article() {
  model::Article article;
  article.id = model::ArticleId{5};
  article.uid = kUid;
  article.feed_id = model::FeedId{3};
  article.date_received = noon + std::chrono::hours(2);
  auto& entry = article.entry;
  entry.guid = "https://example.org/?p=1";
  entry.url = "https://example.org/1?a=1&b=2";
  entry.external_url = "https://elsewhere.example/";
  entry.comments_url = "https://example.org/1#comments";
  entry.title = "Ships & <harbours> \"here\"";
  entry.content_html =
      "<p>Caf\xc3\xa9 &amp; <a href=\"https://example.org/\" rel=\"noopener noreferrer\">more</a>\n]]&gt; "
      "\xf0\x9f\x9a\xa2</p>";
  entry.summary = "In short: 1 < 2";
  entry.image = "https://example.org/1.jpg";
  entry.date_published = noon;
  entry.date_modified = noon + std::chrono::hours(1);
  entry.authors = {{"Ann", "https://ann.example/", "", "ann@example.org"}, {"Bob", "", "", ""}};
  entry.tags = {"sea", "R&D"};
  entry.language = "de-CH";
  entry.attachments = {{"https://example.org/1.mp3?x=1&y=2", "audio/mpeg", "Listen", 12345, 3723},
                       {"https://example.org/1.pdf", "application/pdf", "", std::nullopt, std::nullopt}};
  return article;
}

feed::Republication page_of(std::vector<model::Article> articles) {
  feed::Republication page;
  page.id = feed::uuid_urn("0011223344556677");
  page.title = "Harbour <News>";
  page.home_page_url = "https://example.org/";
  page.description = "All about ships";
  page.language = "en";
  page.icon = "https://example.org/icon.png";
  page.author = "Harbour News";
  page.first_url = "http://localhost/v1/feeds/3/feed";
  page.self_url = "http://localhost/v1/feeds/3/feed?limit=1&cursor=aa";
  page.next_url = "http://localhost/v1/feeds/3/feed?limit=1&cursor=bb";
  page.articles = std::move(articles);
  return page;
}

// For messages.
std::string shown(const model::Entry& entry) {
  std::string text = entry.guid + " " + entry.title + " ";
  text::JsonWriter out(text);
  feed::put_item(out, entry, true);
  for (const auto& author : entry.authors) text += "\n" + author.name + "|" + author.url + "|" + author.email;
  return text;
}

model::ParsedFeed read(const std::string& document) {
  INFO(document);
  feed::ParseOptions options;
  options.base_url = "http://localhost/v1/feeds/3/feed";
  auto parsed = feed::parse(document, options);
  REQUIRE(parsed.has_value());
  CHECK_FALSE(parsed->lenient);
  CHECK(parsed->complete);
  return std::move(*parsed);
}

}  // namespace

TEST_CASE("an article that is republished as JSON Feed is read as it was, under our id") {
  const auto parsed = read(feed::republish_json(page_of({full_article()})));
  CHECK(parsed.format == model::FeedFormat::json_feed);
  CHECK(parsed.format_version == "1.1");
  REQUIRE(parsed.entries.size() == 1);
  auto expected = full_article().entry;
  expected.guid = feed::uuid_urn(kUid);
  expected.authors[0].email.clear();  // JSON Feed has no place for it beside an address on the web ...
  expected.comments_url.clear();      // ... nor for this
  CHECK(shown(parsed.entries[0]) == shown(expected));
  CHECK(parsed.entries[0] == expected);
}

TEST_CASE("an article that is republished as Atom is read as it was, under our id") {
  const auto parsed = read(feed::republish_atom(page_of({full_article()})));
  CHECK(parsed.format == model::FeedFormat::atom);
  REQUIRE(parsed.entries.size() == 1);
  auto expected = full_article().entry;
  expected.guid = feed::uuid_urn(kUid);
  expected.external_url.clear();  // "related", by which other publishers mean something else
  CHECK(shown(parsed.entries[0]) == shown(expected));
  CHECK(parsed.entries[0] == expected);
}

TEST_CASE("a page tells of its feed, of the first page and of the next one, in both formats") {
  for (auto* const write : {feed::republish_atom, feed::republish_json}) {
    const auto parsed = read(write(page_of({full_article()})));
    CHECK(parsed.title == "Harbour <News>");
    CHECK(parsed.description == "All about ships");
    CHECK(parsed.home_page_url == "https://example.org/");
    CHECK(parsed.language == "en");
    CHECK(parsed.icon == "https://example.org/icon.png");
    CHECK(parsed.next_url == "http://localhost/v1/feeds/3/feed?limit=1&cursor=bb");
    REQUIRE(parsed.authors.size() == 1);
    CHECK(parsed.authors[0].name == "Harbour News");
  }
  CHECK(read(feed::republish_atom(page_of({}))).feed_url == "http://localhost/v1/feeds/3/feed?limit=1&cursor=aa");
  // What a reader subscribes to is the first page.
  CHECK(read(feed::republish_json(page_of({}))).feed_url == "http://localhost/v1/feeds/3/feed");
}

TEST_CASE("a feed without articles, and one of which nothing is known, are valid too") {
  feed::Republication bare;
  bare.id = feed::uuid_urn("1");
  bare.title = "x";
  bare.author = "x";
  bare.first_url = bare.self_url = "http://localhost/f";
  CHECK(read(feed::republish_json(bare)).entries.empty());
  const auto atom = feed::republish_atom(bare);
  CHECK(read(atom).entries.empty());
  CHECK_THAT(atom, Catch::Matchers::Contains("<updated>1970-01-01T00:00:00Z</updated>"));
}

TEST_CASE("an article of which almost nothing is known has what both formats demand") {
  model::Article bare;
  bare.uid = kUid;
  bare.date_received = noon;
  const auto atom = feed::republish_atom(page_of({bare}));
  CHECK_THAT(atom, Catch::Matchers::Contains("<content type=\"html\"></content>"));
  CHECK_THAT(atom, Catch::Matchers::Contains("<updated>2025-11-25T12:00:00Z</updated>"));
  CHECK(read(atom).entries.at(0).guid == feed::uuid_urn(kUid));
  const auto item = json::parse(feed::republish_json(page_of({bare}))).at("items").at(0).as_object();
  CHECK(item.at("content_html") == "");
  CHECK_FALSE(item.contains("date_published"));
  CHECK(read(feed::republish_json(page_of({bare}))).entries.at(0).guid == feed::uuid_urn(kUid));
}

TEST_CASE("what XML cannot hold is left out, and white space is kept") {
  struct Row {
    std::string text;
    std::string read;
  };
  using namespace std::string_literals;
  const Row rows[] = {
      {"a\x01\x08\x0b\x0c\x1f z", "a z"},
      {"a\0z"s, "az"},
      {"a\xef\xbf\xbe\xef\xbf\xbfz", "az"},            // U+FFFE, U+FFFF
      {"a\xff z\xc3", "a\xef\xbf\xbd z\xef\xbf\xbd"},  // no UTF-8
      {"\xf0\x9f\x9a\xa2\xf4\x8f\xbf\xbf", "\xf0\x9f\x9a\xa2\xf4\x8f\xbf\xbf"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    auto article = full_article();
    article.entry.tags = {row.text};
    article.entry.summary = row.text;
    const auto parsed = read(feed::republish_atom(page_of({article})));
    CHECK(parsed.entries.at(0).tags.at(0) == row.read);
    CHECK(parsed.entries.at(0).summary == row.read);
  }
  auto article = full_article();
  article.entry.content_html = "<pre>a\tb\nc</pre>";
  article.entry.attachments[0].title = "one two";
  const auto parsed = read(feed::republish_atom(page_of({article})));
  CHECK(parsed.entries.at(0).content_html == article.entry.content_html);
  const auto text = feed::republish_atom(page_of({article}));
  article.entry.attachments[0].title = "a\tb\nc\rd";
  CHECK_THAT(feed::republish_atom(page_of({article})), Catch::Matchers::Contains("title=\"a&#9;b&#10;c&#13;d\""));
}

TEST_CASE("a language or a media type that Atom does not take is left out") {
  for (const auto* language : {"", "en-", "-en", "en--US", "e1", "en-ninechars", "en US"}) {
    INFO(language);
    auto article = full_article();
    article.entry.language = language;
    CHECK_THAT(feed::republish_atom(page_of({article})), !Catch::Matchers::Contains("<entry xml:lang"));
  }
  for (const auto* type : {"", "audio", "/mpeg", "audio/", "audio/\"x", "a\n/b"}) {
    INFO(type);
    auto article = full_article();
    article.entry.attachments.resize(1);
    article.entry.attachments[0].mime_type = type;
    const auto atom = feed::republish_atom(page_of({article}));
    CHECK_THAT(atom, Catch::Matchers::Contains(
                         "<link rel=\"enclosure\" href=\"https://example.org/1.mp3?x=1&amp;y=2\" length"));
  }
}

TEST_CASE("of several feeds, each article says which one it is from, and has it as author where it names none") {
  auto anonymous = full_article();
  anonymous.entry.authors.clear();
  auto of_none = anonymous;
  of_none.feed_id = model::FeedId{9};
  auto page = page_of({full_article(), anonymous, of_none});
  model::Feed source;
  source.uid = "0011223344556677";
  source.title = "Pier & Co";
  source.home_page_url = "https://pier.example/";
  page.sources.emplace(model::FeedId{3}, source);
  for (auto* const write : {feed::republish_atom, feed::republish_json}) {
    const auto entries = read(write(page)).entries;
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].authors.at(0).name == "Ann");
    CHECK(entries[0].authors.size() == 2);
    REQUIRE(entries[1].authors.size() == 1);
    CHECK(entries[1].authors[0].name == "Pier & Co");
    CHECK(entries[1].authors[0].url == "https://pier.example/");
    CHECK(entries[2].authors.empty());
  }
  CHECK_THAT(feed::republish_atom(page),
             Catch::Matchers::Contains("<source>\n<id>urn:uuid:00112233-4455-8677-8000-000000000000</id>"));
}

TEST_CASE("readers that know articles by another id find it in Atom, with the states that they know") {
  auto page = page_of({full_article()});
  page.id_of = [](const model::Article& article) { return "item/" + std::to_string(raw(article.id)); };
  page.categories_of = [](const model::Article&) {
    return std::vector<feed::Category>{{"http://example.org/states", "user/read", "read"}};
  };
  const auto atom = feed::republish_atom(page);
  CHECK(atom.find("<id>item/5</id>") != std::string::npos);
  CHECK(atom.find(R"(<category scheme="http://example.org/states" term="user/read" label="read"/>)") !=
        std::string::npos);
  CHECK(atom.find(R"(<category term="sea"/>)") != std::string::npos);
}

TEST_CASE("a uid is always the same UUID, of version 8") {
  CHECK(feed::uuid_urn(kUid) == "urn:uuid:00112233-4455-8677-8899-aabbccddeeff");
  CHECK(feed::uuid_urn("ffffffffffffffffffffffffffffffff") == "urn:uuid:ffffffff-ffff-8fff-bfff-ffffffffffff");
  CHECK(feed::uuid_urn("9980747f17270d33") == "urn:uuid:9980747f-1727-8d33-8000-000000000000");
  CHECK(feed::uuid_urn("") == "urn:uuid:00000000-0000-8000-8000-000000000000");
}
