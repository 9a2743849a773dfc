#pragma once
// Text of strangers on a terminal: nothing in it may steer the terminal, and columns line up.

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

namespace newscache::client {

enum class Style { plain, bold, dim, red, yellow };

// Where a command writes, and what that can show.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;    // out is a terminal and NO_COLOR is not set
  std::size_t width = 0;  // columns of out; 0: no limit
};

// Of this process: standard output and error, NO_COLOR, TERM, COLUMNS.
Console process_console();

// Without control characters (C0, DEL, C1), without the marks that reverse the direction of text, valid UTF-8.
std::string printable_line(std::string_view text);  // line breaks and tabs become blanks
std::string printable_text(std::string_view text);  // line breaks stay, tabs become blanks
// A JSON document that means the same and holds no raw control character but its line breaks.
std::string printable_json(std::string_view json);

// Columns that the text takes: 2 for East Asian wide characters and emoji, 0 for combining marks.
std::size_t display_width(std::string_view text);
// At most `width` columns, with an ellipsis when cut.
std::string cut_to_width(std::string_view text, std::size_t width);
// Lines broken between words so that they fit; a longer word stays whole. Items of lists go on below their text.
std::string wrap(std::string_view text, std::size_t width);

// A line of progress in place of the last one, where errors go to a terminal; an empty one ends it.
void show_progress(const Console& console, std::string_view text);

std::string styled(const Console& console, Style style, std::string_view text);

}  // namespace newscache::client
