// mark.

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"

namespace newscache::client {
namespace {

struct MarkOptions {
  std::string state;
  std::vector<std::string> ids;
  bool all = false;
  std::string feed;
  std::string folder;
  std::string before;
};

// The filters of --all, put into the request.
Outcome<Exit> add_filters(Session& session, const MarkOptions& options, boost::json::object& request) {
  if (!options.before.empty()) {
    const auto before = point_in_time(options.before, session.clock.wall());
    if (!before) return before.error();
    request["before"] = *before;
  }
  if (!options.feed.empty()) {
    const auto feed = find_feed_id(session, options.feed);
    if (!feed) return feed.error();
    request["feed"] = *feed;
  }
  if (!options.folder.empty()) request["folder"] = options.folder;
  return Exit::done;
}

Outcome<Exit> mark(Session& session, const MarkOptions& options) {
  const bool filtered = !options.feed.empty() || !options.folder.empty() || !options.before.empty();
  if (options.all == !options.ids.empty()) {
    return Failure{Exit::usage, "name the articles by id, or all of them with --all; see 'newscache mark --help'"};
  }
  if (filtered && !options.all) {
    return Failure{Exit::usage,
                   "--feed, --folder and --before choose among --all articles; add --all, or name no filter"};
  }
  boost::json::object body;
  const auto field = options.state.ends_with("read") ? "read" : "starred";
  body[field] = !options.state.starts_with("un");
  if (options.all) {
    if (const auto done = add_filters(session, options, body); !done) return done.error();
  } else {
    auto& ids = body["ids"].emplace_array();
    for (const auto& typed : options.ids) {
      const auto id = article_id(typed);
      if (!id) return id.error();
      ids.emplace_back(*id);
    }
  }
  Request request;
  request.method = "POST";
  request.target = "/v1/articles/mark";
  request.body = boost::json::serialize(body);
  const auto answer = session.connection.send(request);
  if (!answer) return answer.error();
  const auto result = parse_object(*answer);
  if (!result) return result.error();
  const auto changed = count_at(*result, "changed");
  if (session.json) {
    print_json(session, *answer);
  } else if (options.all || session.console.out_is_terminal) {
    session.console.out << plural(changed, "article") << " marked " << options.state << '\n';
  }
  return Exit::done;
}

}  // namespace

void add_mark_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("mark", "Mark articles as read, unread, starred or unstarred");
  auto options = std::make_shared<MarkOptions>();
  command->add_option("STATE", options->state, "read, unread, starred or unstarred")
      ->required()
      ->check(CLI::IsMember({"read", "unread", "starred", "unstarred"}));
  command->add_option("ID", options->ids, "Numbers of articles");
  command->add_flag("--all", options->all, "All articles, or those that the filters choose");
  command->add_option("--feed", options->feed, "With --all: only of this feed (id or URL)");
  command->add_option("--folder", options->folder, "With --all: only of feeds in this folder");
  command->add_option("--before", options->before, "With --all: only what was received before: 2026-11-25, 12h, 2d");
  command->footer(
      "Examples:\n"
      "  newscache mark read 41 42\n"
      "  newscache mark read --all --feed 7 --before 2d");
  run_on(command, chosen, options, mark);
}

}  // namespace newscache::client
