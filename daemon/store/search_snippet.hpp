#pragma once
// The passage of an article that a search result shows.

#include <string>
#include <string_view>

#include "store/search_match.hpp"

namespace newscache::store {

// Safe HTML: the part of the body, of about two lines, in which the most terms stand, each in <mark>; its beginning
// when none is there. Empty for an empty body.
std::string make_snippet(std::string_view body, const Reading& reading);

}  // namespace newscache::store
