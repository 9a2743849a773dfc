// Feed documents: never a crash, always valid UTF-8, and contents that the sanitiser finds nothing to change in.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "feed/discover.hpp"
#include "feed/import.hpp"
#include "feed/json_feed.hpp"
#include "feed/opml.hpp"
#include "feed/parse.hpp"
#include "html/sanitise.hpp"
#include "text/utf8.hpp"

using namespace newscache;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  feed::ParseOptions options;
  options.base_url = "http://example.org/feed";
  if (const auto parsed = feed::parse(bytes, options)) {
    if (!text::is_valid_utf8(feed::document_json(*parsed))) std::abort();
    for (const model::Entry& entry : parsed->entries) {
      html::SanitiseOptions again;
      again.base_url = options.base_url;
      if (html::sanitise(entry.content_html, again) != entry.content_html) std::abort();
      if (entry.url.starts_with("javascript:")) std::abort();
    }
  } else if (parsed.error().detail.empty()) {
    std::abort();
  }
  (void)feed::import_document(bytes, "file");
  (void)feed::discover(bytes, "text/html", options.base_url);
  (void)feed::parse_opml(bytes);
  return 0;
}
