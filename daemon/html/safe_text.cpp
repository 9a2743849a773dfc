#include "html/safe_text.hpp"

#include <algorithm>
#include <array>

#include "text/entities.hpp"
#include "text/words.hpp"

namespace newscache::html {

namespace {

constexpr auto needs_care = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = c != '\n' && c != '\t';
  for (const char c : {'&', '<', '>'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// Bit 7 of each byte that may need care: control characters, '&', '<' and '>'.
constexpr text::Word careful_bytes(text::Word word) {
  // Each has bit 7 where an ASCII character is not the one.
  const auto no_control = (word & text::in_every_byte(0x7F)) + text::in_every_byte(0x60);
  const auto no_ampersand = text::nonzero_bytes(word ^ text::in_every_byte('&'));
  const auto no_bracket = text::nonzero_bytes((word | text::in_every_byte('<' ^ '>')) ^ text::in_every_byte('>'));
  return ~((no_control & no_ampersand & no_bracket) | word) & text::in_every_byte(0x80);
}

bool is_special_in_value(char c) { return c == '&' || c == '<' || c == '>' || c == '"'; }

// Where the first '&', '<', '>' or '"' is; the size when there is none.
std::size_t end_of_plain_value(std::string_view value) {
  std::size_t at = 0;
  for (; value.size() - at >= sizeof(text::Word); at += sizeof(text::Word)) {
    const auto word = text::load_word(value.data() + at);
    const auto special = text::equal_bytes(word, '&') | text::equal_bytes(word, '"') |
                         text::equal_bytes(word | text::in_every_byte('<' ^ '>'), '>');
    if (special != 0) return at + text::first_byte(special);
  }
  while (at < value.size() && !is_special_in_value(value[at])) ++at;
  return at;
}

// The references that we write ourselves and most that others write: nothing to decode.
std::size_t escaped_already(std::string_view text) {
  for (const std::string_view reference : {"&amp;", "&lt;", "&gt;"}) {
    if (text.starts_with(reference)) return reference.size();
  }
  return 0;
}

// What the ampersand at the start of `raw` means; the bytes taken.
std::size_t append_reference(std::string& out, std::string_view raw) {
  if (const std::size_t size = escaped_already(raw); size > 0) {
    out.append(raw, 0, size);
    return size;
  }
  std::string decoded;
  const std::size_t size = text::decode_reference(raw, decoded, false);
  append_safe_text(out, size > 0 ? decoded : "&", false);
  return std::max<std::size_t>(size, 1);
}

}  // namespace

std::size_t end_of_plain_text(std::string_view text, std::size_t at) {
  while (text.size() - at >= sizeof(text::Word)) {
    const auto careful = careful_bytes(text::load_word(text.data() + at));
    if (careful == 0) {
      at += sizeof careful;
      continue;
    }
    at += text::first_byte(careful);
    if (needs_care[static_cast<unsigned char>(text[at])]) return at;
    ++at;
  }
  while (at < text.size() && !needs_care[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

void append_safe_text(std::string& out, std::string_view raw, bool references) {
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t end = end_of_plain_text(raw, at);
    out.append(raw.data() + at, end - at);
    if (end == raw.size()) return;
    at = end + 1;
    const char c = raw[end];
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '\r') {
      if (at == raw.size() || raw[at] != '\n') out += '\n';
    } else if (c == '\f') {
      out += ' ';
    } else if (c == '&' && references) {
      at = end + append_reference(out, raw.substr(end));
    } else if (c == '&') {
      out += "&amp;";
    }
  }
}

void append_safe_value(std::string& out, std::string_view value) {
  const auto plain = end_of_plain_value(value);
  out.append(value.data(), plain);
  if (plain < value.size()) text::append_escaped(out, value.substr(plain));
}

}  // namespace newscache::html
