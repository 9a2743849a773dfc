#include "text/entities.hpp"

#include "support/catch.hpp"
#include "text/entity_table.hpp"
#include "text/utf8.hpp"

using namespace newscache::text;

TEST_CASE("the table of names is sorted, complete and UTF-8") {
  std::size_t legacy = 0;
  for (std::size_t i = 0; i < kEntityTable.size(); ++i) {
    const auto& entity = kEntityTable[i];
    if (i > 0) REQUIRE(kEntityTable[i - 1].name < entity.name);
    REQUIRE(is_valid_utf8(entity.utf8));
    REQUIRE_FALSE(entity.utf8.empty());
    REQUIRE(named_entity(entity.name) == entity.utf8);
    REQUIRE(entity.name.size() <= kLongestEntityName);
    if (!entity.legacy) continue;
    ++legacy;
    REQUIRE(entity.name.size() <= kLongestLegacyName);
  }
  CHECK(kEntityTable.size() + legacy == 2231);
}

TEST_CASE("references in text are decoded once, as browsers do") {
  struct {
    std::string_view text;
    std::string_view decoded;
  } const cases[] = {{"", ""},
                     {"no reference", "no reference"},
                     {"a &amp; b", "a & b"},
                     {"&lt;b&gt;&quot;&apos;", "<b>\"'"},
                     {"&amp;lt;", "&lt;"},
                     {"&nbsp;", "\xC2\xA0"},
                     {"&eacute;t&eacute;", "\xC3\xA9t\xC3\xA9"},
                     {"&hellip;&mdash;&rsquo;", "\xE2\x80\xA6\xE2\x80\x94\xE2\x80\x99"},
                     {"&Aacute;&aacute;", "\xC3\x81\xC3\xA1"},
                     {"&AMP;&LT", "&<"},
                     {"&copy2026",
                      "\xC2\xA9"
                      "2026"},
                     {"&notit;", "\xC2\xACit;"},
                     {"&notin;", "\xE2\x88\x89"},
                     {"&unknown;", "&unknown;"},
                     {"&hellip", "&hellip"},
                     {"AT&T", "AT&T"},
                     {"a & b", "a & b"},
                     {"a&", "a&"},
                     {"&&amp;", "&&"},
                     {"&;", "&;"},
                     {"&NotEqualTilde;", "\xE2\x89\x82\xCC\xB8"},
                     {"&CounterClockwiseContourIntegral;", "\xE2\x88\xB3"},
                     {"&fjlig;", "fj"},
                     {"&#65;&#x41;&#X41;", "AAA"},
                     {"&#65 b", "A b"},
                     {"&#x41g", "Ag"},
                     {"&#8217;", "\xE2\x80\x99"},
                     {"&#146;&#150;&#x80;", "\xE2\x80\x99\xE2\x80\x93\xE2\x82\xAC"},
                     {"&#129;", "\xC2\x81"},
                     {"&#0;", "\xEF\xBF\xBD"},
                     {"&#xD800;", "\xEF\xBF\xBD"},
                     {"&#x110000;", "\xEF\xBF\xBD"},
                     {"&#99999999999999999999;", "\xEF\xBF\xBD"},
                     {"&#x100000041;", "\xEF\xBF\xBD"},
                     {"&#128512;", "\xF0\x9F\x98\x80"},
                     {"&#;", "&#;"},
                     {"&#x;", "&#x;"},
                     {"&#xg;", "&#xg;"},
                     {"&#", "&#"}};
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(decode_references(c.text) == c.decoded);
  }
}

TEST_CASE("in attributes a name without semicolon is not decoded before '=' or a letter") {
  struct {
    std::string_view text;
    std::size_t taken;
    std::string_view out;
  } const cases[] = {{"&copy=1", 0, ""},
                     {"&copy2", 0, ""},
                     {"&copyright", 0, ""},
                     {"&copy;=1", 6, "\xC2\xA9"},
                     {"&copy\"", 5, "\xC2\xA9"},
                     {"&copy", 5, "\xC2\xA9"},
                     {"&amp", 4, "&"},
                     {"&notit;", 0, ""},
                     {"&#65x", 4, "A"},
                     {"&", 0, ""},
                     {"x", 0, ""},
                     {"&lt;", 4, "<"}};
  for (const auto& c : cases) {
    INFO(c.text);
    std::string out;
    CHECK(decode_reference(c.text, out, true) == c.taken);
    CHECK(out == c.out);
  }
}

TEST_CASE("names are case-sensitive and come without ampersand and semicolon") {
  CHECK(named_entity("nbsp") == "\xC2\xA0");
  CHECK(named_entity("NBSP").empty());
  CHECK(named_entity("nbsp;").empty());
  CHECK(named_entity("").empty());
}

TEST_CASE("escaping makes text safe for content and attributes, and decoding restores it") {
  CHECK(escape("<a href=\"x\">&amp;</a>") == "&lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;");
  CHECK(escape("plain") == "plain");
  CHECK(escape("").empty());
  const std::string awkward = "&&lt;<>\"'\xC3\xA4&#65;";
  CHECK(decode_references(escape(awkward)) == awkward);
}
