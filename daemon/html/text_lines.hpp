#pragma once
// Lines of plain text: white space collapses, and what separates blocks is remembered until text follows.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace newscache::html {

class TextLines {
 public:
  void text(std::string_view decoded);
  void preformatted(std::string_view decoded);
  // Directly behind the text so far.
  void attach(std::string_view mark) { out_ += mark; }
  // Directly in front of the text to come.
  void prefix(std::string_view mark);

  // At least so many newlines before the text to come.
  void end_line(std::size_t newlines);
  void forced_newline();
  // Columns in front of every line.
  void indent(std::size_t columns) { indent_ = columns; }
  // In front of the next text, at that column: "- ".
  void item(std::string_view marker, std::size_t column);
  void row();
  void cell();

  std::size_t size() const { return out_.size(); }
  std::string take() { return std::move(out_); }

 private:
  void begin();

  std::string out_;
  std::string marker_;
  std::size_t marker_column_ = 0;
  std::size_t indent_ = 0;
  std::size_t newlines_ = 0;  // due before text
  std::size_t row_start_ = 0;
  std::size_t cells_ = 0;  // of the row so far
  bool space_ = false;     // due before text
  bool cell_start_ = false;
};

// Whether a control character of C0 or C1, which a terminal would obey, stands there; DEL too.
bool is_control(std::string_view text, std::size_t at);

}  // namespace newscache::html
