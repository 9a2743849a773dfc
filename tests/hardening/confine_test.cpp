// What a process that reads strangers' pages cannot do, also when a page has taken it over.

#include "base/confine.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <vector>

#include "base/file.hpp"
#include "offline/page_frames.hpp"
#include "support/catch.hpp"
#include "support/daemon.hpp"

using namespace newscache;

namespace {

// What the function returns in a confined process of its own; 128 + signal when that was ended.
int confined(const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(confine() ? act() : 99);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// 0 when it was refused as it should be, 1 when it was done, 2 for another error.
int refused(long answer, std::vector<int> errors = {EPERM}) {
  if (answer >= 0) return 1;
  for (const int error : errors) {
    if (errno == error) return 0;
  }
  return 2;
}

}  // namespace

TEST_CASE("a confined process opens no files and sockets, starts nothing, and reaches no other process") {
  const test::TemporaryDirectory directory;
  const auto file = (directory.path() / "file").string();
  std::ofstream(file) << "text";
  const char* const arguments[] = {"/bin/true", nullptr};
  struct Case {
    const char* name;
    std::function<int()> act;
  };
  constexpr long fchmodat2 = 452;  // newer than some systems' headers
  const Case cases[] = {
      {"open", [&] { return refused(::open(file.c_str(), O_RDONLY)); }},
      {"create", [&] { return refused(::open((file + "2").c_str(), O_WRONLY | O_CREAT, 0600)); }},
      {"unlink", [&] { return refused(::unlink(file.c_str())); }},
      {"chmod", [&] { return refused(::chmod(file.c_str(), 0666)); }},
      {"fchmodat2", [&] { return refused(::syscall(fchmodat2, AT_FDCWD, file.c_str(), 0666, 0)); }},
      {"socket", [] { return refused(::socket(AF_INET, SOCK_STREAM, 0)); }},
      {"socketpair",
       [] {
         int pair[2];
         return refused(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
       }},
      {"pipe",
       [] {
         int pair[2];
         return refused(::pipe(pair), {EMFILE});
       }},
      {"fork", [] { return refused(::fork()); }},
      {"exec", [&] { return refused(::execve(arguments[0], const_cast<char* const*>(arguments), nullptr)); }},
      {"kill", [] { return refused(::kill(::getppid(), 0)); }},
      {"limits of another",
       [] {
         rlimit limit{};
         return refused(::prlimit(::getppid(), RLIMIT_NOFILE, nullptr, &limit));
       }},
      {"more files, for who is not root",
       [] {
         rlimit limit{};
         return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max == 3 ? 0 : 1;
       }},
  };
  for (const auto& [name, act] : cases) {
    CAPTURE(name);
    CHECK(confined(act) == 0);
  }
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) != 0666);
}

TEST_CASE("a process that is bounded gets no more memory and time for computing") {
  CHECK(confined([] {
          if (!bound_memory(64 << 20)) return 3;
          rlimit limit{};
          ::getrlimit(RLIMIT_AS, &limit);
          return std::malloc(128 << 20) == nullptr && limit.rlim_max == 64 << 20 ? 0 : 1;
        }) == 0);
  CHECK(confined([] {
          if (!bound_cpu(std::chrono::seconds(0))) return 3;
          for (;;) ::getppid();
          return 1;
        }) == 128 + SIGXCPU);
}

TEST_CASE("the process in which newscached reads pages is confined before it reads the first") {
  int in[2];
  int out[2];
  REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
  const auto program = test::program_path("newscached");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::execl(program.c_str(), program.c_str(), "--extract-pages", nullptr);
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  offline::PageRequest request;
  request.page = "<title>Nothing</title>";
  const auto frame = offline::encode(request);
  REQUIRE(::write(in[1], frame.data(), frame.size()) == static_cast<ssize_t>(frame.size()));
  char answered = 0;
  REQUIRE(::read(out[0], &answered, 1) == 1);

  const auto read = [&](const char* name) {
    std::ifstream file("/proc/" + std::to_string(child) + "/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  const auto status = read("status");
  CHECK(status.find("Seccomp:\t2\n") != std::string::npos);
  CHECK(status.find("NoNewPrivs:\t1\n") != std::string::npos);
  CHECK(read("oom_score_adj") == "1000\n");
  const auto limits = read("limits");
  CHECK(limits.find("Max open files            3 ") != std::string::npos);
  CHECK(limits.find("Max file size             0 ") != std::string::npos);
  ::close(in[1]);
  int exit = -1;
  ::waitpid(child, &exit, 0);
  CHECK(exit == 0);
  ::close(out[0]);
}
