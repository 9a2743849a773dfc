#include "html/page_author.hpp"

#include <algorithm>
#include <vector>

#include "html/page_date.hpp"
#include "html/page_words.hpp"
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
// Behind them, where a date or something else begins.
constexpr std::string_view ends[] = {" | ",       " • ",        " · ",         " — ",         " – ",  "\n",
                                     " updated ", " updated: ", " published ", " posted on ", " on ", " at "};

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

// Only for what may be a date: names such as "April May" are none.
bool is_date(std::string_view text) { return has_digit(text) && plausible_date(text).has_value(); }

std::string_view without_opening(std::string_view text) {
  for (const auto opening : openings) {
    if (starts_with_folded(text, opening)) return text::trim(text.substr(opening.size()));
  }
  return text;
}

// Up to the first sign behind which there is a date or a number.
std::string_view without_end(std::string_view text) {
  const auto lower = text::to_lower(text);
  auto shortest = text.size();
  for (const auto end : ends) {
    const auto at = lower.find(end);
    if (at == lower.npos || at == 0 || at >= shortest) continue;
    if (has_digit(text.substr(at))) shortest = at;
  }
  return text::trim(text.substr(0, shortest));
}

struct Place {
  NodeId node = no_node;
  bool marked = false;  // as the author by the page itself, not only by the words of a class
};

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
  for (NodeId node = document.following(top, top); node != no_node;) {
    const bool named = is_author(document, node) || has_word(document.attribute(node, "itemprop"), "name");
    const bool is_name = named && document.find("a", node) == no_node;
    if (is_name) add(node);
    node = is_name ? document.following_skipping(node, top) : document.following(node, top);
  }
  if (names.empty()) add(top);
  std::string joined;
  for (const auto& name : names) joined.append(joined.empty() ? "" : ", ").append(name);
  return joined;
}

}  // namespace

std::string clean_byline(std::string_view text) {
  const auto collapsed = text::collapse_white_space(text);
  std::string_view rest = collapsed;
  if (rest.size() > longest_byline) return {};
  rest = without_end(without_opening(rest));
  while (!rest.empty() && (rest.back() == ',' || rest.back() == '|' || rest.back() == '/' || rest.back() == '-')) {
    rest = text::trim(rest.substr(0, rest.size() - 1));
  }
  const bool is_address = rest.find("://") != rest.npos || rest.starts_with("www.") || rest.starts_with("@") ||
                          (rest.find('@') != rest.npos && rest.find(' ') == rest.npos);
  if (!has_letter(rest) || is_address || is_date(rest)) return {};
  return std::string(rest);
}

std::string shown_byline(const Document& document) {
  std::string named;  // by a class only
  for (NodeId node = Document::body; node != no_node;) {
    if (document[node].is_text || node == Document::body) {
      node = document.following(node, Document::body);
      continue;
    }
    const bool marked = is_author(document, node);
    if (!marked && surrounds_article(document, node)) {
      node = document.following_skipping(node, Document::body);
      continue;
    }
    if (marked || (named.empty() && has_byline_name(document, node))) {
      const auto text = document.text_of(node);
      if (!text.empty() && text.size() < longest_shown) {
        auto names = names_under(document, node);
        if (marked && !names.empty()) return names;
        if (named.empty()) named = std::move(names);
      }
    }
    node = document.following(node, Document::body);
  }
  return named;
}

}  // namespace newscache::html
