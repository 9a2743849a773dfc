// newscache, the command-line client of newscached.

#include <exception>
#include <iostream>

#include "client/program.hpp"

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  const auto console = newscache::client::process_console();
  try {
    newscache::client::Program program;
    return static_cast<int>(program.run({arguments + (count > 0 ? 1 : 0), arguments + count}, console));
  } catch (const std::exception& error) {
    newscache::client::print_error(console, error.what());
    return static_cast<int>(newscache::client::Exit::failed);
  }
}
