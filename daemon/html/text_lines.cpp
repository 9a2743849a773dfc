#include "html/text_lines.hpp"

#include <algorithm>
#include <array>

#include "html/tokenizer.hpp"

namespace newscache::html {

namespace {

constexpr std::string_view no_break_space = "\xC2\xA0";

// What is written as it is, and neither a blank nor the start of a control character or no-break space.
constexpr auto is_plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x21; c < table.size(); ++c) table[c] = c != 0x7F && c != 0xC2;
  return table;
}();

// Where a run of plain characters ends, single blanks between them included.
std::size_t end_of_run(std::string_view text, std::size_t at) {
  const auto plain = [&](std::size_t i) { return i < text.size() && is_plain[static_cast<unsigned char>(text[i])]; };
  while (plain(at) || (at < text.size() && text[at] == ' ' && plain(at + 1))) ++at;
  return at;
}

std::size_t control_size(std::string_view text, std::size_t at) { return text[at] == '\xC2' ? 2 : 1; }

}  // namespace

bool is_control(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c < 0x20 || c == 0x7F) return true;
  return c == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

// What is due before text: newlines, indentation, the item's marker or a blank.
void TextLines::begin() {
  if (newlines_ > 0 || out_.empty()) {
    if (!out_.empty()) out_.append(newlines_, '\n');
    out_.append(marker_.empty() ? indent_ : marker_column_, ' ');
    out_ += marker_;
    marker_.clear();
    newlines_ = 0;
  } else if (space_) {
    out_ += ' ';
  }
  space_ = cell_start_ = false;
}

void TextLines::text(std::string_view decoded) {
  for (std::size_t at = 0; at < decoded.size();) {
    if (is_space(decoded[at])) {
      space_ = newlines_ == 0 && !out_.empty() && !cell_start_;
      ++at;
    } else if (is_control(decoded, at)) {
      at += control_size(decoded, at);
    } else if (decoded.substr(at, 2) == no_break_space) {
      begin();
      out_ += ' ';
      at += 2;
    } else {
      begin();
      const auto end = end_of_run(decoded, at + 1);
      out_.append(decoded, at, end - at);
      at = end;
    }
  }
}

void TextLines::preformatted(std::string_view decoded) {
  for (std::size_t at = 0; at < decoded.size();) {
    if (decoded[at] == '\n') {
      if (!out_.empty()) ++newlines_;
      ++at;
    } else if (is_control(decoded, at) && decoded[at] != '\t') {
      at += control_size(decoded, at);
    } else {
      space_ = false;
      begin();
      out_ += decoded[at++];
    }
  }
}

void TextLines::prefix(std::string_view mark) {
  begin();
  out_ += mark;
}

void TextLines::end_line(std::size_t newlines) {
  space_ = false;
  if (cell_start_ || out_.empty()) return;
  newlines_ = std::max(std::min<std::size_t>(newlines_, 2), newlines);
}

void TextLines::forced_newline() { end_line(std::min<std::size_t>(newlines_ + 1, 2)); }

void TextLines::item(std::string_view marker, std::size_t column) {
  end_line(1);
  marker_ = marker;
  marker_column_ = column;
}

void TextLines::row() {
  cell_start_ = false;
  end_line(1);
  cells_ = 0;
  row_start_ = out_.size();
}

void TextLines::cell() {
  if (cells_++ == 0) return;
  if (out_.size() > row_start_) newlines_ = 0;  // of the paragraph that the cell before ended with
  space_ = false;
  begin();
  out_ += '\t';
  cell_start_ = true;
}

}  // namespace newscache::html
