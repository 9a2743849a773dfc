#include "html/page_author.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "html/headline.hpp"
#include "text/date_words.hpp"
#include "text/utf8.hpp"

namespace newscache::html {
namespace {

constexpr std::size_t longest_byline = 300;
constexpr std::size_t longest_shown = 100;  // more is no byline but a paragraph
constexpr std::size_t most_names = 10;

// In front of names, in lower case.
constexpr std::string_view openings[] = {
    "by ",        "by: ",      "von ",         "par ",        "por ",          "di ",     "door ",   "written by ",
    "posted by ", "author: ",  "authors: ",    "text: ",      "autor: ",       "av ",     "af ",     "auteur : ",
    "story by ",  "words by ", "reported by ", "article by ", "published by ", "автор: ", "текст: ",
};
// Behind them, where something else begins.
struct End {
  std::string_view words;
  bool before_number;  // only then
};
constexpr End ends[] = {
    {" | ", true},
    {" • ", true},
    {" · ", true},
    {" — ", true},
    {" – ", true},
    {" updated", true},
    {" last updated", true},
    {" published", true},
    {" posted on ", true},
    {" on ", true},
    {" at ", true},
    {" edited by ", false},
    {" photographs by ", false},
    {" photos by ", false},
    {" illustrated by ", false},
    {" (http", false},
    {" | follow", false},
};
// What is said in a byline's place.
constexpr std::string_view notices[] = {"last updated", "updated", "published", "posted", "admin", "reply", "share"};

bool starts_with_folded(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && text::equal_ignoring_case(text.substr(0, lower.size()), lower);
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_opening(std::string_view text) {
  for (const auto opening : openings) {
    if (starts_with_folded(text, opening)) return text::trim(text.substr(opening.size()));
  }
  return text;
}

std::string_view word_at(std::string_view text, std::size_t at) {
  return text.substr(std::min(at, text.size()), std::min(text.find(' ', at), text.size()) - std::min(at, text.size()));
}

bool is_date_word(std::string_view word) {
  while (!word.empty() && (word.back() == ',' || word.back() == '.')) word.remove_suffix(1);
  const auto kind = text::find_date_word(text::to_lower(word)).kind;
  return kind == text::DateWordKind::month || kind == text::DateWordKind::weekday ||
         kind == text::DateWordKind::month_or_weekday;
}

bool starts_with_digit(std::string_view word) { return !word.empty() && word[0] >= '0' && word[0] <= '9'; }

// "March 25, 2015", "Monday, March 2", "25 March", "25.3.2015"; not a name such as "April May".
bool date_starts(std::string_view text, std::size_t at) {
  const auto word = word_at(text, at);
  const auto next = word_at(text, at + word.size() + 1);
  if (is_date_word(word)) return starts_with_digit(next) || (is_date_word(next) && has_digit(text.substr(at)));
  if (!starts_with_digit(word)) return false;
  return is_date_word(next) || std::count_if(word.begin(), word.end(),
                                             [](char c) { return c == '.' || c == '/' || c == '-' || c == ':'; }) >= 2;
}

// Up to where something else than names begins.
std::string_view without_end(std::string_view text) {
  const auto lower = text::to_lower(text);
  auto shortest = text.size();
  for (const auto& end : ends) {
    const auto at = lower.find(end.words);
    if (at != lower.npos && at < shortest && (!end.before_number || has_digit(text.substr(at)))) shortest = at;
  }
  for (std::size_t at = 0; at < shortest; at = std::min(text.find(' ', at), text.size() - 1) + 1) {
    if (date_starts(text, at)) shortest = at;
  }
  return text::trim(text.substr(0, shortest));
}

bool is_notice(std::string_view text) {
  return std::any_of(std::begin(notices), std::end(notices), [&](std::string_view notice) {
    return starts_with_folded(text, notice) &&
           (text.size() == notice.size() || text[notice.size()] == ' ' || text[notice.size()] == ':');
  });
}

bool is_author(const Document& document, NodeId node) {
  return has_word(document.attribute(node, "rel"), "author") ||
         has_word(document.attribute(node, "itemprop"), "author");
}

bool has_byline_name(const Document& document, NodeId node) {
  for (const std::string_view name : {"class", "id"}) {
    if (contains_any(document.attribute(node, name), {"byline", "author", "dateline", "writtenby"})) return true;
  }
  return false;
}

// The names of authors that are marked under it, and if there are none all of its text.
std::string names_under(const Document& document, NodeId top) {
  std::vector<std::string> names;
  const auto add = [&](NodeId node) {
    auto name = clean_byline(document.text_of(node));
    if (!name.empty() && names.size() < most_names && std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  };
  const auto is_named = [&](NodeId node) {
    return is_author(document, node) || has_word(document.attribute(node, "itemprop"), "name");
  };
  for (NodeId node = document.following(top, top); node != no_node; node = document.following(node, top)) {
    if (!is_named(node)) continue;
    NodeId inside = document.following(node, node);
    while (inside != no_node && !is_named(inside)) inside = document.following(inside, node);
    if (inside == no_node) add(node);
  }
  if (names.empty()) add(top);
  std::string joined;
  for (const auto& name : names) joined.append(joined.empty() ? "" : ", ").append(name);
  return joined;
}

}  // namespace

std::string clean_byline(std::string_view text) {
  constexpr std::string_view no_break_space = "\xc2\xa0";
  std::string blanks;
  while (!text.empty()) {
    const auto at = std::min(text.find(no_break_space), text.size());
    blanks.append(text.substr(0, at)).append(" ");
    text.remove_prefix(std::min(at + no_break_space.size(), text.size()));
  }
  const auto collapsed = text::collapse_white_space(blanks);
  std::string_view rest = without_opening(collapsed);
  if (rest.size() > longest_byline || is_notice(rest)) return {};
  rest = without_end(rest);
  while (!rest.empty() && std::string_view(" ,|/-:").find(rest.back()) != std::string_view::npos) rest.remove_suffix(1);
  const bool is_address = rest.find("://") != rest.npos || rest.starts_with("www.") || rest.starts_with("@") ||
                          (rest.find('@') != rest.npos && rest.find(' ') == rest.npos);
  return has_letter(rest) && !is_address ? std::string(rest) : std::string();
}

std::string shown_byline(const Document& document, NodeId headline) {
  const auto names_in = [&](NodeId node) -> std::optional<std::string> {
    const bool is_short = !short_text_of(document, node, longest_shown).empty();
    auto names = is_short ? names_under(document, node) : std::string();
    return names.empty() ? std::nullopt : std::optional(std::move(names));
  };
  // With those beside: "A and B".
  const auto marked = [&](NodeId node) -> std::optional<std::string> {
    if (!is_author(document, node)) return std::nullopt;
    auto names = names_in(document[node].parent);
    return names ? names : names_in(node);
  };
  const auto named = [&](NodeId node) { return has_byline_name(document, node) ? names_in(node) : std::nullopt; };
  if (auto names = search_around(document, headline, marked)) return *names;
  if (auto names = search_around(document, headline, named)) return *names;
  // Below the article, where some stand, much else does.
  for (NodeId node = Document::body; node != no_node; node = document.following(node, Document::body)) {
    if (auto names = marked(node)) return *names;
  }
  return {};
}

}  // namespace newscache::html
