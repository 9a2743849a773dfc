#pragma once
// Other addresses of a page's article.

#include <string>
#include <string_view>

#include "html/dom.hpp"

namespace newscache::html {

// What relative addresses in the page are relative to: its <base>, or else its own.
std::string page_base(const Document& document, std::string_view url);
// The page after this one, where rel=next says it and the address agrees: most of these are of the next article.
std::string next_page(const Document& document, std::string_view url);
// Empty when it is this page.
std::string amp_page(const Document& document, std::string_view url);

}  // namespace newscache::html
