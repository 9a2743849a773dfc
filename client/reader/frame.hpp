#pragma once
// What the screen is to show, row by row, and how lists and texts move on it. Nothing here knows a terminal.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/reader/keys.hpp"
#include "client/terminal.hpp"

namespace newscache::reader {

struct Size {
  std::size_t rows = 24;
  std::size_t columns = 80;
  friend bool operator==(const Size&, const Size&) = default;
};

// Text at a column. It steers nothing: whoever puts a stranger's text here has made it printable.
struct Piece {
  std::size_t column = 0;
  std::string text;
  client::Style style = client::Style::plain;
};

struct Row {
  std::vector<Piece> pieces;
  bool reverse = false;  // all over the row
};

struct Frame {
  std::vector<Row> rows;
  std::optional<std::size_t> cursor;  // its column in the last row
};

// The frame's rows as text, as the screen shows them without styles.
std::string text_of(const Frame& frame);

// Where the command takes a position that goes up to `last`, with pages of `height`; nothing when it is another
// command.
std::optional<std::size_t> moved(Command command, std::size_t position, std::size_t last, std::size_t height);

// A line that is selected and the part of the list that is seen.
struct Cursor {
  std::size_t at = 0;
  std::size_t top = 0;
  // Into a list of `count`, and into what is seen of it.
  void settle(std::size_t count, std::size_t height);
};

// One line broken so that each part fits: between words, between wide characters, and where nothing else helps inside a
// word. The parts of a list item stand below its text.
std::vector<std::string> fold(std::string_view line, std::size_t width);

}  // namespace newscache::reader
