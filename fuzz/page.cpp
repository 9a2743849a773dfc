// Web pages: never a crash, an article that is valid UTF-8 and that the sanitiser finds nothing to change in, or a word on
// why there is none.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "html/page.hpp"
#include "html/sanitise.hpp"
#include "text/utf8.hpp"

using namespace newscache;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  html::PageOptions options;
  options.url = "http://example.org/a/b";
  const auto article = html::extract(bytes, options);
  if (!article) {
    if (article.error().cause != Cause::no_article || article.error().detail.empty()) std::abort();
    return 0;
  }
  html::SanitiseOptions again;
  again.base_url = options.url;
  if (html::sanitise(article->content_html, again) != article->content_html) std::abort();
  for (const auto* text : {&article->content_html, &article->content_text, &article->title, &article->byline,
                           &article->site_name, &article->excerpt}) {
    if (!text::is_valid_utf8(*text)) std::abort();
  }
  if (!(article->confidence >= 0 && article->confidence <= 1)) std::abort();
  return 0;
}
