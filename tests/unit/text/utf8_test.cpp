#include "text/utf8.hpp"

#include "support/catch.hpp"

using namespace newscache::text;

namespace {

struct Case {
  std::string_view bytes;
  std::string_view repaired;
};

#define FFFD "\xEF\xBF\xBD"

}  // namespace

TEST_CASE("each maximal ill-formed sequence becomes one replacement character") {
  const Case cases[] = {{"", ""},
                        {"plain ASCII that is longer than eight bytes", "plain ASCII that is longer than eight bytes"},
                        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
                        {"a\xFFz", "a" FFFD "z"},
                        {"\xC0\x80", FFFD FFFD},
                        {"\xC1\xBF", FFFD FFFD},
                        {"\xE0\x80\x80", FFFD FFFD FFFD},
                        {"\xED\xA0\x80", FFFD FFFD FFFD},
                        {"\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD},
                        {"\xF0\x80\x80\x80", FFFD FFFD FFFD FFFD},
                        {"\xF5\x80", FFFD FFFD},
                        {"\x80\xBF", FFFD FFFD},
                        {"\xE2\x82", FFFD},
                        {"\xE2\x82z", FFFD "z"},
                        {"\xF0\x9F\x98z", FFFD "z"},
                        {"\xF0\x9F\x98", FFFD},
                        {"\xC3", FFFD},
                        {"\xC3\xC3\xA4", FFFD "\xC3\xA4"},
                        // The Unicode Standard's own example, table 3-8.
                        {"a\xF1\x80\x80\xE1\x80\xC2"
                         "b\x80"
                         "c\x80\xBF"
                         "d",
                         "a" FFFD FFFD FFFD "b" FFFD "c" FFFD FFFD "d"}};
  for (const auto& c : cases) {
    CHECK(repair_utf8(c.bytes) == c.repaired);
    CHECK(is_valid_utf8(c.bytes) == (c.bytes == c.repaired));
    CHECK(is_valid_utf8(c.repaired));
    // Also when the fast path over ASCII is used first and last.
    const auto padded = "0123456789abcdef" + std::string(c.bytes) + "0123456789abcdef";
    CHECK(repair_utf8(padded) == "0123456789abcdef" + std::string(c.repaired) + "0123456789abcdef");
  }
}

TEST_CASE("every code point is written and read back, and what is no character is replaced") {
  for (std::uint32_t c = 0; c <= 0x110100; c += c < 0x3000 ? 1 : 37) {
    std::string text;
    append_utf8(text, c);
    const bool scalar = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    std::string_view rest = text;
    REQUIRE(is_valid_utf8(text));
    REQUIRE(next_code_point(rest) == (scalar ? c : 0xFFFD));
    REQUIRE(rest.empty());
  }
}

TEST_CASE("prefixes stop at the first byte that is not of their kind") {
  CHECK(ascii_prefix("") == 0);
  CHECK(ascii_prefix("0123456789\xC3\xA4") == 10);
  CHECK(ascii_prefix("\xC3\xA4") == 0);
  CHECK(valid_utf8_prefix("abc\xC3\xA4\xFF") == 5);
  CHECK(valid_utf8_prefix("abc\xC3") == 3);
}

TEST_CASE("text is cut between characters") {
  CHECK(cut_utf8("\xC3\xA4\xE2\x82\xAC", 10) == "\xC3\xA4\xE2\x82\xAC");
  CHECK(cut_utf8("\xC3\xA4\xE2\x82\xAC", 5) == "\xC3\xA4\xE2\x82\xAC");
  CHECK(cut_utf8("\xC3\xA4\xE2\x82\xAC", 4) == "\xC3\xA4");
  CHECK(cut_utf8("\xC3\xA4\xE2\x82\xAC", 2) == "\xC3\xA4");
  CHECK(cut_utf8("\xC3\xA4\xE2\x82\xAC", 1).empty());
  CHECK(cut_utf8("abc", 0).empty());
}

TEST_CASE("white space is trimmed and collapsed, no-break spaces stay") {
  CHECK(trim(" \t\r\n\f a b \n") == "a b");
  CHECK(trim(" \n ").empty());
  CHECK(collapse_white_space("  a \n\t b  c ") == "a b c");
  CHECK(collapse_white_space("\xC2\xA0 a") == "\xC2\xA0 a");
  CHECK(collapse_white_space("").empty());
}

TEST_CASE("case is that of ASCII only") {
  CHECK(equal_ignoring_case("Content-TYPE", "content-type"));
  CHECK_FALSE(equal_ignoring_case("abc", "abcd"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
  CHECK(to_lower("ABC \xC3\x84") == "abc \xC3\x84");
}
