// status.

#include <CLI/App.hpp>
#include <optional>

#include "client/checks.hpp"
#include "client/commands.hpp"
#include "client/conditions.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/table.hpp"

namespace newscache::client {
namespace {

struct StatusOptions {};

using Object = boost::json::object;

Pair clock_line(const Session& session, const Object& clock) {
  if (flag_at(clock, "trusted")) return {"clock", "trusted"};
  return {"clock", "not trusted yet; it is at least " + when_text(session, text_at(clock, "floor")), Style::yellow};
}

Pair network_line(const Session& session, const Object& network) {
  const auto now = session.console.out_is_terminal ? std::optional(session.clock.wall()) : std::nullopt;
  const bool online = text_at(network, "state") == "online";
  return {"network", network_text(network, now), online ? Style::plain : Style::yellow};
}

Pair storage_line(const Object& storage) {
  auto text = size_text(count_at(storage, "bytes"));
  if (const auto limit = number_at(storage, "limit_bytes")) text += " of " + size_text(*limit);
  if (const auto free = number_at(storage, "free_bytes")) text += ", " + size_text(*free) + " free on the disk";
  if (const auto written = number_at(storage, "written_today_bytes")) {
    text += ", " + size_text(*written) + " written since midnight UTC";
  }
  const auto state = text_at(storage, "state");
  if (state.empty() || state == "ok") return {"storage", text};
  return {"storage", state + ": " + text, state == "low" ? Style::yellow : Style::red};
}

std::string polling_text(const Session& session, const Object& polling) {
  auto text = std::to_string(count_at(polling, "active")) + " active, " + std::to_string(count_at(polling, "queued")) +
              " queued";
  const auto next = when_text(session, text_at(polling, "next_at"));
  return next.empty() ? text : text + ", next at " + next;
}

// What is not well, or what was repaired lately; nothing most of the time.
Pair health_line(Session& session) {
  constexpr long unavailable = 503;
  const auto health = session.connection.get_object("/healthz");
  if (health) return {"health", reasons_of(*health), Style::yellow};
  return {"health", health.error().status == unavailable ? health.error().message : "", Style::red};
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
       health_line(session),
       network_line(session, object_at(*status, "network")),
       clock_line(session, object_at(*status, "clock")),
       {"feeds", std::to_string(count_at(counts, "feeds"))},
       {"articles", std::to_string(count_at(counts, "articles")) + ", " + std::to_string(count_at(counts, "unread")) +
                        " unread, " + std::to_string(count_at(counts, "starred")) + " starred"},
       storage_line(object_at(*status, "storage")),
       {"traffic", traffic_text(object_at(*status, "traffic"))},
       {"polling", polling_text(session, object_at(*status, "polling"))},
       {"revision", std::to_string(count_at(*status, "revision"))}});
  return Exit::done;
}

}  // namespace

void add_status_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("status", "Show how the daemon is: network, clock, counts, storage, polling");
  command->footer("Examples:\n  newscache status\n  newscache status --json | jq .network.state");
  run_on(command, chosen, std::make_shared<StatusOptions>(), status);
}

}  // namespace newscache::client
