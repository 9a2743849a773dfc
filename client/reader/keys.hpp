#pragma once
// Keys and what they do: the one table that the reader, its help and the manual page go by.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace newscache::reader {

// A character of Unicode, or one of these, which lie past it.
using Key = std::uint32_t;

namespace key {
enum : Key { up = 0x110000, down, left, right, page_up, page_down, home, end, backspace, none };
constexpr Key enter = '\n';
constexpr Key escape = 0x1b;
constexpr Key control(char letter) { return static_cast<Key>(letter) & 0x1f; }
}  // namespace key

enum class Command {
  down,
  up,
  page_down,
  page_up,
  half_down,
  half_up,
  top,
  bottom,
  open,
  back,
  quit,
  next_unread,
  previous_unread,
  next,
  previous,
  toggle_read,
  mark_all,
  toggle_star,
  refresh,
  refresh_all,
  search,
  open_link,
  unread_only,
  help,
  redraw,
};

struct Binding {
  Command command;
  std::array<Key, 4> keys;  // the unused ones are 0
  std::string_view shown;
  std::string_view does;
};

std::span<const Binding> bindings();
std::optional<Command> command_of(Key key);

}  // namespace newscache::reader
