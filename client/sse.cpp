#include "client/sse.hpp"

#include <utility>

namespace newscache::client {
namespace {

constexpr std::size_t most_bytes = 1 << 20;  // of one line, and of one event's data

}  // namespace

std::vector<Event> EventParser::feed(std::string_view bytes) {
  std::vector<Event> events;
  for (const char c : bytes) {
    const bool second_half = after_carriage_return_ && c == '\n';
    after_carriage_return_ = c == '\r';
    if (second_half) continue;
    if (c == '\n' || c == '\r') {
      end_line(events);
    } else if (line_.size() < most_bytes) {
      line_ += c;
    } else {
      overflowed_ = true;
    }
  }
  return events;
}

void EventParser::end_line(std::vector<Event>& events) {
  std::string_view line = line_;
  if (std::exchange(at_start_, false) && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  take_line(line, events);
  line_.clear();
}

void EventParser::take_line(std::string_view line, std::vector<Event>& events) {
  if (line.empty()) {
    if (has_data_) {
      if (pending_.name.empty()) pending_.name = "message";
      events.push_back(pending_);
    }
    pending_.name.clear();
    pending_.data.clear();
    has_data_ = false;
    return;
  }
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") {
    pending_.name = value;
  } else if (field == "id") {
    if (value.find('\0') == std::string_view::npos) pending_.id = value;
  } else if (field == "data") {
    if (pending_.data.size() + value.size() > most_bytes) {
      overflowed_ = true;
      return;
    }
    if (has_data_) pending_.data += '\n';
    pending_.data += value;
    has_data_ = true;
  }
}

}  // namespace newscache::client
