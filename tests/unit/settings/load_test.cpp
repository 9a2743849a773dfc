#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "settings/settings.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "settings_test.XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path(std::string_view name) const { return (path_ / name).string(); }
  void write(std::string_view name, std::string_view content) const {
    const fs::path file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("drop-in files override the main file in name order, and their feeds add up") {
  Folder folder;
  folder.write("n.toml", "poll.floor = '1h'\npoll.host_gap = '1s'\n[[feed]]\nurl = 'https://a/'\n");
  folder.write("n.toml.d/20-late.toml", "poll.floor = '3h'\n[[feed]]\nurl = 'https://c/'\n");
  folder.write("n.toml.d/10-early.toml", "poll.floor = '2h'\npoll.host_gap = '5s'\n[[feed]]\nurl = 'https://b/'\n");
  folder.write("n.toml.d/notes.txt", "not TOML");
  folder.write("n.toml.d/.hidden.toml", "not TOML");
  const auto loaded = settings::load(folder.path("n.toml"));
  REQUIRE(loaded.has_value());
  CHECK(loaded->poll.floor == 3h);
  CHECK(loaded->poll.host_gap == 5s);
  REQUIRE(loaded->feeds.size() == 3);
  CHECK(loaded->feeds[1].url == "https://b/");
}

TEST_CASE("keys that only fit together across files are judged when all are read") {
  Folder folder;
  folder.write("n.toml", "poll.floor = '2d'\n");
  CHECK(settings::load(folder.path("n.toml")).has_error());
  folder.write("n.toml.d/a.toml", "poll.ceiling = '3d'\n");
  CHECK(settings::load(folder.path("n.toml")).has_value());
}

TEST_CASE("an error in a drop-in names that file") {
  Folder folder;
  folder.write("n.toml", "[[feed]]\nurl = 'https://a/'\n");
  folder.write("n.toml.d/bad.toml", "\npoll.floor = 1\n");
  CHECK(settings::load(folder.path("n.toml"))
            .error()
            .detail.starts_with(folder.path("n.toml.d/bad.toml") + ":2:14: poll.floor:"));
  folder.write("n.toml.d/bad.toml", "[[feed]]\nurl = 'https://a/'\n");
  CHECK(settings::load(folder.path("n.toml")).error().detail ==
        folder.path("n.toml.d/bad.toml") + ":2:7: feed.url: \"https://a/\" is declared already, at " +
            folder.path("n.toml") + ":2:7; expected each feed once");
}

TEST_CASE("a file that was named must be there") {
  Folder folder;
  const auto loaded = settings::load(folder.path("missing.toml"));
  REQUIRE(loaded.has_error());
  CHECK(loaded.error().cause == Cause::invalid);
  CHECK(loaded.error().detail.find(folder.path("missing.toml")) != std::string::npos);
  CHECK(settings::load(folder.path("")).has_error());  // a folder
}

TEST_CASE("without any file the defaults count") {
  if (fs::exists("/etc/newscached")) {
    WARN("skipped: /etc/newscached exists");
    return;
  }
  const auto loaded = settings::load("");
  REQUIRE(loaded.has_value());
  CHECK(settings::print(*loaded) == settings::print({}));
}
