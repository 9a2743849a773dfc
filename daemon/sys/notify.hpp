#pragma once
// sd_notify(3)'s protocol, without libsystemd: datagrams to $NOTIFY_SOCKET. Without that variable every call does
// nothing.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace newscache::sys {

class Notifier {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID from the environment and removes them from it.
  static Notifier from_environment();
  void ready(std::string_view status) const;  // READY=1 STATUS=...
  void status(std::string_view status) const;
  void reloading() const;  // RELOADING=1 MONOTONIC_USEC=...; ready() ends it
  void stopping() const;
  void watchdog() const;
  // Something that takes long goes on, before READY or after: neither the watchdog nor the time for starting runs out.
  void still_working() const;
  // How often watchdog() is to be called: half of what systemd allows. None: no watchdog.
  std::optional<std::chrono::milliseconds> watchdog_interval() const { return watchdog_interval_; }

 private:
  void send(const std::string& message) const;
  std::string address_;  // as sockaddr_un has it: a leading zero byte for the abstract namespace
  std::optional<std::chrono::milliseconds> watchdog_interval_;
};

}  // namespace newscache::sys
