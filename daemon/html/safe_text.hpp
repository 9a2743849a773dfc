#pragma once
// Text of strangers to text that may stand between tags.

#include <cstddef>
#include <string>
#include <string_view>

namespace newscache::html {

// Escaped; with `references` those in `raw` are decoded first, else they are taken literally. Line ends become
// newlines, other control characters go.
void append_safe_text(std::string& out, std::string_view raw, bool references);

// Where text from `at` on ends that append_safe_text() would leave as it is.
std::size_t end_of_plain_text(std::string_view text, std::size_t at);

// A value, decoded before, to stand between double quotes.
void append_safe_value(std::string& out, std::string_view value);

}  // namespace newscache::html
