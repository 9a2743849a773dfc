#pragma once
// UTF-8 (RFC 3629): checking, repairing, walking.

#include <cstdint>
#include <string>
#include <string_view>

namespace newscache::text {

bool is_valid_utf8(std::string_view bytes);
// How many bytes at the start are ASCII; how many are well-formed UTF-8.
std::size_t ascii_prefix(std::string_view bytes);
std::size_t valid_utf8_prefix(std::string_view bytes);
// Every maximal ill-formed sequence becomes one U+FFFD, as browsers do.
std::string repair_utf8(std::string_view bytes);
// Appends the code point; one that is no scalar value (surrogates, past U+10FFFF) becomes U+FFFD.
void append_utf8(std::string& out, std::uint32_t code_point);
// Takes the first character off a non-empty text; an ill-formed sequence is taken whole, as U+FFFD.
std::uint32_t next_code_point(std::string_view& text);
// At most `bytes` bytes of valid UTF-8, cut between characters.
std::string_view cut_utf8(std::string_view text, std::size_t bytes);
// ASCII white space off both ends, runs of it inside become one blank.
std::string collapse_white_space(std::string_view text);
std::string_view trim(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII
std::string to_lower(std::string_view text);                       // ASCII

}  // namespace newscache::text
