#include "text/transcode.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "text/ascii.hpp"
#include "text/entities.hpp"
#include "text/utf8.hpp"
#include "text/words.hpp"

namespace newscache::text {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// One step of iconv over a whole text or a part of it.
class Converter {
 public:
  explicit Converter(const std::string& name) : handle_(iconv_open("UTF-8", name.c_str())) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (*this) iconv_close(handle_);
  }
  explicit operator bool() const { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

  // Converts from the front of `bytes` into `room`, shortening both; 0, or errno: E2BIG, EILSEQ or EINVAL.
  int step(std::string_view& bytes, char*& room, std::size_t& room_size) {
    // POSIX declares the input as char**, but iconv does not write there.
    char* input = const_cast<char*>(bytes.data());
    std::size_t left = bytes.size();
    const bool failed = iconv(handle_, &input, &left, &room, &room_size) == static_cast<std::size_t>(-1);
    const int error = failed ? errno : 0;
    bytes.remove_prefix(bytes.size() - left);
    return error;
  }
  // Writes what is held back for a combination with the next character.
  void flush(char*& room, std::size_t& room_size) { iconv(handle_, nullptr, nullptr, &room, &room_size); }
  void reset() { iconv(handle_, nullptr, nullptr, nullptr, nullptr); }

 private:
  iconv_t handle_;
};

// A byte's UTF-8; `length` 0 where there is no character.
struct Cell {
  std::array<char, 4> utf8{};
  std::uint8_t length = 0;
};
using Table = std::array<Cell, 256>;
constexpr Cell kReplacementCell{{'\xEF', '\xBF', '\xBD'}, 3};

void set_cell(Cell& cell, std::uint32_t code_point) {
  std::string text;
  append_utf8(text, code_point);
  std::copy(text.begin(), text.end(), cell.utf8.begin());
  cell.length = static_cast<std::uint8_t>(text.size());
}

const Table& windows_1252_table() {
  static const Table kTable = [] {
    Table table;
    for (std::uint32_t c = 0; c < 256; ++c) set_cell(table[c], c == 0 ? 0 : numeric_reference(c));
    return table;
  }();
  return kTable;
}

// Of the bytes that occur: iconv takes its time for each. None when some byte needs others after it, so that no table
// can tell what it means.
std::optional<Table> table_from(Converter& converter, std::string_view bytes) {
  std::array<bool, 256> occurs{};
  for (auto rest = bytes.substr(ascii_prefix(bytes)); !rest.empty(); rest.remove_prefix(1))
    occurs[byte(rest[0])] = true;
  Table table;
  for (unsigned c = 0; c < 256; ++c) {
    if (c < 0x80) set_cell(table[c], c);
    if (c < 0x80 || !occurs[c]) continue;
    const char in = static_cast<char>(c);
    std::string_view one(&in, 1);
    char* room = table[c].utf8.data();
    std::size_t left = table[c].utf8.size();
    const int error = converter.step(one, room, left);
    if (error == EINVAL || error == E2BIG) return std::nullopt;
    converter.flush(room, left);  // windows-1255 and -1258 wait for a mark after a letter
    if (error == 0 && left == table[c].utf8.size()) return std::nullopt;
    if (error == 0) {
      table[c].length = static_cast<std::uint8_t>(table[c].utf8.size() - left);
    } else if (c < 0xA0) {
      set_cell(table[c], c);  // as the Encoding Standard has it
    }
    converter.reset();
  }
  return table;
}

// Whether a run of ASCII starts there that is worth copying at once.
bool starts_ascii_run(std::string_view bytes, std::size_t at) {
  if (byte(bytes[at]) >= 0x80 || bytes.size() - at < sizeof(Word)) return false;
  return (load_word(bytes.data() + at) & in_every_byte(0x80)) == 0;
}

Transcoded by_table(std::string_view bytes, const Table& table) {
  Transcoded result;
  result.utf8.reserve(bytes.size() + bytes.size() / 4);
  std::array<char, 1024> chunk;
  while (!bytes.empty()) {
    const std::size_t plain = ascii_prefix(bytes);
    result.utf8.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    std::size_t size = 0;
    std::size_t at = 0;
    for (; at < bytes.size() && size + sizeof(Cell::utf8) <= chunk.size() && !starts_ascii_run(bytes, at); ++at) {
      const Cell* cell = &table[byte(bytes[at])];
      if (cell->length == 0) {
        cell = &kReplacementCell;
        ++result.replaced;
      }
      std::memcpy(chunk.data() + size, cell->utf8.data(), sizeof cell->utf8);
      size += cell->length;
    }
    result.utf8.append(chunk.data(), size);
    bytes.remove_prefix(at);
  }
  return result;
}

// How much to pass over after an ill-formed sequence: a lead byte alone if an ASCII character follows it, which may be
// markup, otherwise the pair, which is well-formed but not assigned.
std::size_t ill_formed_length(std::string_view bytes, EncodingFamily family) {
  const bool pair =
      family == EncodingFamily::double_byte && bytes.size() > 1 && byte(bytes[0]) >= 0x80 && byte(bytes[1]) >= 0x80;
  return pair ? 2 : 1;
}

Transcoded by_iconv(std::string_view bytes, Converter& converter, EncodingFamily family) {
  Transcoded result;
  std::array<char, 16 * 1024> buffer;
  result.utf8.reserve(bytes.size() + bytes.size() / 2);
  while (!bytes.empty()) {
    char* room = buffer.data();
    std::size_t left = buffer.size();
    const std::size_t before = bytes.size();
    const int error = converter.step(bytes, room, left);
    result.utf8.append(buffer.data(), buffer.size() - left);
    if (error == 0 || (error == E2BIG && bytes.size() < before)) continue;
    result.utf8.append(kReplacement);
    ++result.replaced;
    bytes.remove_prefix(error == EINVAL ? bytes.size() : ill_formed_length(bytes, family));
  }
  char* room = buffer.data();
  std::size_t left = buffer.size();
  converter.flush(room, left);
  result.utf8.append(buffer.data(), buffer.size() - left);
  return result;
}

Transcoded from_utf8(std::string_view bytes) {
  Transcoded result;
  if (is_valid_utf8(bytes)) {
    result.utf8 = bytes;
    return result;
  }
  result.utf8 = repair_utf8(bytes);
  result.replaced = 1;
  return result;
}

std::uint32_t unit_at(std::string_view bytes, std::size_t at, std::size_t size, bool big_endian) {
  std::uint32_t unit = 0;
  for (std::size_t i = 0; i < size; ++i) unit = (unit << 8) | byte(bytes[at + (big_endian ? i : size - 1 - i)]);
  return unit;
}

Transcoded from_units(std::string_view bytes, std::size_t size, bool big_endian) {
  Transcoded result;
  result.utf8.reserve(bytes.size() / size + bytes.size() / 4);
  std::size_t at = 0;
  for (; at + size <= bytes.size(); at += size) {
    auto c = unit_at(bytes, at, size, big_endian);
    if (size == 2 && c >= 0xD800 && c < 0xDC00 && at + 4 <= bytes.size()) {
      const auto low = unit_at(bytes, at + 2, 2, big_endian);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        at += 2;
      }
    }
    if ((c >= 0xD800 && c < 0xE000) || c > 0x10FFFF) ++result.replaced;
    append_utf8(result.utf8, c);
  }
  if (at < bytes.size()) {
    result.utf8.append(kReplacement);
    ++result.replaced;
  }
  return result;
}

// The zero bytes of Western letters and of white space are the first of a unit in big-endian text.
bool looks_big_endian(std::string_view bytes, std::size_t size) {
  std::size_t first = 0;
  std::size_t last = 0;
  for (std::size_t at = 0; at + size <= std::min<std::size_t>(bytes.size(), 4096); at += size) {
    if (bytes[at] == 0) ++first;
    if (bytes[at + size - 1] == 0) ++last;
  }
  return first > last;
}

}  // namespace

Transcoded transcode(std::string_view bytes, const Encoding& encoding) {
  switch (encoding.family) {
    case EncodingFamily::utf8:
      return from_utf8(bytes);
    case EncodingFamily::utf16:
      return from_units(bytes, 2, looks_big_endian(bytes, 2));
    case EncodingFamily::utf16le:
      return from_units(bytes, 2, false);
    case EncodingFamily::utf16be:
      return from_units(bytes, 2, true);
    case EncodingFamily::utf32:
      return from_units(bytes, 4, looks_big_endian(bytes, 4));
    case EncodingFamily::utf32le:
      return from_units(bytes, 4, false);
    case EncodingFamily::utf32be:
      return from_units(bytes, 4, true);
    case EncodingFamily::windows_1252:
      return by_table(bytes, windows_1252_table());
    case EncodingFamily::single_byte:
    case EncodingFamily::double_byte:
    case EncodingFamily::stateful:
    case EncodingFamily::foreign:
      break;
  }
  Converter converter(encoding.iconv_name);
  // A system without iconv's modules: the ASCII part at least is right.
  if (!converter) return by_table(bytes, windows_1252_table());
  if (encoding.family == EncodingFamily::single_byte) {
    if (const auto table = table_from(converter, bytes)) return by_table(bytes, *table);
    converter.reset();
  }
  return by_iconv(bytes, converter, encoding.family);
}

}  // namespace newscache::text
