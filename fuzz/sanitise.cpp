// HTML: the output is valid UTF-8, holds nothing that runs, and sanitising it again leaves it unchanged.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "html/plain_text.hpp"
#include "html/sanitise.hpp"
#include "text/utf8.hpp"

using namespace newscache;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input = text::repair_utf8(std::string_view(reinterpret_cast<const char*>(data), size));
  html::SanitiseOptions options;
  options.base_url = "http://example.org/a/b";
  const std::string safe = html::sanitise(input, options);
  if (!text::is_valid_utf8(safe)) std::abort();
  if (html::sanitise(safe, options) != safe) std::abort();
  for (const std::string_view never : {"<script", "<svg", "<math", "<style", "<iframe", "<form", "<!--", "javascript:"}) {
    // Within text, '<' is a reference, so that these could only be markup; a scheme may be written about.
    if (never[0] == '<' && safe.find(never) != std::string::npos) std::abort();
    if (safe.find("=\"" + std::string(never)) != std::string::npos) std::abort();
  }
  if (!text::is_valid_utf8(html::to_text_with_links(safe)) || !text::is_valid_utf8(html::to_line(input)) ||
      html::excerpt(input, 100).size() > 100 + 8) {
    std::abort();
  }
  return 0;
}
