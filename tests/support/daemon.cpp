#include "support/daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace newscache::test {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

[[noreturn]] void exec(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  argv.push_back(const_cast<char*>(program.c_str()));
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

constexpr std::string_view base_config =
    "[net]\nallow_private = [\"127.0.0.0/8\"]\n"
    "[poll]\nhost_gap = \"0s\"\n";

}  // namespace

std::string program_path(const std::string& name) {
  return (std::filesystem::path(NEWSCACHE_PROGRAMS) / name).string();
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "newscache-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Daemon::Daemon(std::string_view config) {
  write_config(std::string(base_config) + std::string(config));
  notify_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (directory_.path() / "notify").string();
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  if (::bind(notify_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("cannot bind " + path);
  }
}

Daemon::~Daemon() {
  if (pid_ > 0) kill();
  ::close(notify_);
}

void Daemon::write_config(std::string_view config) const {
  std::ofstream(config_file(), std::ios::binary | std::ios::trunc) << config;
}

void Daemon::start() {
  const std::string log_path = (directory_.path() / "log").string();
  pid_ = ::fork();
  if (pid_ == 0) {
    const int log_file = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log_file, STDERR_FILENO);
    ::dup2(log_file, STDOUT_FILENO);
    ::setenv("NOTIFY_SOCKET", (directory_.path() / "notify").c_str(), 1);
    ::unsetenv("JOURNAL_STREAM");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also when a test's time is over
    if (before_start_) before_start_();
    exec(program_path(program_), {"--config", config_file().string(), "--state-dir", state_dir().string(), "--socket",
                                  socket(), "--log-level", "debug"});
  }
  await_notification("READY=1");
}

void Daemon::await_notification(std::string_view text) {
  for (;;) {
    pollfd waiting{notify_, POLLIN, 0};
    // Short waits only to notice a daemon that has died; a working one is heard at once.
    if (::poll(&waiting, 1, 100) == 0) {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = -1;
        throw std::runtime_error("newscached ended with " + std::to_string(exit_code_of(status)) + ":\n" + log());
      }
      continue;
    }
    char message[4096];
    const auto length = ::recv(notify_, message, sizeof(message), 0);
    if (length > 0 && std::string_view(message, static_cast<std::size_t>(length)).find(text) != std::string_view::npos)
      return;
  }
}

int Daemon::stop() {
  signal(SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return exit_code_of(status);
}

void Daemon::kill() {
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void Daemon::signal(int number) const { ::kill(pid_, number); }

std::string Daemon::log() const { return contents(directory_.path() / "log"); }

ProgramResult run_program(const std::string& name, const std::vector<std::string>& arguments, std::string_view input) {
  TemporaryDirectory directory;
  const std::string in = (directory.path() / "in").string();
  const std::string out = (directory.path() / "out").string();
  const std::string err = (directory.path() / "err").string();
  std::ofstream(in, std::ios::binary) << input;
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(::open(in.c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    exec(program_path(name), arguments);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return {exit_code_of(status), contents(out), contents(err)};
}

}  // namespace newscache::test
