#pragma once
// Lower case of the bicameral scripts that month names and host names are written in: Latin, Greek, Cyrillic, Armenian.

#include <cstdint>

namespace newscache::text {

constexpr std::uint32_t folded(std::uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
  if (c >= 0x100 && c <= 0x17F) {
    if (c == 0x130) return 'i';  // Turkish dotted capital
    if (c == 0x131 || c == 0x138 || c == 0x149 || c == 0x17F) return c;
    if (c == 0x178) return 0xFF;
    const bool odd_is_lower = (c < 0x139) || (c > 0x148 && c < 0x179);
    return (c % 2 == 0) == odd_is_lower ? c + 1 : c;
  }
  if (c == 0x218 || c == 0x21A) return c + 1;  // Romanian
  if (c == 0x386) return 0x3AC;                // Greek vowels with tonos
  if (c >= 0x388 && c <= 0x38A) return c + 37;
  if (c == 0x38C) return 0x3CC;
  if (c == 0x38E || c == 0x38F) return c + 63;
  if (c >= 0x391 && c <= 0x3AB) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x460 && c <= 0x52F && !(c >= 0x482 && c <= 0x489) && !(c >= 0x4C0 && c <= 0x4CF)) {
    return c % 2 == 0 ? c + 1 : c;
  }
  if (c >= 0x531 && c <= 0x556) return c + 48;
  if (c >= 0x1E00 && c <= 0x1EFF && !(c >= 0x1E96 && c <= 0x1E9F)) return c % 2 == 0 ? c + 1 : c;
  return c;
}

}  // namespace newscache::text
