#include "client/reader/keys.hpp"

#include <algorithm>

namespace newscache::reader {
namespace {

constexpr Binding table[] = {
    {Command::down, {'j', key::down}, "j, Down", "go a line down"},
    {Command::up, {'k', key::up}, "k, Up", "go a line up"},
    {Command::page_down, {key::control('F'), key::page_down, ' '}, "Ctrl-F, PgDn, Space", "go a page down"},
    {Command::page_up, {key::control('B'), key::page_up}, "Ctrl-B, PgUp", "go a page up"},
    {Command::half_down, {key::control('D')}, "Ctrl-D", "go half a page down"},
    {Command::half_up, {key::control('U')}, "Ctrl-U", "go half a page up"},
    {Command::top, {'g', key::home}, "g, Home", "go to the first line"},
    {Command::bottom, {'G', key::end}, "G, End", "go to the last line"},
    {Command::open,
     {key::enter, 'l', key::right},
     "Enter, l, Right",
     "open what is selected, or the link typed as a number"},
    {Command::back,
     {'q', 'h', key::backspace, key::left},
     "q, h, Backspace, Left",
     "go back; at the list of feeds q quits"},
    {Command::quit, {'Q', key::control('C')}, "Q, Ctrl-C", "quit at once; Ctrl-C at a prompt only leaves that"},
    {Command::next_unread,
     {'n'},
     "n",
     "go to the next unread article, in the next feed when there is none in this one"},
    {Command::previous_unread, {'p'}, "p", "go to the one before"},
    {Command::next, {'J'}, "J", "go to the next article or feed"},
    {Command::previous, {'K'}, "K", "go to the one before"},
    {Command::toggle_read, {'N'}, "N", "mark the article as read or unread"},
    {Command::mark_all, {'A'}, "A", "mark all articles of the list or feed as read"},
    {Command::toggle_star, {'s', '*'}, "s, *", "star the article, or take its star away"},
    {Command::refresh, {'r'}, "r", "poll the feed or folder now"},
    {Command::refresh_all, {'R'}, "R", "poll all feeds now"},
    {Command::search, {'/'}, "/", "search all feeds, or the feed or folder that is open"},
    {Command::open_link, {'o'}, "o", "open the link of the article, or the one typed as a number, in a browser"},
    {Command::unread_only, {'u'}, "u", "show only what is unread, or everything"},
    {Command::help, {'?'}, "?", "show these keys"},
    {Command::redraw, {key::control('L')}, "Ctrl-L", "draw the screen anew"},
};

}  // namespace

std::span<const Binding> bindings() { return table; }

std::optional<Command> command_of(Key key) {
  if (key == 0) return std::nullopt;
  for (const auto& binding : table) {
    if (std::find(binding.keys.begin(), binding.keys.end(), key) != binding.keys.end()) return binding.command;
  }
  return std::nullopt;
}

}  // namespace newscache::reader
