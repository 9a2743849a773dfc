#include "html/page_words.hpp"

#include <algorithm>

#include "html/tokenizer.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

template <typename Same>
bool any_word(std::string_view words, Same same) {
  while (!words.empty()) {
    const auto start = static_cast<std::size_t>(std::find_if_not(words.begin(), words.end(), is_space) - words.begin());
    words.remove_prefix(start);
    const auto size = static_cast<std::size_t>(std::find_if(words.begin(), words.end(), is_space) - words.begin());
    if (size > 0 && same(words.substr(0, size))) return true;
    words.remove_prefix(size);
  }
  return false;
}

}  // namespace

bool has_word(std::string_view words, std::string_view word) {
  return any_word(words, [&](std::string_view one) { return text::equal_ignoring_case(one, word); });
}

bool has_exact_word(std::string_view words, std::string_view word) {
  return any_word(words, [&](std::string_view one) { return one == word; });
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  if (text.empty()) return false;
  const auto lower = text::to_lower(text);
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

std::string short_text_of(const Document& document, NodeId node, std::size_t bytes) {
  constexpr std::size_t most_nodes = 100;
  constexpr std::size_t with_blanks = 10;
  std::size_t nodes = 0;
  std::size_t length = 0;
  for (NodeId under = node; under != no_node; under = document.following(under, node)) {
    if (document[under].is_text) length += document[under].text.size();
    if (++nodes > most_nodes || length > bytes * with_blanks) return {};
  }
  auto text = document.text_of(node);
  return text.size() <= bytes ? text : std::string();
}

bool surrounds_article(const Document& document, NodeId node) {
  const Node& element = document[node];
  if (element.is_text || node == Document::root || node == Document::body) return false;
  if (element.element == Element::nav || element.element == Element::aside || element.element == Element::footer) {
    return true;
  }
  for (const std::string_view name : {"class", "id"}) {
    if (contains_any(document.attribute(node, name),
                     {"comment", "related", "sidebar", "recommend", "footer", "popular", "trending", "more-news",
                      "latest", "teaser", "newsletter", "widget"})) {
      return true;
    }
  }
  return false;
}

}  // namespace newscache::html
