#include "client/reader/frame.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace newscache::reader {
namespace {

// They do not begin a line.
constexpr std::u32string_view closing =
    U"\u3001\u3002\u300D\u300F\u3009\u300B\u3011\uFF01\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Columns in front of the text of a list item: "  - text", "12. text"; else of an indented line.
std::size_t hanging_indent(std::string_view line) {
  const auto start = std::min(line.find_first_not_of(' '), line.size());
  auto end = start;
  while (end < line.size() && is_digit(line[end])) ++end;
  const auto marker = line.substr(end, 2);
  if ((end == start && marker == "- ") || (end > start && marker == ". ")) return end + 2;
  return start;
}

}  // namespace

std::string text_of(const Frame& frame) {
  std::string text;
  for (const auto& row : frame.rows) {
    std::string line;
    for (const auto& piece : row.pieces) {
      const auto used = client::display_width(line);
      if (piece.column > used) line.append(piece.column - used, ' ');
      line += piece.text;
    }
    while (line.ends_with(' ')) line.pop_back();
    text += line + '\n';
  }
  return text;
}

std::optional<std::size_t> moved(Command command, std::size_t position, std::size_t last, std::size_t height) {
  const auto down = [&](std::size_t by) { return std::min(last, position + by); };
  const auto up = [&](std::size_t by) { return position - std::min(position, by); };
  const auto page = std::max<std::size_t>(1, height > 2 ? height - 1 : height);
  const auto half = std::max<std::size_t>(1, height / 2);
  switch (command) {
    case Command::down:
      return down(1);
    case Command::up:
      return up(1);
    case Command::page_down:
      return down(page);
    case Command::page_up:
      return up(page);
    case Command::half_down:
      return down(half);
    case Command::half_up:
      return up(half);
    case Command::top:
      return 0;
    case Command::bottom:
      return last;
    default:
      return std::nullopt;
  }
}

void Cursor::settle(std::size_t count, std::size_t height) {
  at = std::min(at, count > 0 ? count - 1 : 0);
  height = std::max<std::size_t>(1, height);
  top = std::min(top, count > height ? count - height : 0);
  if (at < top) top = at;
  if (at >= top + height) top = at - height + 1;
}

std::vector<std::string> fold(std::string_view line, std::size_t width) {
  width = std::max<std::size_t>(width, 2);
  auto indent = hanging_indent(line);
  if (indent > width / 2) indent = 0;
  std::vector<std::string> parts;
  std::string part;
  std::size_t used = 0;
  std::size_t start = 0;     // of the text in `part`
  std::size_t break_at = 0;  // bytes of `part` after which it may end; 0: nowhere yet
  const auto end_part = [&](std::size_t bytes) {
    auto rest = part.substr(bytes);
    rest.erase(0, std::min(rest.find_first_not_of(' '), rest.size()));
    part.resize(bytes);
    while (part.ends_with(' ')) part.pop_back();
    parts.push_back(std::move(part));
    part = std::string(indent, ' ') + rest;
    start = indent;
    used = indent + client::display_width(rest);
    break_at = 0;
  };
  bool after_wide = false;
  while (!line.empty()) {
    auto after = line;
    const auto code = text::next_code_point(after);
    const auto character = line.substr(0, line.size() - after.size());
    const auto columns = client::display_width(character);
    const bool blank = code == ' ';
    if (columns > 0) {
      const bool beside_wide = columns == 2 || after_wide;
      if (beside_wide && closing.find(static_cast<char32_t>(code)) == closing.npos) break_at = part.size();
      after_wide = columns == 2;
    }
    if (used + columns > width) end_part(blank || break_at <= start ? part.size() : break_at);
    line = after;
    if (blank && !parts.empty() && part.size() == start) continue;
    part += character;
    used += columns;
    if (blank && part.find_first_not_of(' ') != part.npos) break_at = part.size();
  }
  if (part.size() > start || parts.empty()) parts.push_back(std::move(part));
  return parts;
}

}  // namespace newscache::reader
