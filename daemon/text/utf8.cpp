#include "text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "text/ascii.hpp"

namespace newscache::text {

namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// What stands at the start of some bytes: a character, or a maximal subpart of one (Unicode 15, section 3.9, U+FFFD
// substitution), which is `length` bytes long too.
struct Sequence {
  std::size_t length;
  bool valid;
};

constexpr bool is_continuation(char c) { return (byte(c) & 0xC0) == 0x80; }

// Table 3-7 of the Unicode Standard: which second bytes a lead byte allows is all that distinguishes overlong forms,
// surrogates and values past U+10FFFF.
Sequence sequence_at(const char* p, std::size_t available) {
  const unsigned char lead = byte(p[0]);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= available || byte(p[i]) < low || byte(p[i]) > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

}  // namespace

std::size_t ascii_prefix(std::string_view bytes) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t at = 0;
  for (std::array<std::uint64_t, 4> words; at + sizeof words <= bytes.size(); at += sizeof words) {
    std::memcpy(words.data(), bytes.data() + at, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & high_bits) != 0) break;
  }
  for (std::uint64_t word; at + sizeof word <= bytes.size(); at += sizeof word) {
    std::memcpy(&word, bytes.data() + at, sizeof word);
    if ((word & high_bits) != 0) break;
  }
  while (at < bytes.size() && byte(bytes[at]) < 0x80) ++at;
  return at;
}

std::size_t valid_utf8_prefix(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (byte(bytes[at]) < 0x80) {
      at += ascii_prefix(bytes.substr(at));
      continue;
    }
    // Runs of two-byte characters are most of what is written in Greek, Cyrillic, Hebrew and Arabic letters.
    const char* p = bytes.data() + at;
    if (byte(p[0]) >= 0xC2 && byte(p[0]) < 0xE0 && at + 1 < bytes.size() && is_continuation(p[1])) {
      at += 2;
      continue;
    }
    const auto sequence = sequence_at(p, bytes.size() - at);
    if (!sequence.valid) return at;
    at += sequence.length;
  }
  return at;
}

bool is_valid_utf8(std::string_view bytes) { return valid_utf8_prefix(bytes) == bytes.size(); }

std::string repair_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t good = valid_utf8_prefix(bytes);
    out.append(bytes.substr(0, good));
    bytes.remove_prefix(good);
    if (bytes.empty()) break;
    append_utf8(out, kReplacement);
    bytes.remove_prefix(sequence_at(bytes.data(), bytes.size()).length);
  }
  return out;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) code_point = kReplacement;
  const auto put = [&out](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code_point < 0x80) {
    put(code_point);
    return;
  }
  if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
  } else {
    if (code_point < 0x10000) {
      put(0xE0 | (code_point >> 12));
    } else {
      put(0xF0 | (code_point >> 18));
      put(0x80 | ((code_point >> 12) & 0x3F));
    }
    put(0x80 | ((code_point >> 6) & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
}

std::uint32_t next_code_point(std::string_view& text) {
  const auto sequence = sequence_at(text.data(), text.size());
  std::uint32_t value = byte(text[0]);
  if (!sequence.valid) {
    value = kReplacement;
  } else if (sequence.length > 1) {
    value &= 0x7FU >> sequence.length;
    for (std::size_t i = 1; i < sequence.length; ++i) value = (value << 6) | (byte(text[i]) & 0x3FU);
  }
  text.remove_prefix(sequence.length);
  return value;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && is_continuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

std::string collapse_white_space(std::string_view text) {
  text = trim(text);
  std::string out;
  out.reserve(text.size());
  std::size_t done = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_white(text[at]) || (text[at] == ' ' && !is_white(text[at + 1]))) continue;  // trimmed: there is a next one
    out.append(text, done, at - done).push_back(' ');
    while (is_white(text[at + 1])) ++at;
    done = at + 1;
  }
  return out.append(text, done);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

}  // namespace newscache::text
