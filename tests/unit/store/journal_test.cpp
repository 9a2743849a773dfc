// The journal: how the last polls of a feed went.

#include <algorithm>

#include "store/database.hpp"
#include "store/open_file.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

model::Attempt attempt(Instant time, int status = 304) {
  model::Attempt attempt;
  attempt.time = time;
  attempt.status = status;
  attempt.next_poll = time + 1h;
  attempt.next_poll_rule = "default";
  return attempt;
}

model::UpdateResult apply(Store& store, model::FeedId feed, std::vector<model::Attempt> attempts,
                          std::vector<model::IncomingEntry> entries = {}) {
  model::FeedUpdate update;
  update.feed_id = feed;
  if (const auto known = store.reader->feed(feed)) update.state = known->state;
  update.entries = std::move(entries);
  update.received = kNow;
  update.attempts = std::move(attempts);
  return store.writer->apply({&update, 1}, Durability::relaxed).front();
}

}  // namespace

TEST_CASE("an attempt comes back as it went, and survives a restart") {
  Store store;
  const auto feed = store.subscribe("a");
  model::Attempt failed;
  failed.time = kNow;
  failed.cause = Cause::missing;
  failed.detail = "the server answered 404";
  failed.status = 404;
  failed.bytes = 321;
  failed.metered = true;
  failed.duration = 47ms;
  failed.next_poll = kNow + 2h;
  failed.next_poll_rule = "back-off";
  apply(store, feed, {failed});
  CHECK(store.reader->journal(feed, 50).value() == std::vector<model::Attempt>{failed});
  store.reopen();
  CHECK(store.reader->journal(feed, 50).value() == std::vector<model::Attempt>{failed});
}

TEST_CASE("an attempt without an answer and without a next time comes back so") {
  Store store;
  const auto feed = store.subscribe("a");
  model::Attempt offline;
  offline.time = kNow;
  offline.cause = Cause::link;
  apply(store, feed, {offline});
  CHECK(store.reader->journal(feed, 50).value() == std::vector<model::Attempt>{offline});
}

TEST_CASE("the newest attempt comes first, of the feed that was asked for, and not more than that many") {
  Store store;
  const auto a = store.subscribe("a");
  const auto b = store.subscribe("b");
  apply(store, a, {attempt(kNow)});
  apply(store, b, {attempt(kNow + 1min)});
  apply(store, a, {attempt(kNow + 2min), attempt(kNow + 3min)});
  CHECK(store.reader->journal(a, 50).value() ==
        std::vector<model::Attempt>{attempt(kNow + 3min), attempt(kNow + 2min), attempt(kNow)});
  CHECK(store.reader->journal(a, 1).value() == std::vector<model::Attempt>{attempt(kNow + 3min)});
  CHECK(store.reader->journal(a, 0).value().empty());
  CHECK(store.reader->journal(b, 50).value() == std::vector<model::Attempt>{attempt(kNow + 1min)});
}

TEST_CASE("the order is that of the polls, also when the wall clock has jumped back") {
  Store store;
  const auto feed = store.subscribe("a");
  apply(store, feed, {attempt(kNow)});
  apply(store, feed, {attempt(kNow - 24h * 3650)});
  CHECK(store.reader->journal(feed, 50).value().front().time == kNow - 24h * 3650);
}

TEST_CASE("what a poll brought is counted in its attempt, not in those that had waited") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One")});
  apply(store, feed, {attempt(kNow), attempt(kNow + 1h, 200)},
        {entry(feed, "1", "One, corrected"), entry(feed, "2", "Two"), entry(feed, "3", "Three")});
  const auto journal = store.reader->journal(feed, 50).value();
  REQUIRE(journal.size() == 2);
  CHECK(journal[0].added == 2);
  CHECK(journal[0].updated == 1);
  CHECK(journal[1].added == 0);
  CHECK(journal[1].updated == 0);
}

TEST_CASE("an attempt that brought nothing moves no revision") {
  Store store;
  const auto feed = store.subscribe("a");
  const auto revision = store.writer->revision();
  apply(store, feed, {attempt(kNow)});
  CHECK(store.writer->revision() == revision);
}

TEST_CASE("the last fifty attempts of each feed are kept") {
  Store store;
  const auto a = store.subscribe("a");
  const auto b = store.subscribe("b");
  apply(store, b, {attempt(kNow)});
  for (int i = 0; i < 60; ++i) apply(store, a, {attempt(kNow + i * 1min)});
  const auto journal = store.reader->journal(a, 1000).value();
  REQUIRE(journal.size() == 50);
  CHECK(journal.front().time == kNow + 59min);
  CHECK(journal.back().time == kNow + 10min);
  CHECK(store.reader->journal(b, 1000).value().size() == 1);
}

TEST_CASE("what lies behind the journals is bounded, also when the daemon restarts again and again") {
  Store store;
  const auto a = store.subscribe("a");
  const auto b = store.subscribe("b");
  const auto rows = [&store] { return Database(store.options, Access::read).number("SELECT count(*) FROM attempt"); };
  std::int64_t most = 0;
  for (int i = 0; i < 300; ++i) {
    apply(store, a, {attempt(kNow + i * 1min)});
    most = std::max(most, rows());
  }
  CHECK(most <= 2 * 50 + 2 * 10 + 50);
  for (int i = 0; i < 120; ++i) {
    if (i % 7 == 0) store.reopen();
    apply(store, b, {attempt(kNow + i * 1min)});
  }
  CHECK(rows() <= 2 * 50 + 7);
  CHECK(store.reader->journal(a, 50).value().size() == 50);
}

TEST_CASE("a detail is kept in part when it is long, cut between characters") {
  Store store;
  const auto feed = store.subscribe("a");
  auto failed = attempt(kNow, 500);
  failed.detail = "x";
  for (int i = 0; i < 1000; ++i) failed.detail += "é";
  apply(store, feed, {failed});
  const auto kept = store.reader->journal(feed, 1).value().front().detail;
  CHECK(kept.size() == 299);
  CHECK(failed.detail.starts_with(kept));
}

TEST_CASE("the journal goes with its feed, also when starred articles keep the feed's row") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One")});
  apply(store, feed, {attempt(kNow)});
  SECTION("with starred articles") {
    model::MarkRequest mark;
    mark.ids = {store.only().id};
    mark.starred = true;
    REQUIRE(store.writer->mark(mark).has_value());
    REQUIRE(store.writer->remove_feed(feed, false).has_value());
    CHECK(store.reader->journal(feed, 50).error().cause == Cause::not_found);
    apply(store, feed, {attempt(kNow + 1h)});  // comes too late
    check_consistent(store);
    const auto again = store.subscribe("a");
    CHECK(again == feed);
    CHECK(store.reader->journal(again, 50).value().empty());
  }
  SECTION("without") {
    REQUIRE(store.writer->remove_feed(feed, false).has_value());
    CHECK(store.reader->journal(feed, 50).error().cause == Cause::not_found);
    check_consistent(store);
  }
}

TEST_CASE("a feed that does not exist has no journal") {
  Store store;
  CHECK(store.reader->journal(model::FeedId{4711}, 50).error().cause == Cause::not_found);
}

TEST_CASE("an update for a feed that has moved to another address leaves no attempt") {
  Store store;
  const auto feed = store.subscribe("a");
  model::FeedUpdate update;
  update.feed_id = feed;
  update.url = "https://before.example/";
  update.attempts = {attempt(kNow)};
  store.writer->apply({&update, 1}, Durability::relaxed);
  CHECK(store.reader->journal(feed, 50).value().empty());
}

TEST_CASE("polls that bring nothing write their times and not all that is known of the feeds") {
  Store store;
  std::vector<model::FeedUpdate> updates;
  for (int i = 0; i < 500; ++i) {
    model::FeedUpdate update;
    update.feed_id = store.subscribe(std::to_string(i));
    update.state.validators = {"\"0123456789abcdef0123456789abcdef\"", "Sun, 01 Mar 2026 00:00:00 GMT"};
    update.state.body_hash = std::string(64, 'a');
    updates.push_back(update);
  }
  store.writer->apply(updates, Durability::relaxed);
  store.reopen();
  const auto before = file_bytes(store.options.path + "-wal");
  for (auto& update : updates) {
    update.state.last_attempt = update.state.last_success = kNow;
    update.state.next_poll = kNow + 1h;
    update.state.next_poll_rule = "default";
    update.state.traffic = {20'513, 310, 310};
    update.attempts = {attempt(kNow)};
  }
  store.writer->apply(updates, Durability::relaxed);
  const auto written = file_bytes(store.options.path + "-wal") - before;
  CHECK(written > 0);
  CHECK(written < std::int64_t{500} * 192);
  CHECK(store.reader->feed(updates.back().feed_id)->state == updates.back().state);
}
