// The client library as others use it: installed, found by pkg-config and by CMake, against the real daemon. And the
// example in Python.
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "behaviour/behaviour.hpp"
#include "newscache/client.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

// A shell's command; what it writes is read line by line while it runs.
class Command {
 public:
  explicit Command(const std::string& line) : pipe_(::popen((line + " 2>&1").c_str(), "r")) { REQUIRE(pipe_); }
  ~Command() {
    if (pipe_) ::pclose(pipe_);
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // Up to and with the first line that holds `text`; everything when none does.
  std::string read_until(std::string_view text) {
    std::string all;
    char line[4096];
    while (std::fgets(line, sizeof(line), pipe_)) {
      all += line;
      if (!text.empty() && std::string_view(line).find(text) != std::string_view::npos) break;
    }
    return all;
  }
  int end() { return WEXITSTATUS(::pclose(std::exchange(pipe_, nullptr))); }

 private:
  std::FILE* pipe_;
};

void run(const std::string& line) {
  Command command(line);
  const auto output = command.read_until("");
  CAPTURE(line, output);
  REQUIRE(command.end() == 0);
}

struct World {
  World() {
    daemon.start();
    publisher.serve_file("/feed.xml", rss("Harbour", item("a", "One") + item("b", "Two")));
    feed = subscribe(daemon, publisher.url("/feed.xml"));
  }
  std::string with_socket(const std::string& line) const {
    return "NEWSCACHE_SOCKET=" + daemon.socket() + " exec " + line;
  }
  std::string id(std::string_view title) const { return std::to_string(article(daemon, title).at("id").as_int64()); }
  void mark(std::string_view title, std::string_view body) const {
    REQUIRE(request(daemon, "PATCH", "/v1/articles/" + id(title), body).status == 200);
  }
  Publisher publisher;
  Daemon daemon;
  TemporaryDirectory directory;
  std::int64_t feed = 0;
};

constexpr const char* examples = NEWSCACHE_SOURCE "/docs/examples";

}  // namespace

TEST_CASE("a program that is built against the installed library lists, follows, and goes on where it was") {
  World w;
  const auto folder = w.directory.path().string();
  const auto prefix = folder + "/prefix";
  const auto libraries = prefix + "/" NEWSCACHE_LIBDIR;
  run("cmake --install " NEWSCACHE_BUILD " --component library --prefix " + prefix);

  run("cd " + folder + " && PKG_CONFIG_PATH=" + libraries +
      "/pkgconfig && export PKG_CONFIG_PATH && " NEWSCACHE_CXX " -std=c++20 -Wall -Wextra -Werror " + examples +
      "/follow.cpp $(pkg-config --cflags --libs newscache) -Wl,-rpath," + libraries + " -o by-pkg-config");
  {
    Command follow(w.with_socket(folder + "/by-pkg-config " + folder + "/position 1"));
    const auto begin = follow.read_until("from revision");
    CAPTURE(begin);
    CHECK(begin.find(w.id("One") + "  One\n") != std::string::npos);
    w.mark("One", R"({"starred": true})");
    CHECK(follow.read_until("") == "article.state " + w.id("One") + "\n");
    CHECK(follow.end() == 0);
  }

  run("cmake -S " + std::string(examples) + " -B " + folder +
      "/build -DCMAKE_CXX_COMPILER=" NEWSCACHE_CXX " -DCMAKE_PREFIX_PATH=" + prefix + " && cmake --build " + folder +
      "/build");
  const auto by_cmake = folder + "/build/follow " + folder + "/position 2";
  w.mark("Two", R"({"read": true})");  // missed
  {
    Command follow(w.with_socket(by_cmake));
    const auto missed = follow.read_until("article.state");
    CHECK(missed.starts_with("from revision"));
    CHECK(missed.find("article.state " + w.id("Two") + "\n") != std::string::npos);
    CHECK(missed.find(" One") == std::string::npos);
    w.daemon.kill();
    w.daemon.start();
    w.mark("One", R"({"read": true})");
    CHECK(follow.read_until("") == "article.state " + w.id("One") + "\n");
    CHECK(follow.end() == 0);
  }

  std::ofstream(folder + "/position") << "another 1\n";
  Command lost(w.with_socket(by_cmake));
  CHECK(lost.read_until("").find("read everything anew") != std::string::npos);
  CHECK(lost.end() == 1);
}

TEST_CASE("the example in Python lists, follows, and goes on where it was") {
  World w;
  const auto follow_py = "python3 " + std::string(examples) + "/follow.py --socket " + w.daemon.socket() +
                         " --position " + w.directory.path().string() + "/position";
  {
    Command follow(follow_py + " --count 2");
    CHECK(follow.read_until("from revision").find(w.id("Two") + " Two\n") != std::string::npos);
    w.mark("One", R"({"starred": true})");
    CHECK(follow.read_until("article") == "article.state " + w.id("One") + "\n");
    w.daemon.kill();
    w.daemon.start();
    w.mark("Two", R"({"starred": true})");
    CHECK(follow.read_until("").find("article.state " + w.id("Two") + "\n") != std::string::npos);
    CHECK(follow.end() == 0);
  }
  w.mark("Two", R"({"read": true})");  // missed
  Command follow(follow_py + " --count 1");
  const auto missed = follow.read_until("");
  CHECK(missed.starts_with("from revision"));
  CHECK(missed.find("article.state " + w.id("Two") + "\n") != std::string::npos);
  CHECK(follow.end() == 0);
}

TEST_CASE("a follower of one feed or one folder hears of nothing else") {
  namespace news = newscache::client;
  World w;
  w.publisher.serve_file("/other.xml", rss("Other", item("c", "Three")));
  const auto other = subscribe(w.daemon, w.publisher.url("/other.xml"));
  REQUIRE(request(w.daemon, "PATCH", "/v1/feeds/" + std::to_string(other), R"({"folder": "Far away"})").status == 200);
  w.mark("One", R"({"read": true})");
  w.mark("Three", R"({"read": true})");
  const auto articles_until = [&w](news::Filter filter, const std::string& last) {
    news::Follower follower(w.daemon.socket(), news::Position{}, std::move(filter));
    std::vector<std::string> ids;
    while (ids.empty() || ids.back() != last) {
      for (const auto& change : follower.next(std::chrono::minutes(1)).value()) {
        if (change.event.starts_with("article.")) ids.push_back(std::to_string(change.id));
      }
    }
    return ids;
  };
  const auto three = w.id("Three");
  CHECK(articles_until({.feed = other}, three).front() == three);
  CHECK(articles_until({.folder = "Far away"}, three).front() == three);
  const auto first = articles_until({.feed = w.feed}, w.id("One"));
  CHECK(std::find(first.begin(), first.end(), three) == first.end());
}
