#pragma once
// The command line as a whole: arguments to a command, its outcome to an exit code.

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "client/session.hpp"

namespace newscache::client {

class Program {
 public:
  Program();

  // `arguments` without the program's name. Help and errors are written to the console.
  Exit run(const std::vector<std::string>& arguments, const Console& console);
  // For the tests of the man page and the completion.
  const CLI::App& app() const { return app_; }

 private:
  Exit run_chosen(const Console& console);
  bool pages(const Console& console) const;

  CLI::App app_;
  Action chosen_;
  std::string socket_;
  bool json_ = false;
  bool no_pager_ = false;
};

}  // namespace newscache::client
