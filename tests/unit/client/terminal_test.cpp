#include "client/terminal.hpp"

#include <sstream>

#include "support/catch.hpp"

using namespace newscache::client;

TEST_CASE("what would steer a terminal is removed from a line") {
  struct Case {
    std::string_view in;
    std::string_view out;
  };
  const Case cases[] = {
      {"plain", "plain"},
      {"\x1b[31mred\x1b[0m", "[31mred[0m"},
      {"a\x07\x08\x7f!", "a!"},
      {"\xc2\x9b"
       "31m",
       "31m"},  // C1 CSI as a character
      {"a\x9b"
       "b",
       "a\xef\xbf\xbd"
       "b"},                                   // and as a stray byte
      {"one\ntwo\tthree\r", "one two three"},  //
      {"abc\xe2\x80\xae"
       "def",
       "abcdef"},  // right-to-left override
      {"abc\xd8\x9c"
       "def",
       "abcdef"},  // Arabic letter mark
      {"Gr\xc3\xbc\xc3\x9f"
       "e \xe6\x96\xb0\xe8\x81\x9e",
       "Gr\xc3\xbc\xc3\x9f"
       "e \xe6\x96\xb0\xe8\x81\x9e"},
  };
  for (const auto& [in, out] : cases) {
    CAPTURE(in);
    CHECK(printable_line(in) == out);
  }
}

TEST_CASE("text keeps its lines and loses its tabs") {
  CHECK(printable_text("a\n\tb\x1b]0;title\x07\n") == "a\n  b]0;title\n");
}

TEST_CASE("JSON for a terminal means the same and holds no control character") {
  CHECK(printable_json("{\"a\":\"\xc2\x9b"
                       "31m\x7f\"}\n") == "{\"a\":\"\\u009b31m\\u007f\"}\n");
  CHECK(printable_json("{\"a\":\"\xc3\xbc\"}") == "{\"a\":\"\xc3\xbc\"}");
}

TEST_CASE("the display width counts columns and not bytes") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("Gr\xc3\xbc\xc3\x9f"
                      "e") == 5);
  CHECK(display_width("\xe6\x96\xb0\xe8\x81\x9e") == 4);  // two CJK ideographs
  CHECK(display_width("e\xcc\x81") == 1);                 // combining acute accent
  CHECK(display_width("\xf0\x9f\x93\xb0") == 2);          // emoji
  CHECK(display_width("\u2728") == 2);                    // sparkles, an emoji among the symbols
  CHECK(display_width("") == 0);
}

TEST_CASE("a text is cut between characters so that it fits with its ellipsis") {
  CHECK(cut_to_width("abcdef", 6) == "abcdef");
  CHECK(cut_to_width("abcdefg", 6) == "abcde\xe2\x80\xa6");
  CHECK(cut_to_width("ab cdefg", 4) == "ab\xe2\x80\xa6");
  CHECK(cut_to_width("\xe6\x96\xb0\xe8\x81\x9e\xe6\x96\xb0", 4) == "\xe6\x96\xb0\xe2\x80\xa6");
}

TEST_CASE("lines are wrapped between words and existing breaks stay") {
  CHECK(wrap("one two three", 7) == "one two\nthree");
  CHECK(wrap("one\n\n  two", 7) == "one\n\n  two");
  CHECK(wrap("incomprehensibilities too", 7) == "incomprehensibilities\ntoo");
  CHECK(wrap("", 7).empty());
}

TEST_CASE("colours are written only where they are wanted") {
  std::ostringstream out;
  Console console{out, out};
  CHECK(styled(console, Style::red, "x") == "x");
  console.colour = true;
  CHECK(styled(console, Style::red, "x") == "\x1b[31mx\x1b[0m");
  CHECK(styled(console, Style::plain, "x") == "x");
}

TEST_CASE("an item of a list goes on below its text") {
  CHECK(wrap("- one two three\n  - four five six", 12) == "- one two\n  three\n  - four\n    five six");
}

TEST_CASE("progress takes one line of a terminal, and none of anything else") {
  std::ostringstream err;
  Console console{err, err};
  show_progress(console, "x");
  CHECK(err.str().empty());
  console.err_is_terminal = true;
  console.width = 6;
  show_progress(console, "refreshing");
  show_progress(console, "");
  CHECK(err.str() == "\r\x1b[Krefr\xe2\x80\xa6\r\x1b[K");
}
