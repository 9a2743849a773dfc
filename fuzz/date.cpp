// Dates: whatever is read can be written and read again to the same instant.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "text/date.hpp"

using namespace newscache;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const auto& instant : {text::parse_date(input), text::parse_http_date(input)}) {
    if (!instant) continue;
    if (text::parse_date(text::format_rfc3339(*instant)) != instant) std::abort();
    if (text::parse_date(text::format_rfc822(*instant)) != instant) std::abort();
  }
  return 0;
}
