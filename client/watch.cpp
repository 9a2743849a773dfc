// watch.

#include <CLI/App.hpp>
#include <optional>
#include <ostream>

#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"

namespace newscache::client {
namespace {

constexpr std::chrono::hours quiet{1};
// A daemon that restarts is away for a moment; one that is away longer was stopped.
constexpr int most_attempts = 15;  // one a second

struct WatchOptions {
  std::optional<std::int64_t> since;
  std::string feed;
  std::string folder;
};

// What the change is about: an article's title, a feed's with its state, the network's or the storage's state; empty
// when it is gone already.
Outcome<std::string> describe(Session& session, const Change& change) {
  if (change.id == 0) {
    const auto data = parse_object(change.json);
    return data ? text_at(*data, "state") : std::string();
  }
  if (change.event.ends_with(".deleted")) return std::string();
  const bool is_article = change.event.starts_with("article.");
  const auto path = std::string(is_article ? "/v1/articles/" : "/v1/feeds/") + std::to_string(change.id);
  const auto thing = session.connection.get_object(path);
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
  if (text.empty()) text = text_at(*thing, "url");
  if (change.event == "article.state") {
    text += std::string(" (") + (flag_at(*thing, "read") ? "read" : "unread") +
            (flag_at(*thing, "starred") ? ", starred)" : ")");
  }
  return text;
}

Outcome<Exit> print_change(Session& session, const Change& change) {
  auto& out = session.console.out;
  if (session.json) {
    print_json(session, change.json);
  } else {
    const auto what = describe(session, change);
    if (!what) return what.error();
    auto line = (change.revision == 0 ? "-" : std::to_string(change.revision)) + "  " + change.event;
    line.append(change.event.size() < 15 ? 15 - change.event.size() : 0, ' ');
    if (change.id != 0) line += "  " + std::to_string(change.id);
    if (!what->empty()) line += "  " + *what;
    line = printable_line(line);
    out << (session.console.width > 0 ? cut_to_width(line, session.console.width) : line) << '\n';
  }
  return flush(session.console);
}

// Ends when the daemon says no, or has been away for too long.
Outcome<Exit> follow(Session& session, Follower& follower) {
  for (int attempts = most_attempts; attempts > 0;) {
    const auto changes = follower.next(quiet);
    if (!changes) {
      if (changes.error().problem != Problem::unreachable) return failure_of(changes.error());
      --attempts;
      continue;
    }
    for (const auto& change : *changes) {
      if (const auto printed = print_change(session, change); !printed) return printed.error();
    }
    if (!changes->empty()) attempts = most_attempts;
  }
  return Failure{Exit::unreachable,
                 "the daemon ended the stream and did not come back; go on later with 'newscache watch "
                 "--since " +
                     std::to_string(follower.position().revision) + "'"};
}

Outcome<Exit> watch(Session& session, const WatchOptions& options) {
  Filter filter;
  filter.folder = options.folder;
  if (!options.feed.empty()) {
    const auto feed = find_feed_id(session, options.feed);
    if (!feed) return feed.error();
    filter.feed = *feed;
  }
  const auto& path = session.connection.socket_path();
  auto position = Daemon(path).position();  // tells a daemon that is not there from one that has gone
  if (!position) return failure_of(position.error());
  if (options.since) position->revision = *options.since;
  Follower follower(path, *position, filter);
  return follow(session, follower);
}

}  // namespace

void add_watch_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("watch", "Print what changes as it happens, a line each");
  auto options = std::make_shared<WatchOptions>();
  command->add_option("--since", options->since, "First what happened after this revision");
  command->add_option("--feed", options->feed, "Only what concerns this feed (id or URL)");
  command->add_option("--folder", options->folder, "Only what concerns the feeds in this folder");
  command->footer(
      "Each line: revision, event, number of the article or feed, its title. With --json: the event's data.\n"
      "Examples:\n"
      "  newscache watch --since 1200\n"
      "  newscache watch --feed 7 --json");
  run_on(command, chosen, options, watch);
}

}  // namespace newscache::client
