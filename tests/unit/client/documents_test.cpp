// The man page and the completion know every command and option.

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

void check_command(const CLI::App& command, const std::string& man, const std::string& completion) {
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) {
      CAPTURE(command.get_name(), name);
      CHECK(man.find("Fl -" + name) != std::string::npos);
      CHECK(completion.find("--" + name) != std::string::npos);
    }
  }
  for (const auto* inner : command.get_subcommands([](const CLI::App*) { return true; })) {
    CAPTURE(inner->get_name());
    const auto prefix = command.get_parent() ? command.get_name() + " " : std::string();
    CHECK(man.find(".It Cm " + prefix + inner->get_name()) != std::string::npos);
    CHECK(completion.find(inner->get_name()) != std::string::npos);
    CHECK(!inner->get_description().empty());
    const bool has_commands = !inner->get_subcommands([](const CLI::App*) { return true; }).empty();
    CHECK((has_commands || inner->get_footer().find("Example") != std::string::npos));
    check_command(*inner, man, completion);
  }
}

}  // namespace

TEST_CASE("every command and option is in the man page and in the completion, with an example in its help") {
  const Program program;
  check_command(program.app(), file("docs/man/newscache.1"), file("completions/newscache.bash"));
}
