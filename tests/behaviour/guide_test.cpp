// docs/api.md: its commands succeed, and its answers look as it shows them.

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <sstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace json = boost::json;

namespace {

struct Block {
  std::string heading;
  std::string commands;
  std::string answer;  // of one of them, as the guide shows it; empty: it shows none
};

// The ```sh blocks, each with the ```json block behind it where there is one.
std::vector<Block> blocks() {
  std::ifstream file(NEWSCACHE_GUIDE);
  REQUIRE(file);
  std::vector<Block> found;
  std::string heading;
  std::string* target = nullptr;
  bool follows = false;  // nothing but empty lines since the last block of commands
  for (std::string line; std::getline(file, line);) {
    if (target != nullptr) {
      if (line == "```") {
        target = nullptr;
      } else {
        *target += line + "\n";
      }
    } else if (line == "```sh") {
      found.push_back({heading, {}, {}});
      target = &found.back().commands;
      follows = true;
    } else if (line == "```json" && follows) {
      target = &found.back().answer;
      follows = false;
    } else if (!line.empty()) {
      follows = false;
      if (line[0] == '#') heading = line;
    }
  }
  return found;
}

// True when the value has every member that is shown, each of a like kind; an element of a list is like any of them.
bool looks_like(const json::value& value, const json::value& shown) {
  if (value.is_number() && shown.is_number()) return true;
  if (value.is_null() || shown.is_null()) return true;
  if (value.kind() != shown.kind()) return false;
  if (const auto* members = shown.if_object()) {
    return std::all_of(members->begin(), members->end(), [&](const auto& member) {
      const auto* own = value.as_object().if_contains(member.key());
      return own != nullptr && looks_like(*own, member.value());
    });
  }
  if (const auto* elements = shown.if_array()) {
    return std::all_of(elements->begin(), elements->end(), [&](const auto& element) {
      const auto& own = value.as_array();
      return std::any_of(own.begin(), own.end(), [&](const auto& one) { return looks_like(one, element); });
    });
  }
  return true;
}

bool shows(const std::string& output, const json::value& answer) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    boost::system::error_code error;
    const auto value = json::parse(line, error);
    if (!error && looks_like(value, answer)) return true;
  }
  return false;
}

// A daemon as the guide's numbers mean it: feed 2 with articles 1 and 2, which has been polled well and in vain.
struct World {
  World() {
    publisher.serve_file("/feed.xml", rss("Example", item("a", "One")));
    publisher.serve_file("/empty.xml", rss("Empty", ""));
    publisher.serve_file("/harbour.xml", rss("Harbour News", item("a", "The new pier is open") + item("b", "Fog")));
    daemon.start();
    subscribe(daemon, publisher.url("/empty.xml"));
    subscribe(daemon, publisher.url("/harbour.xml"));
    publisher.answer("/harbour.xml", Answer{.status = 404});
    refresh(daemon);
    REQUIRE(request(daemon, "PATCH", "/v1/feeds/2", R"({"folder":"Science"})").status == 200);
    std::ofstream(directory.path() / "1998.txt") << "1998-05-01\n\nThe new pier was opened today. Everybody came.\n";
  }

  // `news` as the guide has it, but that a refusal fails, each answer has a line of its own, and what has no end does.
  ProgramResult run(std::string commands) const {
    for (auto at = commands.find("https://example.org"); at != std::string::npos;
         at = commands.find("https://example.org")) {
      commands.replace(at, 19, publisher.url(""));
    }
    const auto script = directory.path() / "commands";
    std::ofstream(script) << "set -euo pipefail\ncd " << directory.path().string()
                          << "\nask() { curl -sS --unix-socket " << daemon.socket() << " \"$@\"; }\n"
                          << "news() {\n  case \"$*\" in\n"
                          << "    */v1/events*) head -n 23 < <(ask \"$@\" 2>/dev/null || true) ;;\n"
                          << "    *) ask --fail-with-body \"$@\"; echo ;;\n  esac\n}\n"
                          << commands;
    return run_program("/bin/bash", {script.string()});
  }

  Publisher publisher;
  Daemon daemon;
  TemporaryDirectory directory;
};

}  // namespace

TEST_CASE("the commands of the guide to the API succeed, and the answers look as it shows them") {
  const auto all = blocks();
  CHECK(all.size() >= 15);
  for (const auto& block : all) {
    // Programs that follow for ever have tests of their own.
    if (block.commands.find("news ") == std::string::npos) continue;
    const World w;
    const auto result = w.run(block.commands);
    INFO(block.heading << "\n" << block.commands);
    INFO(result.out.substr(0, 4000));
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    if (!block.answer.empty()) CHECK(shows(result.out, json::parse(block.answer)));
  }
}

TEST_CASE("the ticker of the guide prints the titles of new articles and where they are from") {
  const auto all = blocks();
  const auto ticker = std::find_if(all.begin(), all.end(),
                                   [](const Block& block) { return block.heading == "### A ticker on a display"; });
  REQUIRE(ticker != all.end());
  const World w;
  const auto out = w.run(ticker->commands).out;
  INFO(out);
  CHECK(out.find("The new pier is open\nHarbour News · ") != std::string::npos);
}
