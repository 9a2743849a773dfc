#include "ingest/teasers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "html/plain_text.hpp"
#include "html/sanitise.hpp"
#include "text/utf8.hpp"

namespace newscache::ingest {
namespace {

constexpr std::size_t short_text = 600;          // weighed characters
constexpr std::size_t longest_teaser = 3000;     // that breaks off
constexpr std::size_t longest_with_link = 1500;  // and ends in a link to its page
constexpr std::size_t most_judged = 20;

// Characters, of white space one between words; those of scripts that write a word with one or two count three. Without
// branches: it looks at much of what is polled.
std::size_t weigh(std::string_view text) {
  std::size_t weight = 0;
  bool after_white = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool begins = (byte & 0xc0U) != 0x80U;
    const bool wide = static_cast<unsigned char>(byte - 0xe3U) <= 0xedU - 0xe3U;  // begins U+3000 to U+DFFF
    const bool white = c == ' ' || c == '\n' || c == '\t';
    weight += static_cast<std::size_t>(begins) + 2U * static_cast<std::size_t>(wide) -
              static_cast<std::size_t>(white & after_white);
    after_white = white;
  }
  return weight;
}

// Of what sanitise() made, in which '<' begins a tag and '>' ends it. Every polled entry comes by here, and rendering
// would cost as much as sanitising does; so it stops where the text is long enough for every rule.
std::size_t weigh_html(std::string_view html) {
  std::size_t weight = 0;
  while (weight < longest_teaser) {
    const auto tag = html.find('<');
    weight += weigh(html.substr(0, tag));
    const auto end = tag == std::string_view::npos ? tag : html.find('>', tag);
    if (end == std::string_view::npos) break;
    html.remove_prefix(end + 1);
  }
  return weight;
}

// The last words of a text, and what is before them as it comes.
std::string end_of_text(std::string_view html) {
  constexpr std::size_t enough = 200;  // for the tags that follow
  std::size_t start = html.size() > enough ? html.size() - enough : 0;
  // Into no tag, and with what is before one: "[<a>...</a>]" is a whole.
  for (int tags = 0; tags < 2 && start > 0 && start != html.npos; ++tags) start = html.rfind('<', start - 1);
  return html::to_text(start == html.npos ? html : html.substr(start));
}

bool breaks_off(std::string_view text) {
  constexpr std::array<std::string_view, 5> marks = {"\u2026", "...", "[\u2026]", "[...]", "(...)"};
  return std::any_of(marks.begin(), marks.end(), [&](std::string_view mark) { return text.ends_with(mark); });
}

bool comes_with_recording(const model::Entry& entry) {
  return std::any_of(entry.attachments.begin(), entry.attachments.end(), [](const model::Attachment& attachment) {
    return attachment.mime_type.starts_with("audio/") || attachment.mime_type.starts_with("video/");
  });
}

bool can_tell(const model::Entry& entry) {
  return !entry.url.empty() && !entry.title.empty() && !comes_with_recording(entry);
}

}  // namespace

bool is_teaser(const model::Entry& entry) {
  if (!can_tell(entry)) return false;
  const bool has_content = !entry.content_html.empty();
  const std::size_t weight = has_content ? weigh_html(entry.content_html) : weigh(entry.summary);
  if (weight < short_text) return true;
  if (weight >= longest_teaser) return false;
  const std::string end = has_content ? end_of_text(entry.content_html) : entry.summary;
  if (breaks_off(text::trim(end))) return true;
  if (weight >= longest_with_link) return false;
  const auto links = html::references(entry.content_html).links;
  return !links.empty() && links.back() == entry.url;
}

std::optional<bool> judge_teasers(std::span<const model::Entry> entries, std::optional<bool> before) {
  std::size_t judged = 0;
  std::size_t teasers = 0;
  for (const model::Entry& entry : entries) {
    if (!can_tell(entry)) continue;
    if (++judged > most_judged) break;
    if (is_teaser(entry)) ++teasers;
  }
  judged = std::min(judged, most_judged);
  if (judged == 0) return before;
  if (3 * teasers >= 2 * judged) return true;
  return 3 * teasers <= judged ? std::optional(false) : before;
}

}  // namespace newscache::ingest
