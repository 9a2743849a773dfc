// What a person sends to somebody who helps tells how the daemon is, and nothing that is nobody else's business.

#include <stdlib.h>
#include <sys/stat.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

// A variable of the environment, for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name), before_(::getenv(name)) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { ::setenv(name_, before_.c_str(), 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string before_;
};

void write(const std::filesystem::path& file, std::string_view text, mode_t mode) {
  std::ofstream(file) << text;
  ::chmod(file.c_str(), mode);
}

std::string unpacked(const std::filesystem::path& bundle, const std::string& part = "") {
  std::vector<std::string> arguments{"xzOf", bundle.string()};
  if (!part.empty()) arguments.push_back("newscached-support/" + part);
  const auto ran = run_program("/bin/tar", arguments);
  REQUIRE(ran.exit_code == 0);
  return ran.out;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a support bundle tells how the daemon is, and holds no secrets, contents or names") {
  const TemporaryDirectory directory;
  const auto password = directory.path() / "pass-file-secret";
  write(password, "basic-secret\n", 0600);
  Publisher publisher;
  publisher.serve_file("/path-secret.xml?key=query-secret",
                       rss("Feedtitle-secret", item("guid-secret", "Title-secret", "Text-secret")));
  publisher.answer("/moved-secret.xml",
                   redirect(302, "http://user-secret:url-secret@192.168.77.1/target-secret?q-secret"));
  const auto with_user = [&](const std::string& path) {
    auto url = publisher.url(path);
    return url.insert(url.find("//") + 2, "user-secret:url-secret@");
  };

  Daemon daemon;
  daemon.write_config(
      "[net]\nallow_private = [\"127.0.0.0/8\"]\nuser_agent = \"agent-secret\"\n[poll]\nhost_gap = \"0s\"\n"
      "[[host]]\nhost = \"api.example\"\nuser = \"user-secret\"\npassword_file = \"" +
      password.string() + "\"\nheaders = [\"X-Key: header-secret\"]\n[[feed]]\nurl = \"" +
      with_user("/path-secret.xml?key=query-secret") + "\"\ntitle = \"Own-secret\"\nfolder = \"folder-secret\"\n");
  daemon.start();
  refresh(daemon);
  REQUIRE(titles(daemon).size() == 1);
  const auto failing =
      request(daemon, "POST", "/v1/feeds?validate=later", R"({"url":")" + with_user("/moved-secret.xml") + R"("})");
  REQUIRE(failing.status == 201);
  refresh(daemon);
  REQUIRE(run_client(daemon, {"search", "search-secret"}).exit_code == 0);

  // The journal, as far as it can be had here.
  const auto log = directory.path() / "log";
  write(log, daemon.log(), 0600);
  write(directory.path() / "journalctl", "#!/bin/sh\nexec cat " + log.string() + "\n", 0700);
  const Variable path("PATH", directory.path().string() + ":" + ::getenv("PATH"));
  const auto home = daemon.config_file().parent_path().string();
  const Variable moved_in("HOME", home);
  const auto file = directory.path() / "support.tar.gz";
  const auto made =
      run_client(daemon, {"doctor", "--bundle", file.string(), "--config", daemon.config_file().string()});
  CAPTURE(made.out, made.err);
  CHECK(made.exit_code == 0);
  CHECK(holds(made.out, "log.txt"));
  CHECK(holds(made.out, "tar xzOf " + file.string()));
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);

  // What it is for.
  auto feeds = boost::json::parse(unpacked(file, "feeds.json")).as_array();
  REQUIRE(feeds.size() == 2);
  if (feeds.front().at("id") != 1) std::swap(feeds.front(), feeds.back());
  CHECK(feeds.at(0).at("url").as_string() == "http://127.0.0.1");
  CHECK(feeds.at(0).at("counts").at("articles").as_int64() == 1);
  CHECK(feeds.at(1).at("error").at("cause").as_string() == "denied");
  CHECK(boost::json::parse(unpacked(file, "journal-2.json")).at("attempts").as_array().size() >= 1);
  CHECK(boost::json::parse(unpacked(file, "doctor.json")).at("ok").as_bool());
  CHECK(boost::json::parse(unpacked(file, "status.json")).at("version").is_string());
  CHECK(boost::json::parse(unpacked(file, "healthz.json")).is_object());
  CHECK(holds(unpacked(file, "metrics.txt"), "newscached_articles 1\n"));
  CHECK(holds(unpacked(file, "configuration.toml"), "host_gap = \"0s\""));
  CHECK(holds(unpacked(file, "configuration.toml"), "url = \"http://127.0.0.1\""));
  CHECK(holds(unpacked(file, "versions.txt"), "newscached "));
  CHECK(holds(unpacked(file, "versions.txt"), "libsqlite3.so."));
  CHECK(holds(unpacked(file, "log.txt"), "feed cannot be polled"));

  // And none of this; the daemon has it all, the log and the API show some.
  CHECK(holds(daemon.log(), "moved-secret"));
  CHECK(holds(get(daemon, "/v1/feeds").body, "query-secret"));
  const auto all = unpacked(file);
  for (const auto& secret : {std::string("secret"), home, directory.path().string()}) {
    const auto at = all.find(secret);
    CAPTURE(secret, all.substr(at > 80 && at != std::string::npos ? at - 80 : 0, 160));
    CHECK(at == std::string::npos);
  }
}

TEST_CASE("a support bundle is made without a daemon as well, and never over another file") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "support.tar.gz";
  const auto socket = (directory.path() / "none").string();
  const auto made = run_program("newscache", {"--socket", socket, "--json", "doctor", "--bundle", file.string()});
  CHECK(made.exit_code == 3);
  const auto document = boost::json::parse(made.out);
  CHECK_FALSE(document.at("ok").as_bool());
  CHECK(document.at("bundle").at("parts").as_array().size() == 4);
  CHECK_FALSE(boost::json::parse(unpacked(file, "doctor.json")).at("ok").as_bool());

  const auto again = run_program("newscache", {"--socket", socket, "doctor", "--bundle", file.string()});
  CHECK(again.exit_code == 1);
  CHECK(holds(again.err, file.string()));
  CHECK(run_program("newscache", {"doctor", "--bundle", "-"}).exit_code == 2);
}
