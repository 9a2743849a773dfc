#pragma once
// What a person types into a search box, translated into an FTS5 expression in which every word is quoted.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace newscache::store {

// Words are all required; "a phrase"; prefix*; title:word and author:word; -word and NOT word exclude; OR separates
// alternatives. At most 512 bytes and 16 words. Cause::invalid names the position, counted in bytes from 1. No text: no
// expression.
Result<std::string> match_expression(std::string_view text);

}  // namespace newscache::store
