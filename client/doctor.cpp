// doctor.

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <ostream>
#include <vector>

#include "client/checks.hpp"
#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/support_bundle.hpp"
#include "client/table.hpp"

namespace newscache::client {
namespace {

struct DoctorOptions {
  std::string config;
  std::string bundle;
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

boost::json::object report_of(const std::vector<Check>& checks, bool well) {
  boost::json::array list;
  for (const auto& check : checks) {
    list.push_back(boost::json::object{{"check", check.name},
                                       {"result", verdict_text(check.verdict)},
                                       {"finding", check.finding},
                                       {"advice", check.advice}});
  }
  return boost::json::object{{"ok", well}, {"checks", std::move(list)}};
}

void print_checks(const Session& session, const std::vector<Check>& checks) {
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

// What has been put into the file, so that its sender knows.
void print_parts(const Session& session, const std::string& file, const std::vector<Part>& parts) {
  auto& out = session.console.out;
  out << "\n" << printable_line(file_label(file)) << " holds:\n";
  std::vector<Pair> lines;
  for (const auto& part : parts) lines.push_back({"  " + part.name, std::string(part.what), Style::plain});
  print_pairs(session.console, lines);
  out << "No passwords, articles, titles or names; of addresses only the publisher's host. Look at it before you send "
         "it:\n"
         "  tar xzOf "
      << printable_line(file_label(file)) << " | less\n";
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
  auto report = report_of(checks, well);
  std::vector<Part> parts;
  if (!options.bundle.empty()) {
    parts = gather_parts(session, report, options.config, reached);
    if (const auto written = write_archive(options.bundle, parts, session.clock.wall()); !written)
      return written.error();
  }
  if (session.json) {
    if (!parts.empty()) {
      boost::json::array names;
      for (const auto& part : parts) names.emplace_back(part.name);
      report["bundle"] = {{"file", options.bundle}, {"parts", std::move(names)}};
    }
    print_json(session, report);
  } else {
    print_checks(session, checks);
    if (!parts.empty()) print_parts(session, options.bundle, parts);
  }
  if (!reached) return Exit::unreachable;
  return well ? Exit::done : Exit::failed;
}

}  // namespace

void add_doctor_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("doctor", "Look for what is wrong, and say what to do about it");
  auto options = std::make_shared<DoctorOptions>();
  command->add_option("--config", options->config, "The daemon's configuration, when it is not the default one");
  command
      ->add_option("--bundle", options->bundle,
                   "Also write a file (.tar.gz) to send to who helps, without secrets or contents")
      ->check(CLI::Validator([](const std::string& file) { return file == "-" ? "needs a file's name" : ""; }, "FILE"));
  command->footer(
      "Looks at the socket, the daemon, its database, disk, clock, network, traffic, feeds and configuration.\n"
      "Exits 0 when nothing has failed, 3 when the daemon cannot be reached, else 1.\n"
      "Examples:\n"
      "  newscache doctor\n"
      "  newscache doctor --bundle support.tar.gz\n"
      "  newscache doctor --json | jq '.checks[] | select(.result != \"ok\")'");
  run_on(command, chosen, options, doctor);
}

}  // namespace newscache::client
