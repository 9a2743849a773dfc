#include "ingest/turns.hpp"

#include <algorithm>

namespace newscache::ingest {

void Turns::queue(const std::string& name, Ticket ticket, bool first) {
  Host& host = hosts_[name];
  if (host.waiting.empty() && !host.busy) ready_.emplace(host.free_at, name);
  if (first) {
    host.waiting.push_front(ticket);
  } else {
    host.waiting.push_back(ticket);
  }
  ++waiting_;
}

void Turns::leave(const std::string& name, Ticket ticket) {
  Host& host = hosts_.at(name);
  waiting_ -= std::erase(host.waiting, ticket);
  if (host.waiting.empty()) ready_.erase({host.free_at, name});
}

std::optional<Ticket> Turns::take(BootInstant now, Allowed allowed) {
  const auto turn = std::find_if(ready_.begin(), ready_.end(),
                                 [&](const auto& entry) { return entry.first > now || allowed(entry.second); });
  if (turn == ready_.end() || turn->first > now) return std::nullopt;
  Host& host = hosts_.at(turn->second);
  ready_.erase(turn);
  const Ticket ticket = host.waiting.front();
  host.waiting.pop_front();
  --waiting_;
  host.busy = true;
  return ticket;
}

void Turns::release(const std::string& name, BootInstant free_at) {
  Host& host = hosts_.at(name);
  host.busy = false;
  host.free_at = free_at;
  if (!host.waiting.empty()) ready_.emplace(free_at, name);
}

std::optional<BootInstant> Turns::next(Allowed allowed) const {
  const auto turn =
      std::find_if(ready_.begin(), ready_.end(), [&](const auto& entry) { return allowed(entry.second); });
  return turn == ready_.end() ? std::nullopt : std::optional(turn->first);
}

void Turns::forget_idle(BootInstant now) {
  std::erase_if(hosts_, [now](const auto& entry) {
    return !entry.second.busy && entry.second.waiting.empty() && entry.second.free_at <= now;
  });
}

}  // namespace newscache::ingest
