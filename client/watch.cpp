// watch.

#include <CLI/App.hpp>
#include <optional>
#include <ostream>
#include <thread>

#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"

namespace newscache::client {
namespace {

constexpr std::chrono::hours quiet{1};
// A daemon that restarts is away for a moment; one that is away longer was stopped.
constexpr int most_attempts = 15;
constexpr std::chrono::seconds attempt_gap{1};

struct WatchOptions {
  std::optional<std::int64_t> since;
};

// What the event is about: an article's title, a feed's with its state, the network's or the storage's state; empty when it is gone
// already.
Outcome<std::string> describe(Session& session, const Event& event, const boost::json::object& data) {
  const auto id = std::to_string(count_at(data, "id"));
  const bool deleted = event.name.ends_with(".deleted");
  if (event.name == "network" || event.name == "storage") return text_at(data, "state");
  if (deleted) return std::string();
  const bool is_article = event.name.starts_with("article.");
  const auto thing = session.connection.get_object((is_article ? "/v1/articles/" : "/v1/feeds/") + id);
  if (!thing) {
    if (thing.error().exit == Exit::not_found) return std::string();
    return thing.error();
  }
  if (!is_article) {
    const auto state = text_at(*thing, "state");
    const auto cause = text_at(object_at(*thing, "error"), "cause");
    if (state == "ok" && cause.empty()) return feed_name(*thing);
    return feed_name(*thing) + " (" + state + (cause.empty() ? ")" : ", " + cause + ")");
  }
  auto text = text_at(*thing, "title");
  if (event.name == "article.state") {
    text += std::string(" (") + (flag_at(*thing, "read") ? "read" : "unread") +
            (flag_at(*thing, "starred") ? ", starred)" : ")");
  }
  return text;
}

Outcome<Exit> print_event(Session& session, const Event& event) {
  auto& out = session.console.out;
  if (session.json) {
    print_json(session, event.data);
  } else {
    const auto data = parse_object(event.data);
    if (!data) return data.error();
    const auto what = describe(session, event, *data);
    if (!what) return what.error();
    // Network and storage have no revisions.
    auto line = (event.name == "network" || event.name == "storage" || event.id.empty() ? "-" : event.id) + "  " + event.name;
    line.append(event.name.size() < 15 ? 15 - event.name.size() : 0, ' ');
    if (const auto id = number_at(*data, "id")) line += "  " + std::to_string(*id);
    if (!what->empty()) line += "  " + *what;
    out << printable_line(line) << '\n';
  }
  out.flush();
  if (!out) return Failure{Exit::failed, "cannot write to standard output"};
  return Exit::done;
}

// One connection, until it ends. Says whether anything arrived, and remembers how far we are.
Outcome<bool> follow(Session& session, std::string& since) {
  EventStream stream(session.connection.socket_path(), since);
  bool any = false;
  for (;;) {
    const auto events = stream.wait(quiet);
    if (!events) return events.error();
    for (const auto& event : *events) {
      if (const auto printed = print_event(session, event); !printed) return printed.error();
      if (!event.id.empty()) since = event.id;
      any = true;
    }
    if (events->empty() && stream.ended()) return any;
  }
}

Outcome<Exit> watch(Session& session, const WatchOptions& options) {
  std::string since = options.since ? std::to_string(*options.since) : "";
  bool connected = false;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const auto ended = follow(session, since);
    if (!ended && (ended.error().exit != Exit::unreachable || !connected)) return ended.error();
    connected = true;
    if (ended && *ended) attempt = 0;
    std::this_thread::sleep_for(attempt_gap);
  }
  return Failure{Exit::unreachable,
                 "the daemon ended the stream and did not come back" +
                     (since.empty() ? "" : "; go on later with 'newscache watch --since " + since + "'")};
}

}  // namespace

void add_watch_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("watch", "Print what changes as it happens, a line each");
  auto options = std::make_shared<WatchOptions>();
  command->add_option("--since", options->since, "First what happened after this revision");
  command->footer(
      "Each line: revision, event, number of the article or feed, its title. With --json: the event's data.\n"
      "Example:\n"
      "  newscache watch --since 1200");
  run_on(command, chosen, options, watch);
}

}  // namespace newscache::client
