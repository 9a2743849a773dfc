// The machine under the daemon: a disk that hangs or fails, memory that is not there, signals, and nothing to do.

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <thread>

#include "base/file.hpp"
#include "behaviour/behaviour.hpp"
#include "faults/process.hpp"
#include "support/catch.hpp"

using namespace newscache::test;
using newscache::FileDescriptor;
namespace fs = std::filesystem;

namespace {

using Threads = std::map<pid_t, std::int64_t>;

// How often each of the daemon's threads has gone to sleep.
Threads sleeps(const Daemon& daemon) {
  Threads threads;
  for (const auto& task : fs::directory_iterator(process_folder(daemon) / "task"))
    threads[std::stoi(task.path().filename())] = number_in(task.path() / "status", "voluntary_ctxt_switches");
  return threads;
}

int mark(const Daemon& daemon, bool read) {
  return request(daemon, "POST", "/v1/articles/mark", read ? R"({"read":true})" : R"({"read":false})").status;
}

// The thread that works when something is written, and sleeps when something is read.
pid_t writer_of(const Daemon& daemon) {
  constexpr int times = 20;
  const auto before = sleeps(daemon);
  for (int i = 0; i < times; ++i) REQUIRE(get(daemon, "/v1/articles").status == 200);
  const auto between = sleeps(daemon);
  for (int i = 0; i < times; ++i) REQUIRE(mark(daemon, i % 2 == 0) == 200);
  pid_t writer = 0;
  for (const auto& [thread, count] : sleeps(daemon)) {
    const bool writes = count - between.at(thread) >= times / 2;
    const bool reads = thread == daemon.pid() || between.at(thread) - before.at(thread) >= times / 2;
    if (!writes || reads) continue;
    REQUIRE(writer == 0);
    writer = thread;
  }
  REQUIRE(writer != 0);
  return writer;
}

// While it lives, that thread does nothing, as one whose disk does not answer.
class Frozen {
 public:
  explicit Frozen(pid_t thread) : thread_(thread) {
    REQUIRE(::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) == 0);
    REQUIRE(::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0);
    int status = 0;
    REQUIRE(::waitpid(thread_, &status, __WALL) == thread_);
  }
  ~Frozen() { ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  pid_t thread_;
};

// Stands between the daemon and whom it notifies, and counts what feeds the watchdog.
class Notifications {
 public:
  explicit Notifications(const Daemon& daemon)
      : listening_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
        theirs_(address_of((daemon.config_file().parent_path() / "notify").string())),
        path_((daemon.config_file().parent_path() / "relay").string()) {
    const auto address = address_of(path_);
    REQUIRE(::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    thread_ = std::thread([this] { pass_on(); });
  }
  ~Notifications() {
    ::shutdown(listening_.get(), SHUT_RD);
    thread_.join();
  }
  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;
  const std::string& path() const { return path_; }
  int of_watchdog() const { return of_watchdog_; }

 private:
  static sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof(address.sun_path));
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
  }
  void pass_on() {
    char message[4096];
    for (ssize_t size = 0; (size = ::recv(listening_.get(), message, sizeof(message), 0)) > 0;) {
      if (std::string_view(message, static_cast<std::size_t>(size)).starts_with("WATCHDOG=1")) {
        ++of_watchdog_;
        continue;
      }
      ::sendto(listening_.get(), message, static_cast<std::size_t>(size), 0,
               reinterpret_cast<const sockaddr*>(&theirs_), sizeof(theirs_));
    }
  }

  FileDescriptor listening_;
  sockaddr_un theirs_;
  std::string path_;
  std::atomic<int> of_watchdog_ = 0;
  std::thread thread_;
};

std::int64_t uptime(const Daemon& daemon) { return get(daemon, "/v1/status").json.at("uptime_s").as_int64(); }

// How long until the first of the daemon's alarms rings, in seconds.
std::int64_t until_next_alarm(const Daemon& daemon) {
  std::int64_t next = 24 * 3600;
  for (const auto& descriptor : fs::directory_iterator(process_folder(daemon) / "fdinfo")) {
    std::ifstream info(descriptor.path());
    for (std::string line; std::getline(info, line);) {
      constexpr std::string_view key = "it_value: (";
      if (!line.starts_with(key) || line.starts_with("it_value: (0, 0)")) continue;
      next = std::min<std::int64_t>(next, std::stoll(line.substr(key.size())));
    }
  }
  return next;
}

}  // namespace

TEST_CASE(
    "while the disk hangs articles are read, nothing feeds the watchdog, and what was asked for takes place "
    "afterwards") {
  Daemon daemon;
  const Notifications notifications(daemon);
  daemon.set_before_start([&notifications] {
    ::setenv("NOTIFY_SOCKET", notifications.path().c_str(), 1);
    ::setenv("WATCHDOG_USEC", "200000", 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  });
  daemon.start();
  import_articles(daemon, 20);
  const auto writer = writer_of(daemon);
  while (notifications.of_watchdog() == 0) std::this_thread::yield();
  HttpClient waiting(daemon.socket());
  {
    const Frozen frozen(writer);
    waiting.send(
        "POST /v1/articles/mark HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n"
        "{\"read\": true}");
    // What was under way when the thread was stopped has been told after this.
    const auto begun = uptime(daemon);
    while (uptime(daemon) < begun + 1) std::this_thread::yield();
    const auto fed = notifications.of_watchdog();
    while (uptime(daemon) < begun + 3) CHECK(get(daemon, "/v1/articles?limit=5").status == 200);
    CHECK(notifications.of_watchdog() == fed);
  }
  const auto answer = waiting.receive();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  const auto fed = notifications.of_watchdog();
  while (notifications.of_watchdog() < fed + 2) std::this_thread::yield();
  CHECK(get(daemon, "/v1/status").json.at("counts").at("unread") == 0);
  CHECK(daemon.stop() == 0);
}

TEST_CASE("writes that fail in their middle are refused, blame no feed, and are made up for when they work again") {
  Publisher publisher;
  Daemon daemon;
  // Writing beyond the limit is then an error, after as much as fits has been written.
  daemon.set_before_start([] { ::signal(SIGXFSZ, SIG_IGN); });
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  daemon.start();
  const auto feed = "/v1/feeds/" + std::to_string(subscribe(daemon, publisher.url("/feed.xml")));
  for (const rlim_t bytes : {rlim_t{1000}, rlim_t{10'000}, rlim_t{0}}) {
    CAPTURE(bytes);
    limit(daemon, RLIMIT_FSIZE, bytes);
    publisher.serve_file("/feed.xml", rss("t", item("a", "One") + item("b", "Two", std::string(50'000, 'x'))));
    refresh(daemon);
    CHECK(mark(daemon, true) == 503);
    CHECK(titles(daemon, "read=false") == std::vector<std::string>{"One"});
    CHECK(get(daemon, feed).json.at("state") == "ok");
  }
  limit(daemon, RLIMIT_FSIZE, RLIM_INFINITY);
  CHECK(mark(daemon, true) == 200);
  refresh(daemon);
  CHECK(titles(daemon).size() == 2);
  daemon.kill();
  daemon.start();
  CHECK(titles(daemon, "read=true") == std::vector<std::string>{"One"});
  CHECK(titles(daemon).size() == 2);
  CHECK(get(daemon, feed).json.at("error").is_null());
}

TEST_CASE("signals in the middle of everything interrupt nothing") {
  Publisher publisher;
  Daemon daemon;
  const auto document = [](int generation) {
    std::string items;
    for (int i = generation; i >= 0; --i) {
      const auto name = "g" + std::to_string(i);
      items += item(name, name, std::string(20'000, 'x'));
    }
    return rss("t", items);
  };
  publisher.serve_file("/feed.xml", document(0));
  daemon.start();
  subscribe(daemon, publisher.url("/feed.xml"));
  constexpr int rounds = 20;
  for (int round = 1; round <= rounds; ++round) {
    publisher.serve_file("/feed.xml", document(round));
    REQUIRE(request(daemon, "POST", "/v1/refresh").status == 202);
    HttpClient client(daemon.socket());
    const std::string body = round % 2 == 0 ? R"({"starred":true})" : R"({"starred":false})";
    client.send("POST /v1/articles/mark HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    for (int i = 0; i < 20; ++i) {
      for (const int number : {SIGSTOP, SIGCONT, SIGHUP}) daemon.signal(number);
    }
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 200);
  }
  refresh(daemon);  // may join a poll that fetched an earlier document
  refresh(daemon);
  CHECK(titles(daemon, "limit=100").size() == rounds + 1);
  CHECK(daemon.log().find("task failed") == std::string::npos);
  CHECK(daemon.stop() == 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a document for which there is no memory fails by itself, and all else goes on") {
  Publisher publisher;
  Daemon daemon;
  publisher.serve_file("/small.xml", rss("Small", item("a", "One")));
  publisher.serve_file("/large.xml", rss("Large", item("b", "Two")));
  daemon.start();
  subscribe(daemon, publisher.url("/small.xml"));
  const auto large = "/v1/feeds/" + std::to_string(subscribe(daemon, publisher.url("/large.xml")));
  std::string items = item("b", "Two");
  for (int i = 0; i < 60; ++i) items += item("c" + std::to_string(i), "More", std::string(100'000, 'x'));
  publisher.serve_file("/large.xml", rss("Large", items));
  std::size_t small_ones = 1;
  // With less than the body wants, with enough for the body and not for its tree, and so on.
  for (const std::int64_t mebibytes : {1, 4, 7, 10, 14, 20, 28}) {
    CAPTURE(mebibytes);
    const auto now = number_in(process_folder(daemon) / "status", "VmSize") * 1024;
    limit(daemon, RLIMIT_AS, static_cast<rlim_t>(now + (mebibytes << 20)));
    std::string small;
    for (std::size_t i = 0; i <= small_ones; ++i) small += item("s" + std::to_string(i), "Small");
    publisher.serve_file("/small.xml", rss("Small", small));
    refresh(daemon);
    limit(daemon, RLIMIT_AS, RLIM_INFINITY);
    ++small_ones;
    CHECK(titles(daemon, "feed=1&limit=100").size() >= small_ones);
    CHECK(get(daemon, large).json.at("state") == "ok");
  }
  refresh(daemon);
  CHECK(titles(daemon, "feed=2&limit=100").size() == 61);
  CHECK(daemon.stop() == 0);
}
#endif

TEST_CASE("an idle daemon has set no alarm for the next minutes") {
  Publisher publisher;
  Daemon daemon;
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  daemon.start();
  subscribe(daemon, publisher.url("/feed.xml"));
  CHECK(titles(daemon, "q=one").size() == 1);  // the index has it, and does not wait for more
  CHECK(daemon.stop() == 0);
  daemon.start();
  // The link may have to come to rest first, which takes seconds.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  auto next_alarm = until_next_alarm(daemon);
  while (next_alarm < 150 && std::chrono::steady_clock::now() < give_up) next_alarm = until_next_alarm(daemon);
  CHECK(next_alarm >= 150);
}
