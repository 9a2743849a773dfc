#include "client/reader/frame.hpp"

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::reader;

TEST_CASE("a line is folded between words, between wide characters, and inside a word when nothing else helps") {
  struct Case {
    std::string_view line;
    std::size_t width;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {"", 10, {""}},
      {"one two", 10, {"one two"}},
      {"one two", 7, {"one two"}},
      {"one two", 6, {"one", "two"}},
      {"one  two", 4, {"one", "two"}},
      {"one two three", 7, {"one two", "three"}},
      {"abcdefghij", 4, {"abcd", "efgh", "ij"}},
      {"a bcdefghij", 4, {"a", "bcde", "fghi", "j"}},
      {"- one two three", 9, {"- one two", "  three"}},
      {"  12. one two", 10, {"  12. one", "two"}},  // too deep for so few columns
      {"12. one two", 9, {"12. one", "    two"}},
      {"  code and more", 8, {"  code", "  and", "  more"}},
      {"\u65b0\u805e\u5feb\u5831", 5, {"\u65b0\u805e", "\u5feb\u5831"}},
      {"ab\u65b0\u805e", 4, {"ab\u65b0", "\u805e"}},
      {"\u65b0\u805e\u3002\u5831", 4, {"\u65b0", "\u805e\u3002", "\u5831"}},  // a stop does not begin a line
      {"e\u0301e\u0301e\u0301", 2, {"e\u0301e\u0301", "e\u0301"}},            // nor does a combining mark
      {"\u65b0\u0301\u805e\u0301", 2, {"\u65b0\u0301", "\u805e\u0301"}},
  };
  for (const auto& [line, width, parts] : cases) {
    CAPTURE(line, width);
    CHECK(fold(line, width) == parts);
    for (const auto& part : fold(line, width)) CHECK(client::display_width(part) <= width);
  }
}

TEST_CASE("a cursor stays in the list and in sight") {
  struct Case {
    Cursor before;
    std::size_t count;
    std::size_t height;
    std::size_t at;
    std::size_t top;
  };
  const Case cases[] = {
      {{0, 0}, 0, 10, 0, 0},  {{5, 0}, 3, 10, 2, 0},      {{12, 0}, 20, 10, 12, 3},
      {{2, 5}, 20, 10, 2, 2}, {{19, 15}, 20, 10, 19, 10}, {{0, 0}, 5, 0, 0, 0},
  };
  for (const auto& [before, count, height, at, top] : cases) {
    auto cursor = before;
    cursor.settle(count, height);
    CAPTURE(before.at, before.top, count, height);
    CHECK(cursor.at == at);
    CHECK(cursor.top == top);
  }
}

TEST_CASE("commands move by lines, pages, halves and to the ends, and no further") {
  CHECK(moved(Command::down, 3, 9, 5) == 4u);
  CHECK(moved(Command::down, 9, 9, 5) == 9u);
  CHECK(moved(Command::up, 0, 9, 5) == 0u);
  CHECK(moved(Command::page_down, 0, 99, 10) == 9u);  // a line of the page before stays in sight
  CHECK(moved(Command::page_up, 5, 99, 10) == 0u);
  CHECK(moved(Command::half_down, 0, 99, 10) == 5u);
  CHECK(moved(Command::half_up, 9, 99, 10) == 4u);
  CHECK(moved(Command::top, 50, 99, 10) == 0u);
  CHECK(moved(Command::bottom, 50, 99, 10) == 99u);
  CHECK(moved(Command::search, 50, 99, 10) == std::nullopt);
}
