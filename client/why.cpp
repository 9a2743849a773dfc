// why: a feed's state, when it is polled next and what decided that, its error, and its last attempts.

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <array>
#include <ostream>

#include "client/commands.hpp"
#include "client/conditions.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/table.hpp"
#include "text/date.hpp"

namespace newscache::client {
namespace {

using Object = boost::json::object;

struct WhyOptions {
  std::string feed;
  std::int64_t count = 10;
};

struct Words {
  std::string_view name;
  std::string_view text;  // "ID" stands for the feed's id
};

constexpr std::array states = {
    Words{"new", "it has not been read yet"},
    Words{"ok", "the last attempt worked"},  // unless there is an error
    Words{"failing", "it could not be read lately; the attempts go on"},
    Words{"gone",
          "the publisher says that it is gone for good; 'newscache refresh ID' asks again, 'newscache set ID url=URL' "
          "moves it"},
    Words{"paused", "'newscache set ID paused=false' goes on"},
    Words{"auth", "the server does not let us read it; the attempts go on"},
};

constexpr std::array rules = {
    Words{"default", "neither the publisher nor the dates of its articles say how often it changes; see poll.floor"},
    Words{"rhythm", "how often it publishes, between poll.floor and poll.ceiling"},
    Words{"unconditional",
          "its server cannot say that nothing is new, so that each poll costs a whole document; see "
          "poll.unconditional_floor"},
    Words{"poll_interval", "the interval that is set for this feed"},
    Words{"max-age", "the publisher's answer is fresh until then (Cache-Control)"},
    Words{"expires", "the publisher's answer is fresh until then (Expires)"},
    Words{"ttl", "the document says how often it changes"},
    Words{"skip-hours", "the document names hours in which it wants to be left alone"},
    Words{"skip-days", "the document names days on which it wants to be left alone"},
    Words{"retry-after", "the server asked to wait that long"},
    Words{"cool-down", "the server is busy and did not say for how long; each time the wait grows"},
    Words{"host-cool-down", "another feed of this host was asked to wait, which holds for the whole host"},
    Words{"back-off", "the attempts failed; each failure makes the wait longer, up to a day"},
    Words{
        "link",
        "it failed for a reason of ours, not of the feed; tried again in minutes, a name without an address ever less "
        "often"},
    Words{"quiet-hours", "no polls at this hour; see poll.quiet and poll.windows"},
    Words{"budget",
          "as many bytes as allowed were received, in all or for this feed; there are more then, see [budget], and "
          "budget_day and budget_month of the feed"},
    Words{"gone", "the publisher says that the feed is gone for good"},
};

// Causes that say nothing about the feed.
constexpr std::array<std::string_view, 8> not_the_feeds = {"link", "dns",    "portal",      "clock",
                                                           "busy", "budget", "unavailable", "internal"};

constexpr std::string_view ok_with_error = "ok: what went wrong lately is not its fault";

template <std::size_t N>
std::string explained(const std::array<Words, N>& table, const std::string& name, const std::string& id = {}) {
  for (const auto& words : table) {
    if (words.name != name) continue;
    std::string text(words.text);
    for (auto at = text.find("ID"); at != text.npos; at = text.find("ID", at + id.size())) text.replace(at, 2, id);
    return name + ": " + text;
  }
  return name;
}

bool is_offline(const Object& network) {
  const auto state = text_at(network, "state");
  return state == "offline" || state == "portal";
}

// Nothing is polled while that is so.
std::string wait_for_storage(const Object& storage) {
  const auto state = text_at(storage, "state");
  if (state == "low" || state == "full") return "as soon as there is room on the disk";
  return state == "read_only" ? "as soon as the disk can be written" : "";
}

std::string next_poll_text(const Session& session, const Object& feed, const Object& network, const Object& storage) {
  if (text_at(feed, "url").starts_with("import:")) return "none, it came from files";
  const auto state = text_at(feed, "state");
  if (flag_at(feed, "polling")) return "now: it is queued or being fetched";
  if (state == "paused" || state == "gone") return "none, it is " + state;
  const auto& error = object_at(feed, "error");
  const auto storage_wait = wait_for_storage(storage);
  // Whatever was planned: it is tried when the network is back.
  if (is_offline(network) && !error.empty() && count_at(error, "count") == 0) return "as soon as there is a network";
  const auto text = text_at(feed, "next_poll");
  const auto instant = text::parse_date(text);
  if (!storage_wait.empty()) {
    const bool is_due = !instant || *instant <= session.clock.wall();
    return is_due ? "due; " + storage_wait : when_text(session, text) + " or " + storage_wait;
  }
  if (!instant || *instant > session.clock.wall()) return when_text(session, text);
  return is_offline(network) ? "due; as soon as there is a network" : "due; it waits for its turn";
}

std::string failing_text(const Session& session, const Object& error) {
  if (error.empty()) return {};
  auto text = "since " + when_text(session, text_at(error, "since"));
  if (const auto count = count_at(error, "count"); count > 0) text += ", " + plural(count, "failure") + " in a row";
  const auto cause = text_at(error, "cause");
  const bool ours = std::find(not_the_feeds.begin(), not_the_feeds.end(), cause) != not_the_feeds.end();
  return ours || count_at(error, "count") == 0 ? text + ", not counted against the feed" : text;
}

std::string gap_text(const Object& gap) {
  if (gap.empty()) return {};
  return "articles may be missing between " + local_time(text_at(gap, "after")) + " and " +
         local_time(text_at(gap, "before")) + ": when it was read again, its document no longer reached back";
}

std::string duplicate_text(const Object& feed) {
  const auto other = number_at(feed, "duplicate_of");
  if (!other) return {};
  return "feed " + std::to_string(*other) + " leads to the same address; 'newscache remove' ends one of the two";
}

// Its own budgets, and what all feeds have received today.
std::string budget_text(const Object& feed, const Object& traffic) {
  const auto& settings = object_at(feed, "settings");
  std::string text;
  const auto append = [&text](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  for (const auto* key : {"budget_day", "budget_month"}) {
    if (const auto size = text_at(settings, key); !size.empty()) append(key + (" = " + size));
  }
  const auto day = number_at(traffic, "budget_bytes");
  if (!day && text.empty() && text_at(feed, "next_poll_rule") != "budget") return {};
  append("all feeds: " + traffic_text(traffic));
  return text;
}

void print_reasons(const Session& session, const Object& feed, const Object& status) {
  const auto& network = object_at(status, "network");
  const auto id = std::to_string(count_at(feed, "id"));
  const auto title = text_at(feed, "title");
  const auto url = text_at(feed, "url");
  const auto state = text_at(feed, "state");
  const auto& error = object_at(feed, "error");
  print_pairs(session.console,
              {{"feed", id + ", " + (title.empty() ? url : title + " <" + url + ">")},
               {"state", state == "ok" && !error.empty() ? std::string(ok_with_error) : explained(states, state, id)},
               {"next poll", next_poll_text(session, feed, network, object_at(status, "storage"))},
               {"decided by", explained(rules, text_at(feed, "next_poll_rule"))},
               {"network", text_at(network, "state") == "online" ? "" : network_text(network)},
               {"budget", budget_text(feed, object_at(status, "traffic"))},
               {"error", error.empty() ? "" : text_at(error, "cause") + ": " + text_at(error, "detail"), Style::red},
               {"failing", failing_text(session, error)},
               {"last success", when_text(session, text_at(feed, "last_success"))},
               {"gap", gap_text(object_at(feed, "gap"))},
               {"duplicate", duplicate_text(feed)}});
}

std::string result_of(const Object& attempt) {
  const auto cause = text_at(attempt, "cause");
  if (!cause.empty()) return cause;
  return count_at(attempt, "status") == 304 ? "unchanged" : "read";
}

void print_journal(const Session& session, const boost::json::array& attempts) {
  const auto& console = session.console;
  const auto time_text = [&session](const std::string& time) {
    const auto instant = text::parse_date(time);
    return instant && session.console.out_is_terminal ? short_time(*instant, session.clock.wall()) : local_time(time);
  };
  Table table({{"TIME"},
               {"RESULT"},
               {"STATUS", Align::right, false, true},
               {"RECEIVED", Align::right, false, true},
               {"TOOK", Align::right, false, true},
               {"NEW", Align::right},
               {"UPDATED", Align::right, false, true},
               {"NEXT POLL", Align::left, false, true},
               {"RULE", Align::left, false, true}});
  std::string last_detail;
  for (const auto& value : attempts) {
    const auto& attempt = as_object(value);
    const auto status = number_at(attempt, "status");
    const bool failed = !text_at(attempt, "cause").empty();
    table.add({{time_text(text_at(attempt, "time"))},
               {result_of(attempt), failed ? Style::red : Style::plain},
               {status ? std::to_string(*status) : "-"},
               {size_text(count_at(attempt, "bytes")) + (flag_at(attempt, "metered") ? " metered" : "")},
               {milliseconds_text(count_at(attempt, "duration_ms"))},
               {std::to_string(count_at(attempt, "new"))},
               {std::to_string(count_at(attempt, "updated"))},
               {time_text(text_at(attempt, "next_poll"))},
               {text_at(attempt, "next_poll_rule")}});
    // The same words once, not at every attempt.
    const auto detail = text_at(attempt, "detail");
    if (detail != last_detail) table.note(detail);
    last_detail = detail;
  }
  if (table.empty()) return;
  console.out << '\n';
  table.print(console);
}

Outcome<Exit> why(Session& session, const WhyOptions& options) {
  const auto feed = find_feed(session, options.feed);
  if (!feed) return feed.error();
  const auto path = "/v1/feeds/" + std::to_string(count_at(*feed, "id")) + "/journal";
  const auto journal = session.connection.get_object(with_query(path, {{"limit", std::to_string(options.count)}}));
  if (!journal) return journal.error();
  const auto status = session.connection.get_object("/v1/status");
  if (!status) return status.error();
  const auto& attempts = array_at(*journal, "attempts");
  if (session.json) {
    print_json(session, boost::json::object{{"feed", *feed},
                                            {"attempts", attempts},
                                            {"network", object_at(*status, "network")},
                                            {"storage", object_at(*status, "storage")}});
    return Exit::done;
  }
  print_reasons(session, *feed, *status);
  print_journal(session, attempts);
  return Exit::done;
}

}  // namespace

void add_why_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("why", "Show why a feed was or was not polled, and how the last attempts went");
  auto options = std::make_shared<WhyOptions>();
  command->add_option("FEED", options->feed, "Id or URL of the feed")->required();
  command->add_option("-n,--count", options->count, "At most so many attempts (10)")->check(CLI::Range(1, 1000));
  command->footer("Examples:\n  newscache why 7\n  newscache why https://example.org/feed.xml -n 50");
  run_on(command, chosen, options, why);
}

}  // namespace newscache::client
