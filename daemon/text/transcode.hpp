#pragma once
// Bytes of one encoding to UTF-8.

#include <string>
#include <string_view>

#include "text/encoding.hpp"

namespace newscache::text {

struct Transcoded {
  std::string utf8;
  std::size_t replaced = 0;  // how many U+FFFD stand for what could not be decoded
};

// Never fails; UTF-16 and UTF-32 without byte order are little-endian unless their zero bytes say otherwise.
Transcoded transcode(std::string_view bytes, const Encoding& encoding);

}  // namespace newscache::text
