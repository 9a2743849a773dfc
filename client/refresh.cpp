// refresh, and waiting for it.

#include <CLI/App.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <ostream>
#include <set>
#include <thread>

#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "newscache/client.hpp"

namespace newscache::client {
namespace {

using std::chrono::milliseconds;

// How often we look at the feeds: this often while events come in, less often while they do not. (A feed that has
// nothing new changes nothing, so no event tells that it is done.)
constexpr milliseconds shortest_interval{250};
constexpr milliseconds longest_interval{1000};
// While there seems to be no network nothing is being polled; but one feed is tried for a person, which may bring it
// back.
constexpr int looks_for_attempts = 2;
// What was committed before the feeds were seen to be done is on its way.
constexpr milliseconds last_events{50};

struct RefreshOptions {
  std::vector<std::string> feeds;
  bool wait = false;
  bool force = false;
};

using Ids = std::set<std::int64_t>;

Outcome<boost::json::object> post_refresh(Session& session, const std::string& path, bool force) {
  Request request;
  request.method = "POST";
  request.target = with_query(path, {{"force", force ? "true" : ""}});
  const auto answer = session.connection.send(request);
  if (!answer) return answer.error();
  return parse_object(*answer);
}

// One answer for however many requests that takes. `ids`: of the feeds that are named.
Outcome<boost::json::object> start(Session& session, const RefreshOptions& options, Ids& ids) {
  if (options.feeds.empty()) return post_refresh(session, "/v1/refresh", options.force);
  for (const auto& typed : options.feeds) {
    const auto id = find_feed_id(session, typed);
    if (!id) return id.error();
    ids.insert(*id);
  }
  boost::json::object all;
  boost::json::array feeds;
  for (const auto id : ids) {
    auto answer = post_refresh(session, "/v1/feeds/" + std::to_string(id) + "/refresh", options.force);
    if (!answer) return answer.error();
    for (const auto& feed : array_at(*answer, "feeds")) feeds.push_back(feed);
    if (all.empty()) all = std::move(*answer);  // keeps the earliest started_at
  }
  all["feeds"] = std::move(feeds);
  return all;
}

Ids ids_of(const boost::json::object& started) {
  Ids ids;
  for (const auto& value : array_at(started, "feeds")) {
    if (value.is_int64()) ids.insert(value.get_int64());
  }
  return ids;
}

// Of the feeds that are named those that are not polled, with a line on each.
Outcome<std::int64_t> tell_held_back(Session& session, const Ids& named, const Ids& started) {
  std::int64_t count = 0;
  for (const auto id : named) {
    if (started.contains(id)) continue;
    const auto number = std::to_string(id);
    const auto feed = session.connection.get_object("/v1/feeds/" + number);
    if (!feed) return feed.error();
    print_error(session.console,
                "feed " + number + " (" + feed_name(*feed) +
                    ") is not polled now: its publisher asked for a pause (--force ignores that), or a "
                    "budget is used up; 'newscache why " +
                    number + "' tells more");
    ++count;
  }
  return count;
}

// Follows the requested feeds until none of them is being polled.
class Wait {
 public:
  Wait(Session& session, Ids ids, const Position& since, std::string started_at)
      : session_(session),
        ids_(std::move(ids)),
        started_at_(std::move(started_at)),
        follower_(session.connection.socket_path(), since) {}

  Outcome<Exit> run() {
    int patience = looks_for_attempts;
    for (auto interval = shortest_interval;;) {
      const auto left = look();
      if (!left) return left.error();
      tell_progress(*left);
      if (*left == 0 && (attempted_all() || --patience < 0)) break;
      interval = listen(interval) ? shortest_interval : std::min(interval * 2, longest_interval);
    }
    listen(last_events);
    show_progress(session_.console, "");
    return Exit::done;
  }

  // The requested feeds as they are now; one that was removed meanwhile is missing.
  const boost::json::array& feeds() const { return feeds_; }
  const Ids& articles() const { return articles_; }

 private:
  // How many of the feeds are still queued or being fetched.
  Outcome<std::size_t> look() {
    const auto answer = session_.connection.get_object("/v1/feeds");
    if (!answer) return answer.error();
    feeds_.clear();
    std::size_t left = 0;
    for (const auto& value : array_at(*answer, "feeds")) {
      const auto& feed = as_object(value);
      if (!ids_.contains(count_at(feed, "id"))) continue;
      if (flag_at(feed, "polling")) ++left;
      feeds_.push_back(value);
    }
    return left;
  }

  bool attempted_all() const {
    return std::all_of(feeds_.begin(), feeds_.end(), [this](const boost::json::value& feed) {
      return text_at(as_object(feed), "last_attempt") >= started_at_;
    });
  }

  // Takes in what happens for so long, so that a burst of events costs one look; whether anything did. A stream that is
  // refused or cut off is replaced by looking at that interval.
  bool listen(milliseconds longest) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    bool any = false;
    for (auto left = longest; left.count() > 0;
         left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now())) {
      const auto changes = follower_.next(left);
      if (!changes) {
        std::this_thread::sleep_until(deadline);
        break;
      }
      for (const auto& change : *changes) {
        if (change.event == "article.added") articles_.insert(change.id);
      }
      any = any || !changes->empty();
    }
    return any;
  }

  void tell_progress(std::size_t left) {
    show_progress(session_.console, "refreshing: " + std::to_string(ids_.size() - std::min(left, ids_.size())) +
                                        " of " + plural(static_cast<std::int64_t>(ids_.size()), "feed") + " done, " +
                                        plural(static_cast<std::int64_t>(articles_.size()), "new article"));
  }

  Session& session_;
  Ids ids_;
  std::string started_at_;
  Follower follower_;
  boost::json::array feeds_;
  Ids articles_;
};

// Of all new articles those that belong to the requested feeds: others may be polled at the same time.
Outcome<std::int64_t> count_new(Session& session, const Wait& wait, const Ids& feeds, bool every_feed) {
  if (every_feed) return static_cast<std::int64_t>(wait.articles().size());
  std::int64_t count = 0;
  for (const auto id : wait.articles()) {
    const auto article = session.connection.get_object("/v1/articles/" + std::to_string(id));
    if (!article && article.error().exit != Exit::not_found) return article.error();
    if (article && feeds.contains(count_at(*article, "feed_id"))) ++count;
  }
  return count;
}

// How the requested feeds are after the wait.
struct Outcomes {
  std::int64_t refreshed = 0;
  std::int64_t failed = 0;
  std::int64_t not_polled = 0;  // paused, offline, out of budget, or asked to pause by their publisher
};

Outcomes judge(const Session& session, const Wait& wait, const std::string& started_at) {
  Outcomes result;
  for (const auto& value : wait.feeds()) {
    const auto& feed = as_object(value);
    const auto name = "feed " + std::to_string(count_at(feed, "id")) + " (" + feed_name(feed) + ")";
    const auto outcome = polled(feed, started_at);
    if (outcome == Polled::read) {
      ++result.refreshed;
    } else if (outcome == Polled::failed) {
      ++result.failed;
      const auto& error = object_at(feed, "error");
      print_error(session.console, name + " failed: " + text_at(error, "cause") + ": " + text_at(error, "detail"));
    } else {
      ++result.not_polled;
      if (outcome == Polled::stopped_by_budget) {
        print_error(session.console, name + " was stopped: a budget is used up");
      }
    }
  }
  return result;
}

Outcome<Exit> wait_for(Session& session, const boost::json::object& started, const Position& since, bool every_feed,
                       std::int64_t held_back) {
  const auto ids = ids_of(started);
  const auto started_at = text_at(started, "started_at");
  Wait wait(session, ids, since, started_at);
  if (const auto done = wait.run(); !done) return done.error();
  const auto added = count_new(session, wait, ids, every_feed);
  if (!added) return added.error();

  auto [refreshed, failed, not_polled] = judge(session, wait, started_at);
  not_polled += held_back;
  if (session.json) {
    print_json(session, boost::json::object{{"feeds", wait.feeds()},
                                            {"refreshed", refreshed},
                                            {"failed", failed},
                                            {"not_polled", not_polled},
                                            {"new_articles", *added}});
  } else {
    auto& out = session.console.out;
    out << plural(refreshed, "feed") << " refreshed, ";
    if (failed > 0) out << failed << " failed, ";
    if (not_polled > 0) out << not_polled << " not polled ('newscache status' and 'newscache why FEED' tell why), ";
    out << plural(*added, "new article") << '\n';
  }
  return refreshed == 0 && failed + not_polled > 0 ? Exit::failed : Exit::done;
}

Outcome<Exit> refresh(Session& session, const RefreshOptions& options) {
  Position since;  // before the request, so that no event is missed
  if (options.wait) {
    auto now = Daemon(session.connection.socket_path()).position();
    if (!now) return failure_of(now.error());
    since = std::move(*now);
  }
  Ids named;
  const auto started = start(session, options, named);
  if (!started) return started.error();
  const auto held_back = tell_held_back(session, named, ids_of(*started));
  if (!held_back) return held_back.error();
  if (options.wait) return wait_for(session, *started, since, options.feeds.empty(), *held_back);
  if (session.json) {
    print_json(session, *started);
  } else {
    const auto count = static_cast<std::int64_t>(array_at(*started, "feeds").size());
    session.console.out << "refreshing " << plural(count, "feed") << '\n';
  }
  const bool none = *held_back > 0 && array_at(*started, "feeds").empty();
  return none ? Exit::failed : Exit::done;
}

}  // namespace

void add_refresh_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("refresh", "Poll feeds now");
  auto options = std::make_shared<RefreshOptions>();
  command->add_option("FEED", options->feeds, "Ids or URLs of feeds; all of them when none is named");
  command->add_flag("--wait", options->wait, "Show progress, end when done, and say what came of it");
  command->add_flag("--force", options->force, "Also when a publisher asked for a pause");
  command->footer(
      "Examples:\n"
      "  newscache refresh --wait\n"
      "  newscache refresh 7 https://example.org/feed.xml");
  run_on(command, chosen, options, refresh);
}

}  // namespace newscache::client
