#include "client/session.hpp"

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <charconv>
#include <ostream>

#include "client/format.hpp"
#include "client/json.hpp"
#include "text/date.hpp"
#include "text/url.hpp"

namespace newscache::client {
namespace {

std::optional<std::int64_t> as_id(std::string_view typed) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), id);
  if (error != std::errc() || end != typed.data() + typed.size()) return std::nullopt;
  return id;
}

// The same address, whichever way it is typed.
bool same_feed(std::string_view url, std::string_view typed) {
  if (url == typed) return true;
  const auto complete = text::subscription_url(typed);
  if (!complete) return false;
  const auto wanted = text::canonical_url(*complete);
  return !wanted.empty() && text::canonical_url(url) == wanted;
}

}  // namespace

void print_json(const Session& session, std::string_view body) {
  auto& out = session.console.out;
  if (session.console.out_is_terminal) {
    out << printable_json(body);
  } else {
    out << body;
  }
  if (!body.ends_with('\n')) out << '\n';
}

void print_json(const Session& session, const boost::json::value& document) {
  print_json(session, boost::json::serialize(document));
}

void print_error(const Console& console, std::string_view message) {
  console.out.flush();  // what came before comes first, also when both go to one place
  console.err << "newscache: " << printable_line(message) << '\n';
}

std::string when_text(const Session& session, std::string_view rfc3339) {
  const auto instant = text::parse_date(rfc3339);
  if (!instant) return {};
  return session.console.out_is_terminal ? long_time(*instant, session.clock.wall()) : local_time(*instant);
}

std::string file_label(const std::string& file) { return file == "-" ? "standard input" : file; }

Outcome<Exit> flush(const Console& console) {
  errno = 0;
  console.out.flush();
  if (console.out) return Exit::done;
  if (errno == EPIPE) return Failure{Exit::done, ""};
  return Failure{Exit::failed, "cannot write to standard output"};
}

Failure failure_of(const Error& error) {
  if (error.problem == Problem::unreachable) return {Exit::unreachable, error.message};
  return {error.problem == Problem::not_found ? Exit::not_found : Exit::failed, error.message};
}

Outcome<std::int64_t> article_id(const std::string& typed) {
  if (const auto id = as_id(typed)) return *id;
  return Failure{Exit::usage, "'" + typed + "' is no number of an article; 'newscache list' shows them"};
}

Outcome<boost::json::object> find_feed(Session& session, const std::string& typed) {
  if (const auto id = as_id(typed)) return session.connection.get_object("/v1/feeds/" + std::to_string(*id));
  const auto answer = session.connection.get_object("/v1/feeds");
  if (!answer) return answer.error();
  const boost::json::object* found = nullptr;
  for (const auto& value : array_at(*answer, "feeds")) {
    const auto& feed = as_object(value);
    const auto url = text_at(feed, "url");
    if (url == typed) return feed;
    if (!found && same_feed(url, typed)) found = &feed;
  }
  if (found) return *found;
  return Failure{Exit::not_found, "no feed '" + typed + "'; 'newscache feeds' lists them"};
}

Outcome<std::int64_t> find_feed_id(Session& session, const std::string& typed) {
  const auto feed = find_feed(session, typed);
  if (!feed) return feed.error();
  return count_at(*feed, "id");
}

Outcome<std::string> feed_filter(Session& session, const std::string& typed) {
  if (typed.empty()) return std::string();
  const auto id = find_feed_id(session, typed);
  if (!id) return id.error();
  return std::to_string(*id);
}

FeedTitles titles_of(const boost::json::object& feeds) {
  FeedTitles titles;
  for (const auto& value : array_at(feeds, "feeds")) {
    const auto& feed = as_object(value);
    titles[count_at(feed, "id")] = feed_name(feed);
  }
  return titles;
}

Outcome<FeedTitles> feed_titles(Session& session) {
  const auto answer = session.connection.get_object("/v1/feeds");
  if (!answer) return answer.error();
  return titles_of(*answer);
}

Polled polled(const boost::json::object& feed, const std::string& started_at) {
  if (text_at(feed, "last_attempt") < started_at) return Polled::not_polled;  // both RFC 3339 in UTC, whole seconds
  if (text_at(feed, "next_poll_rule") == "budget") return Polled::stopped_by_budget;
  if (!object_at(feed, "error").empty()) return Polled::failed;
  // Without an error and without success: the network failed, and the feed was as if it had not been tried.
  return text_at(feed, "last_success") < started_at ? Polled::not_polled : Polled::read;
}

std::string feed_name(const boost::json::object& feed) {
  auto title = text_at(feed, "title");
  return title.empty() ? text_at(feed, "url") : title;
}

}  // namespace newscache::client
