#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>

#include "folder.hpp"
#include "support/catch.hpp"
#include "sys/sockets.hpp"

using namespace newscache;

namespace {

// 0, or the error of connect(2).
int connect_to(const std::string& path) {
  const FileDescriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.data(), path.size());
  return ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
}

struct stat status_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

mode_t mode_of(const std::string& path) { return status_of(path).st_mode & 07777; }

// The exit status of a child that runs `job`; -1 when it did not exit.
int in_child(const std::function<int()>& job) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(job());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void set_listen_variables(const std::string& pid, const std::string& count) {
  ::setenv("LISTEN_PID", pid.c_str(), 1);
  ::setenv("LISTEN_FDS", count.c_str(), 1);
  ::setenv("LISTEN_FDNAMES", "api", 1);
}

}  // namespace

TEST_CASE("the socket accepts connections, with the mode that was asked for whatever the umask is") {
  Folder folder;
  for (const std::uint32_t mode : {0600U, 0660U, 0666U}) {
    const mode_t old_mask = ::umask(0077);
    const auto socket = sys::listen_unix({folder.path("s"), mode, ""});
    CHECK(::umask(old_mask) == 0077);  // left as it was
    REQUIRE(socket.has_value());
    CHECK(connect_to(folder.path("s")) == 0);
    CHECK(mode_of(folder.path("s")) == mode);
    CHECK((::fcntl(socket->get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(socket->get(), F_GETFL) & O_NONBLOCK) != 0);
    ::unlink(folder.path("s").c_str());
  }
}

TEST_CASE("the socket's folder is created so that everybody can reach it") {
  Folder folder;
  const mode_t old_mask = ::umask(0077);
  const auto socket = sys::listen_unix({folder.path("newscached/s"), 0666, ""});
  ::umask(old_mask);
  REQUIRE(socket.has_value());
  CHECK(mode_of(folder.path("newscached")) == 0755);
}

TEST_CASE("a folder that is there keeps its mode") {
  Folder folder;
  REQUIRE(::mkdir(folder.path("private").c_str(), 0700) == 0);
  REQUIRE(sys::listen_unix({folder.path("private/s"), 0600, ""}).has_value());
  CHECK(mode_of(folder.path("private")) == 0700);
}

TEST_CASE("a stale socket is replaced, one that answers is a conflict") {
  Folder folder;
  const std::string path = folder.path("s");
  {
    const auto first = sys::listen_unix({path, 0600, ""});
    REQUIRE(first.has_value());
    const auto second = sys::listen_unix({path, 0600, ""});
    REQUIRE(second.has_error());
    CHECK(second.error().cause == Cause::conflict);
    CHECK(second.error().detail.find(path) != std::string::npos);
    CHECK(connect_to(path) == 0);  // the first one is not disturbed
  }
  CHECK(connect_to(path) == ECONNREFUSED);
  const auto third = sys::listen_unix({path, 0600, ""});
  REQUIRE(third.has_value());
  CHECK(connect_to(path) == 0);
}

TEST_CASE("a socket whose queue is full is alive") {
  Folder folder;
  const std::string path = folder.path("s");
  const auto first = sys::listen_unix({path, 0600, ""});
  REQUIRE(first.has_value());
  REQUIRE(::listen(first->get(), 0) == 0);
  std::vector<FileDescriptor> clients;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  bool full = false;
  for (int i = 0; i < 16 && !full; ++i) {
    clients.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    full = ::connect(clients.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0;
  }
  REQUIRE(full);
  CHECK(sys::listen_unix({path, 0600, ""}).error().cause == Cause::conflict);
}

TEST_CASE("what is no socket is left alone") {
  Folder folder;
  const std::string path = folder.path("s");
  std::ofstream(path) << "precious";
  const auto on_file = sys::listen_unix({path, 0600, ""});
  REQUIRE(on_file.has_error());
  CHECK(on_file.error().cause == Cause::invalid);
  CHECK(status_of(path).st_size == 8);

  // Nor is a link followed to somebody else's socket.
  const std::string link = folder.path("link");
  REQUIRE(::symlink(path.c_str(), link.c_str()) == 0);
  CHECK(sys::listen_unix({link, 0600, ""}).error().cause == Cause::invalid);
  CHECK(S_ISLNK(status_of(link).st_mode));
}

TEST_CASE("a path that is too long or has no place is a clear error") {
  Folder folder;
  const std::string longest = folder.path(std::string(107 - folder.path("").size(), 'x'));
  REQUIRE(longest.size() == 107);
  CHECK(sys::listen_unix({longest, 0600, ""}).has_value());
  const auto too_long = sys::listen_unix({longest + "x", 0600, ""});
  REQUIRE(too_long.has_error());
  CHECK(too_long.error().cause == Cause::invalid);
  CHECK(too_long.error().detail.find("allows 1 to 107") != std::string::npos);
  CHECK(sys::listen_unix({"", 0600, ""}).has_error());
  CHECK(sys::listen_unix({"/proc/nowhere/s", 0600, ""}).error().detail.find("/proc/nowhere") != std::string::npos);
}

TEST_CASE("the socket can belong to a group; one that does not exist is an error that names the key") {
  Folder folder;
  const auto missing = sys::listen_unix({folder.path("s"), 0660, "no-such-group-here"});
  REQUIRE(missing.has_error());
  CHECK(missing.error().cause == Cause::invalid);
  CHECK(missing.error().detail.find("socket.group") != std::string::npos);
  CHECK(::access(folder.path("s").c_str(), F_OK) != 0);

  const group* own = ::getgrgid(::getegid());
  if (::geteuid() == 0) {
    while ((own = ::getgrent()) && own->gr_gid == ::getegid()) continue;
  }
  REQUIRE(own != nullptr);
  const gid_t gid = own->gr_gid;
  REQUIRE(sys::listen_unix({folder.path("s"), 0660, own->gr_name}).has_value());
  CHECK(status_of(folder.path("s")).st_gid == gid);
  ::endgrent();
}

TEST_CASE("a folder of another user is refused, since its owner could replace the socket") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can become two users");
    return;
  }
  Folder folder;
  REQUIRE(::chmod(folder.path("").c_str(), 0755) == 0);
  REQUIRE(::mkdir(folder.path("theirs").c_str(), 0777) == 0);
  REQUIRE(::chmod(folder.path("theirs").c_str(), 0777) == 0);
  REQUIRE(::chown(folder.path("theirs").c_str(), 60'001, 60'001) == 0);
  const std::string path = folder.path("theirs/s");
  const int result = in_child([&] {
    if (::setuid(60'002) != 0) return 10;
    const auto socket = sys::listen_unix({path, 0600, ""});
    return socket.has_error() && socket.error().detail.find("uid 60001") != std::string::npos ? 0 : 1;
  });
  CHECK(result == 0);
}

TEST_CASE("the sockets that systemd passes are taken over, close-on-exec, and the variables removed") {
  Folder folder;
  const auto unix_socket = sys::listen_unix({folder.path("s"), 0600, ""});
  REQUIRE(unix_socket.has_value());
  const int result = in_child([&] {
    // As systemd leaves them: sockets from 3 on, and one thing among them that nobody can accept on.
    const FileDescriptor high(::fcntl(unix_socket->get(), F_DUPFD, 20));
    const FileDescriptor null(::fcntl(::open("/dev/null", O_RDONLY), F_DUPFD, 20));
    if (::dup2(high.get(), 3) != 3 || ::dup2(null.get(), 4) != 4 || ::dup2(high.get(), 5) != 5) return 10;
    set_listen_variables(std::to_string(::getpid()), "3");
    const auto sockets = sys::inherited_sockets();
    if (!sockets || !sockets->tcp_sockets.empty()) return 11;
    const auto& passed = sockets->unix_sockets;
    if (passed.size() != 2 || passed[0].get() != 3 || passed[1].get() != 5) return 11;
    for (int fd = 3; fd <= 5; ++fd) {
      if ((::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0) return 12;
    }
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
      if (::getenv(name)) return 13;
    }
    if (connect_to(folder.path("s")) != 0) return 14;
    const FileDescriptor accepted(::accept(3, nullptr, nullptr));
    return accepted ? 0 : 15;
  });
  CHECK(result == 0);
}

TEST_CASE("a TCP socket is told apart, and one of another kind that listens is refused") {
  struct {
    int family;
    int type;
    bool taken;
  } const rows[] = {{AF_INET, SOCK_STREAM, true}, {AF_UNIX, SOCK_SEQPACKET, false}};
  for (const auto& row : rows) {
    INFO(row.family << " " << row.type);
    const int result = in_child([&row] {
      FileDescriptor socket(::socket(row.family, row.type | SOCK_CLOEXEC, 0));
      sockaddr_un unnamed{};
      unnamed.sun_family = AF_UNIX;
      if (row.family == AF_UNIX) {
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&unnamed), sizeof(unnamed.sun_family));
      }
      if (::listen(socket.get(), 1) != 0) return 10;
      const FileDescriptor high(::fcntl(socket.get(), F_DUPFD, 20));
      if (::dup2(high.get(), 3) != 3) return 11;
      if (socket.get() == 3) socket.release();
      set_listen_variables(std::to_string(::getpid()), "1");
      const auto sockets = sys::inherited_sockets();
      if (row.taken) return sockets && sockets->unix_sockets.empty() && sockets->tcp_sockets.size() == 1 ? 0 : 1;
      return sockets.has_error() && sockets.error().detail.find("ListenStream=") != std::string::npos ? 0 : 2;
    });
    CHECK(result == 0);
  }
}

TEST_CASE("a TCP address is listened on, and one that is in use or not ours says so") {
  const auto first = sys::listen_tcp("127.0.0.1", 0);
  REQUIRE(first.has_value());
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  REQUIRE(::getsockname(first->get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const auto again = sys::listen_tcp("127.0.0.1", ntohs(address.sin_port));
  REQUIRE(again.has_error());
  CHECK_THAT(again.error().detail, Catch::Matchers::Contains("http.listen: cannot bind 127.0.0.1 port "));
  CHECK(sys::listen_tcp("192.0.2.1", 8077).has_error());
}

TEST_CASE("sockets that are meant for another process, or none, are not touched") {
  struct {
    std::string pid;
    const char* count;
  } const rows[] = {{"1", "1"}, {"", "1"}, {"self", "0"}, {"self", "-1"}, {"self", "1000000"}, {"self", "many"}};
  for (const auto& row : rows) {
    INFO(row.pid << " " << row.count);
    set_listen_variables(row.pid == "self" ? std::to_string(::getpid()) : row.pid, row.count);
    CHECK(sys::inherited_sockets().value().unix_sockets.empty());
    CHECK(::getenv("LISTEN_FDS") == nullptr);
  }
  CHECK(sys::inherited_sockets().value().unix_sockets.empty());  // no variables at all
}

TEST_CASE("the default path follows the environment") {
  ::setenv("NEWSCACHE_SOCKET", "/x/y.sock", 1);
  CHECK(sys::default_socket_path() == "/x/y.sock");
  ::unsetenv("NEWSCACHE_SOCKET");
  ::setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  const auto as_user = [](const char* runtime, const std::string& expected) {
    return in_child([&] {
      if (::geteuid() == 0 && ::setuid(60'002) != 0) return 10;
      if (runtime) ::setenv("XDG_RUNTIME_DIR", runtime, 1);
      if (!runtime) ::unsetenv("XDG_RUNTIME_DIR");
      const std::string uid = std::to_string(::geteuid());
      const std::string wanted = expected.empty() ? "/tmp/newscached-" + uid + "/newscached.sock" : expected;
      return sys::default_socket_path() == wanted ? 0 : 1;
    });
  };
  CHECK(as_user("/run/user/7", "/run/user/7/newscached/newscached.sock") == 0);
  CHECK(as_user(nullptr, "") == 0);
  if (::geteuid() == 0) CHECK(sys::default_socket_path() == "/run/newscached/newscached.sock");
  ::unsetenv("XDG_RUNTIME_DIR");
}
