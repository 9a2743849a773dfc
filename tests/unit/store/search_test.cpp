// Full-text search, and what people type into it.

#include "store/search_query.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

namespace {

struct Shelf : Store {
  model::FeedId feed = subscribe("a");
  Shelf() {
    auto first = entry(feed, "1", "1 Coffee & café", "<p>The quick <b>brown</b> fox</p>");
    first.entry.authors = {{"Ann Author", "", "", ""}};
    auto second = entry(feed, "2", "2 Fox news", "<p>Nothing about coffee, but C++ and O'Reilly.</p>");
    auto third = entry(feed, "3", "3 Plain", "");
    third.entry.summary = "A brown bear's summary";
    auto fourth = entry(feed, "4", "4 Über", "<p>Der Fuchs fährt über die Straße; NOT a word</p>");
    poll(feed, {fourth, third, second, first});
  }
  std::string found(const std::string& text) {
    std::string numbers;
    for (const auto& title : search(text)) numbers += title.front();
    return numbers;
  }
};

}  // namespace

TEST_CASE("words, phrases, prefixes, columns and exclusions find what they should") {
  Shelf shelf;
  struct Case {
    const char* text;
    const char* found;
  };
  const Case cases[] = {
      {"fox", "12"},
      {"FOX", "12"},
      {"fox brown", "1"},
      {"\"brown fox\"", "1"},
      {"\"fox brown\"", ""},
      {"bro*", "13"},
      {"\"quick bro\"*", "1"},
      {"bro", ""},
      {"cafe", "1"},
      {"CAFÉ", "1"},
      {"uber", "4"},
      {"coffee OR bear", "123"},
      {"coffee AND news", "2"},
      {"brown NOT fox", "3"},
      {"brown -fox", "3"},
      {"-fox brown", "3"},
      {"fox -coffee OR bear", "3"},
      {"title:fox", "2"},
      {"author:ann", "1"},
      {"title:\"fox news\"", "2"},
      {"title:co*", "1"},
      {"summary", "3"},
      {"C++", "2"},
      {"coffee & café", "1"},
      {"O'Reilly", "2"},
      {"not", "4"},
      {"col:on", ""},
      {"https://fox", ""},
      {"b", ""},
      {"(fox)", "12"},
      {"fox^2", ""},
      {"nea{r}", ""},
      {"\x01"
       "fox\ttitle:news\n",
       "2"},
  };
  for (const auto& test : cases) {
    INFO(test.text);
    CHECK(shelf.found(test.text) == test.found);
  }
}

TEST_CASE("a search text that means nothing is refused with the position") {
  Shelf shelf;
  struct Case {
    std::string text;
    const char* position;
  };
  std::string many;
  for (int i = 0; i < 17; ++i) many += "w" + std::to_string(i) + " ";
  const Case cases[] = {
      {"\"open", "position 1"},      {"fox \"open", "position 5"},    {"OR fox", "position 1"},
      {"fox OR", "position 5"},      {"fox OR OR fox", "position 8"}, {"fox AND", "position 5"},
      {"NOT", "position 1"},         {"-fox", "position 5"},          {"fox OR -bear", "position 13"},
      {"***", "position 4"},         {"title:", "position 1"},        {" ", "position 2"},
      {"\"\"", "position 3"},        {many, "more than 16"},          {std::string(513, 'x'), "512 bytes"},
      {"NOT NOT fox", "position 5"},
  };
  for (const auto& test : cases) {
    INFO(test.text);
    model::ArticleQuery query;
    query.text = test.text;
    const auto page = shelf.reader->articles(query);
    REQUIRE(page.has_error());
    CHECK(page.error().cause == Cause::invalid);
    CHECK_THAT(page.error().detail, Catch::Matchers::Contains(test.position));
    model::MarkRequest mark;
    mark.all = true;
    mark.read = true;
    mark.text = test.text;
    CHECK(shelf.writer->mark(mark).error().cause == Cause::invalid);
  }
}

TEST_CASE("whatever bytes are typed, the answer is a result or a refusal") {
  Shelf shelf;
  const std::string_view alphabet = "aZ\"*:-+()^{}'\\ \t\n\xc3\xa9\xff\x01ORNTD,.;%_";
  std::uint32_t random = 1;
  for (int round = 0; round < 3000; ++round) {
    model::ArticleQuery query;
    for (int i = 0; i < 12; ++i) {
      random = random * 1664525 + 1013904223;
      query.text += alphabet[(random >> 16) % alphabet.size()];
    }
    INFO(query.text);
    const auto page = shelf.reader->articles(query);
    if (page.has_error()) CHECK(page.error().cause == Cause::invalid);
  }
}

TEST_CASE("a search that takes too long is refused, and marks nothing") {
  Store store;
  const auto feed = store.subscribe("a");
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < 200; ++i) entries.push_back(entry(feed, std::to_string(i), "fox"));
  store.poll(feed, entries);
  model::ArticleQuery query;
  query.text = "fox";
  model::MarkRequest mark;
  mark.all = true;
  mark.read = true;
  mark.text = "fox";
  store.options.max_query_steps = 500;
  store.reopen();
  CHECK(store.reader->articles(query).error().cause == Cause::unavailable);
  CHECK(store.writer->mark(mark).error().cause == Cause::unavailable);
  CHECK(store.reader->counts().unread == 200);
  mark.text = "absent";
  CHECK(store.writer->mark(mark).value() == 0);
}

TEST_CASE("a search result has a snippet with its words marked, as safe HTML, and a score") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One", "<p>a &lt;b> fox \x02 & \"hound\" \x03\x03</p>")});
  model::ArticleQuery query;
  query.text = "fox";
  const auto article = store.only(query);
  CHECK_THAT(article.snippet, Catch::Matchers::Contains("<mark>fox</mark>"));
  CHECK_THAT(article.snippet, Catch::Matchers::Contains("&amp;"));
  CHECK_THAT(article.snippet, Catch::Matchers::Contains("&quot;hound&quot;"));
  CHECK(article.score.has_value());
  const auto plain = store.only();
  CHECK(plain.snippet.empty());
  CHECK_FALSE(plain.score.has_value());
}

TEST_CASE("by relevance a word in the title counts more than one in the text") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "Something", "<p>fox and much else of no interest</p>"),
                    entry(feed, "2", "Fox", "<p>one and much else of no interest</p>"),
                    entry(feed, "3", "Nothing", "<p>to see here</p>")});
  model::ArticleQuery query;
  query.text = "fox";
  query.order = model::ArticleOrder::relevance;
  const auto found = store.list(query);
  REQUIRE(found.size() == 2);
  CHECK(found[0].entry.title == "Fox");
  CHECK(*found[0].score > *found[1].score);
}

TEST_CASE("the index is made anew when the text that it is made from is rendered differently") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One", "<p>fox</p>")});
  store.options.plain_text = [](std::string_view html) { return strip_tags(html) + " appended"; };
  store.reopen();
  CHECK(store.search("appended").size() == 1);
  CHECK(store.poll(feed, {entry(feed, "1", "One", "<p>bear</p>")}).updated == 1);
  CHECK(store.search("fox").empty());
  check_consistent(store);
}
