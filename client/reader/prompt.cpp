#include "client/reader/prompt.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace newscache::reader {
namespace {

constexpr std::size_t most_bytes = 500;  // the API takes a few more

void drop_last_character(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
  if (!text.empty()) text.pop_back();
}

void drop_last_word(std::string& text) {
  while (text.ends_with(' ')) text.pop_back();
  while (!text.empty() && !text.ends_with(' ')) text.pop_back();
}

}  // namespace

Prompt::State Prompt::press(Key key) {
  if (key == key::enter) return text_.empty() ? State::cancelled : State::done;
  if (key == key::escape || key == key::control('G') || key == key::control('C')) return State::cancelled;
  if (key == key::backspace) {
    if (text_.empty()) return State::cancelled;
    drop_last_character(text_);
  } else if (key == key::control('U')) {
    text_.clear();
  } else if (key == key::control('W')) {
    drop_last_word(text_);
  } else if (key >= ' ' && key < key::up && text_.size() < most_bytes) {
    text::append_utf8(text_, key);
    text_ = client::printable_line(text_);
  }
  return State::typing;
}

void Prompt::draw(Frame& frame, std::size_t columns) const {
  const auto label = client::cut_to_width(label_, columns / 2);
  const auto start = client::display_width(label);
  std::string_view shown = text_;
  while (start + client::display_width(shown) >= columns) text::next_code_point(shown);
  frame.rows.push_back({{{0, label, client::Style::bold}, {start, std::string(shown)}}});
  frame.cursor = start + client::display_width(shown);
}

}  // namespace newscache::reader
