#include "client/program.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <ostream>
#include <sstream>

#include "client/commands.hpp"
#include "client/pager.hpp"
#include "client/socket_path.hpp"

namespace newscache::client {
namespace {

// The command that was being read when the arguments went wrong: its help says more.
std::string help_command(const CLI::App& app) {
  std::string command = "newscache";
  for (const auto* level = &app; !level->get_subcommands().empty();) {
    level = level->get_subcommands().front();
    command += " " + level->get_name();
  }
  return command + " --help";
}

// In a search -pier is a word, but CLI11 would look for options in it: a blank before it makes it none.
void protect_minus_words(std::vector<std::string>& arguments) {
  auto at = arguments.begin();
  while (at != arguments.end() && at->starts_with('-')) at += *at == "--socket" && at + 1 != arguments.end() ? 2 : 1;
  if (at == arguments.end() || *at != "search") return;
  for (; at != arguments.end() && *at != "--"; ++at) {
    const bool minus = at->size() > 1 && at->front() == '-' && (*at)[1] != '-';
    const bool option = *at == "-n" || *at == "-h" || (at->starts_with("-n") && (*at)[2] >= '0' && (*at)[2] <= '9');
    if (minus && !option) at->insert(0, " ");
  }
}

}  // namespace

Program::Program() : app_("Read and manage the news that newscached keeps.", "newscache") {
  app_.set_version_flag("--version", "newscache " NEWSCACHE_VERSION, "Print the version and exit");
  app_.set_help_flag("-h,--help", "Print this help and exit");
  app_.add_option("--socket", socket_, "The daemon's socket (also $NEWSCACHE_SOCKET)");
  app_.add_flag("--json", json_, "Print the API's own JSON, one document");
  app_.add_flag("--no-pager", no_pager_, "Print long text at once, also on a terminal (see $NEWSCACHE_PAGER)");
  app_.require_subcommand(1);
  app_.fallthrough();  // --socket and --json may stand after the command as well
  app_.footer(
      "FEED is the id or the URL of a feed. 'newscache COMMAND --help' explains a command.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the daemon cannot be reached, 4 no such feed or article.");
  add_subscription_commands(app_, chosen_);
  add_reading_commands(app_, chosen_);
  add_read_command(app_, chosen_);
  add_mark_command(app_, chosen_);
  add_refresh_command(app_, chosen_);
  add_watch_command(app_, chosen_);
  add_status_command(app_, chosen_);
  add_doctor_command(app_, chosen_);
  add_reload_command(app_, chosen_);
  add_why_command(app_, chosen_);
  add_transfer_commands(app_, chosen_);
  add_bundle_commands(app_, chosen_);
  add_publish_commands(app_, chosen_);
  add_parse_command(app_, chosen_);
  add_extract_command(app_, chosen_);
}

Exit Program::run(const std::vector<std::string>& arguments, const Console& console) {
  try {
    std::vector<std::string> reversed = arguments;
    protect_minus_words(reversed);
    std::reverse(reversed.begin(), reversed.end());  // as CLI11 takes them
    app_.parse(reversed);
  } catch (const CLI::Success& wanted) {  // --help, --version
    app_.exit(wanted, console.out, console.err);
    if (dynamic_cast<const CLI::CallForHelp*>(&wanted)) console.out << '\n';  // CLI11 does not end a footer's line
    console.out.flush();
    return console.out ? Exit::done : Exit::failed;
  } catch (const CLI::ParseError& error) {
    const bool no_command = dynamic_cast<const CLI::RequiredError*>(&error) && app_.get_subcommands().empty();
    const auto rest = app_.remaining();
    const auto problem = !no_command    ? std::string(error.what())
                         : rest.empty() ? "a command is required"
                                        : "there is no command '" + rest.front() + "'";
    print_error(console, problem + "; see '" + help_command(app_) + "'");
    return Exit::usage;
  }
  return run_chosen(console);
}

bool Program::pages(const Console& console) const {
  constexpr std::array<std::string_view, 3> long_ones = {"list", "search", "show"};
  const auto& name = app_.get_subcommands().front()->get_name();
  return console.out_is_terminal && !json_ && !no_pager_ &&
         std::find(long_ones.begin(), long_ones.end(), name) != long_ones.end();
}

Exit Program::run_chosen(const Console& console) {
  const SystemClock clock;
  Connection connection(socket_path(socket_, socket_environment()));
  const auto pager = pages(console) ? pager_command() : std::string();
  std::ostringstream text;
  const Console paged{text, console.err, true, console.err_is_terminal, console.colour, console.width};
  Session session{pager.empty() ? console : paged, clock, connection, json_};
  const auto outcome = chosen_(session);
  if (!text.view().empty()) page(console, pager, text.str());
  const auto written = outcome ? flush(console) : outcome;
  if (written) return *outcome;
  if (!written.error().message.empty()) print_error(console, written.error().message);
  return written.error().exit;
}

}  // namespace newscache::client
