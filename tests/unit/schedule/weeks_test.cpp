// Weeks of polling one feed: what each kind of publisher sees of us. A loop over the policy with a clock of its own;
// the publisher's clock is right, and ours may jump. (That 410 ends polling is the caller's doing: tests/unit/ingest.)

#include <functional>
#include <random>
#include <set>

#include "schedule/rhythm.hpp"
#include "schedule/schedule.hpp"
#include "support/catch.hpp"
#include "support/http_date.hpp"

using namespace newscache;
using namespace newscache::schedule;
using namespace std::chrono_literals;
using newscache::test::http_date;
using std::chrono::days;
using std::chrono::seconds;

namespace {

// A Wednesday.
constexpr Instant begin{std::chrono::sys_days{std::chrono::year(2026) / 11 / 25} + 12h};
constexpr seconds week = days(7);
constexpr double share_of_success = 0.05;
constexpr double share_of_failure = 0.1;

// When articles appear, as ages at the beginning and later: `gap` apart, in groups of `at_once`.
struct Publishing {
  seconds gap{0};  // 0: its documents hold no dates
  int at_once = 1;
  seconds silence{0};  // since the last one; nothing new comes
};

struct Publisher {
  const char* name;
  std::optional<Cause> failure;
  std::string cache_control;
  std::string age;
  std::optional<seconds> expires_in;  // of its Date
  std::string expires;                // or verbatim
  std::string retry_after;
  std::optional<seconds> retry_in;  // as a date
  model::UpdateHints document;
  std::optional<seconds> interval;
  Publishing publishing;
  std::optional<seconds> modified_ago;  // Last-Modified at the beginning
  bool conditional = true;
};

struct Expected {
  int weeks;
  int least, most;  // polls, with whatever jitter
  seconds shortest, longest;
  std::set<std::string> rules;
};

struct Row {
  Publisher publisher;
  Expected expected;
};

struct Poll {
  Instant at;  // by the right clock
  Plan plan;
};

std::vector<Instant> document_dates(const Publishing& publishing, Instant now) {
  std::vector<Instant> dates;
  if (publishing.gap == 0s) return dates;
  const Instant end = publishing.silence > 0s ? begin - publishing.silence : now;
  for (Instant date = begin - publishing.silence - 30 * publishing.gap; date <= end; date += publishing.gap) {
    for (int i = 0; i < publishing.at_once; ++i) dates.push_back(date + i * 1s);
  }
  if (dates.size() > 20) dates.erase(dates.begin(), dates.end() - 20);
  return dates;
}

Plan ask(const Publisher& publisher, std::int64_t count, Instant right, Instant ours, double random) {
  const std::string date = http_date(right);
  const std::string expires = publisher.expires_in ? http_date(right + *publisher.expires_in) : publisher.expires;
  const std::string retry = publisher.retry_in ? http_date(right + *publisher.retry_in) : publisher.retry_after;
  const std::string modified = publisher.modified_ago ? http_date(begin - *publisher.modified_ago) : std::string();
  const Situation situation{.server = {.cache_control = publisher.cache_control,
                                       .expires = expires,
                                       .date = date,
                                       .age = publisher.age,
                                       .retry_after = retry},
                            .document = publisher.document,
                            .interval = publisher.interval,
                            .rhythm = rhythm(document_dates(publisher.publishing, right), right),
                            .last_modified = modified,
                            .conditional = publisher.conditional,
                            .now = ours,
                            .random = random};
  if (publisher.failure) return after_failure({}, *publisher.failure, count, situation);
  return after_success({}, situation);
}

using Random = std::function<double()>;

Random constant(double value) {
  return [value] { return value; };
}

Random seeded(unsigned seed) {
  return [generator = std::mt19937(seed)]() mutable { return static_cast<double>(generator() % 1000) / 1000; };
}

// `jump`: what our clock is wrong by in the second half.
std::vector<Poll> run(const Publisher& publisher, int weeks, Random random, seconds jump = 0s) {
  std::vector<Poll> polls;
  const Instant end = begin + weeks * week;
  for (Instant at = begin; at < end;) {
    const bool wrong = at >= begin + weeks * week / 2;
    const auto count = static_cast<std::int64_t>(polls.size()) + 1;
    polls.push_back({at, ask(publisher, count, at, wrong ? at + jump : at, random())});
    at += polls.back().plan.wait;
  }
  return polls;
}

std::uint32_t hours_from(unsigned first, unsigned last) {
  std::uint32_t skipped = 0;
  for (unsigned hour = first; hour != last; hour = (hour + 1) % 24) skipped |= 1U << hour;
  return skipped;
}

constexpr std::uint8_t weekend = 1U << 0 | 1U << 6;

bool wants_to_be_skipped(const model::UpdateHints& hints, Instant at) {
  const auto day = std::chrono::floor<days>(at);
  const auto hour = static_cast<unsigned>(std::chrono::duration_cast<std::chrono::hours>(at - day).count());
  return (hints.skip_hours >> hour & 1U) != 0 || (hints.skip_days >> std::chrono::weekday(day).c_encoding() & 1U) != 0;
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      // What it says on when to come again.
      {{.name = "nothing"}, {1, 160, 168, 1h, 63min, {"default"}}},
      {{.name = "max-age of 10 minutes", .cache_control = "max-age=600"}, {1, 160, 168, 1h, 63min, {"default"}}},
      {{.name = "max-age of 12 hours", .cache_control = "public, max-age=43200"},
       {2, 27, 28, 12h, 12h + 36min, {"max-age"}}},
      {{.name = "max-age of 12 hours, of which a cache has had 3", .cache_control = "max-age=43200", .age = "10800"},
       {2, 35, 38, 9h, 9h + 27min, {"max-age"}}},
      {{.name = "max-age of 30 days", .cache_control = "max-age=2592000"},
       {4, 4, 4, week, week + week / 20, {"max-age"}}},
      {{.name = "Expires in the past", .expires_in = -1h}, {1, 160, 168, 1h, 63min, {"default"}}},
      {{.name = "Expires the next day", .expires_in = 24h}, {2, 14, 14, 24h, 25h + 12min, {"expires"}}},
      {{.name = "Expires: 0", .expires = "0"}, {1, 160, 168, 1h, 63min, {"default"}}},
      {{.name = "Expires: soon", .expires = "soon"}, {1, 160, 168, 1h, 63min, {"default"}}},
      {{.name = "ttl 60", .document = {.ttl_s = 3600}}, {1, 160, 168, 1h, 63min, {"default"}}},
      {{.name = "ttl 1440", .document = {.ttl_s = 86400}}, {2, 14, 14, 24h, 25h + 12min, {"ttl"}}},
      {{.name = "sy: twice a week", .document = {.ttl_s = 302400}}, {4, 8, 8, 84h, 89h, {"ttl"}}},
      {{.name = "sy: hourly, and a daily rhythm", .document = {.ttl_s = 3600}, .publishing = {24h}},
       {4, 50, 70, 8h, 14h, {"rhythm"}}},
      {{.name = "max-age of 12 hours and ttl of a day", .cache_control = "max-age=43200", .document = {.ttl_s = 86400}},
       {2, 14, 14, 24h, 25h + 12min, {"ttl"}}},
      {{.name = "skipHours of the night", .document = {.skip_hours = hours_from(22, 6)}},
       {1, 105, 119, 1h, 9h + 15min, {"default", "skip-hours"}}},
      {{.name = "skipHours of the night, max-age of 12 hours",
        .cache_control = "max-age=43200",
        .document = {.skip_hours = hours_from(22, 6)}},
       {2, 18, 28, 12h, 21h, {"max-age", "skip-hours"}}},
      {{.name = "skipDays of the weekend", .document = {.skip_days = weekend}},
       {4, 456, 484, 1h, 49h + 15min, {"default", "skip-days"}}},
      {{.name = "skipDays of the weekend, skipHours of the night",
        .document = {.skip_hours = hours_from(22, 6), .skip_days = weekend}},
       {2, 145, 175, 1h, 57h + 15min, {"default", "skip-hours"}}},
      {{.name = "redirects with Retry-After", .retry_after = "7200"}, {1, 80, 84, 2h, 126min, {"retry-after"}}},

      // What the next request can carry, and what the user wants.
      {{.name = "no validators", .conditional = false}, {1, 40, 42, 4h, 252min, {"unconditional"}}},
      {{.name = "no validators, but max-age of 2 hours", .cache_control = "max-age=7200", .conditional = false},
       {1, 80, 84, 2h, 126min, {"max-age"}}},
      {{.name = "an interval of 15 minutes", .interval = 15min}, {1, 640, 672, 15min, 15min + 45s, {"poll_interval"}}},
      {{.name = "an interval of 15 minutes, max-age of 2 hours", .cache_control = "max-age=7200", .interval = 15min},
       {1, 80, 84, 2h, 126min, {"max-age"}}},
      {{.name = "an interval of a day, an hourly rhythm", .interval = 24h, .publishing = {1h}},
       {2, 14, 14, 24h, 25h + 12min, {"poll_interval"}}},

      // How it publishes.
      {{.name = "hourly", .publishing = {1h}}, {1, 160, 168, 1h, 63min, {"rhythm"}}},
      {{.name = "daily", .publishing = {24h}}, {4, 50, 70, 8h, 14h, {"rhythm"}}},
      {{.name = "monthly", .publishing = {days(30)}}, {4, 28, 30, 22h + 48min, 24h, {"rhythm"}}},
      {{.name = "five at once, each week", .publishing = {week, 5}}, {4, 28, 60, 8h, 24h, {"rhythm"}}},
      {{.name = "silent for a year", .publishing = {1h, 1, days(365)}}, {4, 28, 30, 22h + 48min, 24h, {"rhythm"}}},
      {{.name = "silent for a year, as Last-Modified alone tells", .modified_ago = days(365)},
       {4, 28, 30, 22h + 48min, 24h, {"rhythm"}}},
      {{.name = "silent for two days, as Last-Modified tells", .modified_ago = days(2)},
       {1, 13, 20, 4h + 45min, 24h, {"rhythm"}}},

      // How it refuses.
      {{.name = "429, Retry-After of 2 hours", .failure = Cause::busy, .retry_after = "7200"},
       {1, 76, 84, 2h, 132min, {"retry-after"}}},
      {{.name = "429, Retry-After of 5 seconds", .failure = Cause::busy, .retry_after = "5"},
       {1, 153, 168, 1h, 66min, {"cool-down"}}},
      {{.name = "429, Retry-After as a date", .failure = Cause::busy, .retry_in = 5h},
       {1, 31, 34, 5h, 5h + 30min, {"retry-after"}}},
      {{.name = "429 without a hint", .failure = Cause::busy}, {1, 8, 9, 4h, 26h + 24min, {"cool-down"}}},
      {{.name = "503, Retry-After of 2 days", .failure = Cause::busy, .retry_after = "172800"},
       {2, 7, 7, 48h, 52h + 48min, {"retry-after"}}},
      {{.name = "503, Retry-After of a year", .failure = Cause::busy, .retry_after = "31536000"},
       {4, 4, 4, week, week + week / 10, {"retry-after"}}},
      {{.name = "503 without a hint", .failure = Cause::busy}, {4, 27, 30, 4h, 26h + 24min, {"cool-down"}}},
      {{.name = "403", .failure = Cause::denied}, {4, 29, 32, 1h, 26h + 24min, {"back-off"}}},
      {{.name = "404", .failure = Cause::missing}, {4, 29, 32, 1h, 26h + 24min, {"back-off"}}},
      {{.name = "404, max-age of 2 days", .failure = Cause::missing, .cache_control = "max-age=172800"},
       {2, 7, 7, 48h, 52h + 48min, {"max-age"}}},
      {{.name = "404, skipDays of the weekend", .failure = Cause::missing, .document = {.skip_days = weekend}},
       {4, 20, 26, 1h, 75h, {"back-off", "skip-days"}}},
      {{.name = "500", .failure = Cause::server}, {4, 29, 32, 1h, 26h + 24min, {"back-off"}}},
      {{.name = "timeout", .failure = Cause::timeout}, {4, 29, 32, 1h, 26h + 24min, {"back-off"}}},
      {{.name = "refused", .failure = Cause::refused}, {4, 29, 32, 1h, 26h + 24min, {"back-off"}}},
      {{.name = "TLS", .failure = Cause::tls}, {4, 29, 32, 1h, 26h + 24min, {"back-off"}}},
      {{.name = "too large", .failure = Cause::too_large}, {4, 29, 32, 1h, 26h + 24min, {"back-off"}}},
      {{.name = "a page", .failure = Cause::not_a_feed}, {4, 29, 32, 1h, 26h + 24min, {"back-off"}}},
      {{.name = "500, an interval of 15 minutes", .failure = Cause::server, .interval = 15min},
       {4, 29, 32, 1h, 26h + 24min, {"back-off"}}},
      {{.name = "no such name", .failure = Cause::dns}, {4, 25, 37, 5min, 36h, {"link"}}},
      {{.name = "no link", .failure = Cause::link}, {1, 1344, 2016, 5min, 7min + 30s, {"link"}}},
  };
  return all;
}

bool is_failure(const Row& row) { return row.publisher.failure.has_value(); }
bool is_own_fault(const Row& row) { return row.expected.rules.contains("link"); }

std::vector<seconds> waits(const std::vector<Poll>& polls) {
  std::vector<seconds> all;
  for (const Poll& poll : polls) all.push_back(poll.plan.wait);
  return all;
}

}  // namespace

TEST_CASE("each kind of publisher is asked as often in weeks, as far apart and by the rules that it expects") {
  for (const Row& row : rows()) {
    const auto& [publisher, expected] = row;
    CAPTURE(publisher.name);
    const std::vector<Random> randoms = {constant(0), constant(0.5), constant(0.999), seeded(1), seeded(2)};
    for (std::size_t i = 0; i < randoms.size(); ++i) {
      CAPTURE(i);
      std::set<std::string> rules;
      seconds shortest = seconds::max();
      seconds longest{0};
      const std::vector<Poll> polls = run(publisher, expected.weeks, randoms[i]);
      int in_skipped_time = 0;
      for (const Poll& poll : polls) {
        rules.insert(poll.plan.rule);
        shortest = std::min(shortest, poll.plan.wait);
        longest = std::max(longest, poll.plan.wait);
        if (wants_to_be_skipped(publisher.document, poll.at + poll.plan.wait)) ++in_skipped_time;
      }
      CHECK(static_cast<int>(polls.size()) >= expected.least);
      CHECK(static_cast<int>(polls.size()) <= expected.most);
      CHECK(shortest >= expected.shortest);
      CHECK(longest <= expected.longest);
      CHECK(rules == expected.rules);
      CHECK(in_skipped_time == 0);
    }
  }
}

TEST_CASE(
    "jitter only adds, a twentieth after a success and a tenth after a failure, and at the ceiling it takes off") {
  for (const Row& row : rows()) {
    const auto& publisher = row.publisher;
    if (publisher.document.skip_hours != 0 || publisher.document.skip_days != 0) continue;
    CAPTURE(publisher.name);
    const double share = is_own_fault(row) ? 0.5 : is_failure(row) ? share_of_failure : share_of_success;
    for (const std::int64_t count : {1, 3, 50}) {
      const seconds least = ask(publisher, count, begin, begin, 0).wait;
      const bool at_ceiling = row.expected.rules == std::set<std::string>{"rhythm"} && least == 24h;
      for (const double random : {0.001, 0.5, 0.999}) {
        CAPTURE(count, random);
        const auto more = seconds(static_cast<std::int64_t>(static_cast<double>(least.count()) * share * random));
        CHECK(ask(publisher, count, begin, begin, random).wait == (at_ceiling ? least - more : least + more));
      }
    }
  }
}

TEST_CASE("two feeds that are polled together once drift apart, whatever their publisher says") {
  for (const Row& row : rows()) {
    CAPTURE(row.publisher.name);
    const auto one = run(row.publisher, 4, seeded(3));
    const auto other = run(row.publisher, 4, seeded(4));
    REQUIRE(one.front().at == other.front().at);
    std::set<Instant> times;
    for (const Poll& poll : one) times.insert(poll.at);
    std::size_t together = 0;
    for (const Poll& poll : other) together += times.contains(poll.at) ? 1 : 0;
    CHECK(together <= 1 + other.size() / 50);
    const auto apart = [&](std::size_t poll) { return std::chrono::abs(one.at(poll).at - other.at(poll).at); };
    const std::size_t last = std::min({one.size(), other.size(), std::size_t{10}}) - 1;
    CHECK(std::max({apart(1), apart(2), apart(last)}) >= 5s);
  }
}

TEST_CASE("back-off never stops for good, and one success resets it") {
  for (const Row& row : rows()) {
    if (!is_failure(row)) continue;
    CAPTURE(row.publisher.name);
    const auto polls = run(row.publisher, 8, seeded(5));
    CHECK(polls.back().at + row.expected.longest >= begin + 8 * week);
    const seconds first = ask(row.publisher, 1, begin, begin, 0).wait;
    const Plan recovered = after_success({}, {.now = begin});
    CHECK(recovered.wait == 1h);
    CHECK(recovered.rule == "default");
    CHECK(first <= polls.back().plan.wait);
    CHECK(ask(row.publisher, 1'000'000'000'000, begin, begin, 0.999).wait <= row.expected.longest);
  }
}

TEST_CASE("a jump of our clock by forty years in the middle of the weeks changes no wait") {
  // Whole weeks: the hour and the day of the week stay, which is all that skipHours and skipDays ask for.
  constexpr seconds years = 2087 * week;
  for (const Row& row : rows()) {
    CAPTURE(row.publisher.name);
    const auto right = waits(run(row.publisher, row.expected.weeks, seeded(6)));
    CHECK(waits(run(row.publisher, row.expected.weeks, seeded(6), years)) == right);
    CHECK(waits(run(row.publisher, row.expected.weeks, seeded(6), -years)) == right);
  }
}

TEST_CASE("the hours and days that a feed wants to be skipped are those of its own clock, however wrong ours is") {
  for (const Row& row : rows()) {
    if (row.publisher.document.skip_hours == 0 && row.publisher.document.skip_days == 0) continue;
    CAPTURE(row.publisher.name);
    const auto right = waits(run(row.publisher, row.expected.weeks, seeded(7)));
    CHECK(waits(run(row.publisher, row.expected.weeks, seeded(7), 11h)) == right);
    CHECK(waits(run(row.publisher, row.expected.weeks, seeded(7), -days(18'000) - 5h)) == right);
  }
}
