// Full-text search, and what people type into it.

#include <algorithm>
#include <random>

#include "store/database.hpp"
#include "store/search.hpp"
#include "store/search_match.hpp"
#include "store/search_query.hpp"
#include "store/search_text.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

namespace {

std::string filler(int words) {
  std::string text;
  for (int i = 0; i < words; ++i) text += "filler ";
  return text;
}

// The ids of what is found, page by page.
std::vector<std::int64_t> all_pages(Store& store, model::ArticleQuery query) {
  std::vector<std::int64_t> ids;
  do {
    auto page = store.reader->articles(query);
    REQUIRE(page.has_value());
    for (const auto& article : page->articles) ids.push_back(model::raw(article.id));
    query.cursor = page->next_cursor;
  } while (!query.cursor.empty());
  return ids;
}

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
      {"(fox OR bear) brown", "13"},
      {"fox OR bear brown", "123"},
      {"brown -(fox OR café)", "3"},
      {"brown NOT (fox quick)", "3"},
      {"((brown) ((fox) OR (bear)))", "13"},
      {"news OR (bear -(quick OR summary))", "2"},
      {"fox AND NOT brown", "2"},
      {"author:ann(quick)", "1"},
      {"\u201cbrown fox\u201d", "1"},
      {"\u201ebrown fox\u201c*", "1"},
      {"cafe\u0301", "1"},
      {"U\u0308ber fa\u0308hrt", "4"},
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
      {"\"open", "position 1"},
      {"fox \"open", "position 5"},
      {"OR fox", "position 1"},
      {"fox OR", "position 5"},
      {"fox OR OR fox", "position 8"},
      {"fox AND", "position 5"},
      {"NOT", "position 1"},
      {"-fox", "position 5"},
      {"fox OR -bear", "position 13"},
      {"***", "position 4"},
      {"title:", "position 1"},
      {" ", "position 2"},
      {"\"\"", "position 3"},
      {many, "more than 16"},
      {std::string(513, 'x'), "512 bytes"},
      {"NOT NOT fox", "position 5"},
      {"(fox", "position 1"},
      {"fox)", "position 4"},
      {"()", "position 2"},
      {"fox (-bear)", "position 11"},
      {"(fox OR) x", "position 6"},
      {"title:(fox)", "position 1"},
      {"((((((((( fox", "position 9"},
      {"feed:", "position 1"},
      {"feed:a", "position 7"},
      {"fox (feed:a b)", "position 6"},
      {"fox OR bear feed:a", "position 13"},
      {"feed:a fox OR bear", "position 1"},
      {"\u201copen", "position 1"},
      {"AND fox", "position 1"},
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
  const std::string_view bytes = "aZ\"*:-+()^{}'\\ \t\n\xc3\xa9\xff\x01ORNTD,.;%_";
  const std::string_view pieces[] = {"fox",    "OR",     "AND",     "NOT",   " ",      " ",
                                     "(",      ")",      "(",       "-",     "*",      "\"",
                                     "\u201c", "title:", "author:", "feed:", "feed:1", "\u6771",
                                     "\u2060", "\ufe0f", "+",       "^",     "NEAR(",  std::string_view("\0", 1)};
  std::mt19937 random{1};
  for (int round = 0; round < 6000; ++round) {
    model::ArticleQuery query;
    for (int i = 0; i < 12; ++i) {
      if (round % 2 == 0) {
        query.text += bytes[random() % bytes.size()];
      } else {
        query.text += pieces[random() % std::size(pieces)];
      }
    }
    INFO(query.text);
    const auto page = shelf.reader->articles(query);
    if (page.has_error()) CHECK(page.error().cause == Cause::invalid);
  }
}

TEST_CASE("a search that takes too long is refused, and marks nothing") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, entries_titled(feed, 200, "fox"));
  index_all(*store.writer);
  model::ArticleQuery query;
  query.text = "fox";
  query.order = model::ArticleOrder::oldest;
  model::MarkRequest mark;
  mark.all = true;
  mark.read = true;
  mark.text = "fox";
  store.options.max_query_steps = 500;
  store.reopen();
  const auto page = store.reader->articles(query);
  REQUIRE(page.has_error());
  CHECK(page.error().cause == Cause::unavailable);
  CHECK_THAT(page.error().detail, Catch::Matchers::Contains("matches too much"));
  CHECK(store.writer->mark(mark).error().cause == Cause::unavailable);
  CHECK(store.reader->counts().unread == 200);
  mark.text = "absent";
  CHECK(store.writer->mark(mark).value() == 0);
}

TEST_CASE("the newest are found without looking at all matches") {
  Store store;
  const auto feed = store.subscribe("a");
  for (int hour = 0; hour < 300; ++hour) {
    const auto at = kNow + std::chrono::hours(2 * hour);
    store.poll(feed, {entry(feed, std::to_string(hour), "fox " + std::to_string(hour))}, at);
  }
  index_all(*store.writer);
  store.options.max_query_steps = 500;  // some twenty rows
  store.reopen();
  model::ArticleQuery query;
  query.text = "fox";
  query.limit = 5;
  REQUIRE(store.reader->articles(query).has_value());
  CHECK(store.titles(query) == std::vector<std::string>{"fox 299", "fox 298", "fox 297", "fox 296", "fox 295"});
  query.limit = 100;
  CHECK(store.reader->articles(query).has_error());
  query.since = kNow + std::chrono::hours(2 * 295 + 1);
  CHECK(store.titles(query) == std::vector<std::string>{"fox 299", "fox 298", "fox 297", "fox 296"});
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
  auto summary = entry(feed, "3", "Three", "");
  summary.entry.summary = "1 < 2 hounds\nrun";
  store.poll(feed, {summary});
  query.text = "hounds";
  CHECK_THAT(store.only(query).snippet, Catch::Matchers::Contains("1 &lt; 2 <mark>hounds</mark> run"));
}

TEST_CASE("of a very long text the beginning can be found, cut between two characters") {
  Store store;
  const auto feed = store.subscribe("a");
  std::string text = "fox";
  while (text.size() < 300 << 10) text += " \xc3\xa9t\xc3\xa9";
  store.poll(feed, {entry(feed, "1", "One", "<p>" + text + " hound</p>")});
  CHECK(store.search("fox").size() == 1);
  CHECK(store.search("hound").empty());
  check_consistent(store);
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

TEST_CASE("texts without spaces are found by any part of them, and shown as they are") {
  Store store;
  const auto feed = store.subscribe("a");
  const std::pair<const char*, const char*> texts[] = {
      {"1", "東京都の新聞が2026年に始まった。iPhone発売"},
      {"2", "ข่าววันนี้ที่กรุงเทพมหานคร"},
      {"3", "ຂ່າວມື້ນີ້ຢູ່ວຽງຈັນ"},
      {"4", "ព័ត៌មានថ្ងៃនេះនៅភ្នំពេញ"},
      {"5", "ရန်ကုန်မြို့သတင်း"},
      {"6", "한국어 신문을 읽었다"},
      {"7", "हिन्दी में समाचार की मात्रा"},
      {"8", "か\u3099く カ\u3099ス \u1112\u1161\u11ab\u1100\u1173\u11af й и\u0306 α\u0301ρτος क\u093cलम ا\u0654حمد"},
      {"9", "\u2764\ufe0flove 葛\U000e0100城 مُحَمَّد"},
  };
  for (const auto& [number, text] : texts) {
    store.poll(feed, {entry(feed, number, number, "<p>" + std::string(text) + "</p>")});
  }
  struct Case {
    const char* text;
    const char* found;
  };
  const Case cases[] = {
      {"京都", "1"},     {"東都", ""},  {"\"新聞が\"", "1"}, {"新聞 東京", "1"}, {"2026年", "1"}, {"iphone", "1"},
      {"iphone発", "1"}, {"発*", "1"},  {"東京 -新聞", ""},  {"วันนี้", "2"},       {"กรุง", "2"},    {"ที", "2"},
      {"ที่ก", "2"},       {"วันกรุง", ""}, {"ມື້ນີ້", "3"},         {"ថ្ងៃនេះ", "4"},    {"မြို့", "5"},     {"한국", "6"},
      {"국어", "6"},     {"신문", "6"}, {"समाचार", "7"},     {"की", "7"},        {"मात्रा", "7"},  {"मात्र", ""},
      {"がく", "8"},     {"ガス", "8"}, {"カス", ""},        {"한글", "8"},      {"й", "8"},      {"άρτος", "8"},
      {"\u0958लम", "8"}, {"أحمد", "8"}, {"محمد", "9"},       {"love", "9"},      {"葛城", "9"},
  };
  for (const auto& test : cases) {
    INFO(test.text);
    std::string found;
    for (const auto& title : store.search(test.text)) found += title;
    CHECK(found == test.found);
  }
  model::ArticleQuery query;
  query.text = "新聞";
  CHECK(store.only(query).snippet == "東京都の<mark>新聞</mark>が2026年に始まった。iPhone発売");
  query.text = "กรุง";
  CHECK(store.only(query).snippet == "ข่าววันนี้ที่<mark>กรุง</mark>เทพมหานคร");
  check_consistent(store);
}

TEST_CASE("feed: limits a search to feeds by number or by a part of their names") {
  Store store;
  const auto alpha = store.subscribe("alpha");
  const auto beta = store.subscribe("beta");
  const auto cafe = store.subscribe("cafe");
  model::FeedPatch patch;
  patch.custom_title = "Das CAFÉ, 2 Tassen";
  REQUIRE(store.writer->change_feed(cafe, patch).has_value());
  store.poll(alpha, {entry(alpha, "1", "1 fox")});
  store.poll(beta, {entry(beta, "1", "2 fox brown")});
  store.poll(cafe, {entry(cafe, "1", "3 fox")});
  struct Case {
    std::string text;
    const char* found;
  };
  const Case cases[] = {
      {"fox feed:" + std::to_string(model::raw(beta)), "2"},
      {"feed:ALPHA fox", "1"},
      {"feed:alpha AND fox", "1"},
      {"fox -feed:alpha", "23"},
      {"fox NOT feed:alpha -feed:beta", "3"},
      {"feed:\"café, 2 tassen\" fox", "3"},
      {"feed:\u201c2 tass\u201d fox", "3"},
      {"fox feed:example", "123"},
      {"fox feed:example feed:eta", "2"},
      {"fox feed:alpha feed:beta", ""},
      {"fox feed:absent", ""},
      {"fox feed:99", ""},
      {"(brown OR fox) feed:be*", "2"},
      {"title:fox feed:publisher", "123"},
  };
  for (const auto& test : cases) {
    INFO(test.text);
    std::string found;
    for (const auto& title : store.search(test.text)) found += title.front();
    CHECK(found == test.found);
    model::ArticleQuery query;
    query.text = test.text;
    query.order = model::ArticleOrder::relevance;
    CHECK(store.list(query).size() == found.size());
  }
  model::MarkRequest mark;
  mark.all = true;
  mark.read = true;
  mark.text = "fox -feed:alpha";
  CHECK(store.writer->mark(mark).value() == 2);
}

TEST_CASE("whatever the dates are, newest and oldest come in the order of all matches, page by page") {
  Store store;
  std::mt19937 random{3};
  const auto number = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  const std::vector<model::FeedId> feeds{store.subscribe("a"), store.subscribe("b", "Folder")};
  auto clock = kNow;
  for (int i = 0; i < 300; ++i) {
    // A clock that is set back now and then; publishers that are late, early, or without a date.
    clock += std::chrono::minutes(number(100));
    if (number(40) == 0) clock -= std::chrono::hours(number(400));
    const auto feed = feeds[static_cast<std::size_t>(number(2))];
    auto incoming = entry(feed, std::to_string(i), number(3) == 0 ? "bear" : number(2) == 0 ? "a fox" : "fox a");
    if (number(4) != 0)
      incoming.entry.date_published = clock - std::chrono::minutes(number(10) == 0 ? number(90000) : number(90));
    if (number(10) == 0) incoming.entry.date_published = clock + std::chrono::hours(number(1000));
    incoming.entry.tags = {number(2) == 0 ? "even" : "odd"};
    store.poll(feed, {incoming}, clock);
  }
  Database database(store.options, Access::write);
  database.run("UPDATE article SET starred = 1 WHERE id % 3 = 0");
  database.run("UPDATE article SET read = 1 WHERE id % 2 = 0");
  index_all(*store.writer);
  const auto middle = std::to_string(database.number("SELECT avg(sort) FROM article"));
  struct Case {
    void (*set)(model::ArticleQuery&);
    std::string where;
  };
  const Case cases[] = {
      {[](model::ArticleQuery&) {}, "1"},
      {[](model::ArticleQuery& query) { query.feed = model::FeedId{1}; }, "a.feed_id = 1"},
      {[](model::ArticleQuery& query) { query.folder = "Folder"; }, "a.feed_id = 2"},
      {[](model::ArticleQuery& query) { query.tag = "odd"; }, "a.id IN (SELECT id FROM tag WHERE tag = 'odd')"},
      {[](model::ArticleQuery& query) { query.read = false; }, "a.read = 0"},
      {[](model::ArticleQuery& query) { query.starred = true; }, "a.starred = 1"},
      {[](model::ArticleQuery& query) { query.text += " -feed:b.example"; }, "a.feed_id = 1"},
  };
  for (const auto& test : cases) {
    for (const auto order : {model::ArticleOrder::newest, model::ArticleOrder::oldest}) {
      for (const auto* range : {"1", "a.sort >= ", "a.sort < "}) {
        for (const std::int64_t limit : {1, 7, 1000}) {
          const bool phrase = limit == 7;
          model::ArticleQuery query;
          query.text = phrase ? "\"a fox\"" : "fox";
          query.order = order;
          query.limit = limit;
          test.set(query);
          std::string where = test.where + " AND " + range;
          const Instant instant{std::chrono::seconds(std::stoll(middle))};
          if (where.ends_with(">= ")) query.since = instant;
          if (where.ends_with("< ")) query.until = instant;
          if (where.back() == ' ') where += middle;
          std::vector<std::int64_t> expected;
          const std::string direction = order == model::ArticleOrder::newest ? " DESC" : "";
          const std::string title = phrase ? "a fox%" : "%fox%";
          Query all(database, "SELECT a.id FROM article a WHERE article_text(a.head, x'') LIKE '" + title + "' AND " +
                                  where + " ORDER BY a.sort" + direction + ", a.id" + direction);
          while (all.step()) expected.push_back(all.integer(0));
          INFO(where << direction << ", pages of " << limit);
          CHECK(expected.size() > 10);
          CHECK(all_pages(store, query) == expected);
        }
      }
    }
  }
}

TEST_CASE("pages by relevance stay as they are when new articles come in") {
  for (const auto* text : {"fox", "\"one fox\""}) {
    Store store;
    const auto feed = store.subscribe("a");
    for (int i = 0; i < 40; ++i) {
      store.poll(feed, {entry(feed, std::to_string(i), i % 7 == 0 ? "one fox" : "other",
                              "<p>" + std::string(i % 5 == 0 ? filler(50) : "") + "one fox</p>")});
    }
    model::ArticleQuery query;
    query.text = text;
    query.order = model::ArticleOrder::relevance;
    query.limit = 1000;
    index_all(*store.writer);
    const auto whole = all_pages(store, query);
    REQUIRE(whole.size() == 40);
    query.limit = 9;
    std::vector<std::int64_t> paged;
    double last = 4;
    for (int page_number = 0;; ++page_number) {
      const auto page = store.reader->articles(query);
      REQUIRE(page.has_value());
      for (const auto& article : page->articles) {
        paged.push_back(model::raw(article.id));
        CHECK(*article.score < last);
        last = *article.score;
      }
      query.cursor = page->next_cursor;
      if (query.cursor.empty()) break;
      store.poll(feed, {entry(feed, "new" + std::to_string(page_number), "one fox", "<p>fox</p>")});
      index_all(*store.writer);
    }
    CHECK(paged == whole);
  }
}

TEST_CASE("by relevance come titles, then beginnings, then the rest, each from the last arrival on") {
  Store store;
  const auto feed = store.subscribe("a");
  const auto poll = [&](const char* number, const std::string& title, const std::string& content) {
    store.poll(feed, {entry(feed, number, std::string(number) + " " + title, "<p>" + content + "</p>")});
  };
  poll("1", "none", filler(100) + "brown fox");
  poll("2", "fox brown", "nothing");
  poll("3", "brown", "a fox");
  poll("4", "none", "brown fox " + filler(100));
  poll("5", "none", filler(100) + "brown fox");
  poll("6", "brown fox", "nothing");
  poll("7", "brown", filler(100) + "fox");
  poll("8", "fox", "nothing");
  poll("9", "東京", filler(39) + "京都");
  struct Case {
    const char* text;
    const char* found;
  };
  const Case cases[] = {
      {"fox", "86243751"},
      {"fox brown", "6243751"},
      {"\"brown fox\"", "6451"},
      {"title:fox", "862"},
      {"title:fox brown", "62"},
      {"fox -title:brown", "8451"},
      {"fox -\"brown fox\"", "8237"},
      {"(fox OR nothing) brown", "6243751"},
      {"fox OR 東京", "986243751"},
      {"fox OR 京都", "862943751"},
  };
  for (const auto& test : cases) {
    for (const auto order : {model::ArticleOrder::relevance, model::ArticleOrder::newest}) {
      INFO(test.text);
      model::ArticleQuery query;
      query.text = test.text;
      query.order = order;
      auto found = store.list(query);
      // The score says the same in any order.
      std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return *a.score > *b.score; });
      std::string numbers;
      for (const auto& article : found) numbers += article.entry.title.front();
      CHECK(numbers == test.found);
    }
  }
}

TEST_CASE("a snippet shows where most of the words stand, at the beginning, in the middle and at the end") {
  Store store;
  const auto feed = store.subscribe("a");
  const auto text = filler(100);
  store.poll(feed, {entry(feed, "1", "The fox", "fox " + text + "a brown fox &amp; a bear" + text + "the end, fox!")});
  struct Case {
    const char* text;
    const char* has;
    const char* start;
    const char* end;
  };
  const Case cases[] = {
      {"fox", "<mark>fox</mark> filler", "<mark>", "filler…"},
      {"fox brown", "filler a <mark>brown</mark> <mark>fox</mark> &amp;amp; a", "…filler", "filler…"},
      {"\"brown fox\"", "a <mark>brown fox</mark> &amp;amp; a", "…filler", "filler…"},
      {"\"brown fox\" \"fox amp\"", "a <mark>brown fox &amp;amp</mark>; a", "…filler", "filler…"},
      {"end*", "the <mark>end</mark>, fox!", "…filler", "fox!"},
      {"the -nothing", "filler <mark>the</mark> end", "…filler", "fox!"},
      {"title:fox", "fox filler", "fox", "filler…"},
      {"fox -brown OR fox", "<mark>fox</mark> filler", "<mark>", "filler…"},
  };
  for (const auto& test : cases) {
    INFO(test.text);
    model::ArticleQuery query;
    query.text = test.text;
    query.with_content = false;
    const auto article = store.only(query);
    INFO(article.snippet);
    CHECK_THAT(article.snippet, Catch::Matchers::Contains(test.has));
    CHECK_THAT(article.snippet, Catch::Matchers::StartsWith(test.start));
    CHECK_THAT(article.snippet, Catch::Matchers::EndsWith(test.end));
    CHECK(article.entry.content_html.empty());
  }
}

TEST_CASE("a search walks the matches in the order of arrival, and sorts nothing") {
  Store store;
  Database database(store.options, Access::read);
  for (const auto order : {model::ArticleOrder::newest, model::ArticleOrder::oldest, model::ArticleOrder::relevance}) {
    for (const bool filtered : {false, true}) {
      model::ArticleQuery query;
      query.text = "fox";
      query.order = order;
      TextFilter text;
      if (filtered) {
        query.feed = model::FeedId{1};
        query.tag = "tag";
        query.folder = "folder";
        query.read = false;
        query.since = kNow;
        query.until = kNow;
        text.only_feeds = text.no_feeds = "[1,2]";
      }
      text.query.terms.resize(1);
      const auto sql = search_sql(query, text, "\"fox\"", Position{1, 2, 3}, 100);
      Query explain(database, "EXPLAIN QUERY PLAN " + sql.text);
      std::string plan;
      while (explain.step()) plan += explain.string(3) + "; ";
      INFO(plan);
      // 64: by rowid; 128: descending.
      const bool up = order == model::ArticleOrder::oldest;
      CHECK_THAT(plan,
                 Catch::Matchers::Contains(up ? "SCAN s VIRTUAL TABLE INDEX 64:" : "SCAN s VIRTUAL TABLE INDEX 192:"));
      CHECK_THAT(plan, !Catch::Matchers::Contains("TEMP B-TREE"));
      if (filtered || order != model::ArticleOrder::relevance) {
        CHECK_THAT(plan, Catch::Matchers::Contains("SEARCH a USING INTEGER PRIMARY KEY (rowid=?)"));
      } else {
        CHECK_THAT(plan, !Catch::Matchers::Contains("SEARCH a"));
      }
    }
  }
}

TEST_CASE("what can be told from the index alone is not read") {
  Store store;
  Database database(store.options, Access::read);
  Search search(database);
  const std::pair<const char*, bool> cases[] = {
      {"fox", false},          {"title:fox -author:ann", false},
      {"fo* OR bear", false},  {"京", false},
      {"東京", false},         {"\"fox\"", false},
      {"\"brown fox\"", true}, {"東京都", true},
      {"o'reilly", true},      {"a -\"b c\"", true},
      {"\"東 京\"", true},     {"title:東京", false},
      {"iphone東", true},
  };
  for (const auto& [text, reads] : cases) {
    INFO(text);
    CHECK(needs_reading(search.filter(text).value().query) == reads);
  }
}

TEST_CASE("reading articles counts as the search's work") {
  Store store;
  const auto feed = store.subscribe("a");
  auto entries = entries_titled(feed, 200, "fox brown");
  entries.push_back(entry(feed, "last", "brown fox"));
  store.poll(feed, entries);
  index_all(*store.writer);
  model::ArticleQuery query;
  query.text = "\"brown fox\"";
  model::MarkRequest mark;
  mark.all = true;
  mark.read = true;
  mark.text = query.text;
  store.options.max_query_steps = 2'000'000;  // some hundred
  store.reopen();
  for (const auto order : {model::ArticleOrder::newest, model::ArticleOrder::relevance}) {
    query.order = order;
    query.text = "\"brown fox\"";
    const auto page = store.reader->articles(query);
    REQUIRE(page.has_error());
    CHECK_THAT(page.error().detail, Catch::Matchers::Contains("matches too much"));
    query.text = "fox brown";
    CHECK(store.list(query).size() == 50);
    query.text = "\"fox brown\"";
    CHECK(store.list(query).size() == 50);
  }
  CHECK(store.writer->mark(mark).error().cause == Cause::unavailable);
  CHECK(store.reader->counts().unread == 201);
}

namespace {

// Articles and searches of a few words, and the search done the simple way.
class Model {
 public:
  struct Word {
    std::string text;
    bool joined = false;
    bool spaceless() const { return static_cast<unsigned char>(text.front()) >= 0x80; }
  };
  using Words = std::vector<Word>;
  struct Sections {
    Words title, author, body;
  };

  explicit Model(unsigned seed) : random_(seed) {}
  int number(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  Words words(int most) {
    static const char* const kWords[] = {"ab", "abc", "b", "京", "都", "東"};
    Words words;
    for (int i = number(most + 1); i > 0; --i) {
      Word word{kWords[number(6)]};
      word.joined = !words.empty() && number(3) > 0 && (word.spaceless() || words.back().spaceless());
      words.push_back(word);
    }
    return words;
  }
  static std::string text(const Words& words) {
    std::string text;
    for (const auto& word : words) text += (word.joined || text.empty() ? "" : " ") + word.text;
    return text;
  }

  struct Term {
    int field = 0;
    Words words;
    bool prefix = false;
    bool excluded = false;
    std::string text() const {
      static const char* const kFields[] = {"", "title:", "author:"};
      return (excluded ? "-" : "") + std::string(kFields[field]) + '"' + Model::text(words) + '"' + (prefix ? "*" : "");
    }
  };
  Term term() {
    Term term;
    while (term.words.empty()) term.words = words(number(3) == 0 ? 4 : 2);
    term.field = number(5) < 3 ? 0 : 1 + number(2);
    term.prefix = number(4) == 0;
    return term;
  }

  static bool has(const Words& section, const Term& term) {
    for (std::size_t at = 0; at + term.words.size() <= section.size(); ++at) {
      bool same = true;
      for (std::size_t i = 0; i < term.words.size(); ++i) {
        const auto& wanted = term.words[i];
        const auto& word = section[at + i];
        const bool prefix = term.prefix && i + 1 == term.words.size() && !wanted.spaceless();
        const bool paired = wanted.joined && wanted.spaceless() && term.words[i - 1].spaceless();
        same = same && (prefix ? word.text.starts_with(wanted.text) : word.text == wanted.text);
        same = same && (!paired || (word.joined && section[at + i - 1].spaceless()));
      }
      if (same) return true;
    }
    return false;
  }
  static bool has(const Sections& article, const Term& term) {
    if (term.field == 1) return has(article.title, term);
    if (term.field == 2) return has(article.author, term);
    return has(article.title, term) || has(article.author, term) || has(article.body, term);
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("random searches find what a search of the texts themselves finds, and mark it") {
  Store store;
  Model random(11);
  const auto feed = store.subscribe("a");
  std::vector<Model::Sections> articles;
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < 150; ++i) {
    auto& sections = articles.emplace_back(Model::Sections{random.words(4), random.words(2), random.words(12)});
    auto incoming = entry(feed, std::to_string(i), Model::text(sections.title), Model::text(sections.body));
    incoming.entry.authors = {{Model::text(sections.author), "", "", ""}};
    store.poll(feed, {incoming}, kNow + std::chrono::hours(i));
  }
  index_all(*store.writer);
  for (int round = 0; round < 300; ++round) {
    // (t1 OR t2) t3 -t4
    std::vector<std::vector<Model::Term>> wanted(static_cast<std::size_t>(1 + random.number(2)));
    std::optional<Model::Term> excluded;
    std::string text;
    for (auto& any : wanted) {
      text += '(';
      for (int i = 1 + random.number(2); i > 0; --i) {
        any.push_back(random.term());
        text += any.back().text() + (i > 1 ? " OR " : "");
      }
      text += ") ";
    }
    if (random.number(2) == 0) {
      excluded = random.term();
      excluded->excluded = true;
      text += excluded->text();
    }
    std::vector<std::int64_t> expected;
    for (std::size_t i = 0; i < articles.size(); ++i) {
      const auto has = [&](const Model::Term& term) { return Model::has(articles[i], term); };
      const auto any = [&](const auto& terms) { return std::any_of(terms.begin(), terms.end(), has); };
      if (std::all_of(wanted.begin(), wanted.end(), any) && !(excluded && has(*excluded))) {
        expected.push_back(static_cast<std::int64_t>(i + 1));
      }
    }
    INFO(text);
    model::ArticleQuery query;
    query.text = text;
    query.limit = 1 + random.number(60);
    for (const auto order :
         {model::ArticleOrder::oldest, model::ArticleOrder::newest, model::ArticleOrder::relevance}) {
      query.order = order;
      auto found = all_pages(store, query);
      if (order == model::ArticleOrder::newest) std::reverse(found.begin(), found.end());
      if (order == model::ArticleOrder::relevance) std::sort(found.begin(), found.end());
      CHECK(found == expected);
    }
    if (round % 10 != 0) continue;
    model::MarkRequest mark;
    mark.all = true;
    mark.starred = true;
    mark.text = text;
    CHECK(store.writer->mark(mark).value() == static_cast<std::int64_t>(expected.size()));
    mark.starred = false;
    mark.text.clear();
    CHECK(store.writer->mark(mark).value() == static_cast<std::int64_t>(expected.size()));
  }
}
