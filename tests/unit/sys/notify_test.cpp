#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "base/file.hpp"
#include "folder.hpp"
#include "support/catch.hpp"
#include "sys/notify.hpp"

using namespace newscache;

namespace {

// What systemd is to a service: a datagram socket.
class Receiver {
 public:
  // `name` is a path, or begins with a zero byte for the abstract namespace.
  explicit Receiver(const std::string& name)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(name.size() < sizeof(address.sun_path));
    std::memcpy(address.sun_path, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  }
  // A datagram to a Unix socket has arrived when sendto() returns. Empty: there is none.
  std::string receive() const {
    char buffer[4096];
    const auto size = ::recv(socket_.get(), buffer, sizeof(buffer), 0);
    return size > 0 ? std::string(buffer, static_cast<std::size_t>(size)) : std::string();
  }

 private:
  FileDescriptor socket_;
};

sys::Notifier notifier_for(const std::string& address) {
  ::setenv("NOTIFY_SOCKET", address.c_str(), 1);
  return sys::Notifier::from_environment();
}

}  // namespace

TEST_CASE("every state is told in sd_notify's words") {
  Folder folder;
  const Receiver receiver(folder.path("notify"));
  const auto notifier = notifier_for(folder.path("notify"));
  notifier.ready("12 feeds");
  CHECK(receiver.receive() == "READY=1\nSTATUS=12 feeds");
  notifier.status("offline");
  CHECK(receiver.receive() == "STATUS=offline");
  notifier.watchdog();
  CHECK(receiver.receive() == "WATCHDOG=1");
  notifier.stopping();
  CHECK(receiver.receive() == "STOPPING=1");
  CHECK(receiver.receive().empty());
}

TEST_CASE("a reload is told with the monotonic time at which it began") {
  Folder folder;
  const Receiver receiver(folder.path("notify"));
  const auto microseconds = [] {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  };
  const std::int64_t before = microseconds();
  notifier_for(folder.path("notify")).reloading();
  const std::int64_t after = microseconds();
  const std::string message = receiver.receive();
  const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
  REQUIRE(message.starts_with(head));
  const std::int64_t told = std::stoll(message.substr(head.size()));
  CHECK(told >= before);
  CHECK(told <= after);
}

TEST_CASE("an address that begins with @ is in the abstract namespace") {
  const std::string name = "newscache-test-" + std::to_string(::getpid());
  const Receiver receiver('\0' + name);
  notifier_for("@" + name).watchdog();
  CHECK(receiver.receive() == "WATCHDOG=1");
}

TEST_CASE("a status cannot smuggle in another assignment") {
  Folder folder;
  const Receiver receiver(folder.path("notify"));
  notifier_for(folder.path("notify")).status("a\nMAINPID=1\rb");
  CHECK(receiver.receive() == "STATUS=a MAINPID=1 b");
}

TEST_CASE("without a usable address nothing is sent and nothing fails") {
  Folder folder;
  ::unsetenv("NOTIFY_SOCKET");
  sys::Notifier::from_environment().ready("x");
  for (const std::string& address : {std::string(), std::string("relative"), std::string("vsock:2:1"),
                                     folder.path("nobody"), "/" + std::string(200, 'x')}) {
    INFO(address);
    notifier_for(address).ready("x");
  }
}

TEST_CASE("the watchdog is fed twice in the time that systemd allows, if it watches this process") {
  struct {
    const char* usec;
    std::string pid;
    std::optional<std::chrono::milliseconds> interval;
  } const rows[] = {
      {"120000000", "", std::chrono::seconds(60)},
      {"120000000", std::to_string(::getpid()), std::chrono::seconds(60)},
      {"120000000", "1", std::nullopt},
      {"1000", "", std::chrono::milliseconds(1)},
      {"0", "", std::nullopt},
      {"-5", "", std::nullopt},
      {"soon", "", std::nullopt},
      {nullptr, "", std::nullopt},
  };
  for (const auto& row : rows) {
    INFO((row.usec ? row.usec : "none") << " for " << row.pid);
    if (row.usec) ::setenv("WATCHDOG_USEC", row.usec, 1);
    if (!row.pid.empty()) ::setenv("WATCHDOG_PID", row.pid.c_str(), 1);
    CHECK(sys::Notifier::from_environment().watchdog_interval() == row.interval);
  }
}

TEST_CASE("the variables are not passed on to children") {
  ::setenv("NOTIFY_SOCKET", "/nowhere", 1);
  ::setenv("WATCHDOG_USEC", "1000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  sys::Notifier::from_environment();
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
    INFO(name);
    CHECK(::getenv(name) == nullptr);
  }
}
