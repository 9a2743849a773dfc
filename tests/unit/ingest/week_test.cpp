// What 60 publishers with 200 feeds say of us after a week: with the settings as they are by default, a few hours
// without network, a restart each day, and a clock that goes wrong for some hours.

#include <cstdio>
#include <cstdlib>

#include "ledger.hpp"
#include "support/catch.hpp"
#include "world.hpp"

using namespace newscache;
using namespace newscache::test;
using namespace std::chrono_literals;

namespace {

struct Week : World {
  Week() : ledger(clock, clock.wall(), 20261125) {
    settings.poll = model::PollSettings();
    fetcher.answer = [this](const net::Request& request) { return ledger.answer(request); };
    for (const Source& source : ledger.sources()) ids.push_back(add(source.url));
  }
  ~Week() { shut_down(); }
  void restart() {
    shut_down();
    clock.advance(7min + 300ms);
    start();
  }
  void set_clock(Instant wall) {
    clock.set_wall(wall);
    poller->clock_jumped();
    settle();
  }
  // How often each article of the feed is stored, by its number.
  std::map<std::int64_t, int> stored_articles(std::size_t index) {
    std::map<std::int64_t, int> found;
    model::ArticleQuery query;
    query.feed = ids.at(index);
    query.with_content = false;
    do {
      const model::ArticlePage page = reader_connection->articles(query).value();
      for (const model::Article& article : page.articles) {
        ++found[std::stoll(article.entry.guid.substr(article.entry.guid.rfind('/') + 1))];
      }
      query.cursor = page.next_cursor;
    } while (!query.cursor.empty());
    return found;
  }

  Ledger ledger;
  std::vector<model::FeedId> ids;
};

struct Stored {
  std::int64_t articles = 0;
  std::int64_t must = 0;
  std::int64_t missing = 0;
  std::int64_t twice = 0;
  std::int64_t unknown = 0;  // never published
  std::vector<std::string> complaints;
};

Stored count_stored(Week& week) {
  Stored stored;
  for (std::size_t i = 0; i < week.ids.size(); ++i) {
    const Source& source = week.ledger.sources()[i];
    const auto found = week.stored_articles(i);
    for (const auto& [number, times] : found) {
      ++stored.articles;
      if (times > 1) ++stored.twice;
      if (!source.delivered.contains(number)) ++stored.unknown;
    }
    for (const std::int64_t number : week.ledger.must_be_stored(source)) {
      ++stored.must;
      if (found.contains(number)) continue;
      ++stored.missing;
      stored.complaints.push_back(source.url + " lacks " + std::to_string(number) + " of " +
                                  http_date(source.published(number)) + " to " +
                                  http_date(source.published(number + source.window)) + ", asked to wait " +
                                  std::to_string(source.longest_allowed.count()));
    }
  }
  return stored;
}

double percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// For docs/performance.md: NEWSCACHE_RECORD=1 prints it.
void print(const Week& week, const Ledger& ledger, const Stored& stored) {
  const Verdict& v = ledger.verdict();
  std::int64_t most_of_feed = 0;
  std::int64_t feeds_asked = 0;
  for (const Source& source : week.ledger.sources()) {
    most_of_feed = std::max(most_of_feed, source.requests);
    feeds_asked += source.requests > 0 ? 1 : 0;
  }
  std::int64_t most_of_host = 0;
  for (const auto& [name, host] : ledger.hosts()) most_of_host = std::max(most_of_host, host.requests);
  const std::int64_t baseline = ledger.bytes_of_hourly_readers();
  const auto row = [](const char* what, double value, const char* unit = "") {
    std::printf("%-58s %10.1f %s\n", what, value, unit);
  };
  const auto number = [](const char* what, std::int64_t value) {
    std::printf("%-58s %8lld\n", what, static_cast<long long>(value));
  };
  number("requests that reached publishers", v.requests);
  row("  of a feed and day, mean", static_cast<double>(v.requests) / 7.0 / static_cast<double>(feeds_asked));
  row("  of a feed and day, most", static_cast<double>(most_of_feed) / 7.0);
  row("  of a host and day, mean", static_cast<double>(v.requests) / 7.0 / static_cast<double>(ledger.hosts().size()));
  row("  of a host and day, most (40 feeds)", static_cast<double>(most_of_host) / 7.0);
  number("answers: 200", v.documents);
  number("  of these, cut off when the rest was known", v.cut_off);
  number("answers: 304", v.unmodified);
  number("answers: 429, 503", v.refusals);
  number("could be conditional", v.could_be_conditional);
  row("  of these, conditional with the last pair verbatim", percent(v.conditional, v.could_be_conditional), "%");
  row("  of these, answered by 304", percent(v.unmodified, v.could_be_conditional), "%");
  row("received", static_cast<double>(v.bytes) / 1e6, "MB");
  row("whole documents each hour would be", static_cast<double>(baseline) / 1e6, "MB");
  row("saved", percent(baseline - v.bytes, baseline), "%");
  number("with validators that were altered or invented", v.altered + v.invented);
  number("earlier than allowed", v.early);
  number("in hours or days to be skipped", v.in_skipped_time);
  number("during a cool-down of the host", v.in_cool_down);
  number("after 410", v.after_gone);
  number("less than 2 s after another request to the host", v.too_close);
  number("at once to a host, most", week.fetcher.most_at_host);
  number("at once in total, most", week.fetcher.most_at_once);
  number("articles stored", stored.articles);
  number("articles that were there for long enough", stored.must);
  number("  of these, missing", stored.missing);
  number("articles stored twice", stored.twice);
}

}  // namespace

TEST_CASE("200 feeds on 60 hosts have nothing to complain of after a week, and nothing is missing") {
  Week week;
  Ledger& ledger = week.ledger;
  week.start();
  for (int day = 0; day < 7; ++day) {
    week.leap(9h);
    if (day == 2) {  // until half past ten in the evening, when some want to be left alone
      week.leap(8h);
      ledger.go_offline();
      week.leap(5h + 30min);
      ledger.come_back();
      week.leap(1h + 23min);
      week.restart();
      continue;
    }
    if (day == 4) {
      const Instant wrong = week.clock.wall() + days(365 * 40) + 5h;
      week.set_clock(wrong);
      week.leap(6h);
      week.set_clock(ledger.now());
    } else {
      week.leap(6h);
    }
    week.leap(8h + 53min);
    if (day < 6) week.restart();
  }
  week.await(week.written());
  const Stored stored = count_stored(week);
  const Verdict& v = ledger.verdict();
  if (std::getenv("NEWSCACHE_RECORD") != nullptr) print(week, ledger, stored);
  CHECK(v.complaints == std::vector<std::string>());
  CHECK(stored.complaints == std::vector<std::string>());
  CHECK(v.altered == 0);
  CHECK(v.invented == 0);
  CHECK(v.early == 0);
  CHECK(v.in_skipped_time == 0);
  CHECK(v.in_cool_down == 0);
  CHECK(v.after_gone == 0);
  CHECK(v.too_close == 0);
  CHECK(v.could_be_conditional > 3000);
  CHECK(v.conditional == v.could_be_conditional);
  CHECK(v.refusals > 5);
  CHECK(week.fetcher.most_at_host == 1);
  CHECK(v.bytes * 5 < ledger.bytes_of_hourly_readers());
  for (const Source& source : ledger.sources()) {
    CAPTURE(source.url);
    CHECK(source.requests <= 7 * 24);
    if (source.kind == Kind::healthy) CHECK(source.requests >= 2);
  }
  CHECK(stored.must > 1000);
  CHECK(stored.missing == 0);
  CHECK(stored.twice == 0);
  CHECK(stored.unknown == 0);
  CHECK(week.poller->network().state == ingest::NetworkState::online);
}
