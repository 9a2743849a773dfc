#include "store/search_text.hpp"

#include <cstring>

#include "base/hash.hpp"
#include "store/search_script.hpp"

namespace newscache::store {

namespace {

// Touches what a renderer is likely to change: blocks, lists, tables, references, links, white space.
constexpr std::string_view kProbe =
    "<h1>One &amp; two</h1><p>Three <b>four</b>fi&shy;ve&nbsp;<a href=\"https://example.org/\">six</a><br>seven</p>"
    "<ul><li>eight<ol><li>nine</ol></ul><table><tr><th>ten<td>eleven</table><pre>  twelve\n thirteen</pre>"
    "<img src=\"https://example.org/a.png\" alt=\"fourteen\"><blockquote>fifteen</blockquote><hr><dl><dt>x<dd>y</dl>";

// And what the preparation of scripts is likely to change.
constexpr std::string_view kScripts =
    "caf\u00e9 cafe\u0301 \u0439 \u0438\u0306 \u2764\ufe0f \u6771\u4eac2026 \u0e17\u0e35\u0e48 \u304b\u3099 "
    "\u1112\u1161\u11ab "
    "\u0958 a\u2060b";

std::string rendered(const Options& options, std::string_view html) {
  return options.plain_text ? options.plain_text(html) : std::string(html);
}

// Cut between two characters.
void cut(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  text.resize(bytes);
}

void finish(std::string& text) {
  cut(text, kIndexedBytes);
  prepare_script(text);
}

}  // namespace

SearchText search_heading(const model::Entry& entry) {
  SearchText text;
  text.title = entry.title;
  for (const auto& author : entry.authors) {
    if (!text.author.empty()) text.author += ", ";
    text.author += author.name;
  }
  finish(text.title);
  finish(text.author);
  return text;
}

std::string search_body(const model::Entry& entry, const Options& options, std::size_t bytes) {
  const auto html = std::string_view(entry.content_html).substr(0, bytes);
  auto text = entry.content_html.empty() ? entry.summary : rendered(options, html);
  finish(text);
  return text;
}

SearchText search_text(const model::Entry& entry, const Options& options) {
  auto text = search_heading(entry);
  text.body = search_body(entry, options);
  return text;
}

std::int64_t text_fingerprint(const Options& options) {
  std::string scripts(kScripts);
  prepare_script(scripts);
  const auto hash = sha256({rendered(options, kProbe), std::to_string(kIndexedBytes), scripts});
  std::int64_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

}  // namespace newscache::store
