#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

std::string logged(LogLevel level, bool journal, std::string_view message, std::initializer_list<Log::Field> fields) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  Log(writer.get(), LogLevel::info, journal).write(level, message, fields);
  ::close(writer.release());
  std::string text(4096, '\0');
  const auto got = ::read(reader.get(), text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

}  // namespace

TEST_CASE("every cause has a name of its own that leads back to it") {
  for (int i = 0; i <= static_cast<int>(Cause::internal); ++i) {
    const auto cause = static_cast<Cause>(i);
    CHECK(cause_from_name(cause_name(cause)) == cause);
  }
  CHECK(cause_name(Cause::too_large) == "too_large");
  CHECK(cause_from_name("from the future") == Cause::internal);
}

TEST_CASE("a log line escapes what could forge another line, and quotes what holds blanks") {
  CHECK(logged(LogLevel::info, false, "polled", {{"feed", 7}, {"title", "a \"b\"\nerror"}}) ==
        "polled feed=7 title=\"a \\\"b\\\"\\x0aerror\"\n");
}

TEST_CASE("a log line carries the journal's priority only under the journal, and stays below its level") {
  CHECK(logged(LogLevel::warning, true, "x", {}) == "<4>x\n");
  CHECK(logged(LogLevel::warning, false, "x", {}) == "x\n");
  CHECK(logged(LogLevel::debug, false, "x", {}).empty());
}

TEST_CASE("a log line is at most 512 bytes and never cut inside a character") {
  std::string title;
  for (int i = 0; i < 600; ++i) title += "\xc3\xa4";
  const auto line = logged(LogLevel::info, false, "x", {{"title", title}});
  CHECK(line.size() <= 512);
  CHECK(line.ends_with("\xc3\xa4...\n"));
}

TEST_CASE("a URL in the log has neither password nor query") {
  CHECK(loggable_url("https://me:secret@example.org/feed?token=1") == "https://example.org/feed?...");
  CHECK(loggable_url("https://example.org/@user/feed") == "https://example.org/@user/feed");
  CHECK(loggable_url("https://me:sec?ret@example.org/feed") == "https://...");
  CHECK(loggable_url("https://me:sec#ret@example.org") == "https://...");
  CHECK(loggable_url("https://example.org?next=/@me") == "https://example.org?...");
  CHECK(loggable_url("no url") == "no url");
}

TEST_CASE("SHA-256 agrees with FIPS 180-4's examples, in one part or several") {
  CHECK(hex(sha256({"abc"})) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256({"a", "b", "c"}), 4) == "ba7816bf");
  CHECK(hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a replaced file holds the new content, is private, and leaves no temporary file") {
  const auto folder = std::filesystem::temp_directory_path() / ("newscache-base-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = folder / "file";
  REQUIRE(replace_file(path, "old"));
  REQUIRE(replace_file(path, "new"));
  CHECK(read_file(path, 100).value() == "new");
  CHECK(read_file(path, 2).error().cause == Cause::too_large);
  CHECK(read_file(path + ".new", 100).has_error());
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(replace_file((folder / "none" / "file").string(), "x").has_error());
  std::filesystem::remove_all(folder);
}

TEST_CASE("the manual clock moves both clocks and a wall jump leaves boot time alone") {
  using namespace std::chrono_literals;
  ManualClock clock{Instant{1000s}};
  const auto boot = clock.boot();
  clock.advance(1500ms);
  clock.advance(1500ms);
  CHECK(clock.wall() == Instant{1003s});
  CHECK(clock.boot() - boot == 3s);
  clock.set_wall(Instant{5s});
  CHECK(clock.boot() - boot == 3s);
}
