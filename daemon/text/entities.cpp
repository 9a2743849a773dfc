#include "text/entities.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"
#include "text/entity_table.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

// Windows-1252's upper control range, which is what authors of &#146; meant; 0 where it has no character.
constexpr std::array<std::uint16_t, 32> kWindows1252{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                     0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                                     0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                     0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

// The names that every document is full of, without a search.
std::string_view frequent_entity(std::string_view name) {
  if (name == "lt") return "<";
  if (name == "gt") return ">";
  if (name == "amp") return "&";
  if (name == "quot") return "\"";
  return {};
}

const NamedEntity* find_entity(std::string_view name) {
  const auto found =
      std::lower_bound(kEntityTable.begin(), kEntityTable.end(), name,
                       [](const NamedEntity& entity, std::string_view wanted) { return entity.name < wanted; });
  return found != kEntityTable.end() && found->name == name ? &*found : nullptr;
}

// "&#8217;" and "&#x2019;", with or without the semicolon.
std::size_t decode_numeric(std::string_view text, std::string& out) {
  std::size_t at = 2;
  const bool hexadecimal = at < text.size() && lower(text[at]) == 'x';
  if (hexadecimal) ++at;
  const std::size_t first = at;
  std::uint32_t value = 0;
  for (; at < text.size(); ++at) {
    const int digit = hex_value(text[at]);
    if (digit < 0 || (!hexadecimal && digit > 9)) break;
    // Stays past the last code point however many digits follow.
    if (value <= 0x10FFFF) value = value * (hexadecimal ? 16 : 10) + static_cast<std::uint32_t>(digit);
  }
  if (at == first) return 0;
  append_utf8(out, numeric_reference(value));
  return at < text.size() && text[at] == ';' ? at + 1 : at;
}

std::size_t decode_named(std::string_view text, std::string& out, bool in_attribute) {
  const std::string_view after = text.substr(1, kLongestEntityName + 1);
  std::size_t length = 0;
  while (length < after.size() && is_alnum(after[length])) ++length;
  if (length < after.size() && after[length] == ';') {
    if (const auto frequent = frequent_entity(after.substr(0, length)); !frequent.empty()) {
      out.append(frequent);
      return length + 2;
    }
    if (const auto* entity = find_entity(after.substr(0, length))) {
      out.append(entity->utf8);
      return length + 2;
    }
  }
  for (std::size_t prefix = std::min(length, kLongestLegacyName); prefix >= 2; --prefix) {
    const auto* entity = find_entity(after.substr(0, prefix));
    if (entity == nullptr || !entity->legacy) continue;
    const char next = prefix < after.size() ? after[prefix] : '\0';
    if (in_attribute && (next == '=' || is_alnum(next))) return 0;
    out.append(entity->utf8);
    return prefix + 1;
  }
  return 0;
}

}  // namespace

std::string_view named_entity(std::string_view name) {
  const auto* entity = find_entity(name);
  return entity == nullptr ? std::string_view() : entity->utf8;
}

std::uint32_t numeric_reference(std::uint32_t code_point) {
  if (code_point == 0 || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) return 0xFFFD;
  if (code_point >= 0x80 && code_point <= 0x9F && kWindows1252[code_point - 0x80] != 0) {
    return kWindows1252[code_point - 0x80];
  }
  return code_point;
}

std::size_t decode_reference(std::string_view text, std::string& out, bool in_attribute) {
  if (text.size() < 3 || text[0] != '&') return 0;
  return text[1] == '#' ? decode_numeric(text, out) : decode_named(text, out, in_attribute);
}

std::string decode_references(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t ampersand = std::min(text.find('&'), text.size());
    out.append(text.substr(0, ampersand));
    text.remove_prefix(ampersand);
    if (text.empty()) break;
    const std::size_t taken = decode_reference(text, out, false);
    if (taken == 0) out.push_back('&');
    text.remove_prefix(std::max<std::size_t>(taken, 1));
  }
  return out;
}

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  append_escaped(out, text);
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find_first_of("&<>\""), text.size());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    switch (text.front()) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      default:
        out.append("&quot;");
        break;
    }
    text.remove_prefix(1);
  }
}

}  // namespace newscache::text
