#include "ingest/teasers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "html/plain_text.hpp"
#include "html/sanitise.hpp"

namespace newscache::ingest {
namespace {

constexpr std::size_t short_text = 600;          // weighed characters
constexpr std::size_t longest_teaser = 3000;     // that breaks off
constexpr std::size_t longest_with_link = 1500;  // and ends in a link to its page
constexpr std::size_t most_judged = 20;

// Characters; those of scripts that write a word with one or two count three.
std::size_t weigh(std::string_view text) {
  std::size_t weight = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) ++weight;
    if (byte >= 0xe3 && byte <= 0xed) weight += 2;  // the first byte of U+3000 to U+DFFF
  }
  return weight;
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
  std::string text = entry.content_html.empty() ? entry.summary : html::to_text(entry.content_html);
  text.erase(text.find_last_not_of(" \n\t") + 1);
  const std::size_t weight = weigh(text);
  if (weight < short_text) return true;
  if (weight < longest_teaser && breaks_off(text)) return true;
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
