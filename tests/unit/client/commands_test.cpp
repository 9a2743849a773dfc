// Commands against a daemon that is not one.

#include "unit/client/scripted_daemon.hpp"

#include <fstream>

using namespace newscache;
using namespace newscache::client;
using namespace newscache::client::test;

namespace {

const std::string two_feeds =
    R"({"feeds":[{"id":1,"url":"https://example.org/feed","title":"One","state":"ok","counts":{"articles":3,"unread":2}},)"
    R"({"id":2,"url":"https://two.example/","title":"","state":"failing","counts":{"articles":0,"unread":0},)"
    R"("error":{"cause":"tls","detail":"bad","count":4}}]})";

}  // namespace

TEST_CASE("wrong usage exits 2 with one line that names the help") {
  const std::vector<std::vector<std::string>> cases = {
      {},
      {"frobnicate"},
      {"add"},
      {"list", "-n", "0"},
      {"list", "-n", "many"},
      {"list", "--nonsense"},
      {"show", "abc"},
      {"mark", "red", "1"},
      {"mark", "read"},
      {"mark", "read", "1", "--all"},
      {"mark", "read", "1", "--feed", "2"},
      {"set", "1", "paused"},
      {"opml"},
      {"list", "--since", "yesterday"},
      {"opml", "export", "--json"},
      {"status", "extra"},
      // A variable that is not set must not mean "unsigned will do".
      {"bundle", "export", "--sign", "", "/nonexistent"},
      {"bundle", "export", "--sign=", "/nonexistent"},
      {"bundle", "import", "--verify", "", "/nonexistent"},
      {"bundle", "import", "--verify=", "/nonexistent"},
      {"bundle", "show", "--verify", "", "/nonexistent"},
  };
  for (const auto& arguments : cases) {
    CAPTURE(arguments);
    const auto ran = run(arguments);
    CHECK(ran.exit == Exit::usage);
    CHECK(ran.out.empty());
    CHECK(ran.err.starts_with("newscache: "));
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
  }
}

TEST_CASE("an unknown command is named") {
  CHECK(run({"frobnicate"}).err == "newscache: there is no command 'frobnicate'; see 'newscache --help'\n");
  CHECK(run({"--json"}).err == "newscache: a command is required; see 'newscache --help'\n");
}

TEST_CASE("help and version go to standard output and exit 0") {
  CHECK(run({"--version"}).out.starts_with("newscache "));
  const auto help = run({"list", "--help"});
  CHECK(help.exit == Exit::done);
  CHECK(help.out.find("--unread") != std::string::npos);
  CHECK(help.err.empty());
}

TEST_CASE("a daemon that is not there exits 3 and says how to start it") {
  const TemporaryFolder folder;
  for (const auto& command : {"status", "feeds", "list", "refresh", "watch"}) {
    const auto ran = run({"--socket", folder / "none", command});
    CHECK(ran.exit == Exit::unreachable);
    CHECK(ran.err.find(folder / "none") != std::string::npos);
    CHECK(ran.err.find("systemctl start newscached") != std::string::npos);
  }
}

TEST_CASE("feeds are listed as a table, or as the daemon's own JSON") {
  const ScriptedDaemon daemon({{"GET /v1/feeds", {200, two_feeds}}});
  CHECK(run(daemon, {"feeds"}).out ==
        "ID  STATE    UNREAD  NEXT POLL OR ERROR  TITLE  URL\n"
        " 1  ok          2/3                      One    https://example.org/feed\n"
        " 2  failing     0/0  tls, 4 failures            https://two.example/\n");
  CHECK(run(daemon, {"feeds", "--json"}).out == two_feeds + "\n");
}

TEST_CASE("a feed is found by its URL in any form, and exits 4 when there is none") {
  const ScriptedDaemon daemon({{"GET /v1/feeds", {200, two_feeds}}, {"DELETE /v1/feeds/1", {204, ""}}});
  CHECK(run(daemon, {"remove", "http://EXAMPLE.org/feed/"}).out == "removed feed 1: One\n");
  CHECK(daemon.requests.back() == "DELETE /v1/feeds/1");
  CHECK(run(daemon, {"remove", "https://three.example/"}).exit == Exit::not_found);
  CHECK(run(daemon, {"remove", "9"}).exit == Exit::not_found);
}

TEST_CASE("articles are listed over as many pages as it takes") {
  const std::string query = "GET /v1/articles?order=newest&read=false";
  const ScriptedDaemon daemon(
      {{"GET /v1/feeds", {200, two_feeds}},
       {query + "&fields=summary&limit=1000",
        {200, R"({"articles":[{"id":5,"feed_id":1,"title":"A \u001b[2J","read":false,"starred":true,"date_received":)"
              R"("2026-11-25T09:00:00Z"}],"next_cursor":"c+"})"}},
       {query + "&fields=summary&limit=1000&cursor=c%2B",
        {200, R"({"articles":[{"id":4,"feed_id":9,"title":"","summary":"S","read":true,"date_published":)"
              R"("2026-11-24T09:00:00Z"}]})"}},
       {query + "&limit=1000", {200, R"({"articles":[{"id":5}],"next_cursor":"c+"})"}},
       {query + "&limit=1000&cursor=c%2B", {200, R"({"articles":[{"id":4}]})"}}});
  CHECK(run(daemon, {"list", "--unread", "-n", "2000"}).out ==
        "ID  DATE              FEED  FLAGS  TITLE\n"
        " 5  2026-11-25 09:00  One   N*     A [2J\n"
        " 4  2026-11-24 09:00  -            S\n");
  CHECK(run(daemon, {"list", "--unread", "-n", "2000", "--json"}).out == "{\"articles\":[{\"id\":5},{\"id\":4}]}\n");
}

TEST_CASE("search asks by relevance and shows the passage below its article") {
  const ScriptedDaemon daemon(
      {{"GET /v1/feeds", {200, two_feeds}},
       {"GET /v1/articles?order=relevance&q=status%20feeds&fields=summary&limit=50",
        {200, R"({"articles":[{"id":5,"feed_id":1,"title":"T","read":true,"date_received":"2026-11-25T09:00:00Z",)"
              R"("snippet":"a <mark>b</mark> &amp; c"}]})"}}});
  CHECK(run(daemon, {"search", "status", "feeds"}).out ==
        "ID  DATE              FEED  FLAGS  TITLE\n"
        " 5  2026-11-25 09:00  One          T\n"
        "    a b & c\n");
}

TEST_CASE("a word with a minus is a word of the search and no option") {
  const std::string start = "GET /v1/articles?order=relevance&q=";
  const ScriptedDaemon daemon({{start + "pier%20-news%20sea&limit=3", {200, R"({"articles":[]})"}},
                               {start + "pier%20-n0&limit=50", {200, R"({"articles":[]})"}}});
  CHECK(run(daemon, {"search", "pier", "-news", "sea", "-n", "3", "--json"}).exit == Exit::done);
  CHECK(run(daemon, {"search", "--json", "pier", "-news", "sea", "-n3"}).exit == Exit::done);
  CHECK(run(daemon, {"search", "--json", "--", "pier", "-n0"}).exit == Exit::done);
}

TEST_CASE("articles are named as they were typed, never by a path of the API") {
  const ScriptedDaemon daemon({});
  const auto none = run(daemon, {"show", "0"});
  CHECK(none.exit == Exit::not_found);
  CHECK(none.err == "newscache: no article 0\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"show", "99999999999999999999"}, {"mark", "read", "1", "99999999999999999999"}}) {
    const auto ran = run(daemon, arguments);
    CHECK(ran.exit == Exit::usage);
    CHECK(ran.err.find("'99999999999999999999' is no number of an article") != std::string::npos);
  }
  CHECK(daemon.requests.size() == 1);
}

TEST_CASE("the list of feeds has folders when there are some") {
  const ScriptedDaemon daemon({{"GET /v1/feeds", {200, R"({"feeds":[{"id":1,"title":"One","folder":"Coast"}]})"}}});
  CHECK(run(daemon, {"feeds"}).out.find("TITLE  FOLDER  URL\n") != std::string::npos);
}

TEST_CASE("marking sends ids or filters, and exits 4 for an article that is not there") {
  const ScriptedDaemon daemon({{"POST /v1/articles/mark", {200, R"({"changed":1})"}}});
  CHECK(run(daemon, {"mark", "unstarred", "5"}).exit == Exit::done);
  CHECK(daemon.requests.back() == R"(POST /v1/articles/mark {"starred":false,"ids":[5]})");
  const auto missing = run(ScriptedDaemon({}), {"mark", "read", "5", "6"});
  CHECK(missing.exit == Exit::not_found);
  CHECK(missing.err == "newscache: not here\n");
  CHECK(run(daemon, {"mark", "read", "--all", "--before", "2026-11-25T09:00:00Z"}).out == "1 article marked read\n");
  CHECK(daemon.requests.back() == R"(POST /v1/articles/mark {"read":true,"before":"2026-11-25T09:00:00Z"})");
}

TEST_CASE("an article is shown as text without anything that steers the terminal") {
  const ScriptedDaemon daemon(
      {{"GET /v1/feeds/1", {200, R"({"id":1,"title":"One"})"}},
       {"GET /v1/articles/5",
        {200,
         R"({"id":5,"feed_id":1,"title":"T\u001b]0;x\u0007","authors":[{"name":"Ann"},{"name":"Bo"}],"date_received":"2026-11-25T09:00:00Z",)"
         R"("url":"https://example.org/5","content_html":"<p>Hello\u009b <b>there</b>.</p><p>Bye</p>"})"}}});
  CHECK(run(daemon, {"show", "5"}).out ==
        "T]0;x\nfeed    One\nauthor  Ann, Bo\ndate    2026-11-25 09:00\nlink    https://example.org/5\n\nHello "
        "there.\n\nBye\n");
  std::ostringstream terminal;
  Program().run({"--no-pager", "--socket", daemon.socket(), "show", "5", "--html"}, Console{terminal, terminal, true});
  CHECK(terminal.str() == "<p>Hello <b>there</b>.</p><p>Bye</p>\n");
  CHECK(run(daemon, {"show", "6"}).exit == Exit::not_found);
}

TEST_CASE("an article's HTML is untouched when it goes to a file") {
  const std::string html = "<pre>a\tb\xe2\x80\xae</pre>";
  const ScriptedDaemon daemon({{"GET /v1/articles/5", {200, R"({"id":5,"content_html":"<pre>a\tb\u202e</pre>"})"}}});
  CHECK(run(daemon, {"show", "5", "--html"}).out == html + "\n");
}

TEST_CASE("several files are imported one by one, and one that fails does not stop the others") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a b.txt") << "one";
  std::ofstream(folder / "c.txt") << "two";
  const ScriptedDaemon daemon(
      {{"POST /v1/import?feed=Old&name=c.txt", {200, R"({"feed":3,"added":1,"updated":0,"articles":[7]})"}}});
  const auto ran = run(daemon, {"import", "--feed", "Old", folder / "a b.txt", folder / "c.txt"});
  CHECK(ran.exit == Exit::failed);
  CHECK(ran.out == (folder / "c.txt") + ": 1 article added, 0 updated in feed 3\n");
  CHECK(ran.err == "newscache: " + (folder / "a b.txt") + ": not here\n");
  CHECK(daemon.requests.front() == "POST /v1/import?feed=Old&name=a%20b.txt one");
}

TEST_CASE("waiting for a refresh ends when no requested feed is polled any more, event stream or not") {
  const ScriptedDaemon daemon({{"GET /v1/status", {200, R"({"revision":10})"}},
                               {"POST /v1/refresh", {202, R"({"feeds":[1,2]})"}},
                               {"GET /v1/feeds", {200, two_feeds}}});
  const auto ran = run(daemon, {"refresh", "--wait"});
  CHECK(ran.exit == Exit::done);
  CHECK(ran.out == "1 feed refreshed, 1 failed, 0 new articles\n");
  CHECK(ran.err == "newscache: feed 2 (https://two.example/) failed: tls: bad\n");
}

TEST_CASE("a feed that was not polled is told apart from one that was refreshed") {
  const ScriptedDaemon daemon(
      {{"GET /v1/status", {200, R"({"revision":10})"}},
       {"POST /v1/feeds/1/refresh", {202, R"({"feeds":[1],"started_at":"2026-11-25T09:00:00Z"})"}},
       {"GET /v1/feeds/1", {200, R"({"id":1})"}},
       {"GET /v1/feeds", {200, R"({"feeds":[{"id":1,"last_attempt":"2026-11-25T08:59:59Z"}]})"}}});
  const auto ran = run(daemon, {"refresh", "--wait", "1"});
  CHECK(ran.exit == Exit::failed);
  CHECK(ran.out.starts_with("0 feeds refreshed, 1 not polled"));
}

TEST_CASE("a feed that is held back is named, and nothing was refreshed then") {
  const ScriptedDaemon daemon({{"GET /v1/status", {200, R"({"revision":10})"}},
                               {"POST /v1/feeds/1/refresh", {202, R"({"feeds":[]})"}},
                               {"GET /v1/feeds/1", {200, R"({"id":1,"title":"One"})"}},
                               {"GET /v1/feeds", {200, R"({"feeds":[{"id":1,"title":"One"}]})"}}});
  const auto ran = run(daemon, {"refresh", "1"});
  CHECK(ran.exit == Exit::failed);
  CHECK(ran.err.starts_with("newscache: feed 1 (One) is not polled now: "));
  const auto waited = run(daemon, {"refresh", "1", "--wait"});
  CHECK(waited.exit == Exit::failed);
  CHECK(waited.err == ran.err);
  CHECK(waited.out.starts_with("0 feeds refreshed, 1 not polled"));
}

TEST_CASE("a failure that was pardoned, being the network's, is no success") {
  const ScriptedDaemon daemon(
      {{"GET /v1/status", {200, R"({"revision":10})"}},
       {"POST /v1/refresh", {202, R"({"feeds":[1],"started_at":"2026-11-25T09:00:00Z"})"}},
       {"GET /v1/feeds",
        {200,
         R"({"feeds":[{"id":1,"last_attempt":"2026-11-25T09:00:01Z","last_success":"2026-11-25T08:00:00Z","error":null}]})"}}});
  const auto ran = run(daemon, {"refresh", "--wait"});
  CHECK(ran.exit == Exit::failed);
  CHECK(ran.out.starts_with("0 feeds refreshed, 1 not polled"));
}

TEST_CASE("a feed that a budget has stopped was not refreshed") {
  const ScriptedDaemon daemon(
      {{"GET /v1/status", {200, R"({"revision":10})"}},
       {"POST /v1/refresh", {202, R"({"feeds":[1],"started_at":"2026-11-25T09:00:00Z"})"}},
       {"GET /v1/feeds",
        {200, R"({"feeds":[{"id":1,"last_attempt":"2026-11-25T09:00:01Z","next_poll_rule":"budget"}]})"}}});
  const auto ran = run(daemon, {"refresh", "--wait"});
  CHECK(ran.exit == Exit::failed);
  CHECK(ran.out.starts_with("0 feeds refreshed, 1 not polled"));
  CHECK(ran.err.find("a budget is used up") != std::string::npos);
}

TEST_CASE("adding says whether the feed has been read") {
  const struct {
    std::string feed;
    std::string words;
  } cases[] = {
      {R"({"id":3,"url":"https://example.org/","title":"","last_attempt":null})",
       "subscribed to feed 3: https://example.org/; it has not been read yet, which is done as soon as possible\n"},
      {R"({"id":3,"url":"https://example.org/","title":"E","last_attempt":"2026-11-25T09:00:01Z","counts":{"articles":1}})",
       "subscribed to feed 3: E <https://example.org/>, 1 article\n"},
  };
  for (const auto& [feed, words] : cases) {
    const ScriptedDaemon daemon({{R"(POST /v1/feeds)", {201, feed}}});
    CHECK(run(daemon, {"add", "https://example.org/"}).out == words);
  }
}

TEST_CASE("a failure that is not the feed's has no number in the list") {
  const ScriptedDaemon daemon({{"GET /v1/feeds", {200, R"({"feeds":[{"id":1,"error":{"cause":"link","count":0}}]})"}}});
  const auto out = run(daemon, {"feeds"}).out;
  CHECK(out.find("link") != std::string::npos);
  CHECK(out.find("failure") == std::string::npos);
}

TEST_CASE("status tells since when the network is how it is, what that means, and the traffic against the budget") {
  const struct {
    std::string network;
    std::string budget;
    std::string network_words;
    std::string traffic_words;
  } cases[] = {
      {"online", "null", "network   online since 2026-11-25 06:00\n",
       "traffic   2.0 KiB received since midnight UTC\n"},
      {"metered", "4096", "network   metered since 2026-11-25 06:00: each byte costs",
       "traffic   2.0 KiB received since midnight UTC, the budget of a day is 4.0 KiB\n"},
      {"offline", "null", "network   offline since 2026-11-25 06:00: there is no link", "traffic "},
      {"portal", "null", "network   portal since 2026-11-25 06:00: something on the way", "traffic "},
  };
  for (const auto& [network, budget, network_words, traffic_words] : cases) {
    CAPTURE(network);
    const ScriptedDaemon daemon(
        {{"GET /v1/status",
          {200, R"({"network":{"state":")" + network + R"(","since":"2026-11-25T06:00:00Z"},)" +
                    R"("traffic":{"received_today_bytes":2048,"budget_bytes":)" + budget + "}}"}}});
    const auto out = run(daemon, {"status"}).out;
    CHECK(out.find(network_words) != std::string::npos);
    CHECK(out.find(traffic_words) != std::string::npos);
  }
}

TEST_CASE("parse needs no daemon and tells in one line what is no feed") {
  const TemporaryFolder folder;
  std::ofstream(folder / "feed.xml") << "<rss version='2.0'><channel><title>T</title><item><title>A</title>"
                                        "<link>/a</link></item></channel></rss>";
  std::ofstream(folder / "page.html") << "<!doctype html><title>x</title><p>no feed</p>";
  const auto parsed = run({"parse", "--url", "https://example.org/f", folder / "feed.xml"});
  CHECK(parsed.exit == Exit::done);
  CHECK(parsed.out.find("https://example.org/a") != std::string::npos);
  CHECK(parsed.out.find("_newscache") != std::string::npos);
  std::ofstream(folder / "links.html") << "<!doctype html><title>x</title><link rel='alternate' "
                                          "type='application/rss+xml' href='/f.xml'><p>no feed</p>";
  CHECK(run({"parse", folder / "links.html"}).err.find("--url") != std::string::npos);
  for (const auto* name : {"page.html", "absent.xml"}) {
    const auto ran = run({"parse", folder / name});
    CHECK(ran.exit == Exit::failed);
    CHECK(ran.out.empty());
    CHECK(ran.err.find(folder / name) != std::string::npos);
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
  }
}

TEST_CASE("watching one feed or folder asks for no more than that") {
  const std::string event =
      "id: 7\nevent: article.added\ndata: {\"revision\":7,\"type\":\"article\",\"op\":\"added\",\"id\":5}\n\n";
  const std::string since = "GET /v1/events?since=6&epoch=e";
  const ScriptedDaemon daemon(
      {{"GET /v1/status", {200, R"({"epoch":"e","revision":6})"}},
       {"GET /v1/feeds/1", {200, R"({"id":1})"}},
       {"GET /v1/articles/5", {200, R"({"id":5,"title":"T"})"}},
       {since + "&feed=1", {200, event}},
       {since + "&folder=Far%20away", {200, event}},
       {"GET /v1/events?since=7&epoch=e&feed=1", {410, R"({"detail":"start over"})"}},
       {"GET /v1/events?since=7&epoch=e&folder=Far%20away", {410, R"({"detail":"start over"})"}}});
  for (const std::vector<std::string>& filter : {std::vector<std::string>{"--feed", "1"}, {"--folder", "Far away"}}) {
    auto arguments = filter;
    arguments.insert(arguments.begin(), "watch");
    const auto ran = run(daemon, arguments);
    CHECK(ran.out == "7  article.added    5  T\n");
    CHECK(ran.err == "newscache: start over\n");
    CHECK(ran.exit == Exit::failed);
  }
}

TEST_CASE("reload says which keys need a restart, and repeats what is wrong") {
  const ScriptedDaemon good({{"POST /v1/reload", {200, R"({"needs_restart":["socket.path","socket.mode"]})"}}});
  CHECK(run(good, {"reload"}).out ==
        "the configuration was read again; only a restart applies socket.path, socket.mode\n");
  CHECK(run(good, {"reload", "--json"}).out == "{\"needs_restart\":[\"socket.path\",\"socket.mode\"]}\n");
  const ScriptedDaemon bad({{"POST /v1/reload", {422, R"({"detail":"/etc/x.toml:3:1: poll.floor: \"1\" is wrong"})"}}});
  const auto ran = run(bad, {"reload"});
  CHECK(ran.exit == Exit::failed);
  CHECK(ran.err == "newscache: /etc/x.toml:3:1: poll.floor: \"1\" is wrong\n");
}

TEST_CASE("the earlier versions of an article are shown with the time of their end") {
  const ScriptedDaemon daemon(
      {{"GET /v1/articles/5/history",
        {200, R"({"versions":[{"title":"B","replaced":"2026-11-25T09:00:00Z","date_published":"2026-11-24T09:00:00Z",)"
              R"("content_html":"<p>two</p>"},{"title":"A","replaced":"2026-11-24T10:00:00Z","summary":"one"}]})"}},
       {"GET /v1/articles/6/history", {200, R"({"versions":[]})"}}});
  const auto ran = run(daemon, {"show", "5", "--history"});
  CHECK(ran.out.starts_with(
      "B\nuntil   2026-11-25 09:00\ndate    2026-11-24 09:00\n\ntwo\n\nA\nuntil   2026-11-24 10:00\n"));
  CHECK(ran.out.ends_with("\n\none\n"));
  CHECK(run(daemon, {"show", "6", "--history"}).out == "it was never edited\n");
}

TEST_CASE("status tells what was written today, and why the daemon is not well") {
  const std::string status = R"({"storage":{"bytes":1024,"written_today_bytes":2048,"state":"full"}})";
  const struct {
    Answer health;
    std::string words;
  } cases[] = {
      {{200, R"({"status":"ok"})"}, ""},
      {{200, R"({"status":"ok","reasons":["repaired"]})"}, "health    repaired\n"},
      {{503, R"({"status":"failing","reasons":["storage is full","x"]})"}, "health    storage is full; x\n"},
  };
  for (const auto& [health, words] : cases) {
    const ScriptedDaemon daemon({{"GET /v1/status", {200, status}}, {"GET /healthz", health}});
    const auto out = run(daemon, {"status"}).out;
    CHECK(out.find("full: 1.0 KiB, 2.0 KiB written since midnight UTC\n") != std::string::npos);
    CHECK((words.empty() ? out.find("health") == std::string::npos : out.find(words) != std::string::npos));
  }
}

namespace {

struct Shown {
  Exit exit;
  std::string paged;
  std::string direct;
};

// On a terminal, with this pager; $OUT is the file that it may write to.
Shown show_with(const ScriptedDaemon& daemon, const std::string& pager, std::vector<std::string> arguments) {
  const TemporaryFolder folder;
  ::setenv("OUT", (folder / "out").c_str(), 1);
  ::setenv("NEWSCACHE_PAGER", pager.c_str(), 1);
  std::ostringstream out;
  arguments.insert(arguments.begin(), {"--socket", daemon.socket()});
  const auto exit = Program().run(arguments, Console{out, out, true});
  ::unsetenv("NEWSCACHE_PAGER");
  std::ostringstream paged;
  if (std::ifstream file(folder / "out"); file.peek() != EOF) paged << file.rdbuf();
  return {exit, paged.str(), out.str()};
}

}  // namespace

TEST_CASE("long text on a terminal goes through the pager, unless it is not wanted or cannot be") {
  const std::string text(1 << 20, 'x');  // more than a pipe holds
  const ScriptedDaemon daemon({{"GET /v1/feeds/1", {200, R"({"id":1})"}},
                               {"GET /v1/articles/5", {200, R"({"id":5,"feed_id":1,"summary":")" + text + R"("})"}}});
  CHECK(show_with(daemon, "cat > $OUT", {"show", "5"}).paged.find(text) != std::string::npos);
  for (const auto* pager : {"", "cat", "/nonexistent/pager 2> /dev/null"}) {
    CAPTURE(pager);
    CHECK(show_with(daemon, pager, {"show", "5"}).direct.find(text) != std::string::npos);
  }
  CHECK(show_with(daemon, "cat > $OUT", {"--no-pager", "show", "5"}).paged.empty());
  CHECK(show_with(daemon, "cat > $OUT", {"--json", "show", "5"}).paged.empty());
  CHECK(show_with(daemon, "cat > $OUT", {"status"}).paged.empty());
  const auto early = show_with(daemon, "exit 3", {"show", "5"});
  CHECK(early.exit == Exit::done);
  CHECK(early.direct.empty());
}
