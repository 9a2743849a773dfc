// reload.

#include <CLI/App.hpp>
#include <ostream>

#include "client/commands.hpp"
#include "client/json.hpp"

namespace newscache::client {
namespace {

struct ReloadOptions {};

Outcome<Exit> reload(Session& session, const ReloadOptions&) {
  Request request;
  request.method = "POST";
  request.target = "/v1/reload";
  const auto answer = session.connection.send(request);
  if (!answer) return answer.error();
  if (session.json) {
    print_json(session, *answer);
    return Exit::done;
  }
  const auto result = parse_object(*answer);
  if (!result) return result.error();
  std::string keys;
  for (const auto& key : array_at(*result, "needs_restart")) {
    if (key.is_string()) keys.append(keys.empty() ? "" : ", ").append(key.get_string());
  }
  session.console.out << "the configuration was read again";
  if (!keys.empty()) session.console.out << "; only a restart applies " << printable_line(keys);
  session.console.out << '\n';
  return Exit::done;
}

}  // namespace

void add_reload_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("reload", "Have the daemon read its configuration again");
  command->footer(
      "A broken configuration is refused, naming file, line and key; the old one stays in force.\n"
      "Example:\n"
      "  sudo newscache reload");
  run_on(command, chosen, std::make_shared<ReloadOptions>(), reload);
}

}  // namespace newscache::client
