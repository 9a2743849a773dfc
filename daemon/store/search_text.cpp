#include "store/search_text.hpp"

#include <cstring>

#include "base/hash.hpp"
#include "store/tokenizer.hpp"

namespace newscache::store {

namespace {

// Touches what a renderer is likely to change: blocks, lists, tables, references, links, white space.
constexpr std::string_view kProbe =
    "<h1>One &amp; two</h1><p>Three <b>four</b>fi&shy;ve&nbsp;<a href=\"https://example.org/\">six</a><br>seven</p>"
    "<ul><li>eight<ol><li>nine</ol></ul><table><tr><th>ten<td>eleven</table><pre>  twelve\n thirteen</pre>"
    "<img src=\"https://example.org/a.png\" alt=\"fourteen\"><blockquote>fifteen</blockquote><hr><dl><dt>x<dd>y</dl>";

std::string rendered(const Options& options, const std::string& html) {
  return options.plain_text ? options.plain_text(html) : html;
}

// Cut between two characters.
void cut(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  text.resize(bytes);
}

}  // namespace

SearchText search_text(const model::Entry& entry, const Options& options) {
  SearchText text;
  text.title = entry.title;
  for (const auto& author : entry.authors) {
    if (!text.author.empty()) text.author += ", ";
    text.author += author.name;
  }
  text.body = entry.content_html.empty() ? entry.summary : rendered(options, entry.content_html);
  for (auto* part : {&text.title, &text.author, &text.body}) {
    cut(*part, kIndexedBytes);
    for (auto at = part->find(kSection); at != part->npos; at = part->find(kSection, at)) (*part)[at] = ' ';
  }
  return text;
}

std::string SearchText::joined() const {
  std::string text;
  text.reserve(title.size() + author.size() + body.size() + 2);
  return text.append(title).append(1, kSection).append(author).append(1, kSection).append(body);
}

std::int64_t text_fingerprint(const Options& options) {
  const auto hash = sha256({rendered(options, std::string(kProbe)), std::to_string(kIndexedBytes)});
  std::int64_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

}  // namespace newscache::store
