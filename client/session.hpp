#pragma once
// What every command works with, and what several of them do.

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "client/connection.hpp"
#include "client/outcome.hpp"
#include "client/terminal.hpp"
#include "newscache/client.hpp"

namespace newscache::client {

struct Session {
  const Console& console;
  const Clock& clock;
  Connection& connection;
  bool json = false;
};

// What the command line asked for.
using Action = std::function<Outcome<Exit>(Session&)>;

// The API's own JSON as the one document of standard output.
void print_json(const Session& session, std::string_view body);
void print_json(const Session& session, const boost::json::value& document);
// "newscache: ..." on standard error.
void print_error(const Console& console, std::string_view message);

// The API's time as local time; for a person at a terminal with the day of the week and how far away that is.
std::string when_text(const Session& session, std::string_view rfc3339);

// A file as messages name it.
std::string file_label(const std::string& file);

// Everything so far reaches the reader. One that has left is no error, only the end of the work.
Outcome<Exit> flush(const Console& console);
// What the library reports, as a command ends with it.
Failure failure_of(const Error& error);

// The number of an article, as it was typed.
Outcome<std::int64_t> article_id(const std::string& typed);
// The feed with this id or URL.
Outcome<boost::json::object> find_feed(Session& session, const std::string& typed);
Outcome<std::int64_t> find_feed_id(Session& session, const std::string& typed);
// The id as text for a query; empty for an empty `typed`.
Outcome<std::string> feed_filter(Session& session, const std::string& typed);

using FeedTitles = std::map<std::int64_t, std::string>;
FeedTitles titles_of(const boost::json::object& feeds);
Outcome<FeedTitles> feed_titles(Session& session);
// What came of a feed's refresh, asked for at that time, as the feed is now.
enum class Polled { read, failed, stopped_by_budget, not_polled };
Polled polled(const boost::json::object& feed, const std::string& started_at);
// Its title, else its address.
std::string feed_name(const boost::json::object& feed);

}  // namespace newscache::client
