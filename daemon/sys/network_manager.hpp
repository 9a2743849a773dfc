#pragma once
// What NetworkManager knows and the kernel does not: whether the link costs money, and whether a portal is in the way.
// A hint: without a system bus, or without NetworkManager on it, there is none, which is normal.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <optional>

#include "loop/task.hpp"

struct sd_bus;
struct sd_bus_slot;
struct sd_event;

namespace newscache::sys {

struct NetworkHint {
  std::optional<bool> metered;  // none: nobody knows
  bool portal = false;

  friend bool operator==(const NetworkHint&, const NetworkHint&) = default;
};

// Loop thread only.
class NetworkManager {
 public:
  // Null: there is no system bus. Asks nothing yet, and does not wait: connecting to a local socket ends at once.
  static std::unique_ptr<NetworkManager> connect(boost::asio::any_io_executor executor);
  ~NetworkManager();
  NetworkManager(const NetworkManager&) = delete;
  NetworkManager& operator=(const NetworkManager&) = delete;

  // Empty until next() has told something, when NetworkManager goes away, and when the bus does.
  const NetworkHint& hint() const { return hint_; }
  // The next hint that differs; everything happens in here, so a task should always be waiting for it. Throws
  // operation_aborted when cancelled, and nothing else. One caller at a time.
  loop::awaitable<NetworkHint> next();

 private:
  struct Callbacks;  // what libsystemd calls

  NetworkManager(boost::asio::any_io_executor executor, sd_bus* bus, sd_event* event);
  bool start();
  void ask();
  bool process();
  void disconnect();

  boost::asio::posix::stream_descriptor descriptor_;  // event_'s, which closes it
  loop::Event never_;
  sd_bus* bus_;  // null when it has died
  sd_event* event_;
  sd_bus_slot* question_ = nullptr;  // the call that is under way
  NetworkHint hint_;
};

}  // namespace newscache::sys
