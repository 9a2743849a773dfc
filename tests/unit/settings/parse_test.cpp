#include <algorithm>

#include "settings/feed_settings.hpp"
#include "settings/settings.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace std::chrono_literals;

namespace {

std::string error_of(std::string_view toml) {
  const auto parsed = settings::parse(toml, "test.toml");
  return parsed ? "no error" : parsed.error().detail;
}

}  // namespace

TEST_CASE("an empty document leaves the defaults") {
  const auto parsed = settings::parse("# nothing\n", "test.toml");
  REQUIRE(parsed.has_value());
  CHECK(settings::print(*parsed) == settings::print({}));
  CHECK(parsed->poll.floor == 60min);
}

TEST_CASE("every kind of value finds its place") {
  const auto parsed = settings::parse(R"(
[daemon]
state_dir = "/srv/news"
log_level = "warning"
[socket]
mode = "0600"
admin_group = "wheel"
[net]
allow_private = ["192.168.0.0/16", "fd00::/8", "127.0.0.1"]
proxy = "socks5h://localhost:9050"
timeout = "1m30s"
max_body = "1MiB"
max_transfers = 8
[poll]
floor = "15m"
host_gap = "250ms"
[budget]
day = "50MB"
[store]
keep_days = 90
[offline]
images = false
full_text = "never"
[http]
listen = []
admin = true
)",
                                      "test.toml");
  REQUIRE(parsed.has_value());
  CHECK(parsed->daemon.state_dir == "/srv/news");
  CHECK(parsed->daemon.log_level == LogLevel::warning);
  CHECK(parsed->socket.mode == 0600);
  CHECK(parsed->socket.admin_group == "wheel");
  CHECK(parsed->net.allow_private == std::vector<std::string>{"192.168.0.0/16", "fd00::/8", "127.0.0.1"});
  CHECK(parsed->net.proxy == "socks5h://localhost:9050");
  CHECK(parsed->net.timeout == 90s);
  CHECK(parsed->net.max_body == 1 << 20);
  CHECK(parsed->net.max_transfers == 8);
  CHECK(parsed->poll.floor == 15min);
  CHECK(parsed->poll.ceiling == 24h);
  CHECK(parsed->poll.host_gap == 250ms);
  CHECK(parsed->budget.day == 50'000'000);
  CHECK_FALSE(parsed->budget.month.has_value());
  CHECK(parsed->store.keep_days == 90);
  CHECK_FALSE(parsed->offline.images);
  CHECK(parsed->offline.full_text == "never");
  CHECK(parsed->http.admin);
}

TEST_CASE("a mode may be an octal integer, whose meaning is plain") {
  CHECK(settings::parse("socket.mode = 0o666", "t")->socket.mode == 0666);
}

TEST_CASE("net.allow_private takes the two words, or networks") {
  using Strings = std::vector<std::string>;
  CHECK(settings::parse("net.allow_private = 'all'", "t")->net.allow_private == Strings{"all"});
  CHECK(settings::parse("net.allow_private = 'none'", "t")->net.allow_private == Strings{"none"});
  CHECK(settings::parse("net.allow_private = []", "t")->net.allow_private == Strings{"none"});
}

TEST_CASE("an error names file, line, column and key, what is wrong and what is expected") {
  struct {
    const char* toml;
    const char* error;
  } const rows[] = {
      {"[poll]\nfloor = 60\n",
       "test.toml:2:9: poll.floor: 60 has no unit; expected a duration from 1s to 30d in a string, such as \"90s\" or "
       "\"24h\""},
      {"[poll]\nfloor = \"60\"",
       "test.toml:2:9: poll.floor: \"60\" has no unit (ms, s, m, h, d, w); expected a duration"},
      {"[poll]\nfloor = \"0s\"", "test.toml:2:9: poll.floor: \"0s\" is out of range; expected a duration from 1s"},
      {"[poll]\nfloor = \"1500ms\"", "test.toml:2:9: poll.floor: \"1500ms\" is no whole number of seconds"},
      {"[poll]\nfloor = 1.5", "test.toml:2:9: poll.floor: is a number with a fraction; expected a duration"},
      {"[poll]\nfloor = true", "test.toml:2:9: poll.floor: true has the wrong type; expected a duration"},
      {"[poll]\nfloor = 1979-05-27", "test.toml:2:9: poll.floor: is a date; expected a duration"},
      {"[poll.floor]\na = 1", "test.toml:1:1: poll.floor: is a table; expected a duration"},
      {"[net]\nmax_body = 1000", "test.toml:2:12: net.max_body: 1000 has no unit; expected a size from 1KiB to 1GiB"},
      {"[net]\nmax_transfers = 0",
       "test.toml:2:17: net.max_transfers: 0 is out of range; expected an integer from 1 to 256"},
      {"[net]\nmax_transfers = \"8\"",
       "test.toml:2:17: net.max_transfers: \"8\" has the wrong type; expected an integer"},
      {"[net]\nuser_agent = \"a\\nb\"",
       "test.toml:2:14: net.user_agent: \"a\\u000ab\" is not valid; expected one line of text"},
      {"[net]\nproxy = \"proxy.example\"",
       "test.toml:2:9: net.proxy: \"proxy.example\" is not valid; expected a URL that begins with"},
      {"[net]\nca_file = \"ca.pem\"",
       "test.toml:2:11: net.ca_file: \"ca.pem\" is not valid; expected an absolute path"},
      {"[net]\nallow_private = \"some\"",
       "test.toml:2:17: net.allow_private: \"some\" is unknown; expected \"none\", \"all\""},
      {"[net]\nallow_private = [\"10.0.0.0/33\"]", "test.toml:2:17: net.allow_private: \"10.0.0.0/33\" is not valid"},
      {"[net]\nallow_private = [\"10.0.0/8\"]", "test.toml:2:17: net.allow_private: \"10.0.0/8\" is not valid"},
      {"[net]\nallow_private = [\"fd00::/129\"]", "test.toml:2:17: net.allow_private: \"fd00::/129\" is not valid"},
      {"[net]\nallow_private = [\"10.0.0.0/\"]", "test.toml:2:17: net.allow_private: \"10.0.0.0/\" is not valid"},
      {"[net]\nallow_private = [\"none\"]", "test.toml:2:17: net.allow_private: \"none\" is not valid"},
      {"[net]\nallow_private = [1]",
       "test.toml:2:17: net.allow_private: is a list that holds other things than strings"},
      {"[net]\nallow_private = true", "test.toml:2:17: net.allow_private: true has the wrong type; expected \"none\""},
      {"[daemon]\nlog_level = \"loud\"",
       "test.toml:2:13: daemon.log_level: \"loud\" is unknown; expected one of the strings error warning"},
      {"[socket]\nmode = \"0999\"", "test.toml:2:8: socket.mode: \"0999\" is no mode; expected an octal mode"},
      {"[socket]\nmode = \"4755\"", "test.toml:2:8: socket.mode: \"4755\" is no mode"},
      {"[socket]\nmode = 660",
       "test.toml:2:8: socket.mode: 660 has the wrong type; expected an octal mode in a string"},
      {"[offline]\nimages = \"yes\"",
       "test.toml:2:10: offline.images: \"yes\" has the wrong type; expected true or false"},
      {"[http]\nlisten = [\"localhost:80\"]",
       "test.toml:2:10: http.listen: \"localhost:80\" is not valid; expected a list of strings, each an address"},
      {"[http]\nlisten = [\"127.0.0.1\"]", "test.toml:2:10: http.listen: \"127.0.0.1\" is not valid"},
      {"[http]\nlisten = [\"::1:80\"]", "test.toml:2:10: http.listen: \"::1:80\" is not valid"},
      {"[http]\nlisten = [\"127.0.0.1:0\"]", "test.toml:2:10: http.listen: \"127.0.0.1:0\" is not valid"},
      {"[http]\nlisten = [\"127.0.0.1:65536\"]", "test.toml:2:10: http.listen: \"127.0.0.1:65536\" is not valid"},
      {"[http]\nlisten = \"127.0.0.1:80\"",
       "test.toml:2:10: http.listen: \"127.0.0.1:80\" has the wrong type; expected a list"},
      {"[net]\nmetered = \"maybe\"",
       "test.toml:2:11: net.metered: \"maybe\" is unknown; expected one of the strings auto yes no"},
      {"[net]\nmetered_interfaces = [\"ww an\"]",
       "test.toml:2:22: net.metered_interfaces: \"ww an\" is not valid; expected a list of strings, each an interface"},
      {"[poll]\nburst = \"61m\"", "test.toml:2:9: poll.burst: \"61m\" is out of range; expected a duration from 0s"},
      {"[poll]\nquiet = [\"23-6\"]",
       "test.toml:2:9: poll.quiet: \"23-6\" is not valid; expected a list of strings, each a span of local time"},
      {"[poll]\nwindows = [\"\"]", "test.toml:2:11: poll.windows: \"\" is not valid"},
      {"[poll]\nbackfill_pages = -1", "test.toml:2:18: poll.backfill_pages: -1 is out of range"},
      {"poll = 3", "test.toml:1:8: poll: must be a table; expected [poll]"},
      {"[poll]\nflor = \"1h\"", "test.toml:2:1: poll.flor: unknown key; did you mean poll.floor?"},
      {"[poll]\nkeep_days = 3", "test.toml:2:1: poll.keep_days: unknown key; did you mean store.keep_days?"},
      {"[poll]\nsomething = 3",
       "test.toml:2:1: poll.something: unknown key; expected one that docs/configuration.md lists"},
      {"[pol]\nfloor = \"1h\"", "test.toml:1:2: pol: unknown table; did you mean poll?"},
      {"colour = 1", "test.toml:1:1: colour: unknown table"},
      {"[poll]\nfloor = \"2d\"", "test.toml:2:9: poll.floor: poll.floor = \"2d\" is longer than poll.ceiling = \"1d\""},
      {"[poll]\nceiling = \"5m\"",
       "test.toml:2:11: poll.ceiling: poll.floor = \"1h\" is longer than poll.ceiling = \"5m\""},
  };
  for (const auto& row : rows) {
    INFO(row.toml);
    const std::string error = error_of(row.toml);
    INFO(error);
    CHECK(error.substr(0, std::string_view(row.error).size()) == row.error);
    CHECK(settings::parse(row.toml, "test.toml").error().cause == Cause::invalid);
  }
}

TEST_CASE("a TOML syntax error names file, line and column") {
  CHECK(error_of("[poll]\nfloor = \n").starts_with("test.toml:2:"));
  CHECK(error_of("[poll\n").starts_with("test.toml:1:"));
  CHECK(error_of("[poll]\nfloor='1h'\nfloor='2h'\n").starts_with("test.toml:3:"));
  CHECK(error_of("a = \"\xff\"\n").starts_with("test.toml:1:"));
}

TEST_CASE("errors are one line, and of several the first in the file is told") {
  const std::string error = error_of("[store]\nkeep_days = 0\n[net]\nmax_transfers = 0\n[budget]\nday = 1\n");
  CHECK(error.starts_with("test.toml:2:13: store.keep_days:"));
  CHECK(std::count(error.begin(), error.end(), '\n') == 0);
  // What is quoted may hold the line's end.
  CHECK(error_of("[net]\nproxy = n\n").ends_with("'n '"));
  CHECK(error_of("\"a\\nb\" = 1").starts_with("test.toml:1:1: a b: "));
}

TEST_CASE("a value of a stranger's length does not make a long message") {
  const std::string error = error_of("[daemon]\nlog_level = \"" + std::string(100'000, 'x') + "\"");
  CHECK(error.size() < 600);
  const std::string key = error_of("[daemon]\n" + std::string(100'000, 'k') + " = 1");
  CHECK(key.size() < 600);
}

TEST_CASE("a later document overrides single keys of the earlier one") {
  const auto first = settings::parse("poll.floor = '2h'\npoll.host_gap = '1s'\nnet.max_transfers = 4", "a.toml");
  const auto second = settings::parse("poll.host_gap = '3s'", "b.toml", *first);
  CHECK(second->poll.floor == 2h);
  CHECK(second->poll.host_gap == 3s);
  CHECK(second->net.max_transfers == 4);
}

TEST_CASE("limits may be larger than 4 GiB") {
  const auto parsed = settings::parse("store.limit = \"8GB\"\noffline.enclosure_limit = \"5GiB\"\n", "test.toml");
  REQUIRE(parsed.has_value());
  CHECK(parsed->store.limit == 8'000'000'000);
  CHECK(parsed->offline.enclosure_limit == std::int64_t{5} << 30);
}

TEST_CASE("a declared feed has a URL, a title, a folder and settings of its own") {
  const auto parsed = settings::parse(R"(
[[feed]]
url = "https://example.org/a.xml"
title = "Ä feed"
folder = "News"
poll_interval = "30m"
images = false
keep_days = 7
full_text = "never"
[[feed]]
url = "http://192.168.1.10/b.xml"
)",
                                      "test.toml");
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->feeds.size() == 2);
  CHECK(parsed->feeds[0].url == "https://example.org/a.xml");
  CHECK(parsed->feeds[0].title == "Ä feed");
  CHECK(parsed->feeds[0].folder == "News");
  const model::FeedSettings expected = {{"poll_interval", std::string("30m")},
                                        {"images", false},
                                        {"keep_days", std::int64_t{7}},
                                        {"full_text", std::string("never")}};
  CHECK(parsed->feeds[0].settings == expected);
  CHECK(parsed->feeds[1].title.empty());
  CHECK(parsed->feeds[1].settings.empty());
}

TEST_CASE("an error in a declared feed names its place", "[pages]") {
  struct {
    const char* toml;
    const char* error;
  } const rows[] = {
      {"[[feed]]\ntitle = \"x\"", "test.toml:1:1: feed.url: is missing; expected the feed's URL"},
      {"[[feed]]\nurl = \"\"", "test.toml:2:7: feed.url: is empty; expected a URL"},
      {"[[feed]]\nurl = \"example.org\"",
       "test.toml:2:7: feed.url: \"example.org\" is not valid; expected a URL that begins"},
      {"[[feed]]\nurl = \"https:///x\"", "test.toml:2:7: feed.url: \"https:///x\" is not valid"},
      {"[[feed]]\nurl = \"https://a b/\"", "test.toml:2:7: feed.url: \"https://a b/\" is not valid"},
      {"[[feed]]\nurl = 3", "test.toml:2:7: feed.url: 3 has the wrong type; expected a URL"},
      {"[[feed]]\nurl = [1]", "test.toml:2:7: feed.url: is a list"},
      {"[[feed]]\nurl = \"https://a/\"\ntitel = \"x\"", "test.toml:3:1: feed.titel: unknown key; did you mean title?"},
      {"[[feed]]\nurl = \"https://a/\"\npoll_interval = \"1m\"",
       "test.toml:3:17: feed.poll_interval: \"1m\" is out of range; expected a duration from 5m to 30d"},
      {"[[feed]]\nurl = \"https://a/\"\nfull_text = true",
       "test.toml:3:13: feed.full_text: true has the wrong type; expected one of"},
      {"[[feed]]\nurl = \"https://a/\"\n[[feed]]\nurl = \"https://a/\"",
       "test.toml:4:7: feed.url: \"https://a/\" is declared already, at test.toml:2:7; expected each feed once"},
      {"[feed]\nurl = \"https://a/\"",
       "test.toml:1:2: feed: must be a list of tables; expected each feed under [[feed]]"},
      {"feed = [1]", "test.toml:1:1: feed: must be a list of tables"},
  };
  for (const auto& row : rows) {
    INFO(row.toml);
    const std::string error = error_of(row.toml);
    INFO(error);
    CHECK(error.substr(0, std::string_view(row.error).size()) == row.error);
  }
}

TEST_CASE("settings that were printed and read back are printed the same way") {
  const char* document = R"(
daemon.state_dir = "/srv/a \"b\" \\ ü"
daemon.log_level = "debug"
socket.mode = "0777"
net.allow_private = ["10.0.0.0/8"]
net.timeout = "95s"
poll.host_gap = "1ms"
poll.burst = "0s"
poll.quiet = ["23:00-06:30", "12:00-13:00"]
poll.backfill_pages = 0
net.metered = "yes"
net.metered_interfaces = ["wwan?"]
budget.month = "2GB"
budget.feed_day = "1MB"
store.limit = "1537KiB"
http.user = "reader"
[[feed]]
url = "https://example.org/a.xml"
title = "A \"quoted\" \\ title"
[[feed]]
url = "https://example.org/b.xml"
folder = "F"
poll_interval = "1h30m"
images = true
keep_per_feed = 10
budget_day = "5MB"
)";
  const auto parsed = settings::parse(document, "test.toml");
  REQUIRE(parsed.has_value());
  const std::string printed = settings::print(*parsed);
  INFO(printed);
  const auto again = settings::parse(printed, "printed");
  REQUIRE(again.has_value());
  CHECK(settings::print(*again) == printed);
  CHECK(again->daemon.state_dir == "/srv/a \"b\" \\ ü");
  CHECK(again->store.limit == 1537 * 1024);
  CHECK(again->feeds[0].title == "A \"quoted\" \\ title");
  CHECK(again->feeds[1].settings == parsed->feeds[1].settings);
  CHECK(again->poll.burst == 0s);
  CHECK(again->poll.quiet == std::vector<std::string>{"23:00-06:30", "12:00-13:00"});
  CHECK(again->net.metered_interfaces == std::vector<std::string>{"wwan?"});
  CHECK(again->budget.feed_day == 1'000'000);
  CHECK(!again->budget.feed_month);
}

TEST_CASE("the table's defaults are the defaults of the plain Settings") {
  for (const auto& field : settings::fields()) {
    if (field.default_value.empty()) continue;
    const std::string line = std::string(field.key) + " = " + std::string(field.default_value);
    INFO(line);
    const auto parsed = settings::parse(line, "default");
    REQUIRE(parsed.has_value());
    CHECK(settings::print(*parsed) == settings::print({}));
  }
}

TEST_CASE("only a key that is not set by default is missing from what is printed") {
  const std::string printed = settings::print({});
  for (const auto& field : settings::fields()) {
    const std::string name(field.key.substr(field.key.find('.') + 1));
    INFO(field.key);
    const std::string wanted = field.default_value.empty() ? "# " + name + " is not set\n" : name + " = ";
    CHECK(printed.find("\n" + wanted) != std::string::npos);
  }
}

TEST_CASE("a change of a live key needs no restart, of another it does") {
  model::Settings before;
  model::Settings after;
  CHECK(settings::needs_restart(before, after).empty());
  after.poll.floor = 10min;
  after.daemon.log_level = LogLevel::debug;
  after.feeds.push_back({"https://example.org/", "", "", {}});
  CHECK(settings::needs_restart(before, after).empty());
  after.socket.mode = 0600;
  after.http.listen = {"127.0.0.1:1"};
  CHECK(settings::needs_restart(before, after) == std::vector<std::string>{"socket.mode", "http.listen"});
}
