// What may have become of the database's files while nobody looked.

#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;
namespace fs = std::filesystem;

namespace {

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void run_sql(const fs::path& path, const char* sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  const int code = sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
  sqlite3_close(handle);
  REQUIRE(code == SQLITE_OK);
}

// A daemon with a feed of thirty articles; not running, and nothing in its WAL.
struct World {
  World() {
    std::string items;
    for (int i = 0; i < articles; ++i) {
      const auto number = std::to_string(i);
      items += item(number, "Article " + number, "The lighthouse of number " + number + ".");
    }
    publisher.serve_file("/feed.xml", rss("Feed", items));
    daemon.start();
    subscribe(daemon, publisher.url("/feed.xml"));
    CHECK(titles(daemon, "q=lighthouse&limit=100").size() == articles);
    REQUIRE(daemon.stop() == 0);
  }
  fs::path database() const { return daemon.state_dir() / "news.db"; }
  fs::path wal() const { return daemon.state_dir() / "news.db-wal"; }
  // With something in the WAL.
  void kill_it() {
    daemon.start();
    REQUIRE(request(daemon, "POST", "/v1/articles/mark", R"({"read":true})").status == 200);
    daemon.kill();
  }
  void check_that_all_is_there() {
    CHECK(get(daemon, "/v1/feeds").json.at("feeds").as_array().size() == 1);
    refresh(daemon);
    CHECK(titles(daemon, "limit=100").size() == articles);
    CHECK(daemon.stop() == 0);
  }

  static constexpr int articles = 30;
  Publisher publisher;
  Daemon daemon;
};

}  // namespace

TEST_CASE("a database that was cut off, emptied or overwritten is set aside, and the daemon serves again by itself") {
  World w;
  const auto whole = read_all(w.database());
  std::string remains;
  SECTION("cut off in its middle") { remains = whole.substr(0, whole.size() / 2); }
  SECTION("cut off in its first page") { remains = whole.substr(0, 1000); }
  SECTION("overwritten") { remains = std::string(20'000, '\xa5'); }
  SECTION("zeros") { remains = std::string(whole.size(), '\0'); }
  SECTION("empty") {}
  write_all(w.database(), remains);
  w.daemon.start();
  if (!remains.empty()) CHECK(read_all(w.database().string() + ".damaged") == remains);
  CHECK((get(w.daemon, "/healthz").body.find("database was damaged") == std::string::npos) == remains.empty());
  w.check_that_all_is_there();
}

TEST_CASE("a damaged search index is met by a search, and made anew while articles are served") {
  World w;
  SECTION("all of it") { run_sql(w.database(), "DELETE FROM search_data"); }
  SECTION("its list of pieces") {
    run_sql(w.database(), "UPDATE search_data SET block = x'ffffffffffffffffffffffff' WHERE id = 10");
  }
  w.daemon.start();
  CHECK(get(w.daemon, "/v1/articles?q=lighthouse").status == 500);
  for (int tries = 0; w.daemon.log().find("the damage is repaired") == std::string::npos; ++tries) {
    REQUIRE(tries < 20'000);
    CHECK(titles(w.daemon, "limit=100").size() == World::articles);
  }
  CHECK(titles(w.daemon, "q=lighthouse&limit=100").size() == World::articles);
  CHECK_FALSE(fs::exists(w.database().string() + ".damaged"));
  CHECK(w.daemon.stop() == 0);
}

TEST_CASE("without its WAL, or with garbage in its place, a database is served as it was before") {
  World w;
  w.kill_it();
  REQUIRE(fs::remove(w.wal()));
  SECTION("gone") {}
  SECTION("garbage") { write_all(w.wal(), std::string(50'000, '\xa5')); }
  fs::remove(w.database().string() + "-shm");
  w.daemon.start();
  CHECK(titles(w.daemon, "read=false&limit=100").size() == World::articles);
  w.check_that_all_is_there();
}

TEST_CASE("a database of a newer version is refused with 78, and left as it is") {
  World w;
  run_sql(w.database(), "PRAGMA user_version = 10000");
  const auto before = read_all(w.database());
  const auto refused = run_program("newscached", {"--config", w.daemon.config_file().string(), "--state-dir",
                                                  w.daemon.state_dir().string(), "--socket", w.daemon.socket()});
  CHECK(refused.exit_code == 78);
  CHECK(refused.err.find("newer newscached") != std::string::npos);
  CHECK(read_all(w.database()) == before);
}
