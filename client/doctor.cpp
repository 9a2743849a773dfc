// doctor.

#include <CLI/App.hpp>
#include <algorithm>
#include <vector>

#include "client/checks.hpp"
#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/table.hpp"

namespace newscache::client {
namespace {

struct DoctorOptions {
  std::string config;
};

std::string verdict_text(Verdict verdict) {
  if (verdict == Verdict::ok) return "ok";
  return verdict == Verdict::warn ? "warn" : "fail";
}

// Of a daemon that answers.
Outcome<Exit> ask_daemon(Session& session, std::vector<Check>& checks) {
  const auto status = session.connection.get_object("/v1/status");
  if (!status) return status.error();
  const auto feeds = session.connection.get_object("/v1/feeds");
  if (!feeds) return feeds.error();
  checks.push_back(
      {"daemon", Verdict::ok,
       "newscached " + text_at(*status, "version") + ", up " + duration_text(count_at(*status, "uptime_s")), ""});
  checks.push_back(check_database(session.connection.get_object("/healthz")));
  checks.push_back(check_disk(*status));
  checks.push_back(check_clock(*status));
  checks.push_back(check_network(*status));
  checks.push_back(check_budget(*status, *feeds));
  checks.push_back(check_feeds(*feeds));
  return Exit::done;
}

void print(const Session& session, const std::vector<Check>& checks, bool well) {
  if (session.json) {
    boost::json::array list;
    for (const auto& check : checks) {
      list.push_back(boost::json::object{{"check", check.name},
                                         {"result", verdict_text(check.verdict)},
                                         {"finding", check.finding},
                                         {"advice", check.advice}});
    }
    print_json(session, boost::json::object{{"ok", well}, {"checks", std::move(list)}});
    return;
  }
  std::vector<Pair> lines;
  for (const auto& check : checks) {
    const auto advice = check.advice.empty() ? "" : ". What to do: " + check.advice;
    const auto style = check.verdict == Verdict::ok     ? Style::plain
                       : check.verdict == Verdict::warn ? Style::yellow
                                                        : Style::red;
    lines.push_back({check.name, verdict_text(check.verdict) + ": " + check.finding + advice, style});
  }
  print_pairs(session.console, lines);
}

Outcome<Exit> doctor(Session& session, const DoctorOptions& options) {
  std::vector<Check> checks{check_socket(look_at_socket(session.connection.socket_path()))};
  auto reached = checks.front().verdict == Verdict::ok;
  if (reached) {
    if (const auto asked = ask_daemon(session, checks); !asked) {
      checks.push_back({"daemon", Verdict::fail, asked.error().message, "see its log: 'journalctl -u newscached'"});
      reached = asked.error().exit != Exit::unreachable;
    }
  }
  checks.push_back(check_configuration(options.config));
  const bool well =
      std::none_of(checks.begin(), checks.end(), [](const Check& check) { return check.verdict == Verdict::fail; });
  print(session, checks, well);
  if (!reached) return Exit::unreachable;
  return well ? Exit::done : Exit::failed;
}

}  // namespace

void add_doctor_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("doctor", "Look for what is wrong, and say what to do about it");
  auto options = std::make_shared<DoctorOptions>();
  command->add_option("--config", options->config, "The daemon's configuration, when it is not the default one");
  command->footer(
      "Looks at the socket, the daemon, its database, disk, clock, network, traffic, feeds and configuration.\n"
      "Exits 0 when nothing has failed, 3 when the daemon cannot be reached, else 1.\n"
      "Examples:\n"
      "  newscache doctor\n"
      "  newscache doctor --json | jq '.checks[] | select(.result != \"ok\")'");
  run_on(command, chosen, options, doctor);
}

}  // namespace newscache::client
