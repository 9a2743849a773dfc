#include "text/json_writer.hpp"

#include <charconv>
#include <cstring>

namespace newscache::text {

namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = kOnes * 0x80;

// Whether one of the eight bytes is zero.
constexpr bool has_zero(std::uint64_t bytes) { return ((bytes - kOnes) & ~bytes & kHighs) != 0; }

// Whether one of the eight bytes is a control character, a quote or a backslash.
bool needs_escape(std::uint64_t bytes) {
  const bool control = ((bytes - kOnes * 0x20) & ~bytes & kHighs) != 0;
  return control || has_zero(bytes ^ (kOnes * '"')) || has_zero(bytes ^ (kOnes * '\\'));
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; at + sizeof bytes <= text.size(); at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (needs_escape(bytes)) break;
  }
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view letters = "btn.fr";  // from 8 on
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += '\\';
  if (byte >= 0x20) {
    out += c;
  } else if (byte >= 8 && byte <= 13 && byte != 11) {
    out += letters[byte - 8U];
  } else {
    out.append("u00");
    out += digits[byte >> 4];
    out += digits[byte & 0xf];
  }
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (;;) {
    const auto plain = plain_length(text);
    out.append(text.substr(0, plain));
    if (plain == text.size()) break;
    append_escaped(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  separate();
  char digits[20];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  out_.append(digits, end);
  return *this;
}

JsonWriter& JsonWriter::real(double value) {
  separate();
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  out_.append(digits, end);
  return *this;
}

}  // namespace newscache::text
