#include "behaviour/behaviour.hpp"

#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <stdexcept>

#include "support/catch.hpp"

namespace newscache::test {

Reply request(const Daemon& daemon, std::string_view method, std::string_view target, std::string_view body) {
  HttpClient client(daemon.socket());
  HeaderList headers;
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  HttpAnswer answer = client.request(method, target, body, headers);
  Reply reply{answer.status, nullptr, std::move(answer.body)};
  boost::system::error_code error;
  reply.json = boost::json::parse(reply.body, error);
  return reply;
}

std::int64_t subscribe(const Daemon& daemon, const std::string& url) {
  const boost::json::object body{{"url", url}};
  const Reply reply = request(daemon, "POST", "/v1/feeds", boost::json::serialize(body));
  if (reply.status != 201) throw std::runtime_error("subscribing to " + url + ": " + reply.body);
  return reply.json.at("id").as_int64();
}

void refresh(const Daemon& daemon) {
  const ProgramResult result = run_client(daemon, {"refresh", "--wait"});
  if (result.exit_code != 0 && result.exit_code != 1) throw std::runtime_error("refresh: " + result.err);
}

ProgramResult run_client(const Daemon& daemon, std::vector<std::string> arguments, std::string_view input) {
  arguments.insert(arguments.begin(), {"--socket", daemon.socket()});
  return run_program("newscache", arguments, input);
}

boost::json::object article(const Daemon& daemon, std::string_view title) {
  const Reply list = get(daemon, "/v1/articles?limit=1000");
  for (const auto& one : list.json.at("articles").as_array()) {
    if (one.at("title").as_string() == title) return one.as_object();
  }
  throw std::runtime_error("no article '" + std::string(title) + "' in " + list.body);
}

std::vector<std::string> titles(const Daemon& daemon, std::string_view query) {
  std::vector<std::string> found;
  const Reply list = get(daemon, "/v1/articles?" + std::string(query));
  for (const auto& one : list.json.at("articles").as_array()) found.emplace_back(one.at("title").as_string());
  return found;
}

void await_events(EventReader& events, std::string_view name, int count) {
  while (count > 0) {
    const auto event = events.next();
    REQUIRE(event);
    if (event->name == name) --count;
  }
}

std::int64_t import_articles(const Daemon& daemon, int count, const std::string& feed, std::string_view text) {
  std::string items;
  for (int i = 1; i <= count; ++i) items += item(feed + std::to_string(i), "Article " + std::to_string(i), text);
  const Reply done = request(daemon, "POST", "/v1/import?feed=" + feed + "&name=x.xml", rss(feed, items));
  REQUIRE(done.status == 200);
  REQUIRE(done.json.at("added").to_number<int>() == count);
  return done.json.at("feed").as_int64();
}

std::int64_t revision(const Daemon& daemon) { return get(daemon, "/v1/status").json.at("revision").as_int64(); }

AsNobody::AsNobody() { REQUIRE(::seteuid(65534) == 0); }

AsNobody::~AsNobody() {
  if (::seteuid(0) != 0) std::abort();
}

std::string rss(std::string_view title, std::string_view items) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>" + std::string(title) +
         "</title><link>http://example.org/</link><description>d</description>" + std::string(items) +
         "</channel></rss>";
}

std::string item(std::string_view guid, std::string_view title, std::string_view text) {
  return "<item><guid isPermaLink=\"false\">" + std::string(guid) + "</guid><title>" + std::string(title) +
         "</title><description>" + std::string(text) + "</description></item>";
}

}  // namespace newscache::test
