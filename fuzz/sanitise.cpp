// HTML: the output is valid UTF-8, holds nothing that runs, and sanitising it again leaves it unchanged.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "html/plain_text.hpp"
#include "html/sanitise.hpp"
#include "text/utf8.hpp"

using namespace newscache;

namespace {

// From '<' to the '>' that is in no attribute value.
std::string_view tag_at(std::string_view html, std::size_t at) {
  bool quoted = false;
  for (std::size_t end = at; end < html.size(); ++end) {
    if (html[end] == '"') quoted = !quoted;
    if (html[end] == '>' && !quoted) return html.substr(at, end + 1 - at);
  }
  std::abort();  // a tag without an end
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input = text::repair_utf8(std::string_view(reinterpret_cast<const char*>(data), size));
  html::SanitiseOptions options;
  options.base_url = "http://example.org/a/b";
  const std::string safe = html::sanitise(input, options);
  if (!text::is_valid_utf8(safe)) std::abort();
  if (html::sanitise(safe, options) != safe) std::abort();
  // In text '<' is a reference, so that each one here begins a tag.
  for (std::size_t at = safe.find('<'); at != std::string::npos; at = safe.find('<', at + 1)) {
    const std::string_view tag = tag_at(safe, at);
    for (const std::string_view never : {"<script", "<svg", "<math", "<style", "<iframe", "<form", "<!", "<?"}) {
      if (tag.starts_with(never)) std::abort();
    }
    for (const std::string_view never : {"href=\"javascript:", "src=\"javascript:", "href=\"data:", "src=\"data:"}) {
      if (tag.find(never) != tag.npos) std::abort();
    }
  }
  if (!text::is_valid_utf8(html::to_text_with_links(safe)) || !text::is_valid_utf8(html::to_line(input)) ||
      html::excerpt(input, 100).size() > 100 + 8) {
    std::abort();
  }
  return 0;
}
