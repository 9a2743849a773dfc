#pragma once
// Text of strangers to text that may stand between tags.

#include <string>
#include <string_view>

namespace newscache::html {

// Escaped; with `references` those in `raw` are decoded first, else they are taken literally. Line ends become
// newlines, other control characters go.
void append_safe_text(std::string& out, std::string_view raw, bool references);

// A value, decoded before, to stand between double quotes.
void append_safe_value(std::string& out, std::string_view value);

}  // namespace newscache::html
