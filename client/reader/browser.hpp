#pragma once
// Links, opened with what the user has chosen for it.

#include <string>
#include <vector>

#include "client/outcome.hpp"

namespace newscache::reader {

struct BrowserEnvironment {
  std::string browser;     // $BROWSER
  bool graphical = false;  // there is a display, so that xdg-open does not need the terminal
};
BrowserEnvironment browser_environment();
// The command as its words. The address is a word of its own, which no shell looks into.
std::vector<std::string> browser_command(const BrowserEnvironment& environment, const std::string& url);

// Runs it to its end, in the terminal.
client::Outcome<client::Exit> open_in_browser(const std::string& url);

}  // namespace newscache::reader
