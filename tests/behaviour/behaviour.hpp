#pragma once
// What behaviour tests share: a publisher, a daemon that polls it, and short words for requests on the socket.

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/daemon.hpp"
#include "support/http_client.hpp"
#include "support/publisher.hpp"

namespace newscache::test {

struct Reply {
  int status = 0;
  boost::json::value json;  // null when the body is no JSON
  std::string body;
};

// A connection of its own for each.
Reply request(const Daemon& daemon, std::string_view method, std::string_view target, std::string_view body = {});
inline Reply get(const Daemon& daemon, std::string_view target) { return request(daemon, "GET", target); }

// Subscribes and returns the feed's id; throws when the answer is not 201.
std::int64_t subscribe(const Daemon& daemon, const std::string& url);
// Polls everything and returns when it is stored.
void refresh(const Daemon& daemon);
ProgramResult run_client(const Daemon& daemon, std::vector<std::string> arguments, std::string_view input = {});

// The articles of a list, by title.
boost::json::object article(const Daemon& daemon, std::string_view title);
std::vector<std::string> titles(const Daemon& daemon, std::string_view query = "");

// Reads on until so many events of that name have come; requires that the stream does not end before.
void await_events(EventReader& events, std::string_view name, int count);

// So many articles of that text from a file of that title, without any network; the feed's id.
std::int64_t import_articles(const Daemon& daemon, int count, const std::string& feed = "Files",
                             std::string_view text = "Some text.");
// The newest.
std::int64_t revision(const Daemon& daemon);

// While it lives, this process connects as nobody; only root can do that.
class AsNobody {
 public:
  AsNobody();
  ~AsNobody();
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
};

std::string rss(std::string_view title, std::string_view items);
std::string item(std::string_view guid, std::string_view title, std::string_view text = "Some text.");

}  // namespace newscache::test
