#pragma once
// HTML's named character references (HTML Living Standard, 13.5), for HTML and for XML that uses them undeclared.

#include <cstdint>
#include <string>
#include <string_view>

namespace newscache::text {

// The replacement, UTF-8, for a name without '&' and ';' ("nbsp", "AMP"); empty when there is no such name.
std::string_view named_entity(std::string_view name);

// A numeric reference's code point as HTML reads it: 0x80..0x9F are windows-1252, NUL, surrogates and what lies past
// U+10FFFF are U+FFFD.
std::uint32_t numeric_reference(std::uint32_t code_point);

// Reads the reference that starts at text[0] == '&': its replacement is appended to `out` and the number of bytes it
// took is returned; 0 when there is none (a bare ampersand). As in HTML text: a few legacy names need no semicolon;
// `in_attribute` applies the rule that those then must not be followed by '=' or an alphanumeric.
std::size_t decode_reference(std::string_view text, std::string& out, bool in_attribute);

// The whole text with every reference decoded once.
std::string decode_references(std::string_view text);

// For text and for double-quoted attributes: & < > " become references.
std::string escape(std::string_view text);
void append_escaped(std::string& out, std::string_view text);

}  // namespace newscache::text
