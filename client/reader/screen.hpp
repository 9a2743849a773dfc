#pragma once
// The terminal, through ncurses; nothing else knows that library.

#include <memory>
#include <optional>
#include <string>

#include "client/outcome.hpp"
#include "client/reader/frame.hpp"

namespace newscache::reader {

// One at a time. The terminal is as it was before when this is gone, on whatever way.
class Screen {
 public:
  static client::Outcome<std::unique_ptr<Screen>> open(bool colour);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // As the terminal is now.
  Size size();
  void draw(const Frame& frame);
  void draw_anew();
  // The next key that has been pressed, without waiting.
  std::optional<Key> key();
  // Gives the terminal back for another program, with a line that says so, and takes it again.
  void leave(const std::string& line);
  void enter();

 private:
  struct Terminal;
  explicit Screen(std::unique_ptr<Terminal> terminal);
  std::unique_ptr<Terminal> terminal_;
};

}  // namespace newscache::reader
