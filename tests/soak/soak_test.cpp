// Days of the real daemon in minutes. NEWSCACHE_SOAK=HOURS makes it more, NEWSCACHE_SEED=N another course.

#include "soak.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "support/catch.hpp"

using namespace newscache::test;

namespace {

std::int64_t number_from(const char* variable, std::int64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::atoll(text) : otherwise;
}

double megabytes(std::int64_t bytes) { return static_cast<double>(bytes) / 1e6; }

void print(const SoakOptions& options, const Soak& soak) {
  const Tally& t = soak.tally();
  std::printf(
      "seed %llu, %lld hours: %lld polls, %lld documents, %lld articles, %lld marks, %lld changes followed, "
      "%lld kills, %lld stops, %lld checks, fingerprint %016llx\n",
      static_cast<unsigned long long>(options.seed), static_cast<long long>(options.time.count()),
      static_cast<long long>(t.polls), static_cast<long long>(t.documents), static_cast<long long>(t.added),
      static_cast<long long>(t.marks), static_cast<long long>(t.changes), static_cast<long long>(t.kills),
      static_cast<long long>(t.stops), static_cast<long long>(t.checks),
      static_cast<unsigned long long>(t.fingerprint));
  for (const Measure& m : soak.measures()) {
    std::printf(
        "after %5lld h: %6.2f MB resident, %5.2f MB database, %5.2f MB log, %6.2f MB state, %lld articles of %lld\n",
        static_cast<long long>(m.at.count()), megabytes(m.rss), megabytes(m.database), megabytes(m.log),
        megabytes(m.state), static_cast<long long>(m.articles), static_cast<long long>(m.added));
  }
}

// Half of the time nobody was killed; by the last quarter caches are full.
void check_that_nothing_grows(const std::vector<Measure>& measures) {
  REQUIRE(measures.size() == 4);
  const Measure& half = measures[1];
  const Measure& late = measures[2];
  const Measure& end = measures[3];
  CHECK(end.rss < late.rss + late.rss / 10);
  // Of an article that has gone its identity stays, for 90 days.
  constexpr std::int64_t identity = 200;  // bytes
  constexpr std::int64_t article = 1000;
  constexpr std::int64_t slack = 100'000;
  CHECK(end.database < half.database + half.database / 10 + slack + identity * (end.added - half.added) +
                           article * std::max<std::int64_t>(end.articles - half.articles, 0));
  constexpr std::int64_t longest_log = 16 << 20;
  CHECK(end.log < longest_log);
  CHECK(end.articles < 2 * half.articles);
}

}  // namespace

TEST_CASE("after days of trouble nothing is lost, nothing is doubled, and nothing has grown") {
  SoakOptions options;
  options.time = hours(number_from("NEWSCACHE_SOAK", options.time.count()));
  options.seed = static_cast<std::uint64_t>(number_from("NEWSCACHE_SEED", 1));
  Soak soak(options);
  CAPTURE(options.seed);
  soak.run();
  print(options, soak);
  CHECK(soak.faults() == std::vector<std::string>());
  check_that_nothing_grows(soak.measures());
}

TEST_CASE("the same seed is the same course of events, as long as threads and kills have no say in it") {
  SoakOptions options;
  options.time = hours(10);
  options.kills = false;
  options.transfers = 1;
  std::vector<std::uint64_t> courses;
  for (const std::uint64_t seed : {1, 1, 2}) {
    options.seed = seed;
    Soak soak(options);
    soak.run();
    CHECK(soak.faults() == std::vector<std::string>());
    courses.push_back(soak.tally().fingerprint);
  }
  CHECK(courses[0] == courses[1]);
  CHECK(courses[0] != courses[2]);
}
