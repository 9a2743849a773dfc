#include "text/sniff.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"
#include "text/decode.hpp"
#include "text/encoding.hpp"
#include "text/entities.hpp"
#include "text/transcode.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

using namespace std::string_view_literals;

// Browsers look for <meta> in the first 1,024 bytes; pages with long comments before it are decoded wrongly by them
// only until the parser meets it, which then starts again.
constexpr std::size_t kMetaRange = 8192;

// name = "value", name='value', name=value; `text` begins behind the name.
std::string value_after(std::string_view text) {
  const auto skip = [&text] {
    while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  };
  skip();
  if (!text.starts_with('=')) return {};
  text.remove_prefix(1);
  skip();
  if (text.empty()) return {};
  if (text.front() == '"' || text.front() == '\'') {
    const auto end = text.find(text.front(), 1);
    return end == std::string_view::npos ? std::string() : std::string(trim(text.substr(1, end - 1)));
  }
  return std::string(text.substr(0, text.find_first_of(" \t\r\n\f\"';>/")));
}

std::string attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    auto value = value_after(tag.substr(at + name.size()));
    if (!value.empty()) return value;
  }
  return {};
}

// The windows-1252 byte of a code point, or -1.
int windows_1252_byte(std::uint32_t c) {
  if (c <= 0xFF) return static_cast<int>(c);
  for (std::uint32_t candidate = 0x80; candidate < 0xA0; ++candidate) {
    if (numeric_reference(candidate) == c) return static_cast<int>(candidate);
  }
  return -1;
}

}  // namespace

ByteOrderMark byte_order_mark(std::string_view bytes) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> marks{{{"\xEF\xBB\xBF"sv, "utf-8"},
                                                                                {"\xFF\xFE\0\0"sv, "utf-32le"},
                                                                                {"\0\0\xFE\xFF"sv, "utf-32be"},
                                                                                {"\xFF\xFE"sv, "utf-16le"},
                                                                                {"\xFE\xFF"sv, "utf-16be"}}};
  for (const auto& [mark, name] : marks) {
    if (bytes.starts_with(mark)) return {name, mark.size()};
  }
  return {};
}

std::string_view byte_order(std::string_view bytes) {
  if (bytes.size() < 4) return {};
  std::array<bool, 4> zero{};
  for (std::size_t i = 0; i < 4; ++i) zero[i] = bytes[i] == 0;
  if (zero == std::array{true, true, true, false}) return "utf-32be";
  if (zero == std::array{false, true, true, true}) return "utf-32le";
  if (zero == std::array{true, false, true, false}) return "utf-16be";
  if (zero == std::array{false, true, false, true}) return "utf-16le";
  return {};
}

std::string xml_declared_encoding(std::string_view bytes) {
  constexpr std::string_view ebcdic_start = "\x4C\x6F\xA7\x94";  // "<?xm"
  std::string start;
  if (bytes.starts_with(ebcdic_start)) {
    start = transcode(bytes.substr(0, 200), {"ibm037", "IBM037", EncodingFamily::foreign}).utf8;
  } else {
    // White space before the declaration is an error that feeds have.
    start = trim(bytes.substr(0, 1024));
  }
  if (!start.starts_with("<?xml")) return {};
  return attribute(std::string_view(start).substr(0, start.find("?>")), "encoding");
}

std::string meta_declared_encoding(std::string_view bytes) {
  const auto start = to_lower(bytes.substr(0, kMetaRange));
  for (std::size_t at = start.find('<'); at != std::string::npos; at = start.find('<', at + 1)) {
    const auto rest = std::string_view(start).substr(at);
    if (rest.starts_with("<!--")) {
      const auto end = start.find("-->", at + 2);
      if (end == std::string::npos) return {};
      at = end;
    } else if (rest.starts_with("<meta") && rest.size() > 5 && !is_alnum(rest[5])) {
      auto label = attribute(rest.substr(0, rest.find('>')), "charset");
      if (!label.empty()) return label;
    }
  }
  return {};
}

std::string undo_double_utf8(std::string_view utf8, std::size_t fewest) {
  if (ascii_prefix(utf8) == utf8.size()) return {};
  std::string once;
  std::size_t sequences = 0;
  while (!utf8.empty()) {
    const auto plain = ascii_prefix(utf8);
    once.append(utf8.substr(0, plain));
    utf8.remove_prefix(plain);
    // One run of characters past ASCII: as bytes it must be UTF-8, so real text leaves here at its first accent.
    const auto run = once.size();
    while (!utf8.empty() && byte(utf8.front()) >= 0x80) {
      const int original = windows_1252_byte(next_code_point(utf8));
      if (original < 0) return {};
      once.push_back(static_cast<char>(original));
    }
    if (once.size() == run) continue;
    if (!is_valid_utf8(std::string_view(once).substr(run))) return {};
    ++sequences;
  }
  return sequences >= fewest ? once : std::string();
}

std::string media_type(std::string_view content_type) {
  const auto type = trim(content_type.substr(0, content_type.find_first_of(";,")));
  if (type.find('/') == std::string_view::npos || type.find(' ') != std::string_view::npos) return {};
  return to_lower(type);
}

std::string content_type_parameter(std::string_view content_type, std::string_view name) {
  auto rest = content_type.substr(std::min(content_type.find(';'), content_type.size()));
  while (rest.starts_with(';')) {
    rest = trim(rest.substr(1));
    const auto end = rest.find_first_of("=;");
    if (end == std::string_view::npos) break;
    if (rest[end] == ';') {
      rest.remove_prefix(end);
      continue;
    }
    const bool wanted = equal_ignoring_case(trim(rest.substr(0, end)), name);
    rest = trim(rest.substr(end + 1));
    std::string value;
    if (rest.starts_with('"')) {
      std::size_t at = 1;
      for (; at < rest.size() && rest[at] != '"'; ++at) {
        if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
        value.push_back(rest[at]);
      }
      rest.remove_prefix(std::min(at + 1, rest.size()));
    } else {
      const auto length = std::min(rest.find_first_of(";, \t"), rest.size());
      value = rest.substr(0, length);
      // Not in the grammar, but sent: charset='utf-8'
      if (value.size() > 1 && value.front() == '\'' && value.back() == '\'') value = value.substr(1, value.size() - 2);
      rest.remove_prefix(length);
    }
    if (wanted) return value;
    rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  }
  return {};
}

}  // namespace newscache::text
