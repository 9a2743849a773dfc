#include "html/safe_text.hpp"

#include <algorithm>
#include <array>

#include "text/entities.hpp"

namespace newscache::html {

namespace {

constexpr auto needs_care = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = c != '\n' && c != '\t';
  for (const char c : {'&', '<', '>'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

std::size_t end_of_plain(std::string_view text, std::size_t at) {
  while (at < text.size() && !needs_care[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

constexpr auto is_special_in_value = [] {
  std::array<bool, 256> table{};
  for (const char c : {'&', '<', '>', '"'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// The references that we write ourselves and most that others write: nothing to decode.
std::size_t escaped_already(std::string_view text) {
  for (const std::string_view reference : {"&amp;", "&lt;", "&gt;"}) {
    if (text.starts_with(reference)) return reference.size();
  }
  return 0;
}

}  // namespace

void append_safe_text(std::string& out, std::string_view raw, bool references) {
  std::string decoded;
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t end = end_of_plain(raw, at);
    out.append(raw, at, end - at);
    if (end == raw.size()) return;
    at = end;
    const char c = raw[at];
    std::size_t used = 1;
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '\r') {
      if (raw.substr(at + 1, 1) != "\n") out += '\n';
    } else if (c == '\f') {
      out += ' ';
    } else if (c == '&') {
      const auto rest = raw.substr(at);
      if (!references) {
        out += "&amp;";
      } else if (const std::size_t size = escaped_already(rest); size > 0) {
        out.append(rest, 0, size);
        used = size;
      } else {
        decoded.clear();
        const std::size_t size_of_reference = text::decode_reference(rest, decoded, false);
        if (size_of_reference > 0) used = size_of_reference;
        append_safe_text(out, size_of_reference > 0 ? decoded : "&", false);
      }
    }
    at += used;
  }
}

void append_safe_value(std::string& out, std::string_view value) {
  const auto special = std::find_if(value.begin(), value.end(),
                                    [](char c) { return is_special_in_value[static_cast<unsigned char>(c)]; });
  const auto plain = static_cast<std::size_t>(special - value.begin());
  out.append(value, 0, plain);
  if (plain < value.size()) text::append_escaped(out, value.substr(plain));
}

}  // namespace newscache::html
