// add, remove, feeds, set.

#include <CLI/App.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/table.hpp"
#include "text/date.hpp"

namespace newscache::client {
namespace {

struct AddOptions {
  std::string url;
  std::string folder;
  std::string title;
  bool later = false;
};

Outcome<Exit> add(Session& session, const AddOptions& options) {
  boost::json::object body{{"url", options.url}};
  if (!options.title.empty()) body["title"] = options.title;
  if (!options.folder.empty()) body["folder"] = options.folder;
  Request request;
  request.method = "POST";
  request.target = with_query("/v1/feeds", {{"validate", options.later ? "later" : ""}});
  request.body = boost::json::serialize(body);
  const auto answer = session.connection.send(request);
  if (!answer) return answer.error();
  if (session.json) {
    print_json(session, *answer);
    return Exit::done;
  }
  const auto feed = parse_object(*answer);
  if (!feed) return feed.error();
  session.console.out << "subscribed to feed " << count_at(*feed, "id") << ": " << printable_line(feed_name(*feed));
  if (!text_at(*feed, "title").empty()) session.console.out << " <" << printable_line(text_at(*feed, "url")) << ">";
  if (text_at(*feed, "last_attempt").empty()) {
    session.console.out << "; it has not been read yet, which is done as soon as possible\n";
  } else {
    session.console.out << ", " << plural(count_at(object_at(*feed, "counts"), "articles"), "article") << '\n';
  }
  return Exit::done;
}

struct RemoveOptions {
  std::string feed;
  bool purge = false;
};

Outcome<Exit> remove(Session& session, const RemoveOptions& options) {
  const auto feed = find_feed(session, options.feed);
  if (!feed) return feed.error();
  const auto id = count_at(*feed, "id");
  Request request;
  request.method = "DELETE";
  request.target = with_query("/v1/feeds/" + std::to_string(id), {{"purge", options.purge ? "all" : ""}});
  const auto answer = session.connection.send(request);
  if (!answer) return answer.error();
  if (session.json) {
    print_json(session, answer->empty() ? boost::json::serialize(boost::json::object{{"id", id}}) : *answer);
  } else {
    session.console.out << "removed feed " << id << ": " << printable_line(feed_name(*feed)) << '\n';
  }
  return Exit::done;
}

struct FeedsOptions {};

std::string next_poll_or_error(const Session& session, const boost::json::object& feed) {
  const auto& error = object_at(feed, "error");
  if (flag_at(feed, "polling")) return "now";
  const auto failures = count_at(error, "count");  // none: it is not the feed's fault
  if (!error.empty()) return text_at(error, "cause") + (failures > 0 ? ", " + plural(failures, "failure") : "");
  const auto next = text::parse_date(text_at(feed, "next_poll"));
  if (!next || !session.console.out_is_terminal) return local_time(text_at(feed, "next_poll"));
  return *next <= session.clock.wall() ? "due" : relative_time(*next, session.clock.wall());
}

Outcome<Exit> feeds(Session& session, const FeedsOptions&) {
  const auto answer = session.connection.get("/v1/feeds");
  if (!answer) return answer.error();
  if (session.json) {
    print_json(session, *answer);
    return Exit::done;
  }
  const auto list = parse_object(*answer);
  if (!list) return list.error();
  std::vector<Column> columns = {{"ID", Align::right},
                                 {"STATE"},
                                 {"UNREAD", Align::right},
                                 {"NEXT POLL OR ERROR", Align::left, false, true},
                                 {"TITLE", Align::left, true}};
  const auto& all = array_at(*list, "feeds");
  const bool folders = std::any_of(all.begin(), all.end(), [](const boost::json::value& feed) {
    return !text_at(as_object(feed), "folder").empty();
  });
  if (folders) columns.push_back({"FOLDER", Align::left, true, true});
  columns.push_back({"URL", Align::left, true, true});
  Table table(std::move(columns));
  for (const auto& value : all) {
    const auto& feed = as_object(value);
    const auto& counts = object_at(feed, "counts");
    // A narrow terminal has no room for the address.
    const auto title = session.console.out_is_terminal ? feed_name(feed) : text_at(feed, "title");
    const auto state = text_at(feed, "state");
    const bool bad = state != "ok" && state != "new" && state != "paused";
    const auto unread = count_at(counts, "unread");
    std::vector<Cell> cells = {{std::to_string(count_at(feed, "id"))},
                               {state, bad ? Style::red : Style::plain},
                               {std::to_string(unread) + "/" + std::to_string(count_at(counts, "articles"))},
                               {next_poll_or_error(session, feed), bad ? Style::red : Style::plain},
                               {title, unread > 0 ? Style::bold : Style::plain}};
    if (folders) cells.push_back({text_at(feed, "folder")});
    cells.push_back({text_at(feed, "url")});
    table.add(std::move(cells));
  }
  table.print(session.console);
  if (table.empty() && session.console.out_is_terminal) {
    session.console.err << "no feeds yet; subscribe with 'newscache add URL'\n";
  }
  return Exit::done;
}

struct SetOptions {
  std::string feed;
  std::vector<std::string> assignments;
};

Outcome<Exit> set(Session& session, const SetOptions& options) {
  const auto patch = feed_patch(options.assignments);
  if (!patch) return patch.error();
  const auto id = find_feed_id(session, options.feed);
  if (!id) return id.error();
  Request request;
  request.method = "PATCH";
  request.target = "/v1/feeds/" + std::to_string(*id);
  request.body = boost::json::serialize(*patch);
  const auto answer = session.connection.send(request);
  if (!answer) return answer.error();
  if (session.json) print_json(session, *answer);
  return Exit::done;
}

}  // namespace

void add_subscription_commands(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("add", "Subscribe to a feed, or to the only feed that a page links to");
  auto added = std::make_shared<AddOptions>();
  command->add_option("URL", added->url, "Address of the feed or page")->required();
  command->add_option("--folder", added->folder, "Folder to put it in");
  command->add_option("--title", added->title, "Title to show instead of the publisher's");
  command->add_flag("--later", added->later, "Do not look at the address now; the daemon fetches it when it can");
  command->footer(
      "Examples:\n"
      "  newscache add https://example.org/feed.xml\n"
      "  newscache add example.org --folder News --title 'Example'");
  run_on(command, chosen, added, add);

  command = app.add_subcommand("remove", "Unsubscribe; its articles go too, starred ones stay");
  auto removed = std::make_shared<RemoveOptions>();
  command->add_option("FEED", removed->feed, "Id or URL of the feed")->required();
  command->add_flag("--purge", removed->purge, "Delete starred articles as well");
  command->footer("Example:\n  newscache remove 7");
  run_on(command, chosen, removed, remove);

  command = app.add_subcommand("feeds", "List the subscriptions");
  command->footer("Example:\n  newscache feeds --json");
  run_on(command, chosen, std::make_shared<FeedsOptions>(), feeds);

  command = app.add_subcommand("set", "Change a subscription");
  auto changed = std::make_shared<SetOptions>();
  command->add_option("FEED", changed->feed, "Id or URL of the feed")->required();
  command
      ->add_option("KEY=VALUE", changed->assignments,
                   "title, folder, url, paused, or a per-feed setting; an empty value takes a setting back")
      ->required();
  command->footer(
      "Examples:\n"
      "  newscache set 7 folder=News paused=false\n"
      "  newscache set https://example.org/feed.xml poll_interval=2h budget_day=5MB");
  run_on(command, chosen, changed, set);
}

}  // namespace newscache::client
