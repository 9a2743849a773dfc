#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

TEST_CASE("the daemon says that it is ready when it serves, and that it stops when it does; a clean stop exits 0") {
  Daemon daemon;
  daemon.start();
  CHECK(get(daemon, "/v1/status").status == 200);
  CHECK(get(daemon, "/healthz").status == 200);
  daemon.signal(SIGTERM);
  daemon.await_notification("STOPPING=1");
  CHECK(daemon.stop() == 0);
  CHECK_FALSE(std::filesystem::exists(daemon.socket()));
  CHECK(std::filesystem::file_size(daemon.state_dir() / "news.db") > 0);
  CHECK_FALSE(std::filesystem::exists(daemon.state_dir() / "news.db-wal"));
}

TEST_CASE("after SIGKILL it starts again over the stale socket and the unfinished log") {
  Daemon daemon;
  daemon.start();
  daemon.kill();
  CHECK(std::filesystem::exists(daemon.socket()));
  daemon.start();
  CHECK(get(daemon, "/v1/status").status == 200);
}

TEST_CASE("a second daemon on the same state directory or the same socket is refused with a clear message") {
  Daemon daemon;
  daemon.start();
  const ProgramResult same_state =
      run_program("newscached", {"--config", daemon.config_file().string(), "--state-dir", daemon.state_dir().string(),
                                 "--socket", daemon.socket() + "2"});
  CHECK(same_state.exit_code == 1);
  CHECK(same_state.err.find("another newscached") != std::string::npos);
  TemporaryDirectory other;
  const ProgramResult same_socket = run_program("newscached", {"--config", daemon.config_file().string(), "--state-dir",
                                                               other.path().string(), "--socket", daemon.socket()});
  CHECK(same_socket.exit_code == 1);
  CHECK(same_socket.err.find(daemon.socket()) != std::string::npos);
  CHECK(get(daemon, "/v1/status").status == 200);
}

TEST_CASE("a database of another program is refused and left alone") {
  Daemon daemon;
  std::filesystem::create_directories(daemon.state_dir());
  const std::string path = (daemon.state_dir() / "news.db").string();
  const std::string foreign = std::string("SQLite format 3\0", 16) + std::string(4080, '\1');
  std::ofstream(path) << foreign;
  const ProgramResult result = run_program(
      "newscached", {"--config", daemon.config_file().string(), "--state-dir", daemon.state_dir().string(), "--socket", daemon.socket()});
  CHECK(result.exit_code == 78);
  CHECK(result.err.find("news.db") != std::string::npos);
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text == foreign);
}

TEST_CASE("what is stored is private to the daemon's user") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1);
  struct stat info {};
  REQUIRE(stat(daemon.socket().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0660);
  daemon.stop();
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(daemon.state_dir())) {
    CAPTURE(entry.path());
    REQUIRE(stat(entry.path().c_str(), &info) == 0);
    CHECK((info.st_mode & (entry.is_directory() ? 027 : 077)) == 0);
    ++files;
  }
  CHECK(files >= 3);  // the database, the copy of the subscriptions, the lock
}

TEST_CASE("malformed and oversized requests get the answers of the contract, and the daemon goes on") {
  Daemon daemon;
  daemon.start();
  CHECK(get(daemon, "/no/such/path").status == 404);
  {
    HttpClient client(daemon.socket());
    const HttpAnswer answer = client.request("DELETE", "/v1/status");
    CHECK(answer.status == 405);
    CHECK(answer.header("Allow").find("GET") != std::string::npos);
    CHECK(answer.header("Content-Type") == "application/problem+json");
  }
  {
    HttpClient client(daemon.socket());
    client.send("this is not HTTP\r\n\r\n");
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(client.at_end());
  }
  {
    HttpClient client(daemon.socket());
    CHECK(client.request("GET", "/v1/status", {}, {{"X-Long", std::string(20'000, 'x')}}).status == 431);
  }
  {
    HttpClient client(daemon.socket());
    client.send("POST /v1/feeds HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 413);
  }
  CHECK(request(daemon, "POST", "/v1/feeds", "{\"url\": ").status == 400);
  HttpClient client(daemon.socket());
  CHECK(client.request("GET", "/v1/status", {}, {{"Origin", "https://evil.example"}}).status == 403);
  client.send("HEAD /v1/status HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.receive(true);
  const auto body = client.receive();
  REQUIRE(head);
  REQUIRE(body);
  CHECK(head->status == 200);
  CHECK(head->body.empty());
  CHECK(body->body.find("uptime_s") != std::string::npos);
}
