#include "schedule/move.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::schedule;
using std::chrono::days;
using std::chrono::hours;

TEST_CASE("a move is proven by consistent sightings over days, sooner where only http becomes https") {
  constexpr Instant start{std::chrono::sys_days{std::chrono::year(2026) / 11 / 25}};
  const std::string from = "http://a.example/feed";
  const std::string to = "http://b.example/feed";
  const std::string safe = "https://a.example/feed";
  struct Sighting {
    hours at;
    std::string target;
  };
  struct Case {
    const char* what;
    std::vector<Sighting> sightings;
    bool proven;
  };
  const Case cases[] = {
      {"one", {{days(0), to}}, false},
      {"three in a week", {{days(0), to}, {days(3), to}, {days(7), to}}, true},
      {"two in a week", {{days(0), to}, {days(7), to}}, false},
      {"many in six days", {{days(0), to}, {days(1), to}, {days(2), to}, {days(3), to}, {days(6), to}}, false},
      {"another target starts over",
       {{days(0), to}, {days(3), to}, {days(5), "http://c.example/"}, {days(7), to}},
       false},
      {"an answer at the old address starts over", {{days(0), to}, {days(3), to}, {days(5), ""}, {days(8), to}}, false},
      {"a week after starting over",
       {{days(0), "http://c.example/"}, {days(1), to}, {days(2), to}, {days(8), to}},
       true},
      {"back to itself", {{days(0), from}, {days(3), from}, {days(8), from}}, false},
      {"a clock that was ahead", {{days(4000), to}, {days(1), to}, {days(2), to}, {days(3), to}}, false},
      {"https, two in a day", {{days(0), safe}, {days(1), safe}}, true},
      {"https, one", {{days(0), safe}}, false},
      {"https, many in an hour", {{hours(0), safe}, {hours(0), safe}, {hours(1), safe}}, false},
      {"https, another path", {{days(0), safe + "/"}, {days(1), safe + "/"}}, true},
      {"https, another host", {{days(0), "https://b.example/feed"}, {days(1), "https://b.example/feed"}}, false},
      {"https, another port",
       {{days(0), "https://a.example:8443/feed"}, {days(1), "https://a.example:8443/feed"}},
       false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    model::Move move;
    Instant now = start;
    for (const Sighting& sighting : c.sightings) {
      now = start + sighting.at;
      sight_move(move, sighting.target, now);
    }
    CHECK(is_proven(move, from, now) == c.proven);
  }
}

TEST_CASE("https never becomes http sooner") {
  const model::Move move{"http://a.example/feed", Instant{}, 100};
  CHECK_FALSE(is_proven(move, "https://a.example/feed", Instant{days(6)}));
}
