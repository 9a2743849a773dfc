// Web pages: never a crash, an article that is valid UTF-8 and that the sanitiser finds nothing to change in, or a word
// on why there is none. The first line of the input, when it begins with "=", is the settings of the site and HTTP's
// type:
// "=KEEP=DROP=TYPE".

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "html/page.hpp"
#include "html/pictures.hpp"
#include "html/sanitise.hpp"
#include "text/utf8.hpp"

using namespace newscache;

namespace {

void require(bool right) {
  if (!right) std::abort();
}

bool is_web_address(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }

bool is_language(std::string_view tag) {
  return std::all_of(tag.begin(), tag.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string_view take_field(std::string_view& line) {
  const auto field = line.substr(0, line.find('='));
  line.remove_prefix(std::min(field.size() + 1, line.size()));
  return field;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  html::PageOptions options;
  options.url = "http://example.org/a/b";
  if (bytes.starts_with('=')) {
    auto line = bytes.substr(1, bytes.find('\n') - 1);
    bytes.remove_prefix(std::min(line.size() + 2, bytes.size()));
    if (const auto keep = take_field(line); !keep.empty()) options.keep.emplace_back(keep);
    if (const auto drop = take_field(line); !drop.empty()) options.drop.emplace_back(drop);
    options.content_type = line;
  }
  const auto article = html::extract(bytes, options);
  if (!article) {
    const bool has_rules = !options.keep.empty() || !options.drop.empty();
    require(article.error().cause == Cause::no_article || (has_rules && article.error().cause == Cause::invalid));
    require(!article.error().detail.empty());
    return 0;
  }
  html::SanitiseOptions again;
  again.base_url = options.url;
  require(html::sanitise(article->content_html, again) == article->content_html);
  for (const auto* text : {&article->content_html, &article->content_text, &article->title, &article->byline,
                           &article->site_name, &article->excerpt, &article->image}) {
    require(text::is_valid_utf8(*text));
  }
  for (const auto* url : {&article->image, &article->next_url, &article->amp_url}) {
    require(url->empty() || is_web_address(*url));
  }
  require(is_language(article->language));
  require(article->confidence >= 0 && article->confidence <= 1);
  for (const auto& url : html::pictures(article->content_html, options.image_width)) require(!url.empty());
  const auto shown = html::with_media(article->content_html, [](std::string_view url) {
    return url.size() % 2 == 0 ? std::string("/media/1") : std::string();
  });
  require(text::is_valid_utf8(shown));
  return 0;
}
