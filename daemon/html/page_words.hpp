#pragma once
// Words in attributes, and what they tell of an element.

#include <initializer_list>
#include <string>
#include <string_view>

#include "html/dom.hpp"

namespace newscache::html {

// Whether it is one of the words, which blanks separate; in any case.
bool has_word(std::string_view words, std::string_view word);
// The same in that case only.
bool has_exact_word(std::string_view words, std::string_view word);
// Whether any of them (lower case) is a part of the text; in any case.
bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts);
// The text under it when that is at most so many bytes; else nothing, without reading on.
std::string short_text_of(const Document& document, NodeId node, std::size_t bytes);
// That it is no part of an article but beside it: comments, teasers of others, navigation.
bool surrounds_article(const Document& document, NodeId node);

}  // namespace newscache::html
