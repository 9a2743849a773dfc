#pragma once
// Names of character encodings.

#include <optional>
#include <string>
#include <string_view>

namespace newscache::text {

enum class EncodingFamily {
  utf8,
  utf16,  // with the byte order not yet known
  utf16le,
  utf16be,
  utf32,
  utf32le,
  utf32be,
  windows_1252,  // by a table of our own
  single_byte,   // by a table made with iconv
  double_byte,   // ASCII and sequences of two to four bytes
  stateful,      // seven bits with escape sequences
  foreign,       // whatever else iconv knows; may be no superset of ASCII
};

struct Encoding {
  std::string name;        // canonical, lower case
  std::string iconv_name;  // empty where iconv has no part
  EncodingFamily family = EncodingFamily::utf8;
};

// By any label of the WHATWG Encoding Standard, with "_", "-" and blanks anywhere or nowhere, or any name that iconv
// has. None for an unknown label.
std::optional<Encoding> find_encoding(std::string_view label);

}  // namespace newscache::text
