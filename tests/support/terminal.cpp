#include "support/terminal.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace newscache::test {
namespace {

constexpr int most_looks = 1500;
constexpr useconds_t between_looks = 20'000;

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("cannot run " + command);
  char bytes[4096];
  for (std::size_t length; (length = std::fread(bytes, 1, sizeof(bytes), pipe)) > 0;) out.append(bytes, length);
  if (::pclose(pipe) != 0) throw std::runtime_error(command + " failed: " + out);
  return out;
}

}  // namespace

std::string shell_word(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

bool Terminal::available() {
  static const bool works = std::system("command -v tmux >/dev/null") == 0;
  if (!works) std::cerr << "skipped: this test wants tmux\n";
  return works;
}

Terminal::Terminal(const std::string& command, int columns, int rows) {
  tmux({"new-session", "-d", "-x", std::to_string(columns), "-y", std::to_string(rows), command + "; exec sleep 1d"});
}

Terminal::~Terminal() {
  try {
    tmux({"kill-server"});
  } catch (const std::runtime_error&) {  // it has gone already
  }
}

std::string Terminal::tmux(const std::vector<std::string>& arguments) const {
  auto command = "env -u TMUX tmux -u -f /dev/null -S " + shell_word((directory_.path() / "tmux").string());
  for (const auto& argument : arguments) command += " " + shell_word(argument);
  return output_of(command + " 2>&1");
}

void Terminal::keys(const std::vector<std::string>& keys) const {
  std::vector<std::string> arguments = {"send-keys"};
  arguments.insert(arguments.end(), keys.begin(), keys.end());
  tmux(arguments);
}

void Terminal::resize(int columns, int rows) const {
  tmux({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)});
}

std::string Terminal::screen() const { return tmux({"capture-pane", "-p"}); }

std::string Terminal::coloured_screen() const { return tmux({"capture-pane", "-p", "-e"}); }

std::string Terminal::property(const std::string& name) const {
  auto value = tmux({"display-message", "-p", "#{" + name + "}"});
  while (value.ends_with('\n')) value.pop_back();
  return value;
}

std::string Terminal::await(std::string_view text) const { return await(text, true); }

std::string Terminal::await_no(std::string_view text) const { return await(text, false); }

std::string Terminal::await(std::string_view text, bool there) const {
  std::string seen;
  for (int look = 0; look < most_looks; ++look) {
    seen = screen();
    if ((seen.find(text) != seen.npos) == there) return seen;
    ::usleep(between_looks);
  }
  throw std::runtime_error((there ? "never on the screen: " : "always on the screen: ") + std::string(text) + "\n" +
                           seen);
}

}  // namespace newscache::test
