#pragma once
// A line that is being typed at the bottom of the screen.

#include <string>

#include "client/reader/frame.hpp"

namespace newscache::reader {

class Prompt {
 public:
  explicit Prompt(std::string label, std::string text = {}) : label_(std::move(label)), text_(std::move(text)) {}

  enum class State { typing, done, cancelled };
  State press(Key key);
  const std::string& text() const { return text_; }
  // As the last row; of a long text its end.
  void draw(Frame& frame, std::size_t columns) const;

 private:
  std::string label_;
  std::string text_;
};

}  // namespace newscache::reader
