// URLs: what resolves is http or https, and resolves to itself.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "text/url.hpp"

using namespace newscache;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t half = input.find('\n');
  const std::string_view base = half == input.npos ? "http://example.org/a/b?c" : input.substr(0, half);
  const std::string_view reference = half == input.npos ? input : input.substr(half + 1);
  const std::string url = text::resolve_url(base, reference);
  if (!url.empty()) {
    if (!url.starts_with("http://") && !url.starts_with("https://")) std::abort();
    if (text::resolve_url("", url) != url) std::abort();
    if (url.find_first_of(" \"<>\n\r\t") != url.npos) std::abort();
    (void)text::canonical_url(url);
    (void)text::strip_tracking(url);
    (void)text::split_url(url);
  }
  const std::string link = text::resolve_link(base, reference);
  for (const std::string_view never : {"javascript:", "data:", "vbscript:"}) {
    if (link.starts_with(never)) std::abort();
  }
  (void)text::subscription_url(input);
  return 0;
}
