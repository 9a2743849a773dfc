#include "client/terminal.hpp"

#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>

#include "text/utf8.hpp"

namespace newscache::client {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Marks that reorder the text around them: a title must not rearrange the line that shows it.
constexpr std::array<Range, 4> reordering = {{{0x061C, 0x061C}, {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x2069}}};

bool within(std::span<const Range> ranges, std::uint32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](Range range) { return c >= range.first && c <= range.last; });
}

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

// The first character of valid UTF-8.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const auto lead = byte(0);
  const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes == 1 || bytes > text.size()) return {lead, 1};
  auto code = lead & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) code = code << 6 | (byte(i) & 0x3Fu);
  return {code, bytes};
}

// While it lives the C library knows Unicode, whatever the environment's locale.
class UnicodeLocale {
 public:
  UnicodeLocale() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    before_ = ::uselocale(utf8);
  }
  ~UnicodeLocale() { ::uselocale(before_); }
  UnicodeLocale(const UnicodeLocale&) = delete;
  UnicodeLocale& operator=(const UnicodeLocale&) = delete;

  // As terminals go by it; 1 for what it does not know.
  std::size_t width_of(std::uint32_t c) const {
    const int width = ::wcwidth(static_cast<wchar_t>(c));
    return width < 0 ? 1 : static_cast<std::size_t>(width);
  }

 private:
  locale_t before_;
};

bool is_control(std::uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

std::string printable(std::string_view text, bool keep_lines) {
  const auto valid = text::repair_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for (std::string_view rest = valid; !rest.empty();) {
    const auto [code, bytes] = first_character(rest);
    if (code == '\n' && keep_lines) {
      out += '\n';
    } else if (code == '\t' && keep_lines) {
      out += "  ";
    } else if (code == '\n' || code == '\t') {
      out += ' ';
    } else if (!is_control(code) && !within(reordering, code)) {
      out += rest.substr(0, bytes);
    }
    rest.remove_prefix(bytes);
  }
  return out;
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  std::size_t columns = 80;
  if (const char* variable = std::getenv("COLUMNS")) {
    const std::string_view text = variable;
    std::from_chars(text.data(), text.data() + text.size(), columns);
  }
  return columns;
}

// Where an item of a list goes on; 0 for other lines.
std::size_t hanging_indent(std::string_view line, std::size_t width) {
  const auto start = std::min(line.find_first_not_of(' '), line.size());
  const bool is_item = line.substr(start).starts_with("- ");
  return is_item && start + 2 < width / 2 ? start + 2 : 0;
}

void wrap_line(std::string_view line, std::size_t width, std::string& out) {
  const auto indent = hanging_indent(line, width);
  std::size_t used = 0;
  while (!line.empty()) {
    const auto word = line.substr(0, std::min(line.find(' ', line.find_first_not_of(' ')), line.size()));
    const auto columns = display_width(word);
    if (used > 0 && used + columns > width) {
      out.append("\n").append(indent, ' ');
      const auto start = std::min(word.find_first_not_of(' '), word.size());
      out += word.substr(start);
      used = indent + columns - start;
    } else {
      out += word;
      used += columns;
    }
    line.remove_prefix(word.size());
  }
}

}  // namespace

Console process_console() {
  Console console{std::cout, std::cerr};
  console.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  console.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  console.colour = console.out_is_terminal && !(no_colour && *no_colour) && term && std::string_view(term) != "dumb";
  if (console.out_is_terminal) console.width = terminal_width();
  return console;
}

std::string printable_line(std::string_view text) { return printable(text, false); }
std::string printable_text(std::string_view text) { return printable(text, true); }

std::string printable_json(std::string_view json) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(json.size());
  for (; !json.empty();) {
    const auto [code, bytes] = first_character(json);
    if (code >= 0x7F && code < 0xA0) {  // JSON lets these stand raw inside strings, and nothing else may hold them
      out += "\\u00";
      out += digits[code >> 4];
      out += digits[code & 15];
    } else {
      out += json.substr(0, bytes);
    }
    json.remove_prefix(bytes);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  const UnicodeLocale locale;
  std::size_t width = 0;
  while (!text.empty()) {
    const auto [code, bytes] = first_character(text);
    width += locale.width_of(code);
    text.remove_prefix(bytes);
  }
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  const UnicodeLocale locale;
  std::size_t used = 1;  // the ellipsis
  std::size_t end = 0;
  while (end < text.size()) {
    const auto [code, bytes] = first_character(text.substr(end));
    if (used + locale.width_of(code) > width) break;
    used += locale.width_of(code);
    end += bytes;
  }
  while (end > 0 && text[end - 1] == ' ') --end;
  return std::string(text.substr(0, end)) + "\u2026";
}

std::string wrap(std::string_view text, std::size_t width) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    wrap_line(text.substr(0, end), width, out);
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void show_progress(const Console& console, std::string_view text) {
  if (!console.err_is_terminal) return;
  console.err << "\r\x1b[K" << (console.width > 1 ? cut_to_width(text, console.width - 1) : text) << std::flush;
}

std::string styled(const Console& console, Style style, std::string_view text) {
  static constexpr std::array<std::string_view, 5> codes = {"", "1", "2", "31", "33"};
  const auto code = codes.at(static_cast<std::size_t>(style));
  if (!console.colour || code.empty() || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace newscache::client
