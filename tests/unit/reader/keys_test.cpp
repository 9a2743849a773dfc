#include "client/reader/keys.hpp"

#include <cctype>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "support/catch.hpp"

using namespace newscache::reader;

TEST_CASE("every key has one meaning") {
  std::map<Key, Command> seen;
  for (const auto& binding : bindings()) {
    for (const auto key : binding.keys) {
      if (key == 0) continue;
      CAPTURE(binding.shown, key);
      CHECK(seen.emplace(key, binding.command).second);
      CHECK(command_of(key) == binding.command);
    }
  }
  CHECK(command_of('z') == std::nullopt);
  CHECK(command_of(0) == std::nullopt);
}

TEST_CASE("the manual page has each key and what it does, as the help does") {
  std::ifstream in(NEWSCACHE_SOURCE_DIR "/docs/man/newscache.1");
  std::ostringstream man;
  man << in.rdbuf();
  for (const auto& binding : bindings()) {
    std::string entry = binding.shown == "?" ? ".It Ic \\&?\n" : ".It Ic " + std::string(binding.shown) + "\n";
    entry += std::string(binding.does) + ".\n";
    const auto start = entry.find('\n') + 1;
    entry[start] = static_cast<char>(std::toupper(static_cast<unsigned char>(entry[start])));
    CAPTURE(entry);
    CHECK(man.str().find(entry) != std::string::npos);
  }
}
