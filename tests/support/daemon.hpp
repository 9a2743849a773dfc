#pragma once
// The real newscached in a temporary directory, for behaviour tests. It is ready when it has said so (sd_notify), so
// that nothing here waits by the clock.

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace newscache::test {

// A directory of its own that is removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class Daemon {
 public:
  // Polls at once and without gaps, and may poll this machine; `config` is appended.
  explicit Daemon(std::string_view config = {});
  ~Daemon();  // kills it if it still runs
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Called in the daemon's process before the program starts: to enter a namespace, or to set its environment.
  void set_before_start(std::function<void()> prepare) { before_start_ = std::move(prepare); }
  // Another program that takes the same arguments, in place of newscached.
  void set_program(std::string name) { program_ = std::move(name); }
  void start();  // returns when it is ready; throws with its log when it ends instead
  int stop();    // SIGTERM; the exit code
  void kill();   // SIGKILL, and waits for the end
  void signal(int number) const;
  // Waits for the next message of sd_notify that holds `text`.
  void await_notification(std::string_view text);
  void write_config(std::string_view config) const;  // in place of what the constructor got

  std::string socket() const { return (directory_.path() / "s").string(); }
  std::filesystem::path state_dir() const { return directory_.path() / "state"; }
  std::filesystem::path config_file() const { return directory_.path() / "newscached.toml"; }
  std::string log() const;
  pid_t pid() const { return pid_; }

 private:
  TemporaryDirectory directory_;
  std::function<void()> before_start_;
  std::string program_ = "newscached";
  pid_t pid_ = -1;
  int notify_ = -1;
};

struct ProgramResult {
  int exit_code = -1;  // 128 + signal when it was killed
  std::string out;
  std::string err;
};
// Where a program of the build is ("newscache", "newscached"), or any by its absolute path.
std::string program_path(const std::string& name);
// Runs it to its end.
ProgramResult run_program(const std::string& name, const std::vector<std::string>& arguments,
                          std::string_view input = {});

}  // namespace newscache::test
