#pragma once
// Who has written a page's article.

#include <string>
#include <string_view>

#include "html/dom.hpp"

namespace newscache::html {

// Names without what stands around them: "By ", dates, "Updated". Empty for what are no names, such as addresses.
std::string clean_byline(std::string_view text);
// As people see it, near the headline.
std::string shown_byline(const Document& document, NodeId headline);

}  // namespace newscache::html
