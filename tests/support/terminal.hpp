#pragma once
// A terminal of the test's own, for programs that fill the screen: keys go in, what is on the screen comes out. A tmux
// server of its own, which knows neither the user's nor his configuration.
//
//   if (!Terminal::available()) return;          // says why
//   Terminal terminal("newscache read");         // a command of the shell
//   terminal.await("Feeds");
//   terminal.keys({"j", "Enter"});               // names as of tmux(1), or text

#include <string>
#include <string_view>
#include <vector>

#include "support/daemon.hpp"

namespace newscache::test {

class Terminal {
 public:
  static bool available();

  // When the command has ended, the terminal stays as it left it.
  explicit Terminal(const std::string& command, int columns = 80, int rows = 24);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void keys(const std::vector<std::string>& keys) const;
  void resize(int columns, int rows) const;
  std::string screen() const;
  // With the escape sequences of its colours.
  std::string coloured_screen() const;
  // What tmux knows of it: "alternate_on", "cursor_flag".
  std::string property(const std::string& name) const;

  // The screen as soon as the text is on it, or no more on it. A program's drawing cannot be waited for in any better
  // way than by looking; throws with the screen when that was in vain for long.
  std::string await(std::string_view text) const;
  std::string await_no(std::string_view text) const;

 private:
  std::string tmux(const std::vector<std::string>& arguments) const;
  std::string await(std::string_view text, bool there) const;
  TemporaryDirectory directory_;
};

// As one word of the shell.
std::string shell_word(std::string_view text);

}  // namespace newscache::test
