#include "client/reader/screen.hpp"

#define NCURSES_NOMACROS
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "text/utf8.hpp"

namespace newscache::reader {
namespace {

using client::Style;

constexpr short red = 1;
constexpr short yellow = 2;
constexpr int escape_delay_ms = 25;  // how long Escape may be the start of another key

struct SpecialKey {
  wint_t code;
  Key key;
};
constexpr SpecialKey special_keys[] = {
    {KEY_UP, key::up},       {KEY_DOWN, key::down},     {KEY_LEFT, key::left},
    {KEY_RIGHT, key::right}, {KEY_PPAGE, key::page_up}, {KEY_NPAGE, key::page_down},
    {KEY_HOME, key::home},   {KEY_END, key::end},       {KEY_BACKSPACE, key::backspace},
    {KEY_ENTER, key::enter},
};

// The terminal's own character set, and UTF-8 where the environment names none: publishers write everything.
void choose_character_set() {
  std::setlocale(LC_CTYPE, "");
  if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

// What fits, as the C library measures it, which ncurses does too. It shows what it cannot measure in odd ways.
std::wstring fitting(std::string_view text, std::size_t columns) {
  std::wstring out;
  while (!text.empty()) {
    auto c = static_cast<wchar_t>(text::next_code_point(text));
    auto width = ::wcwidth(c);
    if (width < 0) {
      c = L'\uFFFD';
      width = 1;
    }
    if (static_cast<std::size_t>(width) > columns) break;
    columns -= static_cast<std::size_t>(width);
    out += c;
  }
  return out;
}

}  // namespace

struct Screen::Terminal {
  SCREEN* screen = nullptr;
  bool colour = false;

  attr_t attributes(Style style) const {
    switch (style) {
      case Style::plain:
        return A_NORMAL;
      case Style::bold:
        return A_BOLD;
      case Style::dim:
        return A_DIM;
      case Style::red:
        return colour ? A_BOLD : A_NORMAL;
      case Style::yellow:
        return A_NORMAL;
    }
    return A_NORMAL;
  }
  short pair(Style style) const {
    if (!colour) return 0;
    return style == Style::red ? red : style == Style::yellow ? yellow : short{0};
  }
};

client::Outcome<std::unique_ptr<Screen>> Screen::open(bool colour) {
  choose_character_set();
  const char* variable = std::getenv("TERM");
  const std::string type = variable ? variable : "";
  auto terminal = std::make_unique<Terminal>();
  if (type != "dumb") terminal->screen = ::newterm(nullptr, stdout, stdin);
  if (!terminal->screen) {
    return client::Failure(client::Exit::usage, "a terminal of the type '" + type +
                                                    "' cannot show pages; set TERM, for example to xterm-256color");
  }
  terminal->colour = colour && ::has_colors();
  return std::unique_ptr<Screen>(new Screen(std::move(terminal)));
}

Screen::Screen(std::unique_ptr<Terminal> terminal) : terminal_(std::move(terminal)) {
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(::stdscr, true);
  ::nodelay(::stdscr, true);
  ::set_escdelay(escape_delay_ms);
  if (!terminal_->colour) return;
  ::start_color();
  ::use_default_colors();
  ::init_pair(red, COLOR_RED, -1);
  ::init_pair(yellow, COLOR_YELLOW, -1);
}

Screen::~Screen() {
  ::endwin();
  ::delscreen(terminal_->screen);
}

Size Screen::size() {
  winsize now{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) == 0 && now.ws_row > 0 && now.ws_col > 0 &&
      (now.ws_row != ::getmaxy(::stdscr) || now.ws_col != ::getmaxx(::stdscr))) {
    ::resizeterm(now.ws_row, now.ws_col);
  }
  return {static_cast<std::size_t>(::getmaxy(::stdscr)), static_cast<std::size_t>(::getmaxx(::stdscr))};
}

void Screen::draw(const Frame& frame) {
  const auto columns = static_cast<std::size_t>(::getmaxx(::stdscr));
  ::werase(::stdscr);
  for (std::size_t y = 0; y < frame.rows.size(); ++y) {
    const auto& row = frame.rows[y];
    const attr_t reverse = row.reverse ? A_REVERSE : A_NORMAL;
    if (row.reverse) ::mvwchgat(::stdscr, static_cast<int>(y), 0, -1, A_REVERSE, 0, nullptr);
    for (const auto& piece : row.pieces) {
      if (piece.column >= columns) continue;
      const auto text = fitting(piece.text, columns - piece.column);
      ::wattr_set(::stdscr, terminal_->attributes(piece.style) | reverse, terminal_->pair(piece.style), nullptr);
      ::mvwaddnwstr(::stdscr, static_cast<int>(y), static_cast<int>(piece.column), text.c_str(),
                    static_cast<int>(text.size()));
    }
  }
  ::wattr_set(::stdscr, A_NORMAL, 0, nullptr);
  ::curs_set(frame.cursor ? 1 : 0);
  if (frame.cursor) {
    ::wmove(::stdscr, static_cast<int>(frame.rows.size()) - 1, static_cast<int>(std::min(*frame.cursor, columns - 1)));
  }
  ::wrefresh(::stdscr);
}

void Screen::draw_anew() { ::clearok(::stdscr, true); }

std::optional<Key> Screen::key() {
  wint_t code = 0;
  const int kind = ::wget_wch(::stdscr, &code);
  if (kind == ERR) return std::nullopt;
  if (kind == KEY_CODE_YES) {
    const auto* found = std::find_if(std::begin(special_keys), std::end(special_keys),
                                     [code](const SpecialKey& special) { return special.code == code; });
    return found == std::end(special_keys) ? Key{key::none} : found->key;
  }
  if (code == '\r') return Key{key::enter};
  if (code == 0x7F || code == '\b') return Key{key::backspace};
  return static_cast<Key>(code);
}

void Screen::leave(const std::string& line) {
  ::curs_set(1);
  ::endwin();
  std::puts(line.c_str());
  std::fflush(stdout);
}

void Screen::enter() {
  ::clearok(::stdscr, true);
  ::wrefresh(::stdscr);
}

}  // namespace newscache::reader
