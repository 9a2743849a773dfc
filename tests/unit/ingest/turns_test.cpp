#include "ingest/turns.hpp"

#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::ingest;
using namespace std::chrono_literals;

namespace {

bool everybody(std::string_view) { return true; }

constexpr BootInstant now{1h};
constexpr Ticket feed(int number) { return Ticket{number}; }
// 0: nobody's.
std::int64_t taken(Turns& turns, BootInstant when) { return static_cast<std::int64_t>(turns.take(when, everybody).value_or(feed(0))); }

}  // namespace

TEST_CASE("the feeds of a host have their turns in the order in which they came, one at a time, with the gap") {
  Turns turns;
  CHECK_FALSE(turns.next(everybody));
  CHECK(taken(turns, now) == 0);
  for (const int number : {3, 1, 2}) turns.queue("a", feed(number), false);
  CHECK(turns.waiting() == 3);
  CHECK(turns.next(everybody) <= now);

  CHECK(taken(turns, now) == 3);
  CHECK(turns.waiting() == 2);
  CHECK_FALSE(turns.next(everybody));  // the host is busy, for as long as it takes
  CHECK(taken(turns, now + 1h) == 0);

  turns.release("a", now + 1h + 2s);
  CHECK(turns.next(everybody) == now + 1h + 2s);
  CHECK(taken(turns, now + 1h + 2s - 1ms) == 0);
  CHECK(turns.waiting() == 2);
  CHECK(taken(turns, now + 1h + 2s) == 1);
  turns.release("a", now + 2h);
  CHECK(taken(turns, now + 3h) == 2);
  CHECK(turns.waiting() == 0);
  turns.release("a", now + 4h);
  CHECK_FALSE(turns.next(everybody));  // nobody waits
}

TEST_CASE("who comes to a busy or resting host waits for it, who comes first is the next") {
  Turns turns;
  turns.queue("a", feed(1), false);
  CHECK(taken(turns, now) == 1);
  turns.queue("a", feed(2), false);
  turns.queue("a", feed(3), true);
  CHECK_FALSE(turns.next(everybody));
  turns.release("a", now + 2s);
  turns.queue("a", feed(4), true);
  CHECK(turns.next(everybody) == now + 2s);
  for (const int expected : {4, 3, 2}) {
    CHECK(taken(turns, now + 2s) == expected);
    CHECK(taken(turns, now + 2s) == 0);
    turns.release("a", now + 2s);
  }
  turns.queue("a", feed(5), false);  // nobody waited, and the gap is not over
  CHECK(turns.next(everybody) == now + 2s);
  CHECK(taken(turns, now + 1s) == 0);
  CHECK(taken(turns, now + 2s) == 5);
}

TEST_CASE("a busy host keeps no other one waiting") {
  Turns turns;
  turns.queue("a", feed(1), false);
  turns.queue("a", feed(2), false);
  turns.queue("b", feed(3), false);
  turns.queue("c", feed(4), false);
  std::set<std::int64_t> at_once;
  while (const auto next = turns.take(now, everybody)) at_once.insert(static_cast<std::int64_t>(*next));
  CHECK(at_once == std::set<std::int64_t>{1, 3, 4});
  turns.release("b", now);
  CHECK(taken(turns, now) == 0);
  turns.release("a", now + 1s);
  CHECK(taken(turns, now + 1s) == 2);
}

TEST_CASE("who leaves has no turn, and keeps none of the others from theirs") {
  for (int leaving = 1; leaving <= 3; ++leaving) {
    INFO(leaving);
    Turns turns;
    for (int number = 1; number <= 3; ++number) turns.queue("a", feed(number), false);
    turns.leave("a", feed(leaving));
    CHECK(turns.waiting() == 2);
    for (int number = 1; number <= 3; ++number) {
      if (number == leaving) continue;
      CHECK(taken(turns, now) == number);
      turns.release("a", now);
    }
    CHECK(taken(turns, now) == 0);
  }
}

TEST_CASE("when the last leaves, nobody's turn is next, busy or not") {
  Turns turns;
  turns.queue("a", feed(1), false);
  turns.leave("a", feed(1));
  CHECK_FALSE(turns.next(everybody));
  CHECK(taken(turns, now) == 0);
  turns.leave("a", feed(1));  // it had left
  CHECK(turns.waiting() == 0);

  turns.queue("a", feed(1), false);
  turns.queue("a", feed(2), false);
  CHECK(taken(turns, now) == 1);
  turns.leave("a", feed(2));
  turns.release("a", now + 2s);
  CHECK_FALSE(turns.next(everybody));
  CHECK(turns.waiting() == 0);
  turns.queue("a", feed(2), false);
  CHECK(turns.next(everybody) == now + 2s);
}

TEST_CASE("a host is remembered while it is busy, waited for or in its gap, and no longer") {
  Turns turns;
  turns.queue("busy", feed(1), false);
  CHECK(taken(turns, now) == 1);
  turns.queue("resting", feed(2), false);
  CHECK(taken(turns, now) == 2);
  turns.release("resting", now + 2s);
  turns.queue("rested", feed(3), false);
  CHECK(taken(turns, now) == 3);
  turns.release("rested", now);
  turns.queue("waiting", feed(4), false);
  CHECK(turns.hosts() == 4);

  turns.forget_idle(now);
  CHECK(turns.hosts() == 3);
  turns.queue("resting", feed(2), false);
  CHECK(taken(turns, now) == 4);
  CHECK(taken(turns, now) == 0);
  CHECK(taken(turns, now + 2s) == 2);
  turns.release("resting", now + 4s);
  turns.release("waiting", now + 4s);
  turns.release("busy", now + 4s);
  turns.forget_idle(now + 4s);
  CHECK(turns.hosts() == 0);
}

TEST_CASE("a thousand feeds on five hosts have their turns in fair order, however few transfers there may be") {
  constexpr int hosts = 5;
  constexpr int feeds = 1000;
  constexpr auto gap = 2000ms;
  constexpr auto transfer = 300ms;
  struct Case {
    std::size_t at_once;
    std::chrono::milliseconds most_time;  // 200 turns of each host, and as many gaps
  };
  // With fewer permits than hosts, two at a time are still enough: a host rests longer than it works.
  const Case cases[] = {{32, 200 * (transfer + gap)}, {2, 201 * (transfer + gap)}, {1, 201 * (transfer + gap)}};
  for (const Case& c : cases) {
    INFO(c.at_once << " at once");
    Turns turns;
    const auto name = [](int host) { return "host" + std::to_string(host); };
    for (int number = 0; number < feeds; ++number) turns.queue(name(number % hosts), feed(number), false);

    std::set<std::pair<BootInstant, int>> running;  // ends, host
    std::vector<BootInstant> free_at(hosts);
    std::vector<int> turns_of(hosts);
    std::vector<int> last(hosts, -1);
    int done = 0;
    int unfair = 0;
    int early = 0;
    int disorder = 0;
    BootInstant time = now;
    while (done < feeds) {
      while (!running.empty() && running.begin()->first <= time) {
        const auto [end, host] = *running.begin();
        running.erase(running.begin());
        free_at[static_cast<std::size_t>(host)] = end + gap;
        turns.release(name(host), end + gap);
      }
      while (running.size() < c.at_once) {
        const auto next = turns.take(time, everybody);
        if (!next) break;
        const auto number = static_cast<int>(static_cast<std::int64_t>(*next));
        const auto host = static_cast<std::size_t>(number % hosts);
        early += time < free_at[host];
        disorder += number <= last[host];
        last[host] = number;
        ++turns_of[host];
        ++done;
        const auto [fewest, most] = std::minmax_element(turns_of.begin(), turns_of.end());
        unfair += *most - *fewest > 1;
        running.emplace(time + transfer, number % hosts);
      }
      time += 1ms;
      if (time > now + 1h) break;
    }
    CHECK(done == feeds);
    CHECK(early == 0);
    CHECK(disorder == 0);
    CHECK(unfair == 0);
    CHECK((time - now).count() <= c.most_time.count());
    CHECK(turns.waiting() == 0);
  }
}
