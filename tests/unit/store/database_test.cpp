// The file: what is opened, what is refused, what a broken environment and a killed process leave behind.

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "store/article_query.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

unsigned mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

std::string plan_of(Database& database, const BoundSql& sql) {
  Query query(database, "EXPLAIN QUERY PLAN " + sql.text);
  std::string plan;
  while (query.step()) plan += query.string(3) + "; ";
  return plan;
}

}  // namespace

TEST_CASE("everything is there again after a restart") {
  Store store;
  const auto feed = store.subscribe("a", "News");
  store.poll(feed, {entry(feed, "1", "One")});
  store.writer->set_meta("clock_floor", "123", Durability::synced);
  const auto before = store.only();
  store.writer->close();
  store.reopen();
  const auto after = store.only();
  CHECK(after.id == before.id);
  CHECK(after.entry == before.entry);
  CHECK(store.writer->meta("clock_floor") == "123");
  CHECK_FALSE(store.writer->meta("nothing").has_value());
  CHECK(store.reader->database_bytes() > 0);
}

TEST_CASE("the database is readable for its owner only, whatever the umask") {
  const auto old = ::umask(0);
  {
    Store store;
    store.subscribe("a");
    for (const auto* suffix : {"", "-wal", "-shm"}) CHECK(mode_of(store.options.path + suffix) == 0600);
  }
  ::umask(old);
}

TEST_CASE("the pragmas that reliability depends on are in force") {
  Store store;
  Database database(store.options, Access::write);
  CHECK(database.number("PRAGMA auto_vacuum") == 2);
  CHECK(database.number("PRAGMA secure_delete") == 0);
  CHECK(database.number("PRAGMA mmap_size") == 0);
  CHECK(database.number("PRAGMA foreign_keys") == 1);
  CHECK(database.number("PRAGMA trusted_schema") == 0);
  Query mode(database, "PRAGMA journal_mode");
  REQUIRE(mode.step());
  CHECK(mode.text(0) == "wal");
}

TEST_CASE("a file that is no database is told from one that is not ours, and stays as it is") {
  const Folder folder;
  const auto options = options_in(folder);
  std::ofstream(options.path) << "Dear diary, " << std::string(5000, 'x');
  const auto before = content_of(options.path);
  const auto writer = Writer::open(options);
  REQUIRE(writer.has_error());
  CHECK(writer.error().cause == Cause::internal);
  CHECK_THAT(writer.error().detail, Catch::Matchers::Contains(options.path));
  CHECK(content_of(options.path) == before);
}

TEST_CASE("a file that is not ours is refused and stays as it is") {
  Folder folder;
  const auto options = options_in(folder);
  SECTION("a database of another program") { Database(options, Access::write).run("CREATE TABLE diary(x)"); }
  SECTION("a newer version of ours") {
    open_writer(options);
    Database(options, Access::write).run("PRAGMA user_version = 1000");
  }
  const auto before = content_of(options.path);
  const auto writer = Writer::open(options);
  REQUIRE(writer.has_error());
  CHECK(writer.error().cause == Cause::invalid);
  CHECK_THAT(writer.error().detail, Catch::Matchers::Contains(options.path));
  CHECK(Reader::open(options).has_error());
  CHECK(content_of(options.path) == before);
}

TEST_CASE("a reader needs a database") {
  Folder folder;
  CHECK(Reader::open(options_in(folder)).error().cause == Cause::unavailable);
  CHECK_FALSE(std::ifstream(folder.database()).good());
}

TEST_CASE("a folder that does not exist is a broken environment") {
  Folder folder;
  auto options = options_in(folder);
  options.path = folder.path() + "/nowhere/news.db";
  std::optional<Cause> cause;
  try {
    static_cast<void>(Writer::open(options));
  } catch (const StoreError& error) {
    cause = error.cause();
  }
  CHECK(cause == Cause::unavailable);
}

TEST_CASE("when nothing more can be written the change is undone and the store stays usable") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One")});
  std::vector<model::IncomingEntry> many;
  for (int i = 0; i < 500; ++i) {
    many.push_back(entry(feed, "many" + std::to_string(i), "T", std::string(2000, static_cast<char>('a' + i % 26))));
  }
  // Writing past the limit is EFBIG.
  const auto old_action = ::signal(SIGXFSZ, SIG_IGN);
  struct rlimit old_limit {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  auto limit = old_limit;
  limit.rlim_cur = static_cast<rlim_t>(store.reader->database_bytes());
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::optional<Cause> cause;
  try {
    store.poll(feed, many);
  } catch (const StoreError& error) {
    cause = error.cause();
  }
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::signal(SIGXFSZ, old_action);
  CHECK(cause == Cause::unavailable);
  CHECK(store.only().entry.title == "One");
  CHECK(store.reader->counts().articles == 1);
  CHECK(store.poll(feed, many).added == 500);
  check_consistent(store);
}

TEST_CASE("the hot queries walk an index and sort nothing") {
  Store store;
  Database database(store.options, Access::read);
  struct Case {
    const char* what;
    model::ArticleQuery query;
    const char* index;
  };
  std::vector<Case> cases;
  for (const auto order : {model::ArticleOrder::newest, model::ArticleOrder::oldest}) {
    const auto add = [&](const char* what, const char* index, auto set) {
      model::ArticleQuery query;
      query.order = order;
      set(query);
      cases.push_back({what, query, index});
    };
    add("latest", "article_sort (read=? AND sort", [](model::ArticleQuery&) {});
    add("of a feed", "article_feed (feed_id=? AND read=? AND sort",
        [](model::ArticleQuery& q) { q.feed = model::FeedId{1}; });
    add("unread", "article_sort (read=? AND sort", [](model::ArticleQuery& q) { q.read = false; });
    add("unread of a feed", "article_feed (feed_id=? AND read=? AND sort",
        [](model::ArticleQuery& q) { q.feed = model::FeedId{1}, q.read = false; });
    add("starred", "article_starred (sort", [](model::ArticleQuery& q) { q.starred = true; });
    add("of a tag", "SEARCH t USING PRIMARY KEY (tag=? AND ", [](model::ArticleQuery& q) { q.tag = "x"; });
    add("of a folder", "article_sort (read=? AND sort", [](model::ArticleQuery& q) { q.folder = "x"; });
  }
  for (const auto& test : cases) {
    for (const auto& after : {std::optional<Position>(), std::optional(Position{1, 2, 3})}) {
      const auto plan = plan_of(database, list_sql(test.query, after, {}, 50));
      INFO(test.what << ": " << plan);
      CHECK_THAT(plan, Catch::Matchers::Contains(test.index));
      CHECK_THAT(plan, !Catch::Matchers::Contains("TEMP B-TREE"));
      CHECK_THAT(plan, !Catch::Matchers::Contains("SCAN a"));
    }
  }
}

TEST_CASE("a killed process leaves a sound database, and validators never ahead of their articles") {
  Folder folder;
  const auto options = options_in(folder);
  model::FeedId feed{};
  {
    model::NewFeed wish;
    wish.url = "https://a.example/feed";
    feed = open_writer(options)->add_feed(wish, "0000000000000001", kNow)->id;
  }
  std::uint32_t random = 7;
  int polls_before = 0;
  for (int round = 0; round < 12; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      // Polls for ever; says after each that it is committed.
      auto writer = Writer::open(options);
      for (int poll = polls_before + 1; writer; ++poll) {
        model::FeedUpdate update;
        update.feed_id = feed;
        update.received = kNow;
        update.state.validators.etag = std::to_string(poll);
        for (int i = 0; i < 5; ++i) {
          const auto guid = std::to_string(poll) + "." + std::to_string(i);
          update.entries.push_back(entry(feed, guid, guid, "<p>" + std::string(500, 'x') + "</p>"));
        }
        (*writer)->apply({&update, 1}, Durability::synced);
        if (::write(ends[1], "x", 1) != 1) break;
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    random = random * 1664525 + 1013904223;
    const int acknowledged = 1 + static_cast<int>((random >> 16) % 20);
    char byte = 0;
    for (int i = 0; i < acknowledged; ++i) REQUIRE(::read(ends[0], &byte, 1) == 1);
    // Somewhere within the next one.
    for (volatile std::uint32_t spin = (random >> 8) % 500'000; spin > 0;) spin = spin - 1;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);

    check_consistent(options);
    open_writer(options);
    const auto reader = open_reader(options);
    const auto state = reader->feed(feed)->state;
    const int polls = std::stoi(state.validators.etag);
    CHECK(polls >= polls_before + acknowledged);
    CHECK(reader->counts().articles == polls * 5);
    polls_before = polls;
  }
}
