#include <signal.h>

#include <filesystem>
#include <fstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

ProgramResult check_config(const std::string& toml) {
  TemporaryDirectory directory;
  const std::string file = (directory.path() / "newscached.toml").string();
  std::ofstream(file) << toml;
  return run_program("newscached", {"--config", file, "--check-config"});
}

}  // namespace

TEST_CASE("a bad configuration names file, line and key, and exits 78") {
  struct Case {
    std::string toml;
    std::string line;
    std::string key;
  };
  const Case cases[] = {
      {"[poll]\n\nflor = \"1h\"\n", ":3:", "flor"},
      {"[poll]\nfloor = 60\n", ":2:", "floor"},
      {"[net]\nmax_transfers = \"many\"\n", ":2:", "max_transfers"},
      {"[net]\nmax_transfers = 0\n", ":2:", "max_transfers"},
      {"[nets]\n", ":1:", "nets"},
      {"[net]\nallow_private = [\"10.0.0.0/99\"]\n", ":2:", "allow_private"},
      {"[[feed]]\ntitle = \"no address\"\n", ":1:", "url"},
      {"[poll\n", ":1:", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.toml);
    const ProgramResult result = check_config(c.toml);
    CAPTURE(result.err);
    CHECK(result.exit_code == 78);
    CHECK(result.err.find("newscached.toml" + c.line) != std::string::npos);
    CHECK(result.err.find(c.key) != std::string::npos);
    CHECK(result.err.find('\n') == result.err.size() - 1);
  }
  CHECK(check_config("[poll]\nfloor = \"30m\"\n").exit_code == 0);
}

TEST_CASE("wrong usage exits 2, and --help and --version answer") {
  CHECK(run_program("newscached", {"--no-such-option"}).exit_code == 2);
  CHECK(run_program("newscached", {"surplus"}).exit_code == 2);
  CHECK(run_program("newscached", {"--log-level", "loud"}).exit_code == 2);
  CHECK(run_program("newscached", {"--help"}).out.find("--state-dir") != std::string::npos);
  CHECK(run_program("newscached", {"--version"}).out.find("newscached ") == 0);
}

TEST_CASE("addresses of this machine are refused by default, and the error names the setting") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  Daemon daemon;
  daemon.write_config("");
  daemon.start();
  const Reply refused = request(daemon, "POST", "/v1/feeds", "{\"url\": \"" + publisher.url("/feed.xml") + "\"}");
  CHECK(refused.status == 422);
  CHECK(refused.body.find("net.allow_private") != std::string::npos);
  CHECK(publisher.requests().empty());
}

TEST_CASE("declared feeds are subscribed at start and reconciled at SIGHUP; what is no longer declared keeps its articles") {
  Publisher publisher;
  publisher.serve_file("/a.xml", rss("A", item("a", "Of A")));
  publisher.serve_file("/b.xml", rss("B", item("b", "Of B")));
  const std::string base = "[net]\nallow_private = \"all\"\n[poll]\nhost_gap = \"0s\"\n";
  const auto declare = [&](const std::string& path, const std::string& folder) {
    return "[[feed]]\nurl = \"" + publisher.url(path) + "\"\nfolder = \"" + folder + "\"\n";
  };
  Daemon daemon;
  daemon.write_config(base + declare("/a.xml", "one"));
  daemon.start();
  refresh(daemon);
  REQUIRE(titles(daemon) == std::vector<std::string>{"Of A"});
  const auto feeds = get(daemon, "/v1/feeds").json.at("feeds").as_array();
  REQUIRE(feeds.size() == 1);
  CHECK(feeds[0].at("managed").as_bool());
  CHECK(feeds[0].at("folder").as_string() == "one");
  const std::string path = "/v1/feeds/" + std::to_string(feeds[0].at("id").as_int64());
  CHECK(request(daemon, "DELETE", path).status == 409);
  CHECK(request(daemon, "PATCH", path, R"({"title": "x"})").status == 409);
  CHECK(request(daemon, "PATCH", path, R"({"paused": true})").status == 200);

  daemon.write_config(base + declare("/b.xml", "two"));
  daemon.signal(SIGHUP);
  daemon.await_notification("READY=1");
  refresh(daemon);
  CHECK(titles(daemon).size() == 2);
  CHECK_FALSE(get(daemon, path).json.at("managed").as_bool());
  CHECK(request(daemon, "DELETE", path).status == 204);

  daemon.write_config("[poll]\nflor = 1\n");
  daemon.signal(SIGHUP);
  daemon.await_notification("READY=1");
  CHECK(get(daemon, "/v1/feeds").json.at("feeds").as_array().size() == 1);
  CHECK(daemon.log().find("flor") != std::string::npos);
}
