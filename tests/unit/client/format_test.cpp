#include "client/format.hpp"

#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <ctime>

#include "client/socket_path.hpp"
#include "support/catch.hpp"
#include "text/date.hpp"

using namespace newscache;
using namespace newscache::client;

namespace {

// Local time is part of these functions: fix where we are.
struct Berlin {
  Berlin() {
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
  }
  ~Berlin() {
    ::unsetenv("TZ");
    ::tzset();
  }
};

const Instant now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + std::chrono::hours(9)};

}  // namespace

TEST_CASE("sizes and durations are short") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(1536) == "1.5 KiB");
  CHECK(size_text(5'368'709'120) == "5.0 GiB");
  CHECK(duration_text(0) == "0 s");
  CHECK(duration_text(59) == "59 s");
  CHECK(duration_text(3600) == "1 h");
  CHECK(duration_text(3 * 3600 + 12 * 60 + 5) == "3 h 12 min");
  CHECK(duration_text(86400 + 3600) == "1 d 1 h");
  CHECK(plural(1, "feed") == "1 feed");
  CHECK(plural(0, "feed") == "0 feeds");
}

TEST_CASE("times are shown where the user is") {
  const Berlin berlin;
  CHECK(local_time("2026-11-25T09:27:30Z") == "2026-11-25 10:27");
  CHECK(local_time("2026-07-01T22:30:00Z") == "2026-07-02 00:30");
  CHECK(local_time("").empty());
  CHECK(local_time("soon").empty());
}

TEST_CASE("a point in time is a time, a local day, or how long ago") {
  const Berlin berlin;
  struct Case {
    std::string_view typed;
    std::string_view instant;
  };
  const Case cases[] = {
      {"12h", "2026-11-24T21:00:00Z"},
      {"2d", "2026-11-23T09:00:00Z"},
      {"1w1d12h", "2026-11-16T21:00:00Z"},
      {"90s", "2026-11-25T08:58:30Z"},
      {"9999w", "1970-01-01T00:00:00Z"},
      {"2026-11-25", "2026-11-24T23:00:00Z"},
      {"2026-07-01", "2026-06-30T22:00:00Z"},
      {"2026-11-25T09:00:00Z", "2026-11-25T09:00:00Z"},
      {"2026-11-25T09:00:00+02:00", "2026-11-25T07:00:00Z"},
  };
  for (const auto& [typed, instant] : cases) {
    CAPTURE(typed);
    const auto result = point_in_time(typed, now);
    REQUIRE(result);
    CHECK(*result == instant);
  }
}

TEST_CASE("what is no point in time is wrong usage and named") {
  for (const auto* typed : {"", "yesterday", "2d3", "-2d", "5", "d", "2026-13-01", "2026-02-30", "25.11.2026", "2x"}) {
    CAPTURE(typed);
    const auto result = point_in_time(typed, now);
    REQUIRE(!result);
    CHECK(result.error().exit == Exit::usage);
    CHECK(result.error().message.find("'" + std::string(typed) + "'") == 0);
  }
}

TEST_CASE("assignments become a patch with typed settings") {
  const auto patch = feed_patch({"title=A = B", "folder=", "paused=true", "keep_days=30", "images=false",
                                 "full_text=always", "poll_interval=2h", "keep_per_feed="});
  REQUIRE(patch);
  CHECK(boost::json::serialize(*patch) ==
        R"({"title":"A = B","folder":"","paused":true,"settings":{"keep_days":30,"images":false,)"
        R"("full_text":"always","poll_interval":"2h","keep_per_feed":null}})");
}

TEST_CASE("what is no assignment is wrong usage") {
  for (const auto* assignment : {"paused", "=x", "paused=maybe"}) {
    CAPTURE(assignment);
    const auto patch = feed_patch({assignment});
    REQUIRE(!patch);
    CHECK(patch.error().exit == Exit::usage);
  }
}

TEST_CASE("the socket is the named one, else the machine's for root, else the user's own if it exists") {
  SocketEnvironment environment;
  environment.uid = 1000;
  std::string existing;
  environment.exists = [&](const std::string& path) { return path == existing; };
  CHECK(socket_path("", environment) == "/tmp/newscached-1000/newscached.sock");
  environment.runtime_dir = "/run/user/1000";
  CHECK(socket_path("", environment) == "/run/user/1000/newscached/newscached.sock");
  existing = "/run/newscached/newscached.sock";
  CHECK(socket_path("", environment) == "/run/newscached/newscached.sock");
  existing = "/run/user/1000/newscached/newscached.sock";
  CHECK(socket_path("", environment) == existing);
  environment.root = true;
  CHECK(socket_path("", environment) == "/run/newscached/newscached.sock");
  environment.newscache_socket = "/a";
  CHECK(socket_path("", environment) == "/a");
  CHECK(socket_path("/b", environment) == "/b");
}

TEST_CASE("milliseconds read as people say them") {
  CHECK(milliseconds_text(0) == "0 ms");
  CHECK(milliseconds_text(999) == "999 ms");
  CHECK(milliseconds_text(1000) == "1.00 s");
  CHECK(milliseconds_text(1059) == "1.05 s");
  CHECK(milliseconds_text(59'999) == "59.99 s");
  CHECK(milliseconds_text(125'000) == "2 min 5 s");
}

TEST_CASE("times near to now are told as people tell them") {
  ::setenv("TZ", "UTC", 1);
  const auto at = [](std::string_view time) { return newscache::text::parse_date(time).value(); };
  const auto noon = at("2026-11-25T12:00:00Z");
  const struct {
    std::string_view time;
    std::string_view short_form;
    std::string_view long_form;
  } cases[] = {
      {"2026-11-25T12:00:00Z", "12:00", "Wed 25 Nov 2026, 12:00 (now)"},
      {"2026-11-25T09:27:00Z", "09:27", "Wed 25 Nov 2026, 09:27 (2 h 33 min ago)"},
      {"2026-11-25T12:40:00Z", "12:40", "Wed 25 Nov 2026, 12:40 (in 40 min)"},
      {"2026-11-23T09:27:00Z", "Mon 09:27", "Mon 23 Nov 2026, 09:27 (2 d 2 h ago)"},
      {"2026-11-02T09:27:00Z", " 2 Nov", "Mon 2 Nov 2026, 09:27 (23 d 2 h ago)"},
      {"2026-12-01T09:27:00Z", " 1 Dec", "Tue 1 Dec 2026, 09:27 (in 5 d 21 h)"},
      {"2024-11-25T12:00:00Z", "25 Nov 2024", "Mon 25 Nov 2024, 12:00"},
  };
  for (const auto& [time, short_form, long_form] : cases) {
    CHECK(short_time(at(time), noon) == short_form);
    CHECK(long_time(at(time), noon) == long_form);
  }
}
