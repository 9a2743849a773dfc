// Feed documents: never a crash, always valid UTF-8, contents that the sanitiser finds nothing to change in, and
// republished they are documents in order.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/hash.hpp"
#include "feed/discover.hpp"
#include "feed/import.hpp"
#include "feed/json_feed.hpp"
#include "feed/opml.hpp"
#include "feed/parse.hpp"
#include "feed/republish.hpp"
#include "html/sanitise.hpp"
#include "text/utf8.hpp"

using namespace newscache;

namespace {

// What we write of it is a document in order, and has the same articles.
void republish(const model::ParsedFeed& parsed, const feed::ParseOptions& options) {
  feed::Republication page;
  page.id = feed::uuid_urn("1");
  page.title = parsed.title;
  page.home_page_url = parsed.home_page_url;
  page.description = parsed.description;
  page.language = parsed.language;
  page.icon = parsed.icon;
  page.author = "x";
  page.first_url = page.self_url = options.base_url;
  for (std::size_t i = 0; i < parsed.entries.size(); ++i) {
    page.articles.emplace_back().entry = parsed.entries[i];
    page.articles.back().uid = hex(sha256({std::to_string(i)}), 16);
  }
  for (auto* const write : {feed::republish_atom, feed::republish_json}) {
    const auto again = feed::parse(write(page), options);
    if (!again || again->lenient || again->entries.size() != page.articles.size()) std::abort();
    for (std::size_t i = 0; i < page.articles.size(); ++i) {
      if (again->entries[i].guid != feed::uuid_urn(page.articles[i].uid)) std::abort();
    }
  }
}

}  // namespace

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
    republish(*parsed, options);
  } else if (parsed.error().detail.empty()) {
    std::abort();
  }
  (void)feed::import_document(bytes, "file");
  (void)feed::discover(bytes, "text/html", options.base_url);
  (void)feed::parse_opml(bytes);
  return 0;
}
