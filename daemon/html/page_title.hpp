#pragma once
// Titles of pages, without the name of the site that most have in front or behind.

#include <string>
#include <string_view>
#include <vector>

#include "html/dom.hpp"

namespace newscache::html {

// `stated` is what the metadata calls the article, may be empty; `sites` the names that the site goes by.
std::string page_title(const Document& document, std::string_view stated, const std::vector<std::string>& sites);

}  // namespace newscache::html
