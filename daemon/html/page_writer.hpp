#pragma once
// A part of a page's tree as HTML again: well-formed, but as unsafe as the page.

#include <string>

#include "html/dom.hpp"

namespace newscache::html {

// What is under `top`, without it.
std::string write_content(const Document& document, NodeId top);

}  // namespace newscache::html
