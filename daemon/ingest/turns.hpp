#pragma once
// Whose turn it is: feeds and errands wait in the queue of their host, and each host is asked by one at a time, with a
// gap in between.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"

namespace newscache::ingest {

// Of a feed its id, of an errand a number below 0.
enum class Ticket : std::int64_t {};

class Turns {
 public:
  void queue(const std::string& host, Ticket ticket, bool first);
  void leave(const std::string& host, Ticket ticket);
  // The next one whose host is free at `now`, and allowed; its host is then busy until release().
  using Allowed = bool (*)(std::string_view host);
  std::optional<Ticket> take(BootInstant now, Allowed allowed);
  // The host's transfer has ended; it is left alone until `free_at`.
  void release(const std::string& host, BootInstant free_at);
  // When the next turn can be taken: never before the past's. None when nobody waits for a free host.
  std::optional<BootInstant> next(Allowed allowed) const;
  std::size_t waiting() const { return waiting_; }
  std::size_t hosts() const { return hosts_.size(); }
  // A host is remembered for its gap only.
  void forget_idle(BootInstant now);

 private:
  struct Host {
    std::deque<Ticket> waiting;
    bool busy = false;
    BootInstant free_at{};
  };
  std::map<std::string, Host, std::less<>> hosts_;
  std::set<std::pair<BootInstant, std::string>> ready_;  // not busy, with somebody waiting
  std::size_t waiting_ = 0;
};

}  // namespace newscache::ingest
