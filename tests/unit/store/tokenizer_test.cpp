// Texts as the search index has them.

#include "store/tokenizer.hpp"

#include <algorithm>

#include "store/database.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

namespace {

struct Indexer : Store {
  Database database{options, Access::write};
  Tokenizer tokenizer{database.handle()};

  std::string units(std::string_view text) {
    std::string all;
    tokenizer.units(text, [&](const Unit& unit) {
      all += all.empty() ? "" : unit.joined ? "+" : " ";
      all += unit.text;
      if (unit.spaceless) all += '\'';
      return true;
    });
    return all;
  }
  // As the index has them, sorted; marks as 1, 2, 3.
  std::string tokens(const std::string& text) {
    database.run("DROP TABLE IF EXISTS temp.index_words; DROP TABLE IF EXISTS temp.one");
    database.run("CREATE VIRTUAL TABLE temp.one USING fts5(text, detail=none, tokenize='newscache')");
    database.run("CREATE VIRTUAL TABLE temp.index_words USING fts5vocab(temp, one, row)");
    Query(database, "INSERT INTO temp.one(text) VALUES (?)", text).run();
    std::string all;
    Query words(database, "SELECT term FROM temp.index_words ORDER BY term");
    while (words.step()) all += (all.empty() ? "" : " ") + words.string(0);
    for (auto& c : all) {
      if (c >= kTitleMark && c <= kLeadMark) c = static_cast<char>('0' + c);
    }
    return all;
  }
};

}  // namespace

TEST_CASE("units are words without case and accents, or single characters where there are no spaces") {
  Indexer indexer;
  struct Case {
    const char* text;
    const char* units;
  };
  const Case cases[] = {
      {"", ""},
      {" - !", ""},
      {"The QUICK fox_2", "the quick fox 2"},
      {"word\u2014word \u201cquoted\u201d", "word word quoted"},
      {"Caf\u00e9 Cafe\u0301 \u1ec7 e\u0323\u0302", "cafe cafe e e"},
      {"東京ab新x", "東'+京'+ab+新'+x"},
      {"東 京、都", "東' 京' 都'"},
      {"葛\U000e0100城", "葛'+城'"},
      {"한국", "한'+국'"},
      {"วัน", "ว'+ั'+น'"},
      {"ёлка е\u0308лка МОЙ", "елка елка мои"},
      {"άλφα α\u0301λφα ΆΛΦΑ", "αλφα αλφα αλφα"},
      {"مُحَمَّد أحمد ا\u0654حمد", "محمد احمد احمد"},
      {"क\u093cलम \u0958लम", "कलम कलम"},
      {"\u2764\ufe0flove", "love"},
      {"\xff\xfe", "\ufffd"},
  };
  for (const auto& test : cases) {
    INFO(test.text);
    if (std::string_view(test.text) == "\xff\xfe") {
      indexer.units(test.text);  // whatever it is, it ends
    } else {
      CHECK(indexer.units(test.text) == test.units);
    }
  }
}

TEST_CASE("what is written in two characters is one") {
  Indexer indexer;
  const std::pair<const char*, const char*> cases[] = {
      {"か\u3099", "が"}, {"ハ\u309aリ", "パリ"},       {"う\u3099", "ゔ"},           {"ウ\u3099", "ヴ"},
      {"は\u3099", "ば"}, {"\u1112\u1161\u11ab", "한"}, {"\u1100\u1173\u11af", "글"}, {"\u1112\u1161", "하"},
  };
  for (const auto& [decomposed, composed] : cases) {
    CHECK(indexer.units(decomposed) == indexer.units(composed));
  }
  CHECK(indexer.units("\u3099") == "\u3099'");
  CHECK(indexer.units("ア\u309a") != indexer.units("ア"));
}

TEST_CASE("units know where they stand") {
  Indexer indexer;
  const std::string_view text = "A Straße in 東京, cafe\u0301";
  std::vector<std::string_view> places;
  indexer.tokenizer.units(text, [&](const Unit& unit) {
    places.push_back(text.substr(unit.begin, unit.end - unit.begin));
    return true;
  });
  CHECK(places == std::vector<std::string_view>{"A", "Straße", "in", "東", "京", "cafe\u0301"});
}

TEST_CASE("who has seen enough gets no more units") {
  Indexer indexer;
  for (const auto* text : {"a b c d", "東京都庁", "ä b ö d", "é 京都 x y"}) {
    int seen = 0;
    indexer.tokenizer.units(text, [&](const Unit&) { return ++seen < 2; });
    CHECK(seen == 2);
  }
  CHECK_THROWS_AS(indexer.tokenizer.units("é", [](const Unit&) -> bool { throw std::runtime_error("x"); }),
                  std::runtime_error);
}

TEST_CASE("the index has words, pairs of characters, and marks for titles, authors and beginnings") {
  Indexer indexer;
  const std::string section(1, kSection);
  CHECK(indexer.tokens("a" + section + "b" + section + "c") == "1a 2b 3c a b c");
  CHECK(indexer.tokens(section + section + "東京都 x") == "3x 3京都 3東京 3都 x 京都 東京 都");
  CHECK(indexer.tokens(section + section + "東x 京 都") == "3x 3京 3東 3都 x 京 東 都");
  std::string body;
  for (int i = 10; i < 10 + kLeadTokens + 5; ++i) body += "w" + std::to_string(i) + " ";
  const auto tokens = indexer.tokens(section + section + body);
  int marked = 0;
  for (auto at = tokens.find("3w"); at != tokens.npos; at = tokens.find("3w", at + 1)) ++marked;
  CHECK(marked == kLeadTokens);
}
