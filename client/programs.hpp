#pragma once
// Other programs that a command asks.

#include <cstddef>
#include <optional>
#include <string>

namespace newscache::client {

// Of newscached: beside this program, on the PATH, or where daemons are.
std::optional<std::string> find_daemon();

// An argument for the shell.
std::string quoted(const std::string& argument);

struct Ran {
  int exit = -1;
  std::string output;  // of both streams
};
// The shell runs it. What it says beyond `most_output` bytes is left out.
Ran run_command(const std::string& command, std::size_t most_output);

}  // namespace newscache::client
