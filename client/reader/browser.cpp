#include "client/reader/browser.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace newscache::reader {
namespace {

using client::Exit;
using client::Failure;

constexpr int not_found = 127;  // as shells say it
// The browser of a desktop goes on beside us.
constexpr const char* in_background = "command -v \"$1\" >/dev/null || exit 127; \"$@\" </dev/null >/dev/null 2>&1 &";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// As a shell would tell it.
int run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);  // we wait for signals in another way
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, arguments[0], nullptr, &attributes, arguments.data(), ::environ);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return not_found;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

BrowserEnvironment browser_environment() {
  return {variable("BROWSER"), !variable("DISPLAY").empty() || !variable("WAYLAND_DISPLAY").empty()};
}

std::vector<std::string> browser_command(const BrowserEnvironment& environment, const std::string& url) {
  const auto first = std::string_view(environment.browser).substr(0, environment.browser.find(':'));
  std::vector<std::string> words;
  bool placed = false;
  for (std::size_t at = 0; at < first.size();) {
    const auto end = std::min(first.find(' ', at), first.size());
    std::string word(first.substr(at, end - at));
    if (const auto place = word.find("%s"); place != word.npos) {
      word.replace(place, 2, url);
      placed = true;
    }
    if (!word.empty()) words.push_back(std::move(word));
    at = end + 1;
  }
  if (words.empty()) {
    if (environment.graphical) words = {"sh", "-c", in_background, "sh"};
    words.push_back("xdg-open");
  }
  if (!placed) words.push_back(url);
  return words;
}

client::Outcome<Exit> open_in_browser(const std::string& url) {
  const auto environment = browser_environment();
  const int code = run(browser_command(environment, url));
  if (code == 0) return Exit::done;
  const auto name = environment.browser.empty() ? "xdg-open" : "$BROWSER";
  if (code == not_found) return Failure(Exit::failed, std::string(name) + " cannot be run; set BROWSER to a browser");
  return Failure(Exit::failed, std::string(name) + " failed with exit code " + std::to_string(code));
}

}  // namespace newscache::reader
