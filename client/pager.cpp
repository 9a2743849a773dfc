#include "client/pager.hpp"

#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ostream>

namespace newscache::client {

std::string pager_command() {
  for (const auto* name : {"NEWSCACHE_PAGER", "PAGER"}) {
    if (const char* value = std::getenv(name)) return std::string(value) == "cat" ? "" : value;
  }
  return "less 2>/dev/null";  // a device without it is no error
}

void page(const Console& console, const std::string& command, const std::string& text) {
  constexpr int not_found = 127;  // of the shell
  // F: end at once when it fits the screen, R: colours, X: leave the text there. LV is the same for lv.
  ::setenv("LESS", "FRX", 0);
  ::setenv("LV", "-c", 0);
  console.out.flush();
  std::FILE* pipe = ::popen(command.c_str(), "w");
  if (!pipe) {
    console.out << text;
    return;
  }
  // The pager was begun without these, so that only it hears of Ctrl-C, and we outlive its end.
  const auto on_pipe = std::signal(SIGPIPE, SIG_IGN);
  const auto on_interrupt = std::signal(SIGINT, SIG_IGN);
  std::fwrite(text.data(), 1, text.size(), pipe);
  const int status = ::pclose(pipe);
  std::signal(SIGPIPE, on_pipe);
  std::signal(SIGINT, on_interrupt);
  if (WIFEXITED(status) && WEXITSTATUS(status) == not_found) console.out << text;
}

}  // namespace newscache::client
