// The limit: what goes first, that it holds, and that what has gone does not return.

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

std::int64_t file_bytes(const Options& options) {
  struct stat info {};
  return ::stat(options.path.c_str(), &info) == 0 ? info.st_size : 0;
}

std::string names(Store& store) {
  std::string names;
  for (const auto& title : store.titles({})) names += title;
  std::sort(names.begin(), names.end());
  return names;
}

void mark(Store& store, std::string_view titles, std::optional<bool> read, std::optional<bool> starred) {
  model::MarkRequest request;
  for (const auto& article : store.list({})) {
    if (titles.find(article.entry.title) != titles.npos) request.ids.push_back(article.id);
  }
  request.read = read;
  request.starred = starred;
  if (!request.ids.empty()) REQUIRE(store.writer->mark(request).has_value());
}

}  // namespace

TEST_CASE("what goes first, goes first") {
  struct Case {
    Expendable up_to;
    const char* read;
    const char* starred;
    const char* left;
  };
  // a is the oldest of a to f. Nothing can be small enough.
  const Case cases[] = {
      {Expendable::read, "", "", "abcdef"},   {Expendable::read, "bd", "", "acef"},
      {Expendable::read, "bd", "d", "acdef"}, {Expendable::unread, "bd", "ad", "ad"},
      {Expendable::starred, "bd", "ad", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.read, c.starred, c.left);
    Store store;
    const auto feed = store.subscribe("a");
    for (const char name : std::string("abcdef")) {
      auto made = entry(feed, std::string(1, name), std::string(1, name));
      made.entry.date_published = kNow - 100h + std::chrono::hours(name - 'a');
      store.poll(feed, {made});
    }
    mark(store, c.read, true, {});
    mark(store, c.starred, {}, true);
    while (store.writer->evict(0, c.up_to).articles() > 0) {
    }
    CHECK(names(store) == c.left);
    check_consistent(store);
  }
}

TEST_CASE("the oldest go first, only as many as are needed, and say which they were") {
  Store store;
  const auto feed = store.subscribe("a");
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < 40; ++i) {
    entries.push_back(entry(feed, std::to_string(i), std::to_string(100 + i), noise(20'000, i)));
    entries.back().entry.date_published = kNow - std::chrono::hours(1000 - i);
  }
  store.poll(feed, entries);
  mark(store, "100 101 102 103 104 105 106 107 108 109", true, {});
  const auto used = store.writer->storage().used_bytes;
  const auto first = store.writer->evict(used - 50'000, Expendable::unread);
  CHECK(first.read >= 3);
  CHECK(first.read <= 6);
  CHECK(first.unread == 0);
  CHECK(store.writer->storage().used_bytes <= used - 30'000);
  // Read ones before unread ones, whatever their dates.
  Evicted all;
  for (auto more = first; more.articles() > 0; more = store.writer->evict(used - 450'000, Expendable::unread))
    all += more;
  CHECK(all.read == 10);
  CHECK(all.unread >= 1);
  CHECK(all.unread <= 13);
  CHECK(store.writer->storage().used_bytes <= used - 450'000);
  check_consistent(store);
}

TEST_CASE("what has been evicted does not return while the document has it") {
  Store store;
  const auto feed = store.subscribe("a");
  const std::vector<model::IncomingEntry> document = {entry(feed, "1", "one"), entry(feed, "2", "two")};
  store.poll(feed, document);
  while (store.writer->evict(0, Expendable::unread).articles() > 0) {
  }
  for (int day = 1; day < 300; day += 5) {
    CHECK(store.poll(feed, document, kNow + std::chrono::hours(24 * day)).added == 0);
  }
}

TEST_CASE("the limit holds over thousands of polls, no batch is lost to it, and the newest stay") {
  constexpr std::int64_t kLimit = 4 << 20;
  Store store;
  store.writer->limit(kLimit);
  std::vector<model::FeedId> feeds;
  for (int i = 0; i < 20; ++i) feeds.push_back(store.subscribe("s" + std::to_string(i)));
  std::int64_t added = 0;
  std::int64_t largest = 0;
  Evicted evicted;
  for (int round = 0; round < 2000; ++round) {
    const auto feed = feeds[static_cast<std::size_t>(round) % feeds.size()];
    const auto name = std::to_string(round);
    const auto at = kNow + std::chrono::minutes(round);
    auto made = entry(feed, name, name, noise(8000, static_cast<std::uint64_t>(round)));
    made.entry.date_published = at;
    added += store.poll(feed, {made}, at).added;
    if (round % 100 == 0) store.writer->index(1000);
    evicted += store.writer->storage().evicted;
    largest = std::max(largest, file_bytes(store.options));
  }
  CHECK(added == 2000);
  CHECK(largest <= kLimit);
  CHECK(evicted.unread + store.reader->counts().articles == 2000);
  CHECK(store.reader->counts().articles > 200);
  const auto newest = store.titles({.limit = 1});
  CHECK(newest == std::vector<std::string>{"1999"});
  check_consistent(store);
}

TEST_CASE("what a person does finds room where articles find none") {
  Store store;
  store.writer->limit(1 << 20);
  const auto feed = store.subscribe("a");
  for (int i = 0; i < 400; ++i) store.poll(feed, {entry(feed, std::to_string(i), "t", noise(3000, i))});
  const auto articles = store.list({.limit = 1000});
  REQUIRE(articles.size() > 10);
  CHECK(store.writer->remove_article(articles[0].id).has_value());
  model::MarkRequest all;
  all.all = true;
  all.read = true;
  CHECK(store.writer->mark(all).value() > 0);
  CHECK_NOTHROW(store.subscribe("b"));
  CHECK(file_bytes(store.options) <= 1 << 20);
}

TEST_CASE("a batch that starred articles leave no room for fails as full, and nothing of it is stored") {
  Store store;
  const auto feed = store.subscribe("a");
  for (int i = 0; i < 100; ++i) store.poll(feed, {entry(feed, std::to_string(i), "t", noise(10'000, i))});
  model::MarkRequest all;
  all.all = true;
  all.starred = true;
  REQUIRE(store.writer->mark(all).value() == 100);
  store.writer->limit(1 << 20);
  try {
    store.poll(feed, {entry(feed, "x", "x", noise(200'000, 1))});
    FAIL("there was room");
  } catch (const StoreError& error) {
    CHECK(error.shortage() == Shortage::limit);
    CHECK(error.cause() == Cause::unavailable);
  }
  CHECK(store.reader->counts().articles == 100);
  // Only as the last of all, and no more than has to be.
  CHECK(store.writer->evict(1 << 20, Expendable::unread).articles() == 0);
  Evicted evicted;
  for (;;) {
    const auto more = store.writer->evict(*store.writer->storage().full_bytes / 100 * 80, Expendable::starred);
    if (more.articles() == 0) break;
    evicted += more;
  }
  CHECK(evicted.starred > 5);
  CHECK(evicted.starred < 80);
  CHECK(store.poll(feed, {entry(feed, "y", "y", noise(1000, 1))}).added == 1);
}

TEST_CASE("a file that is too large for a new limit shrinks to it") {
  Store store;
  const auto feed = store.subscribe("a");
  for (int i = 0; i < 600; ++i) store.poll(feed, {entry(feed, std::to_string(i), "t", noise(10'000, i))});
  const auto before = file_bytes(store.options);
  constexpr std::int64_t kLimit = 2 << 20;
  REQUIRE(before > kLimit);
  store.writer->limit(kLimit);
  while (store.writer->evict(*store.writer->storage().full_bytes, Expendable::unread).articles() > 0) {
  }
  while (store.writer->shrink(1 << 20)) {
  }
  store.writer->checkpoint();
  CHECK(file_bytes(store.options) <= kLimit);
  CHECK(store.writer->storage().free_bytes == 0);
  check_consistent(store);
}

TEST_CASE("a database in a folder that cannot be written is read, refuses to be written, and can be again") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "one")});
  store.reader.reset();
  store.writer->close();
  store.writer.reset();
  // A file that cannot be written would do, but not for root: a link to nowhere where the WAL would be does for all.
  const auto wal = store.options.path + "-wal";
  std::filesystem::create_directory(wal);
  store.options.on_shortage = nullptr;
  store.writer = open_writer(store.options);
  CHECK_FALSE(store.writer->writable());
  store.options.frozen = true;
  store.reader = open_reader(store.options);
  CHECK(store.reader->counts().articles == 1);
  CHECK(store.reader->articles({})->articles.size() == 1);
  try {
    store.subscribe("b");
    FAIL("it was written");
  } catch (const StoreError& error) {
    CHECK(error.cause() == Cause::unavailable);
    CHECK(error.shortage() == Shortage::read_only);
  }
  CHECK(store.writer->reopen().has_value());
  CHECK_FALSE(store.writer->writable());
  std::filesystem::remove(wal);
  store.writer->stand_by();
  CHECK_FALSE(store.writer->writable());
  CHECK_THROWS_AS(store.subscribe("b"), StoreError);
  REQUIRE(store.reader->thaw().has_value());
  REQUIRE(store.writer->reopen().has_value());
  CHECK(store.writer->writable());
  CHECK(store.poll(feed, {entry(feed, "2", "two")}).added == 1);
  CHECK(store.reader->counts().articles == 2);
}
