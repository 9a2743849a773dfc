// Databases of earlier versions: brought up to date when they are opened, with all that is in them.

#include <filesystem>
#include <fstream>

#include "base/file.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"
#include "unit/store/old_database.hpp"
#include "unit/store/sample.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

std::string bytes_of(const std::string& path) { return read_file(path, 64 << 20).value(); }

void set_user_version(const std::string& path, int version) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(60);
  const char bytes[] = {0, 0, 0, static_cast<char>(version)};
  file.write(bytes, sizeof bytes);
}

}  // namespace

TEST_CASE("a database of any earlier version is brought to the newest, and nothing of it is lost") {
  for (int schema = kOldestSchema; schema <= kNewestOldSchema; ++schema) {
    INFO("schema " << schema);
    Folder folder;
    const auto options = options_in(folder);
    put_old_database(options.path, schema);
    if (schema < newest_schema()) CHECK(Reader::open(options).error().cause == Cause::unavailable);
    auto writer = open_writer(options);
    CHECK(Database(options, Access::read).number("PRAGMA user_version") == newest_schema());
    CHECK(writer->epoch() == "0123456789abcdef");
    index_all(*writer);
    CHECK(describe(options) == described_old_database(schema));
    check_consistent(options);
  }
}

TEST_CASE("what identifies an article is known in a migrated database too") {
  for (int schema = kOldestSchema; schema <= kNewestOldSchema; ++schema) {
    INFO("schema " << schema);
    Folder folder;
    const auto options = options_in(folder);
    put_old_database(options.path, schema);
    const auto writer = open_writer(options);
    const model::FeedId feed{1};
    model::FeedUpdate update;
    update.feed_id = feed;
    update.received = kNow + 2h;
    update.entries = {entry(feed, "another guid", "Second, of another guid"),  // an alias
                      entry(feed, "guid 4", "Fourth, which was deleted"),      // a tombstone
                      entry(feed, "guid 3", "Third, edited")};
    const auto result = writer->apply({&update, 1}, Durability::synced).front();
    CHECK(result.added == 0);
    CHECK(result.updated == 2);
    index_all(*writer);
    check_consistent(options);
  }
}

TEST_CASE("a migrated database takes what a new one takes") {
  Folder folder;
  const auto options = options_in(folder);
  put_old_database(options.path, kOldestSchema);
  const auto writer = open_writer(options);
  model::FeedUpdate update;
  update.feed_id = model::FeedId{1};
  update.received = kNow;
  update.state.traffic = {20513, 4711, 10'000};
  update.state.gap = model::Gap{kNow, kNow, "https://a.example/feed?page=2", 1};
  update.entries = {entry(update.feed_id, "5", "Fifth")};
  update.attempts.emplace_back();
  update.attempts.back().time = kNow;
  update.attempts.back().bytes = 4711;
  update.attempts.back().metered = true;
  const auto expected = update.state;
  CHECK(writer->apply({&update, 1}, Durability::synced).front().added == 1);
  const auto reader = open_reader(options);
  CHECK(reader->feed(update.feed_id)->state == expected);
  CHECK(reader->journal(update.feed_id, 1).value().front().metered);
  REQUIRE(reader->traffic(0).size() == 1);
  CHECK(reader->traffic(0).front().metered_bytes == 4711);
  check_consistent(options);
}

TEST_CASE("a newer database is refused with a clear message and left as it is, byte for byte") {
  Folder folder;
  const auto options = options_in(folder);
  { open_writer(options)->close(); }
  set_user_version(options.path, newest_schema() + 1);
  const auto before = bytes_of(options.path);
  const auto time = std::filesystem::last_write_time(options.path);
  for (const auto& error : {Writer::open(options).error(), Reader::open(options).error()}) {
    CHECK(error.cause == Cause::invalid);
    CHECK(error.detail == options.path + " was written by a newer newscached (schema " +
                              std::to_string(newest_schema() + 1) + ", this program knows up to " +
                              std::to_string(newest_schema()) + "); upgrade newscached");
  }
  CHECK(bytes_of(options.path) == before);
  CHECK(std::filesystem::last_write_time(options.path) == time);
}

TEST_CASE("a newer database that was not closed keeps what lies in its WAL") {
  Folder folder;
  Folder copy;
  const auto options = options_in(copy);
  {
    const auto writer = open_writer(options_in(folder));
    Database(options_in(folder), Access::write)
        .run(("PRAGMA user_version = " + std::to_string(newest_schema() + 1)).c_str());
    for (const char* suffix : {"", "-wal"}) {  // as a crash leaves them
      std::filesystem::copy_file(folder.database() + suffix, options.path + suffix);
    }
  }
  const auto database = bytes_of(options.path);
  const auto wal = bytes_of(options.path + "-wal");
  CHECK(Writer::open(options).error().cause == Cause::invalid);
  CHECK(bytes_of(options.path) == database);
  CHECK(bytes_of(options.path + "-wal") == wal);
}
