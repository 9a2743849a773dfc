// Who comes in by which way, and that no client can harm the others, however many there are and whatever they do.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <fstream>
#include <future>
#include <list>
#include <sstream>
#include <thread>

#include "behaviour/behaviour.hpp"
#include "behaviour/loopback.hpp"
#include "support/catch.hpp"
#include "support/certificate.hpp"

using namespace newscache::test;
using newscache::FileDescriptor;

namespace {

constexpr auto token = "0123456789abcdef0123456789abcdef";
const HeaderList bearer{{"Authorization", std::string("Bearer ") + token}, {"Content-Type", "application/json"}};

// As systemd passes a socket, for the daemon's process before it starts.
std::function<void()> passing(const FileDescriptor& listening) {
  return [fd = listening.get()] {
    ::dup2(fd, 3);
    ::fcntl(3, F_SETFD, 0);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  };
}

std::string secret_file(const TemporaryDirectory& folder, const std::string& content) {
  const auto path = (folder.path() / "secret").string();
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(::write(file.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  return path;
}

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "re");
  REQUIRE(pipe != nullptr);
  std::string out;
  char block[4096];
  for (std::size_t got = 0; (got = std::fread(block, 1, sizeof(block), pipe)) > 0;) out.append(block, got);
  ::pclose(pipe);
  return out;
}

std::int64_t resident_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return -1;
}

// Many event streams at once, read as they come and checked for gaps, without looking at more than their ids.
class ManyStreams {
 public:
  ManyStreams(const Daemon& daemon, int count, std::int64_t place) {
    for (int i = 0; i < count; ++i) {
      auto& stream = streams_.emplace_back(HttpClient(daemon.socket()), place);
      stream.client.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
      REQUIRE(stream.client.receive_head()->status == 200);
    }
  }

  // True when each has had every event up to that revision.
  bool read_up_to(std::int64_t last) {
    std::vector<pollfd> waiting;
    std::vector<Stream*> theirs;
    for (;;) {
      waiting.clear();
      theirs.clear();
      for (auto& stream : streams_) {
        if (stream.place == last) continue;
        waiting.push_back({stream.client.descriptor(), POLLIN, 0});
        theirs.push_back(&stream);
      }
      if (waiting.empty()) return true;
      if (::poll(waiting.data(), waiting.size(), 60'000) <= 0) return false;
      for (std::size_t i = 0; i < waiting.size(); ++i) {
        if (waiting[i].revents != 0 && !theirs[i]->read()) return false;
      }
    }
  }

 private:
  struct Stream {
    Stream(HttpClient c, std::int64_t p) : client(std::move(c)), place(p) {}
    bool read() {
      char block[16384];
      const auto got = ::recv(client.descriptor(), block, sizeof(block), 0);
      if (got <= 0) return false;
      text.append(block, static_cast<std::size_t>(got));
      std::size_t done = 0;
      for (std::size_t at = 0; (at = text.find("\nid: ", done)) != text.npos;) {
        const auto end = text.find('\n', at + 1);
        if (end == text.npos) break;
        done = end;
        const auto id = text.substr(at + 5, end - at - 5);
        if (id == std::to_string(place)) continue;  // where it is, without an event
        if (id != std::to_string(++place)) return false;
      }
      text.erase(0, done);
      return true;
    }
    HttpClient client;
    std::int64_t place;
    std::string text = "\n";
  };
  std::list<Stream> streams_;
};

}  // namespace

TEST_CASE("over TCP whoever knows the token may read and mark, and nobody else gets anything") {
  const TemporaryDirectory folder;
  const auto port = free_port();
  const auto address = "127.0.0.1:" + std::to_string(port);
  Daemon daemon("[http]\nlisten = [\"" + address + "\"]\ntoken_file = \"" + secret_file(folder, token) + "\"\n");
  daemon.start();
  const auto feed = std::to_string(import_articles(daemon, 2, "a"));
  CHECK(connect_tcp(port).get("/v1/articles").status == 401);
  CHECK(connect_tcp(port).get("/healthz").status == 401);
  auto client = connect_tcp(port);
  CHECK(client.get("/v1/articles", bearer).status == 200);
  CHECK(client.request("POST", "/v1/articles/mark", R"({"read":true})", bearer).body == R"({"changed":2})");
  CHECK(client.request("DELETE", "/v1/feeds/" + feed, {}, bearer).status == 403);
  CHECK(connect_tcp(port).request("POST", "/v1/feeds", R"({"url":"http://127.0.0.1:1/"})", bearer).status == 403);
  auto foreign = bearer;
  foreign.emplace_back("Origin", "http://evil.example");
  CHECK(connect_tcp(port).get("/v1/articles", foreign).status == 403);
  auto rebound = connect_tcp(port);
  rebound.send("GET /v1/articles HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer " + std::string(token) +
               "\r\n\r\n");
  CHECK(rebound.receive()->status == 403);
  CHECK(daemon.log().find(token) == std::string::npos);
}

TEST_CASE("http.admin lets the token's holder change subscriptions") {
  const TemporaryDirectory folder;
  const auto port = free_port();
  Daemon daemon("[http]\nadmin = true\nlisten = [\"127.0.0.1:" + std::to_string(port) + "\"]\ntoken_file = \"" +
                secret_file(folder, token) + "\"\n");
  daemon.start();
  const auto feed = std::to_string(import_articles(daemon, 1, "a"));
  CHECK(connect_tcp(port).request("DELETE", "/v1/feeds/" + feed, {}, bearer).status == 204);
}

TEST_CASE("an address that can be reached from outside speaks TLS") {
  const TemporaryDirectory folder;
  const auto port = std::to_string(free_port());
  const auto files = make_certificate(folder.path().string(), "own");
  Daemon daemon("[http]\nlisten = [\"0.0.0.0:" + port + "\"]\ntoken_file = \"" + secret_file(folder, token) +
                "\"\ntls_certificate_file = \"" + files.certificate + "\"\ntls_key_file = \"" + files.key + "\"\n");
  daemon.start();
  import_articles(daemon, 300, "a", std::string(3000, 'x'));
  const auto curl = "curl -sS --noproxy '*' --max-time 60 --cacert " + files.certificate +
                    " -H 'Authorization: Bearer " + token + "' ";
  const auto url = "127.0.0.1:" + port + "/v1/articles?limit=300";
  const auto expected = get(daemon, "/v1/articles?limit=300").body;
  CHECK(output_of(curl + "'https://" + url + "'") == expected);
  CHECK(output_of(curl + "--compressed 'https://" + url + "'") == expected);
  CHECK(output_of(curl + "-o /dev/null -w '%{http_code}' 'http://" + url + "' 2>/dev/null") == "000");
  CHECK(output_of("curl -sS --noproxy '*' -k -o /dev/null -w '%{http_code}' 'https://" + url + "'") == "401");
}

TEST_CASE("a long list is sent in pieces and is the same as page by page") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 500, "a", std::string(4000, 'x'));
  HttpClient client(daemon.socket());
  const auto whole = client.get("/v1/articles?limit=400");
  CHECK(whole.header("Transfer-Encoding") == "chunked");
  const auto list = boost::json::parse(whole.body);
  std::vector<std::int64_t> ids;
  for (const auto& article : list.at("articles").as_array()) ids.push_back(article.at("id").as_int64());
  REQUIRE(ids.size() == 400);
  std::vector<std::int64_t> paged;
  std::string cursor;
  while (paged.size() < 400) {
    const auto page = get(daemon, "/v1/articles?limit=40" + (cursor.empty() ? "" : "&cursor=" + cursor)).json;
    for (const auto& article : page.at("articles").as_array()) paged.push_back(article.at("id").as_int64());
    cursor = page.at("next_cursor").as_string();
  }
  CHECK(ids == paged);
  const auto rest =
      get(daemon, "/v1/articles?limit=400&cursor=" + std::string(list.at("next_cursor").as_string())).json;
  CHECK(rest.at("articles").as_array().size() == 100);
  CHECK(client.get("/v1/articles?limit=400", {{"If-None-Match", whole.header("ETag")}}).status == 304);
}

TEST_CASE("changes and events can be limited to a feed or a folder, also live and for what is deleted") {
  Daemon daemon;
  daemon.start();
  const auto one = std::to_string(import_articles(daemon, 2, "one"));
  const auto two = std::to_string(import_articles(daemon, 2, "two"));
  REQUIRE(request(daemon, "PATCH", "/v1/feeds/" + two, R"({"folder":"F"})").status == 200);
  const auto ids = [&daemon](const std::string& filter) {
    std::vector<std::string> changes;
    const auto page = get(daemon, "/v1/changes?since=0&" + filter).json;
    for (const auto& change : page.at("changes").as_array()) {
      changes.push_back(std::string(change.at("type").as_string()) + " " + std::to_string(change.at("id").as_int64()));
    }
    return changes;
  };
  const std::vector<std::string> of_two{"feed " + two, "article 3", "article 4", "feed " + two, "feed " + two};
  CHECK(ids("feed=" + two) == of_two);
  std::vector<std::string> in_folder = of_two;
  in_folder.insert(in_folder.begin(), {"feed " + one, "feed " + one});  // it might have come from there
  CHECK(ids("folder=F") == in_folder);
  CHECK(get(daemon, "/v1/changes?feed=1&folder=F").status == 400);
  CHECK(get(daemon, "/v1/changes?since=0&limit=1&feed=" + two).json.at("more") == true);
  CHECK(get(daemon, "/v1/changes?since=0&limit=5&feed=" + two).json.at("more") == false);

  EventReader by_feed(daemon.socket(), "/v1/events?feed=" + two);
  EventReader by_folder(daemon.socket(), "/v1/events?since=0&folder=F");
  for (std::size_t i = 0; i < in_folder.size(); ++i) REQUIRE(by_folder.next());
  REQUIRE(request(daemon, "POST", "/v1/articles/mark", R"({"ids":[1,4],"read":true})").status == 200);
  const auto marked = by_feed.next();
  REQUIRE(marked);
  CHECK(marked->data.find("\"id\":4") != std::string::npos);
  CHECK(by_folder.next()->id == marked->id);
  REQUIRE(request(daemon, "DELETE", "/v1/feeds/" + one).status == 204);
  REQUIRE(request(daemon, "DELETE", "/v1/feeds/" + two).status == 204);
  std::vector<std::string> names;
  while (names.empty() || names.back() != "feed.deleted") names.push_back(by_feed.next()->name);
  CHECK(names == std::vector<std::string>{"article.deleted", "article.deleted", "feed.deleted"});
}

TEST_CASE("who follows a folder hears of a feed that leaves it or comes into it") {
  Daemon daemon;
  daemon.start();
  const auto path = "/v1/feeds/" + std::to_string(import_articles(daemon, 1, "a"));
  REQUIRE(request(daemon, "PATCH", path, R"({"folder":"A"})").status == 200);
  EventReader a(daemon.socket(), "/v1/events?folder=A");
  EventReader b(daemon.socket(), "/v1/events?folder=B");
  REQUIRE(request(daemon, "PATCH", path, R"({"folder":"B"})").status == 200);
  CHECK(a.next()->name == "feed.updated");
  CHECK(b.next()->name == "feed.updated");
}

TEST_CASE("a new token is in force after a reload, and the old one is not") {
  const TemporaryDirectory folder;
  const auto port = free_port();
  const auto file = secret_file(folder, token);
  Daemon daemon("[http]\nlisten = [\"127.0.0.1:" + std::to_string(port) + "\"]\ntoken_file = \"" + file + "\"\n");
  daemon.start();
  CHECK(connect_tcp(port).get("/v1/status", bearer).status == 200);
  std::ofstream(file) << "fedcba9876543210";
  CHECK(request(daemon, "POST", "/v1/reload").body == R"({"needs_restart":[]})");
  CHECK(connect_tcp(port).get("/v1/status", bearer).status == 401);
  CHECK(connect_tcp(port).get("/v1/status", {{"Authorization", "Bearer fedcba9876543210"}}).status == 200);
}

TEST_CASE("what a page got over TCP is not given to the same words at the Unix socket") {
  const TemporaryDirectory folder;
  const auto port = free_port();
  const auto address = "127.0.0.1:" + std::to_string(port);
  Daemon daemon("[http]\nadmin = true\nlisten = [\"" + address + "\"]\ntoken_file = \"" + secret_file(folder, token) +
                "\"\n");
  daemon.start();
  auto page = bearer;
  page.insert(page.end(), {{"Host", address}, {"Origin", "http://" + address}});
  for (int i = 0; i < 3; ++i) CHECK(connect_tcp(port).get("/v1/articles", page).status == 200);
  CHECK(HttpClient(daemon.socket()).get("/v1/articles", page).status == 403);
}

TEST_CASE("a TCP socket that systemd passes is served when http.listen names it, and else nothing is") {
  const TemporaryDirectory folder;
  const auto port = free_port();
  FileDescriptor listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  REQUIRE(::listen(listening.get(), 8) == 0);
  const auto pass = passing(listening);
  const auto secret = "token_file = \"" + secret_file(folder, token) + "\"\n";
  Daemon named("[http]\nlisten = [\"127.0.0.1:" + std::to_string(port) + "\"]\n" + secret);
  named.set_before_start(pass);
  named.start();
  CHECK(connect_tcp(port).get("/v1/status", bearer).status == 200);
  CHECK(named.stop() == 0);
  Daemon unnamed("[http]\nlisten = [\"127.0.0.1:" + std::to_string(free_port()) + "\"]\n" + secret);
  unnamed.set_before_start(pass);
  CHECK_THROWS_WITH(unnamed.start(), Catch::Matchers::Contains("which is not in http.listen"));
}

TEST_CASE("a thousand subscribers hear of everything in time, and those that stop reading cost nobody anything") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 800, "a");
  const auto start = revision(daemon);
  constexpr int subscribers = 900;
  ManyStreams reading(daemon, subscribers, start);
  std::list<EventReader> stopped;
  for (int i = 0; i < 100; ++i) stopped.emplace_back(daemon.socket(), "/v1/events");
  const auto before = resident_kib(daemon.pid());
  // More than socket buffers and backlogs hold of those that do not read.
  constexpr int rounds = 4;
  const auto last = start + rounds * 800;
  auto complete = std::async(std::launch::async, [&reading, last] { return reading.read_up_to(last); });
  for (int round = 0; round < rounds; ++round) {
    const auto* body = round % 2 == 0 ? R"({"read":true})" : R"({"read":false})";
    CHECK(request(daemon, "POST", "/v1/articles/mark", body).status == 200);
    CHECK(get(daemon, "/v1/status").status == 200);  // others are answered meanwhile
  }
  CHECK(complete.get());
  // A backlog of 64 kB each at most, and what the allocator keeps of it.
  CHECK(resident_kib(daemon.pid()) - before < 64 * 1024);
  // One that reads again goes on from where it was, and misses nothing.
  for (auto expected = start + 1; expected <= last; ++expected) {
    const auto event = stopped.front().next();
    REQUIRE(event);
    CHECK(event->id == std::to_string(expected));
  }
}

TEST_CASE("a restart under socket activation turns no client away") {
  Daemon daemon;
  const FileDescriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  daemon.socket().copy(address.sun_path, sizeof(address.sun_path) - 1);
  REQUIRE(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  REQUIRE(::listen(listening.get(), 64) == 0);
  daemon.set_before_start(passing(listening));
  daemon.start();
  std::atomic<bool> over = false;
  std::atomic<int> answered = 0;
  std::atomic<int> failed = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      while (!over) {
        try {
          ++(HttpClient(daemon.socket()).get("/v1/status").status == 200 ? answered : failed);
        } catch (const std::exception&) {
          ++failed;
        }
      }
    });
  }
  for (int restart = 0; restart < 5; ++restart) {
    const auto before = answered.load();
    while (answered < before + 20 && failed == 0) std::this_thread::yield();
    CHECK(daemon.stop() == 0);
    daemon.start();
  }
  over = true;
  for (auto& client : clients) client.join();
  CHECK(failed == 0);
}

TEST_CASE("a user who takes all places he can get locks out no administrator") {
  if (::geteuid() != 0) return;  // cannot become somebody else
  Daemon daemon("[socket]\nmode = \"0666\"\nmax_connections = 8\n");
  daemon.start();
  ::chmod(daemon.config_file().parent_path().c_str(), 0711);
  std::list<HttpClient> flood;
  {
    const AsNobody while_connecting;
    for (int i = 0; i < 12; ++i) flood.emplace_back(daemon.socket());
  }
  int served = 0;
  int refused = 0;
  for (auto& client : flood) {
    client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = client.receive();
    ++(answer && answer->status == 200 ? served : refused);
  }
  CHECK(served == 4);
  CHECK(refused == 8);
  CHECK(get(daemon, "/healthz").status == 200);
}

TEST_CASE("the configuration is read again on request, and a broken one is told and changes nothing") {
  Daemon daemon;
  daemon.start();
  const auto config = [&daemon] {
    std::ostringstream text;
    text << std::ifstream(daemon.config_file()).rdbuf();
    return text.str();
  }();
  daemon.write_config(config + "\n[socket]\nmode = \"0600\"\n[[feed]]\nurl = \"http://127.0.0.1:1/\"\n");
  const auto reloaded = request(daemon, "POST", "/v1/reload");
  CHECK(reloaded.status == 200);
  CHECK(reloaded.body == R"({"needs_restart":["socket.mode"]})");
  CHECK(get(daemon, "/v1/feeds").json.at("feeds").as_array().size() == 1);
  CHECK(request(daemon, "POST", "/v1/reload").body == reloaded.body);  // it still waits
  daemon.write_config(config + "\n[socket]\nmood = 3\n");
  const auto broken = request(daemon, "POST", "/v1/reload");
  CHECK(broken.status == 422);
  CHECK(broken.body.find("mood") != std::string::npos);
  CHECK(get(daemon, "/v1/feeds").json.at("feeds").as_array().size() == 1);
}
