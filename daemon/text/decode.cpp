#include "text/decode.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "text/ascii.hpp"
#include "text/encoding.hpp"
#include "text/entities.hpp"
#include "text/guess_encoding.hpp"
#include "text/sniff.hpp"
#include "text/transcode.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

using enum EncodingFamily;

bool is_wide(EncodingFamily family) { return family >= utf16 && family <= utf32be; }

Decoded decoded_as(std::string_view bytes, const Encoding& encoding, bool wrongly_declared = false) {
  auto result = transcode(bytes, encoding);
  return {std::move(result.utf8), encoding.name, wrongly_declared || result.replaced > 0};
}

Decoded decoded_as(std::string_view bytes, std::string_view name, bool wrongly_declared = false) {
  return decoded_as(bytes, *find_encoding(name), wrongly_declared);
}

// What UTF-8 there is among bytes that are not all UTF-8; the first thousand tell.
struct Utf8Evidence {
  std::size_t characters = 0;  // well-formed ones past ASCII
  std::size_t errors = 0;
  bool only_truncated = false;  // the one error is the document's end
};

Utf8Evidence utf8_evidence(std::string_view bytes) {
  constexpr std::size_t enough = 1024;
  Utf8Evidence evidence;
  bool error_at_end = false;
  while (!bytes.empty() && evidence.characters + evidence.errors < enough) {
    if (byte(bytes.front()) < 0x80) {
      bytes.remove_prefix(ascii_prefix(bytes));
      continue;
    }
    const bool replacement = bytes.starts_with("\xEF\xBF\xBD");
    const std::size_t before = bytes.size();
    if (next_code_point(bytes) == 0xFFFD && !replacement) {
      ++evidence.errors;
      error_at_end = bytes.empty() && before > 1;
    } else {
      ++evidence.characters;
    }
  }
  evidence.only_truncated = evidence.errors == 1 && error_at_end;
  return evidence;
}

bool is_mostly_utf8(const Utf8Evidence& evidence) {
  return evidence.only_truncated || (evidence.characters > 0 && evidence.characters >= 2 * evidence.errors);
}

// A few short words in a Chinese, Japanese or Korean encoding can be valid UTF-8 by chance: then all their characters
// are of two bytes, with second bytes from 0xA1 on, and no ASCII letter touches them.
bool is_utf8_by_chance(std::string_view bytes) {
  for (std::size_t at = ascii_prefix(bytes); at < bytes.size(); at += 2) {
    if (byte(bytes[at]) >= 0xE0 || byte(bytes[at + 1]) < 0xA1) return false;
    if (at > 0 && is_alpha(bytes[at - 1])) return false;
    if (at + 2 >= bytes.size()) break;
    if (is_alpha(bytes[at + 2])) return false;
    const std::size_t plain = ascii_prefix(bytes.substr(at + 2));
    at += plain;
  }
  return true;
}

// Whether ASCII text is the same in it; EBCDIC's is not, nor UTF-7's.
bool extends_ascii(const Encoding& encoding) {
  constexpr std::string_view sample = "<a b=\"+AGE-\">~~{";
  return encoding.family == single_byte || encoding.family == double_byte || encoding.family == windows_1252 ||
         transcode(sample, encoding).utf8 == sample;
}

bool has_japanese_escape(std::string_view bytes) {
  return bytes.find("\x1B$B") != std::string_view::npos || bytes.find("\x1B$@") != std::string_view::npos;
}

Decoded decode_valid_utf8(std::string_view bytes, const std::optional<Encoding>& declared) {
  const bool ascii = ascii_prefix(bytes) == bytes.size();
  if (declared && (declared->family == stateful || !extends_ascii(*declared)) && !is_wide(declared->family)) {
    return decoded_as(bytes, *declared);
  }
  if (ascii && has_japanese_escape(bytes)) return decoded_as(bytes, "iso-2022-jp", declared.has_value());
  if (!declared || declared->family == utf8) return {std::string(bytes), "utf-8", false};
  if (ascii && !is_wide(declared->family)) return {std::string(bytes), declared->name, false};
  if (declared->family == double_byte && is_utf8_by_chance(bytes)) {
    auto decoded = decoded_as(bytes, *declared);
    if (!decoded.lossy) return decoded;
  }
  return {std::string(bytes), "utf-8", true};
}

// Declared as something that it is not, or not declared at all, and not UTF-8.
Decoded decode_by_guess(std::string_view bytes, bool wrongly_declared) {
  const auto guess = guess_encoding(bytes);
  return decoded_as(bytes, guess.name.empty() ? "windows-1252" : guess.name, wrongly_declared);
}

// `bytes` are not UTF-8, and a legacy encoding is declared: believed unless the bytes prove another.
Decoded decode_declared(std::string_view bytes, const Encoding& declared, const Utf8Evidence& evidence) {
  auto decoded = transcode(bytes, declared);
  const bool bad = decoded.replaced * 20 > evidence.characters + evidence.errors;
  if (evidence.characters >= 8 && evidence.characters >= 8 * evidence.errors &&
      (declared.family != double_byte || bad)) {
    return decoded_as(bytes, "utf-8", true);
  }
  // Windows-1252 is what servers declare by default; of most others nothing is known that could refute them.
  const double plausible =
      encoding_plausibility(bytes, declared.name).value_or(declared.family == windows_1252 || bad ? 0 : 1);
  const bool may_lie = declared.family != double_byte || bad;
  if (may_lie && plausible < kPlausible) {
    const auto guess = guess_encoding(bytes);
    // A declaration weighs more than nothing.
    if (guess.plausibility >= 1.4 * kPlausible && guess.name != declared.name)
      return decoded_as(bytes, guess.name, true);
  }
  return {std::move(decoded.utf8), declared.name, decoded.replaced > 0};
}

// Neither BOM nor zero bytes have spoken.
Decoded decode_bytes(std::string_view bytes, const std::optional<Encoding>& declared) {
  if (is_valid_utf8(bytes)) return decode_valid_utf8(bytes, declared);
  const bool zeros = bytes.find('\0') != std::string_view::npos;
  if (declared && is_wide(declared->family) && zeros) return decoded_as(bytes, *declared);
  const auto evidence = utf8_evidence(bytes);
  const bool legacy = declared && declared->family != utf8 && !is_wide(declared->family);
  if (legacy) return decode_declared(bytes, *declared, evidence);
  if (is_mostly_utf8(evidence)) return decoded_as(bytes, "utf-8");
  return decode_by_guess(bytes, declared.has_value());
}

std::optional<Encoding> http_encoding(std::string_view content_type) {
  return find_encoding(content_type_parameter(content_type, "charset"));
}

// EBCDIC and its kin are believed only if they make the document look like one.
std::optional<Encoding> believable(std::optional<Encoding> encoding, std::string_view bytes) {
  if (!encoding || encoding->family != foreign) return encoding;
  const bool markup = transcode(bytes.substr(0, 512), *encoding).utf8.find('<') != std::string::npos;
  return markup ? encoding : std::nullopt;
}

// C1 controls (U+0080 to U+009F), which nobody writes, are windows-1252 that was taken for ISO-8859-1.
void replace_c1_controls(std::string& utf8) {
  const auto next = [&utf8](std::size_t at) {
    while ((at = utf8.find('\xC2', at)) != std::string::npos && at + 1 < utf8.size() && byte(utf8[at + 1]) >= 0xA0)
      ++at;
    return at + 1 < utf8.size() ? at : std::string::npos;
  };
  auto at = next(0);
  if (at == std::string::npos) return;
  std::string out;
  std::size_t done = 0;
  for (; at != std::string::npos; at = next(done)) {
    out.append(utf8, done, at - done);
    append_utf8(out, numeric_reference(byte(utf8[at + 1])));
    done = at + 2;
  }
  out.append(utf8, done);
  utf8 = std::move(out);
}

// A whole document that was UTF-8, was read as windows-1252 and written as UTF-8 again.
void undo_double_encoding(Decoded& decoded) {
  constexpr std::size_t fewest = 3;  // sequences that cannot be chance
  if (decoded.encoding != "utf-8") return;
  if (auto once = undo_double_utf8(decoded.utf8, fewest); !once.empty()) {
    decoded.utf8 = std::move(once);
    decoded.lossy = true;
  }
}

std::optional<Decoded> decode_by_start(std::string_view bytes) {
  const auto mark = byte_order_mark(bytes);
  if (!mark.name.empty()) return decoded_as(bytes.substr(mark.length), mark.name);
  const auto zeros = byte_order(bytes);
  if (!zeros.empty()) return decoded_as(bytes, zeros);
  return std::nullopt;
}

}  // namespace

Decoded decode_xml(std::string_view bytes, std::string_view content_type) {
  if (auto decoded = decode_by_start(bytes)) return std::move(*decoded);
  auto declared = believable(http_encoding(content_type), bytes);
  if (!declared) declared = believable(find_encoding(xml_declared_encoding(bytes)), bytes);
  auto decoded = decode_bytes(bytes, declared);
  undo_double_encoding(decoded);
  replace_c1_controls(decoded.utf8);
  return decoded;
}

Decoded decode_html(std::string_view bytes, std::string_view content_type) {
  if (auto decoded = decode_by_start(bytes)) return std::move(*decoded);
  auto declared = believable(http_encoding(content_type), bytes);
  if (!declared) declared = believable(find_encoding(meta_declared_encoding(bytes)), bytes);
  if (!declared) declared = believable(find_encoding(xml_declared_encoding(bytes)), bytes);
  auto decoded = decode_bytes(bytes, declared);
  undo_double_encoding(decoded);
  replace_c1_controls(decoded.utf8);
  return decoded;
}

Decoded decode_json(std::string_view bytes) {
  if (auto decoded = decode_by_start(bytes)) return std::move(*decoded);
  auto decoded = decoded_as(bytes, "utf-8");
  replace_c1_controls(decoded.utf8);
  return decoded;
}

Decoded decode_text(std::string_view bytes, std::string_view content_type) {
  if (auto decoded = decode_by_start(bytes)) return std::move(*decoded);
  return decode_bytes(bytes, http_encoding(content_type));
}

}  // namespace newscache::text
