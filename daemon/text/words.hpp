#pragma once
// Text eight bytes at a time, in any byte order, for loops that every byte of a feed goes through.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace newscache::text {

using Word = std::uint64_t;

constexpr Word in_every_byte(unsigned char value) { return Word{0x0101010101010101} * value; }

inline Word load_word(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// In bit 7 of each byte: whether any of the lower seven is set.
constexpr Word nonzero_bytes(Word word) {
  return (word & in_every_byte(0x7F)) + in_every_byte(0x7F);  // without carries between bytes
}

// Bit 7 of each byte of `word` that equals `value`.
constexpr Word equal_bytes(Word word, unsigned char value) {
  const Word other = word ^ in_every_byte(value);
  return ~(nonzero_bytes(other) | other) & in_every_byte(0x80);
}

// ASCII's capitals made small.
constexpr Word lower_bytes(Word word) {
  const Word low = word & in_every_byte(0x7F);
  const Word from_a = low + in_every_byte(0x80 - 'A');  // these have bit 7 from that letter on
  const Word past_z = low + in_every_byte(0x7F - 'Z');
  return word | ((from_a & ~past_z & ~word & in_every_byte(0x80)) >> 2);
}

// The index of the first byte in memory whose bit 7 is set; 8 when there is none.
constexpr std::size_t first_byte(Word bits) {
  const int zeros = std::endian::native == std::endian::little ? std::countr_zero(bits) : std::countl_zero(bits);
  return static_cast<std::size_t>(zeros) / 8;
}

}  // namespace newscache::text
