// The man page and the completions know every command and option.

#include <fstream>
#include <sstream>

#include "client/program.hpp"
#include "support/catch.hpp"

using namespace newscache::client;

namespace {

std::string file(const std::string& name) {
  std::ifstream in(NEWSCACHE_SOURCE_DIR "/" + name);
  REQUIRE(in);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

void check_man_page(const CLI::App& command, const std::string& man) {
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) {
      CAPTURE(command.get_name(), name);
      const bool first = man.find("Fl -" + name) != std::string::npos;
      CHECK((first || man.find("| -" + name) != std::string::npos));
    }
  }
  for (const auto* inner : commands_of(command)) {
    CAPTURE(inner->get_name());
    const auto prefix = command.get_parent() ? command.get_name() + " " : std::string();
    CHECK(man.find(".It Cm " + prefix + inner->get_name()) != std::string::npos);
    CHECK(!inner->get_description().empty());
    CHECK(inner->get_footer().find("Example") != std::string::npos);
    check_man_page(*inner, man);
  }
}

// What a completion has for a command: bash and zsh have a case for each.
std::string case_of(const std::string& completion, const std::string& command) {
  const auto begin = completion.find("\n    " + command + ")");
  if (begin == std::string::npos) return {};
  return completion.substr(begin, completion.find(";;", begin) - begin);
}

// fish has lines that name the commands that they are for.
std::string lines_of(const std::string& completion, const std::string& command) {
  std::istringstream in(completion);
  std::string lines;
  for (std::string line; std::getline(in, line);) {
    const auto begin = line.find("'__newscache_in ");
    if (begin == std::string::npos) continue;
    auto names = line.substr(begin + 16, line.find_first_of("';", begin + 1) - begin - 16);
    if ((" " + names + " ").find(" " + command + " ") != std::string::npos) lines += line + "\n";
  }
  return lines;
}

struct Completion {
  const char* file;
  std::string (*part)(const std::string& completion, const std::string& command);
  const char* option;   // what stands before an option's name
  const char* command;  // before that of a command
};

}  // namespace

TEST_CASE("every command and option is in the man page, with an example in its help") {
  const Program program;
  check_man_page(program.app(), file("docs/man/newscache.1"));
}

TEST_CASE("every shell's completion has every command with its options") {
  const Program program;
  for (const auto& shell : {Completion{"completions/newscache.bash", case_of, "--", " "},
                            Completion{"completions/newscache.zsh", case_of, "--", "\n    '"},
                            Completion{"completions/newscache.fish", lines_of, "-l ", "__newscache_first -a "}}) {
    const auto text = file(shell.file);
    for (const auto* option : program.app().get_options()) {
      for (const auto& name : option->get_lnames()) {
        CAPTURE(shell.file, name);
        CHECK(text.find(shell.option + name) != std::string::npos);
      }
    }
    for (const auto* command : commands_of(program.app())) {
      CAPTURE(shell.file, command->get_name());
      CHECK(text.find(shell.command + command->get_name()) != std::string::npos);
      const auto part = shell.part(text, command->get_name());
      for (const auto* option : command->get_options()) {
        for (const auto& name : option->get_lnames()) {
          CAPTURE(name);
          CHECK((name == "help" || part.find(shell.option + name) != std::string::npos));
        }
      }
      for (const auto* inner : commands_of(*command)) CHECK(part.find(inner->get_name()) != std::string::npos);
    }
  }
}
