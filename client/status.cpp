// status.

#include <CLI/App.hpp>

#include "client/commands.hpp"
#include "client/conditions.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/table.hpp"

namespace newscache::client {
namespace {

struct StatusOptions {};

using Object = boost::json::object;

std::string clock_text(const Object& clock) {
  if (flag_at(clock, "trusted")) return "trusted";
  return "not trusted yet; it is at least " + local_time(text_at(clock, "floor"));
}

std::string storage_text(const Object& storage) {
  auto text = size_text(count_at(storage, "bytes"));
  if (const auto limit = number_at(storage, "limit_bytes")) text += " of " + size_text(*limit);
  if (const auto free = number_at(storage, "free_bytes")) text += ", " + size_text(*free) + " free on the disk";
  const auto state = text_at(storage, "state");
  return state.empty() || state == "ok" ? text : text + ": " + state;
}

std::string polling_text(const Object& polling) {
  auto text = std::to_string(count_at(polling, "active")) + " active, " + std::to_string(count_at(polling, "queued")) +
              " queued";
  const auto next = local_time(text_at(polling, "next_at"));
  return next.empty() ? text : text + ", next at " + next;
}

Outcome<Exit> status(Session& session, const StatusOptions&) {
  const auto body = session.connection.get("/v1/status");
  if (!body) return body.error();
  if (session.json) {
    print_json(session, *body);
    return Exit::done;
  }
  const auto status = parse_object(*body);
  if (!status) return status.error();
  const auto& counts = object_at(*status, "counts");
  print_pairs(
      session.console,
      {{"daemon", text_at(*status, "version") + ", up " + duration_text(count_at(*status, "uptime_s"))},
       {"socket", session.connection.socket_path()},
       {"network", network_text(object_at(*status, "network"))},
       {"clock", clock_text(object_at(*status, "clock"))},
       {"feeds", std::to_string(count_at(counts, "feeds"))},
       {"articles", std::to_string(count_at(counts, "articles")) + ", " + std::to_string(count_at(counts, "unread")) +
                        " unread, " + std::to_string(count_at(counts, "starred")) + " starred"},
       {"storage", storage_text(object_at(*status, "storage"))},
       {"traffic", traffic_text(object_at(*status, "traffic"))},
       {"polling", polling_text(object_at(*status, "polling"))},
       {"revision", std::to_string(count_at(*status, "revision"))}});
  return Exit::done;
}

}  // namespace

void add_status_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("status", "Show how the daemon is: network, clock, counts, storage, polling");
  command->footer("Example:\n  newscache status --json");
  run_on(command, chosen, std::make_shared<StatusOptions>(), status);
}

}  // namespace newscache::client
