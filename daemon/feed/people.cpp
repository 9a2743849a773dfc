#include "feed/people.hpp"

#include <algorithm>
#include <string>

#include "html/plain_text.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kMaxName = 500;     // bytes
constexpr std::size_t kMaxAddress = 320;  // bytes: 64 before the "@", 255 behind it
constexpr std::size_t kMaxAuthors = 50;

bool is_mail_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) != 0 ||
         std::string_view("!#$%&'*+-/=^_`{|}~.").find(c) != npos;
}

bool is_address(std::string_view text) {
  if (text.size() > kMaxAddress) return false;
  auto at = text.find('@');
  if (at == npos || at == 0 || at + 1 == text.size() || text.find('@', at + 1) != npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '@' || is_mail_char(c); });
}

// Brackets, quotes and blanks that stand around a name once its address is gone.
std::string clean_name(std::string_view name) {
  constexpr std::string_view kAround = " \t\r\n\"'<>,;:";
  auto begin = name.find_first_not_of(kAround);
  if (begin == npos) return {};
  auto end = name.find_last_not_of(kAround);
  name = name.substr(begin, end - begin + 1);
  if (name.front() == '(' && name.back() == ')') name = name.substr(1, name.size() - 2);
  if (name == "()") return {};
  return std::string(text::cut_utf8(text::trim(name), kMaxName));
}

}  // namespace

model::Author parse_person(std::string_view raw) {
  std::string line = html::looks_like_html(raw) && (raw.find('<') == npos || raw.find('@') == npos)
                         ? html::to_line(raw)
                         : text::collapse_white_space(raw);
  if (html::looks_like_html(line) && line.find('@') == npos) line = html::to_line(line);  // escaped twice
  std::string_view text = line;
  model::Author author;
  // The address: the word around the first '@' that is one.
  for (auto at = text.find('@'); at != npos; at = text.find('@', at + 1)) {
    auto begin = at;
    while (begin > 0 && is_mail_char(text[begin - 1])) --begin;
    auto end = at + 1;
    while (end < text.size() && is_mail_char(text[end])) ++end;
    if (!is_address(text.substr(begin, end - begin))) continue;
    author.email = text.substr(begin, end - begin);
    if (begin >= 7 && text::equal_ignoring_case(text.substr(begin - 7, 7), "mailto:")) begin -= 7;
    if (end < text.size() && text[end] == '?') end = std::min(text.find_first_of(" )>", end), text.size());
    std::string_view before = text::trim(text.substr(0, begin));
    std::string_view after = text::trim(text.substr(end));
    // The brackets around the address go, those around the name are clean_name()'s.
    if (!before.empty() && !after.empty() && (before.back() == '(' || before.back() == '<' || before.back() == '[')) {
      before.remove_suffix(1);
      after.remove_prefix(1);
    }
    before = text::trim(before);
    after = text::trim(after);
    author.name = clean_name(before.empty() ? after : before);
    if (author.name == author.email) author.name.clear();
    return author;
  }
  author.name = clean_name(text);
  return author;
}

void add_author(std::vector<model::Author>& authors, model::Author author) {
  if (author.name.empty() && author.email.empty() && author.url.empty()) return;
  if (authors.size() >= kMaxAuthors) return;
  for (model::Author& known : authors) {
    bool same_name = !author.name.empty() && known.name == author.name;
    bool same_mail = !author.email.empty() && known.email == author.email;
    if (!same_name && !(same_mail && (known.name.empty() || author.name.empty()))) continue;
    if (known.name.empty()) known.name = std::move(author.name);
    if (known.email.empty()) known.email = std::move(author.email);
    if (known.url.empty()) known.url = std::move(author.url);
    if (known.avatar.empty()) known.avatar = std::move(author.avatar);
    return;
  }
  authors.push_back(std::move(author));
}

}  // namespace newscache::feed
