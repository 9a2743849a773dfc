#pragma once
// Server-sent events (HTML Living Standard, 9.2.6): bytes as they arrive, in any pieces, to events.

#include <string>
#include <string_view>
#include <vector>

namespace newscache::client {

struct Event {
  std::string id;    // of this event or of the last one that had an id
  std::string name;  // "message" when the stream gives none
  std::string data;
  friend bool operator==(const Event&, const Event&) = default;
};

class EventParser {
 public:
  // The events that these bytes complete.
  std::vector<Event> feed(std::string_view bytes);
  // More is being held than any event of the daemon's needs: the other side speaks something else.
  bool overflowed() const { return overflowed_; }
  // The last id, also of what was no event: where to resume.
  const std::string& last_id() const { return pending_.id; }

 private:
  void take_line(std::string_view line, std::vector<Event>& events);
  void end_line(std::vector<Event>& events);

  std::string line_;
  bool after_carriage_return_ = false;
  bool at_start_ = true;
  bool overflowed_ = false;
  Event pending_;
  bool has_data_ = false;
};

}  // namespace newscache::client
