// why FEED: state, next poll and what decided it, error, journal.

#include "unit/client/scripted_daemon.hpp"

using namespace newscache;
using namespace newscache::client;
using namespace newscache::client::test;

namespace {

const std::string journal =
    R"({"attempts":[)"
    R"({"time":"2026-11-25T09:27:00Z","cause":"missing","detail":"the server answered 404","status":404,"bytes":412,)"
    R"("duration_ms":1830,"new":0,"updated":0,"next_poll":"2999-01-01T00:00:00Z","next_poll_rule":"back-off"},)"
    R"({"time":"2026-11-25T08:20:00Z","cause":"missing","detail":"the server answered 404","status":404,"bytes":412,)"
    R"("duration_ms":95,"new":0,"updated":0,"next_poll":"2026-11-25T09:26:00Z","next_poll_rule":"back-off"},)"
    R"({"time":"2026-11-25T07:20:00Z","status":304,"bytes":220,"duration_ms":90,"new":0,"updated":0,)"
    R"("next_poll":"2026-11-25T08:20:00Z","next_poll_rule":"max-age"},)"
    R"({"time":"2026-11-25T06:20:00Z","status":200,"bytes":20480,"duration_ms":400,"new":12,"updated":1,)"
    R"("next_poll":"2026-11-25T07:20:00Z","next_poll_rule":"default"}]})";
const std::string online = R"({"network":{"state":"online","since":"2026-11-25T06:00:00Z"},"storage":{}})";

std::string feed(const std::string& more) {
  return R"({"id":7,"url":"https://example.org/feed","title":"Harbour","last_success":"2026-11-25T07:20:00Z",)" + more +
         "}";
}

std::string why(const std::string& feed_json, const std::string& status = online,
                const std::string& attempts = R"({"attempts":[]})") {
  const ScriptedDaemon daemon({{"GET /v1/feeds/7", {200, feed_json}},
                               {"GET /v1/feeds/7/journal?limit=10", {200, attempts}},
                               {"GET /v1/status", {200, status}}});
  const auto ran = run(daemon, {"why", "7"});
  CHECK(ran.exit == Exit::done);
  CHECK(ran.err.empty());
  return ran.out;
}

bool says(const std::string& out, std::string_view words) { return out.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("why tells the state, the next poll and what decided it, the error, and the last attempts") {
  ::setenv("TZ", "UTC", 1);
  const auto out = why(feed(R"("state":"failing","next_poll":"2999-01-01T00:00:00Z","next_poll_rule":"back-off",)"
                            R"("error":{"cause":"missing","detail":"the server answered 404","count":2,)"
                            R"("since":"2026-11-25T08:20:00Z"})"),
                       online, journal);
  ::unsetenv("TZ");
  CHECK(out ==
        "feed          7, Harbour <https://example.org/feed>\n"
        "state         failing: it could not be read lately; the attempts go on\n"
        "next poll     2999-01-01 00:00\n"
        "decided by    back-off: the attempts failed; each failure makes the wait longer, up to a day\n"
        "error         missing: the server answered 404\n"
        "failing       since 2026-11-25 08:20, 2 failures in a row\n"
        "last success  2026-11-25 07:20\n"
        "\n"
        "TIME              RESULT     STATUS  RECEIVED    TOOK  NEW  UPDATED  NEXT POLL         RULE\n"
        "2026-11-25 09:27  missing       404     412 B  1.83 s    0        0  2999-01-01 00:00  back-off\n"
        "    the server answered 404\n"
        "2026-11-25 08:20  missing       404     412 B   95 ms    0        0  2026-11-25 09:26  back-off\n"
        "2026-11-25 07:20  unchanged     304     220 B   90 ms    0        0  2026-11-25 08:20  max-age\n"
        "2026-11-25 06:20  read          200  20.0 KiB  400 ms   12        1  2026-11-25 07:20  default\n");
}

TEST_CASE("why says in plain words what the state means") {
  const struct {
    std::string state;
    std::string words;
  } cases[] = {
      {"new", "it has not been read yet"},
      {"ok", "the last attempt worked"},
      {"failing", "the attempts go on"},
      {"gone", "'newscache refresh 7'"},
      {"paused", "'newscache set 7 paused=false'"},
      {"auth", "the server does not let us read it"},
  };
  for (const auto& [state, words] : cases) {
    CAPTURE(state);
    CHECK(says(why(feed("\"state\":\"" + state + "\"")), words));
  }
}

TEST_CASE("why says when the next poll is, or why there is none") {
  const struct {
    std::string feed;
    std::string status;
    std::string words;
  } cases[] = {
      {R"("state":"ok","next_poll":"2999-01-01T12:00:00Z")", online, "next poll     2999-01-01 "},
      {R"("state":"ok","next_poll":"2001-01-01T12:00:00Z")", online, "due; it waits for its turn"},
      {R"("state":"ok","next_poll":"2001-01-01T12:00:00Z")", R"({"network":{"state":"offline"}})",
       "due; as soon as there is a network"},
      {R"("state":"ok","next_poll":"2999-01-01T12:00:00Z","error":{"cause":"timeout","count":0})",
       R"({"network":{"state":"portal"}})", "next poll     as soon as there is a network"},
      {R"("state":"ok","polling":true)", online, "now: it is queued or being fetched"},
      {R"("state":"paused","next_poll":"2999-01-01T12:00:00Z")", online, "none, it is paused"},
      {R"("state":"gone","next_poll":null,"next_poll_rule":"gone")", online, "none, it is gone"},
  };
  for (const auto& [json, status, words] : cases) {
    CAPTURE(json, status);
    auto out = why("{\"id\":7,\"url\":\"https://example.org/feed\"," + json + "}", status);
    CAPTURE(out);
    CHECK(says(out, words));
  }
}

TEST_CASE("why explains the rule, and shows one that it does not know as it is") {
  for (const auto* rule :
       {"default", "rhythm", "unconditional", "poll_interval", "max-age", "expires", "ttl", "skip-hours", "skip-days",
        "retry-after", "cool-down", "host-cool-down", "back-off", "link", "quiet-hours", "budget", "gone"}) {
    CAPTURE(rule);
    CHECK(
        says(why(feed("\"state\":\"ok\",\"next_poll_rule\":\"" + std::string(rule) + "\"")), std::string(rule) + ": "));
  }
  CHECK(says(why(feed(R"("state":"ok","next_poll_rule":"moon-phase")")), "moon-phase\n"));
}

TEST_CASE("why tells a network that is away, and an error that is not the feed's fault") {
  const auto out = why(feed(R"("state":"ok","error":{"cause":"dns","detail":"no resolver","count":0,)"
                            R"("since":"2026-11-25T08:20:00Z"})"),
                       R"({"network":{"state":"portal","since":"2026-11-25T08:20:00Z"}})");
  CHECK(says(out, "network       portal since 2026-11-25 "));
  CHECK(says(out, "not counted against the feed"));
  CHECK(says(out, "state         ok: what went wrong lately is not its fault"));
}

TEST_CASE("why says of each cause whether it counts against the feed") {
  const struct {
    std::string cause;
    bool counts;
  } cases[] = {{"link", false}, {"dns", false},      {"portal", false}, {"clock", false},    {"busy", false},
               {"tls", true},   {"timeout", true},   {"refused", true}, {"denied", true},    {"missing", true},
               {"gone", true},  {"too_large", true}, {"server", true},  {"not_a_feed", true}};
  for (const auto& [cause, counts] : cases) {
    CAPTURE(cause);
    const auto out = why(feed(R"("state":"ok","error":{"count":2,"cause":")" + cause + "\"}"));
    CHECK(says(out, "2 failures in a row"));
    CHECK(says(out, "not counted against the feed") != counts);
  }
}

TEST_CASE("why says what the network's state means, and nothing of one that is as usual") {
  const auto with_network = [](const std::string& state) {
    return why(feed(R"("state":"ok")"), R"({"network":{"state":")" + state + R"(","since":"2026-11-25T08:20:00Z"}})");
  };
  CHECK(says(with_network("offline"), "until one answers\n"));
  CHECK(says(with_network("portal"), "perhaps it wants a login"));
  CHECK(says(with_network("metered"), "budget.metered_day counts"));
  CHECK_FALSE(says(with_network("online"), "network "));
}

TEST_CASE("why tells between which times articles may be missing, and which feed is the same") {
  ::setenv("TZ", "UTC", 1);
  const auto out = why(feed(R"("state":"ok","duplicate_of":9,)"
                            R"("gap":{"after":"2026-10-01T08:00:00Z","before":"2026-11-20T10:30:00Z"})"));
  ::unsetenv("TZ");
  CHECK(says(out, "gap           articles may be missing between 2026-10-01 08:00 and 2026-11-20 10:30: "));
  CHECK(says(out, "duplicate     feed 9 leads to the same address"));
  const auto plain = why(feed(R"("state":"ok","duplicate_of":null,"gap":null)"));
  CHECK_FALSE(says(plain, "gap "));
  CHECK_FALSE(says(plain, "duplicate "));
}

TEST_CASE("why tells the budgets that hold for the feed, and which attempts were metered") {
  const std::string budget =
      R"({"network":{"state":"online"},"traffic":{"received_today_bytes":3145728,"budget_bytes":)";
  const std::string own = R"("state":"ok","settings":{"budget_day":"5MB","keep_days":3})";
  CHECK(says(why(feed(own), budget + "null}}"), "budget        budget_day = 5MB; all feeds: 3.0 MiB received"));
  CHECK(says(why(feed(R"("state":"ok")"), budget + "4194304}}"), "the budget of a day is 4.0 MiB\n"));
  CHECK(says(why(feed(R"("state":"ok","next_poll_rule":"budget")"), budget + "null}}"), "all feeds: 3.0 MiB"));
  CHECK_FALSE(says(why(feed(R"("state":"ok")"), budget + "null}}"), "all feeds"));
  CHECK(says(why(feed(R"("state":"ok")"), online, R"({"attempts":[{"status":304,"bytes":220,"metered":true}]})"),
             "220 B metered"));
}

TEST_CASE("imported articles have no address to poll") {
  CHECK(says(why(R"({"id":7,"url":"import:Archive","title":"Archive","state":"ok"})"), "none, it came from files"));
}

TEST_CASE("why removes from a publisher's words what would steer a terminal") {
  const auto out = why(R"({"id":7,"url":"https://example.org/","title":"A\u001b[2J","state":"ok"})", online,
                       R"({"attempts":[{"cause":"server","detail":"B\u001b[2J\nC"}]})");
  CHECK(out.find('\x1b') == std::string::npos);
  CHECK(says(out, "B[2J C\n"));
}

TEST_CASE("why --json is the feed, its attempts and the network as the API tells them") {
  const ScriptedDaemon daemon({{"GET /v1/feeds/7", {200, R"({"id":7,"state":"ok"})"}},
                               {"GET /v1/feeds/7/journal?limit=2", {200, R"({"attempts":[{"status":304}]})"}},
                               {"GET /v1/status", {200, online}}});
  CHECK(run(daemon, {"why", "7", "-n", "2", "--json"}).out ==
        R"({"feed":{"id":7,"state":"ok"},"attempts":[{"status":304}],)"
        R"("network":{"state":"online","since":"2026-11-25T06:00:00Z"},"storage":{}})"
        "\n");
}

TEST_CASE("why takes a URL, and exits 4 for a feed that is not there") {
  const ScriptedDaemon daemon(
      {{"GET /v1/feeds", {200, R"({"feeds":[{"id":7,"url":"https://example.org/feed","state":"ok"}]})"}},
       {"GET /v1/feeds/7/journal?limit=10", {200, R"({"attempts":[]})"}},
       {"GET /v1/status", {200, online}}});
  CHECK(run(daemon, {"why", "http://example.org/feed"}).exit == Exit::done);
  CHECK(run(daemon, {"why", "https://two.example/"}).exit == Exit::not_found);
  CHECK(run(daemon, {"why", "8"}).exit == Exit::not_found);
  CHECK(run(daemon, {"why"}).exit == Exit::usage);
  CHECK(run(daemon, {"why", "7", "-n", "0"}).exit == Exit::usage);
}
