#include "sys/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <utility>

#include "base/file.hpp"
#include "sys/environment.hpp"

namespace newscache::sys {
namespace {

// A newline would start another assignment.
std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (c == '\n' || c == '\r' || c == '\0') c = ' ';
  }
  return line;
}

}  // namespace

Notifier Notifier::from_environment() {
  Notifier notifier;
  notifier.address_ = take_variable("NOTIFY_SOCKET");
  // "@name" is the abstract namespace; other families (vsock) exist only for virtual machines.
  if (notifier.address_.starts_with('@')) {
    notifier.address_.front() = '\0';
  } else if (!notifier.address_.starts_with('/')) {
    notifier.address_.clear();
  }
  const std::int64_t interval_us = number_from(take_variable("WATCHDOG_USEC"));
  const std::string pid = take_variable("WATCHDOG_PID");
  const bool for_us = pid.empty() || number_from(pid) == ::getpid();
  if (interval_us > 0 && for_us) {
    notifier.watchdog_interval_ =
        std::max(std::chrono::milliseconds(1),
                 std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(interval_us / 2)));
  }
  return notifier;
}

void Notifier::ready(std::string_view status) const { send("READY=1\nSTATUS=" + one_line(status)); }

void Notifier::status(std::string_view status) const { send("STATUS=" + one_line(status)); }

void Notifier::reloading() const {
  // Type=notify-reload tells an old answer from a new one by this clock, which is not the daemon's own.
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t microseconds = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void Notifier::stopping() const { send("STOPPING=1"); }

void Notifier::watchdog() const { send("WATCHDOG=1"); }

void Notifier::still_working() const { send("WATCHDOG=1\nEXTEND_TIMEOUT_USEC=60000000"); }

// A lost message is not worth an error: systemd notices by itself. Never waits for a full queue.
void Notifier::send(const std::string& message) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (address_.empty() || address_.size() >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, address_.data(), address_.size());
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // The C interface wants the generic type.
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  [[maybe_unused]] const auto sent =
      ::sendto(socket.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT, generic, size);
}

}  // namespace newscache::sys
