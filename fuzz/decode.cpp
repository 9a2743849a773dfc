// Bytes to UTF-8: always valid, whatever is declared. The first byte chooses the reader and the declared charset.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "text/decode.hpp"
#include "text/entities.hpp"
#include "text/utf8.hpp"

using namespace newscache;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 8> types = {"", "text/xml", "text/xml; charset=utf-8", "text/xml; charset=shift_jis",
                                                     "text/xml; charset=gb18030", "text/html; charset=windows-1251",
                                                     "text/xml; charset=utf-16", "text/xml; charset=iso-2022-jp"};
  const std::string_view type = types[data[0] & 7U];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::array<text::Decoded, 4> all = {text::decode_xml(bytes, type), text::decode_html(bytes, type),
                                            text::decode_json(bytes), text::decode_text(bytes, type)};
  for (const text::Decoded& decoded : all) {
    if (!text::is_valid_utf8(decoded.utf8) || decoded.encoding.empty()) std::abort();
  }
  if (!text::is_valid_utf8(text::decode_references(all[0].utf8))) std::abort();
  return 0;
}
