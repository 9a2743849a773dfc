// A daemon that was killed, and whose database has been damaged meanwhile.

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr int kArticles = 40;

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Letters that do not compress away.
std::string long_text(int number) {
  std::string text;
  unsigned value = static_cast<unsigned>(number) * 2654435761U + 1;
  while (text.size() < 1500) {
    value = value * 1664525U + 1013904223U;
    text += std::to_string(value >> 8) + " ";
  }
  return text;
}

// A daemon with two feeds whose articles are in the database and not in its WAL; not running.
struct World {
  explicit World(std::string_view config = {}) : daemon(config) {
    for (const char* path : {"/a.xml", "/b.xml"}) {
      std::string items;
      for (int i = 0; i < kArticles; ++i) {
        const auto name = std::string(path) + std::to_string(i);
        items += item(name, "Article " + name, long_text(i));
      }
      publisher.serve_file(path, rss(std::string("Feed ") + path, items));
    }
    daemon.start();
    subscribe(daemon, publisher.url("/a.xml"));
    subscribe(daemon, publisher.url("/b.xml"));
    epoch = get(daemon, "/v1/status").json.at("epoch").as_string().c_str();
    REQUIRE(daemon.stop() == 0);
  }

  fs::path database() const { return daemon.state_dir() / "news.db"; }
  // With something in the WAL.
  void kill() {
    daemon.start();
    mark();
    daemon.kill();
  }
  void mark() const {
    REQUIRE(request(daemon, "POST", "/v1/articles/mark", R"({"ids": [1, 2, 3], "read": true})").status == 200);
  }
  // The last page with rows of a table.
  void damage_a_page() const {
    auto bytes = read_all(database());
    std::size_t page = bytes.size() / kPageBytes;
    do --page;
    while (bytes[page * kPageBytes] != 0x0d);
    bytes.replace(page * kPageBytes, kPageBytes, std::string(kPageBytes, '\0'));
    write_all(database(), bytes);
  }
  void damage_all() const {
    write_all(database(), std::string(fs::file_size(database()), 'x'));
    fs::remove(database().string() + "-wal");
    fs::remove(database().string() + "-shm");
  }
  // Answers come all the while.
  void await_log(const std::string& text) const {
    for (int tries = 0; daemon.log().find(text) == std::string::npos; ++tries) {
      REQUIRE(tries < 20'000);
      REQUIRE(get(daemon, "/healthz").status == 200);
    }
  }
  std::size_t feeds() const { return get(daemon, "/v1/feeds").json.at("feeds").as_array().size(); }
  std::string health() const { return get(daemon, "/healthz").body; }

  Publisher publisher;
  Daemon daemon;
  std::string epoch;
};

}  // namespace

TEST_CASE("after a clean stop nothing is checked; after SIGKILL the database is, while clients are served") {
  World w;
  w.daemon.start();
  CHECK(w.health().find("damaged") == std::string::npos);
  REQUIRE(w.daemon.stop() == 0);
  CHECK(w.daemon.log().find("the database was checked") == std::string::npos);
  w.kill();
  w.daemon.start();
  w.await_log("the database was checked and is sound");
  CHECK(w.feeds() == 2);
}

TEST_CASE("a damaged page is found and repaired by the daemon itself, on the same socket, and readable articles stay") {
  World w;
  w.kill();
  w.damage_a_page();
  w.daemon.start();
  w.await_log("the database was repaired");
  CHECK(w.feeds() == 2);
  refresh(w.daemon);
  CHECK(titles(w.daemon, "limit=200").size() == 2 * kArticles);
  CHECK(get(w.daemon, "/v1/status").json.at("epoch").as_string() != w.epoch);
  CHECK(w.health().find("database was damaged") != std::string::npos);
  CHECK(fs::exists(w.database().string() + ".damaged"));
  CHECK(w.daemon.stop() == 0);
  w.daemon.start();
  CHECK(w.health().find("database was damaged") == std::string::npos);
  CHECK(titles(w.daemon, "limit=200").size() == 2 * kArticles);
}

TEST_CASE("where nothing is left of a database the subscriptions come back from their copy") {
  World w;
  SECTION("all of it is damaged") {
    w.damage_all();
    const auto damaged = read_all(w.database());
    w.daemon.start();
    CHECK(read_all(w.database().string() + ".damaged") == damaged);
    CHECK(w.health().find("database was damaged") != std::string::npos);
  }
  SECTION("it is gone") {
    fs::remove(w.database());
    w.daemon.start();
  }
  CHECK(w.feeds() == 2);
  refresh(w.daemon);
  CHECK(titles(w.daemon, "limit=200").size() == 2 * kArticles);
}

TEST_CASE("damage that comes back within an hour is not repaired again: exit 75") {
  World w;
  w.damage_all();
  w.daemon.start();
  w.daemon.kill();
  w.damage_all();
  const auto result = run_program("newscached", {"--config", w.daemon.config_file().string(), "--state-dir",
                                                 w.daemon.state_dir().string(), "--socket", w.daemon.socket()});
  CHECK(result.exit_code == 75);
  CHECK(result.err.find("look at the disk") != std::string::npos);
}

TEST_CASE("what a snapshot has of a lost database comes back with what people chose") {
  World w("[store]\nsnapshot = \"1s\"\n");
  w.daemon.start();
  w.mark();
  w.await_log("a snapshot of the database was made");
  w.daemon.kill();
  w.damage_all();
  w.publisher.answer("/a.xml", Answer{.status = 503});
  w.publisher.answer("/b.xml", Answer{.status = 503});
  w.daemon.start();
  CHECK(titles(w.daemon, "limit=200").size() == 2 * kArticles);
  CHECK(w.feeds() == 2);
}
