// Disks that are full or read-only, and limits: what is there is served, nothing is lost, no feed is blamed, and all
// goes on by itself.

#include "support/small_disk.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;

// Text that does not compress.
std::string noise(std::size_t bytes, std::uint64_t seed) {
  std::string text;
  for (++seed; text.size() < bytes; seed = seed * 6364136223846793005ULL + 1442695040888963407ULL) {
    text += static_cast<char>('a' + (seed >> 33) % 26);
    if (text.size() % 9 == 8) text += ' ';
  }
  return text;
}

std::string large_items(int first, int last, std::size_t bytes) {
  std::string items;
  for (int n = last; n >= first; --n) {
    items += item("g" + std::to_string(n), "Number " + std::to_string(n), noise(bytes, static_cast<std::uint64_t>(n)));
  }
  return items;
}

std::string storage_state(const Daemon& daemon) {
  return std::string(get(daemon, "/v1/status").json.at("storage").at("state").as_string());
}

// Asks, which lets the daemon look at its disk, and waits for the event that says so.
void await_state(const Daemon& daemon, EventReader& events, std::string_view state) {
  if (storage_state(daemon) == state) return;
  while (const auto event = events.next()) {
    if (event->name == "storage" && boost::json::parse(event->data).at("state").as_string() == state) return;
  }
  throw std::runtime_error("the events ended");
}

void check_blameless(const Daemon& daemon) {
  const Reply feed = get(daemon, "/v1/feeds/1");
  CAPTURE(feed.body);
  CHECK(feed.json.at("state") == "ok");
  CHECK(feed.json.at("error").is_null());
}

int mark(const Daemon& daemon, std::string_view body) {
  return request(daemon, "POST", "/v1/articles/mark", body).status;
}

struct World {
  explicit World(std::int64_t disk_bytes) : disk(daemon.state_dir(), disk_bytes) {}
  void publish(const std::string& items) { publisher.serve_file("/feed.xml", rss("Site", items)); }
  std::string url() const { return publisher.url("/feed.xml"); }

  Publisher publisher;
  Daemon daemon;
  SmallDisk disk;
};

}  // namespace

TEST_CASE("while the disk has no room polling is held back, and goes on by itself when there is some again") {
  if (!SmallDisk::available()) return;
  World w(40 * mib);
  w.publish(item("a", "One"));
  w.daemon.start();
  subscribe(w.daemon, w.url());
  EventReader events(w.daemon.socket(), "/v1/events");
  CHECK(storage_state(w.daemon) == "ok");

  w.disk.fill(300 * kib);
  await_state(w.daemon, events, "full");
  CHECK(get(w.daemon, "/healthz").status == 503);
  w.publish(item("a", "One") + item("b", "Two"));
  CHECK(request(w.daemon, "POST", "/v1/refresh").status == 202);
  const ProgramResult why = run_client(w.daemon, {"why", "1"});
  CHECK(why.out.find("as soon as there is room on the disk") != std::string::npos);
  // The reserve is there for what a person does.
  CHECK(mark(w.daemon, R"({"ids":[1],"starred":true})") == 200);
  CHECK(titles(w.daemon) == std::vector<std::string>{"One"});
  CHECK(w.publisher.requests().size() == 1);
  check_blameless(w.daemon);

  w.disk.empty();
  await_state(w.daemon, events, "ok");
  await_events(events, "article.added", 1);
  CHECK(titles(w.daemon).size() == 2);
  CHECK(get(w.daemon, "/healthz").status == 200);
  check_blameless(w.daemon);
}

TEST_CASE("what a poll brings while the disk fills up is fetched again, whole") {
  if (!SmallDisk::available()) return;
  World w(40 * mib);
  w.publish(item("a", "One"));
  w.daemon.start();
  subscribe(w.daemon, w.url());
  EventReader events(w.daemon.socket(), "/v1/events");
  // Not little enough for anybody to notice before it is too late.
  w.disk.fill(5 * mib);
  w.publish(item("a", "One") + large_items(1, 60, 150'000));
  CHECK(request(w.daemon, "POST", "/v1/refresh").status == 202);
  await_state(w.daemon, events, "full");
  check_blameless(w.daemon);
  CHECK(titles(w.daemon) == std::vector<std::string>{"One"});

  w.disk.empty();
  await_state(w.daemon, events, "ok");
  await_events(events, "article.added", 60);
  CHECK(titles(w.daemon, "limit=1000").size() == 61);
  // The validators of what could not be stored were not kept.
  const auto last = w.publisher.requests().back();
  CHECK(last.header("If-None-Match") == w.publisher.requests().at(1).header("If-None-Match"));
  check_blameless(w.daemon);
}

TEST_CASE("read articles go for the sake of the disk, unread and starred ones do not") {
  if (!SmallDisk::available()) return;
  World w(40 * mib);
  w.publish(large_items(1, 40, 100'000));
  w.daemon.start();
  subscribe(w.daemon, w.url());
  CHECK(mark(w.daemon, R"({"feed":1,"read":true})") == 200);
  const auto keep = article(w.daemon, "Number 1").at("id").as_int64();
  const auto star = article(w.daemon, "Number 2").at("id").as_int64();
  CHECK(mark(w.daemon, "{\"ids\":[" + std::to_string(keep) + "],\"read\":false}") == 200);
  CHECK(mark(w.daemon, "{\"ids\":[" + std::to_string(star) + "],\"starred\":true}") == 200);
  w.daemon.stop();  // the WAL is gone then: it would be the first to give room
  w.daemon.start();
  EventReader events(w.daemon.socket(), "/v1/events");
  w.disk.fill(4000 * kib);
  storage_state(w.daemon);
  await_events(events, "article.deleted", 1);
  await_state(w.daemon, events, "ok");
  const auto left = titles(w.daemon, "limit=1000");
  CHECK(left.size() < 40);
  CHECK(left.size() >= 15);
  CHECK(std::count(left.begin(), left.end(), "Number 1") == 1);
  CHECK(std::count(left.begin(), left.end(), "Number 2") == 1);
}

TEST_CASE("a disk that was full at the start is served from, and written to when it has room") {
  if (!SmallDisk::available()) return;
  for (const bool cleanly : {true, false}) {
    CAPTURE(cleanly);
    World w(40 * mib);
    w.publish(item("a", "One"));
    w.daemon.start();
    subscribe(w.daemon, w.url());
    cleanly ? static_cast<void>(w.daemon.stop()) : w.daemon.kill();
    std::filesystem::remove(w.daemon.state_dir() / "reserve");
    w.disk.fill(0);
    w.daemon.start();
    CHECK(titles(w.daemon) == std::vector<std::string>{"One"});
    EventReader events(w.daemon.socket(), "/v1/events");
    await_state(w.daemon, events, "full");
    w.publish(item("a", "One") + item("b", "Two"));
    CHECK(request(w.daemon, "POST", "/v1/refresh").status == 202);
    w.disk.empty();
    await_state(w.daemon, events, "ok");
    await_events(events, "article.added", 1);
    CHECK(mark(w.daemon, R"({"feed":1,"read":true})") == 200);
    check_blameless(w.daemon);
    CHECK(w.daemon.stop() == 0);
  }
}

TEST_CASE("a read-only disk is served from, writes are refused, and it is used again when it can be written") {
  if (!SmallDisk::available()) return;
  for (const bool cleanly : {true, false}) {
    CAPTURE(cleanly);
    World w(40 * mib);
    w.publish(item("a", "One"));
    w.daemon.start();
    subscribe(w.daemon, w.url());
    cleanly ? static_cast<void>(w.daemon.stop()) : w.daemon.kill();
    w.disk.set_read_only(true);
    w.publisher.serve_file("/other.xml", rss("Other", item("o", "Other")));
    w.daemon.start();
    EventReader events(w.daemon.socket(), "/v1/events");
    await_state(w.daemon, events, "read_only");
    CHECK(titles(w.daemon) == std::vector<std::string>{"One"});
    CHECK(get(w.daemon, "/v1/changes?since=0").status == 200);
    CHECK(mark(w.daemon, R"({"ids":[1],"read":true})") == 503);
    CHECK(request(w.daemon, "POST", "/v1/feeds", R"({"url":")" + w.publisher.url("/other.xml") + "\"}").status == 503);
    w.publish(item("a", "One") + item("b", "Two"));
    CHECK(request(w.daemon, "POST", "/v1/refresh").status == 202);
    const ProgramResult why = run_client(w.daemon, {"why", "1"});
    CHECK(why.out.find("as soon as the disk can be written") != std::string::npos);
    check_blameless(w.daemon);
    const auto asked = w.publisher.requests().size();

    w.disk.set_read_only(false);
    await_state(w.daemon, events, "ok");
    await_events(events, "article.added", 1);
    CHECK(w.publisher.requests().size() == asked + 1);
    CHECK(mark(w.daemon, R"({"ids":[1],"read":true})") == 200);
    CHECK(std::filesystem::exists(w.daemon.state_dir() / "lock"));
    check_blameless(w.daemon);
    CHECK(w.daemon.stop() == 0);
  }
}

TEST_CASE("store.limit is kept, and what had to go does not come back") {
  Publisher publisher;
  Daemon daemon("[store]\nlimit = \"2MiB\"\n");
  const auto publish = [&](int first, int last) {
    publisher.serve_file("/feed.xml", rss("Site", large_items(first, last, 50'000)));
  };
  publish(1, 8);
  daemon.start();
  subscribe(daemon, publisher.url("/feed.xml"));
  for (int round = 1; round < 8; ++round) {
    publish(8 * round - 7, 8 * round + 8);
    refresh(daemon);
    const auto storage = get(daemon, "/v1/status").json.at("storage");
    CHECK(storage.at("limit_bytes") == 2 * mib);
    CHECK(storage.at("bytes").as_int64() <= 2 * mib);
  }
  const auto left = titles(daemon, "limit=1000");
  CHECK(left.size() < 64);
  CHECK(std::count(left.begin(), left.end(), "Number 64") == 1);
  CHECK(get(daemon, "/v1/feeds/1").json.at("error").is_null());
  // It is in the document, and was deleted: it does not come back.
  publish(33, 65);
  refresh(daemon);
  const auto now = titles(daemon, "limit=1000");
  CHECK(std::count(now.begin(), now.end(), "Number 65") == 1);
  CHECK(now.size() <= left.size() + 1);
}

TEST_CASE("what was read goes by number while its publisher no longer has it") {
  Publisher publisher;
  Daemon daemon("[store]\nkeep_per_feed = 2\n");
  publisher.serve_file("/feed.xml", rss("Site", item("c", "C") + item("b", "B") + item("a", "A")));
  daemon.start();
  subscribe(daemon, publisher.url("/feed.xml"));
  CHECK(mark(daemon, R"({"feed":1,"read":true})") == 200);
  EventReader events(daemon.socket(), "/v1/events");
  publisher.serve_file("/feed.xml", rss("Site", item("d", "D") + item("c", "C")));
  CHECK(daemon.stop() == 0);
  daemon.start();  // so that it is looked at again, and not in an hour
  EventReader later(daemon.socket(), "/v1/events");
  refresh(daemon);
  daemon.signal(SIGHUP);
  await_events(later, "article.deleted", 2);
  const auto left = titles(daemon);
  CHECK(left.size() == 2);
  CHECK(std::count(left.begin(), left.end(), "C") == 1);
}
