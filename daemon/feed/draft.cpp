#include "feed/draft.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "feed/people.hpp"
#include "html/plain_text.hpp"
#include "html/sanitise.hpp"
#include "text/date.hpp"
#include "text/entities.hpp"
#include "text/sniff.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr std::size_t kMaxLine = 4096;        // bytes of a title
constexpr std::size_t kMaxGuid = 4096;        // bytes
constexpr std::size_t kMaxTag = 200;          // bytes
constexpr std::size_t kMaxTags = 200;         // an entry
constexpr std::size_t kMaxAttachments = 200;  // an entry

bool is_same_page(std::string_view url, std::string_view other) {
  return !url.empty() && !other.empty() && text::canonical_url(url) == text::canonical_url(other);
}

bool is_blank(const TextValue& text) { return text::trim(text.value).empty(); }

// One field that was encoded twice ("â€¦") in a document that was not. Real text has no such sequence.
std::string encoded_once(std::string text) {
  std::string once = text::undo_double_utf8(text, 1);
  return once.empty() ? text : once;
}

// A plain text as HTML: paragraphs and line breaks are kept.
std::string html_of_text(std::string_view plain) {
  plain = text::trim(plain);
  if (plain.find('\n') == std::string_view::npos) return text::escape(plain);
  std::string html = "<p>";
  while (!plain.empty()) {
    auto end = plain.find('\n');
    text::append_escaped(html, plain.substr(0, end));
    if (end == std::string_view::npos) break;
    plain.remove_prefix(end + 1);
    auto next = plain.find_first_not_of(" \t\r");
    if (next != std::string_view::npos && plain[next] == '\n') {
      plain = text::trim(plain);
      html += "</p><p>";
    } else {
      html += "<br>";
    }
  }
  return html + "</p>";
}

std::string as_html(TextValue&& text) {
  if (text.kind == TextKind::text) return html_of_text(text.value);
  // "1 < 2" and "vector<int>" are no markup.
  if (text.kind == TextKind::untyped && !html::looks_like_html(text.value)) return text::escape(text::trim(text.value));
  return std::move(text.value);
}

std::string content_html(TextValue&& text, const ParseOptions& options) {
  if (text.value.size() > options.limits.max_text) {
    text.value.resize(text::cut_utf8(text.value, options.limits.max_text).size());
  }
  if (!options.sanitise) return std::move(text.value);
  std::string base = std::move(text.base);
  html::SanitiseOptions sanitise;
  sanitise.base_url = base;
  sanitise.keep_relative = options.keep_relative;
  sanitise.strip_tracking = options.strip_tracking;
  sanitise.max_bytes = options.limits.max_text;
  return encoded_once(html::sanitise(as_html(std::move(text)), sanitise));
}

std::string summary_text(TextValue&& text, const ParseOptions& options) {
  if (text.value.size() > options.limits.max_text) {
    text.value.resize(text::cut_utf8(text.value, options.limits.max_text).size());
  }
  if (!options.sanitise) return std::move(text.value);
  bool markup = text.kind == TextKind::html || (text.kind == TextKind::untyped && html::looks_like_html(text.value));
  return encoded_once(markup ? html::to_text(text.value) : std::string(text::trim(text.value)));
}

std::vector<std::string> finish_tags(std::vector<std::string>&& raw) {
  std::vector<std::string> tags;
  std::unordered_set<std::string> seen;
  for (std::string& tag : raw) {
    std::string line = html::looks_like_html(tag) ? html::to_line(tag) : text::collapse_white_space(tag);
    line.resize(text::cut_utf8(line, kMaxTag).size());
    if (line.empty() || tags.size() >= kMaxTags || !seen.insert(text::to_lower(line)).second) continue;
    tags.push_back(std::move(line));
  }
  return tags;
}

// Content and summary from what there is: a lone text is the content; two are both kept.
void place_texts(EntryDraft& draft, model::Entry& entry, const ParseOptions& options) {
  auto& summaries = draft.summaries;
  std::sort(summaries.begin(), summaries.end(), [](const auto& a, const auto& b) { return a.rank < b.rank; });
  auto next = summaries.begin();
  bool own_content = draft.content.set();
  if (!own_content && next != summaries.end()) draft.content.offer(0, std::move((next++)->value));
  if (!draft.content.set()) return;
  std::string_view content = draft.content.value.value;
  while (next != summaries.end() && next->value.value == content && !own_content) ++next;
  if (next != summaries.end() && (own_content || next->rank <= kLastOwnSummary)) {
    entry.summary = summary_text(std::move(next->value), options);
  }
  entry.content_html = content_html(std::move(draft.content.value), options);
}

// Authors of the best rank are gathered, those of worse ones dropped.
void gather_author(Ranked<std::vector<model::Author>>& authors, int rank, model::Author author) {
  if (rank > authors.rank) return;
  std::vector<model::Author> added = rank == authors.rank ? std::move(authors.value) : std::vector<model::Author>();
  add_author(added, std::move(author));
  if (added.empty()) return;
  authors.value = std::move(added);
  authors.rank = rank;
}

}  // namespace

void offer_text(Ranked<TextValue>& slot, int rank, TextValue text) {
  if (!is_blank(text)) slot.offer(rank, std::move(text));
}

void offer_url(Ranked<std::string>& slot, int rank, std::string url) {
  if (!url.empty()) slot.offer(rank, std::move(url));
}

void EntryDraft::offer_guid(int rank, std::string id, std::string url) {
  if (id.empty() || rank >= guid_rank) return;
  permalink = std::move(url);
  id.resize(text::cut_utf8(id, kMaxGuid).size());
  guid = std::move(id);
  guid_rank = rank;
}

void EntryDraft::offer_summary(int rank, TextValue text) {
  if (is_blank(text)) return;
  for (const auto& known : summaries) {
    if (known.rank == rank) return;
  }
  summaries.push_back({std::move(text), rank});
}

void EntryDraft::offer_date(Ranked<Instant>& slot, int rank, std::string_view text) {
  if (rank > slot.rank) return;
  // Of two dates in the same element the later one is what the publisher has appended, as all parsers read it.
  if (auto date = text::parse_date(text)) slot = {*date, rank};
}

void EntryDraft::offer_author(int rank, model::Author author) { gather_author(authors, rank, std::move(author)); }
void FeedDraft::offer_author(int rank, model::Author author) { gather_author(authors, rank, std::move(author)); }

void EntryDraft::add_attachment(model::Attachment attachment) {
  if (attachment.url.empty() || attachments.size() >= kMaxAttachments) return;
  for (model::Attachment& known : attachments) {
    if (known.url != attachment.url) continue;
    if (known.mime_type.empty()) known.mime_type = std::move(attachment.mime_type);
    if (known.title.empty()) known.title = std::move(attachment.title);
    if (!known.size_bytes) known.size_bytes = attachment.size_bytes;
    if (!known.duration_s) known.duration_s = attachment.duration_s;
    return;
  }
  attachments.push_back(std::move(attachment));
}

model::Entry finish(EntryDraft&& draft, const ParseOptions& options) {
  model::Entry entry;
  entry.guid = std::move(draft.guid);
  entry.url = std::move(draft.link.value);
  if (entry.url.empty()) entry.url = std::move(draft.permalink);
  entry.external_url = std::move(draft.external_url.value);
  entry.comments_url = std::move(draft.comments_url.value);
  entry.title = plain_line(draft.title.value);
  place_texts(draft, entry, options);
  entry.image = std::move(draft.image.value);
  if (draft.published.set()) entry.date_published = draft.published.value;
  if (draft.modified.set()) entry.date_modified = draft.modified.value;
  // Atom requires only `updated`; without a better date it is the one to sort by.
  if (!entry.date_published) entry.date_published = entry.date_modified;
  entry.authors = std::move(draft.authors.value);
  entry.tags = finish_tags(std::move(draft.tags));
  entry.language = language_tag(draft.language);
  entry.attachments = std::move(draft.attachments);
  if (entry.image.empty()) {
    auto picture = std::find_if(entry.attachments.begin(), entry.attachments.end(),
                                [](const model::Attachment& a) { return a.mime_type.starts_with("image/"); });
    if (picture != entry.attachments.end()) entry.image = picture->url;
  }
  if (draft.duration_s) {
    auto media = std::find_if(entry.attachments.begin(), entry.attachments.end(),
                              [](const model::Attachment& a) { return !a.mime_type.starts_with("image/"); });
    if (media != entry.attachments.end() && !media->duration_s) media->duration_s = draft.duration_s;
  }
  return entry;
}

model::ParsedFeed finish(FeedDraft&& draft, const ParseOptions& options) {
  model::ParsedFeed feed = std::move(draft.feed);
  feed.title = plain_line(draft.title.value);
  feed.description = plain_line(draft.description.value);
  feed.home_page_url = std::move(draft.home_page.value);
  feed.feed_url = std::move(draft.self.value);
  if (!draft.whole_feed) feed.next_url = std::move(draft.next.value);
  if (is_same_page(feed.next_url, options.base_url) || is_same_page(feed.next_url, feed.feed_url)) {
    feed.next_url.clear();
  }
  feed.icon = std::move(draft.icon.value);
  feed.language = language_tag(draft.language.value);
  feed.authors = std::move(draft.authors.value);
  if (!feed.hints.ttl_s && draft.update_period_s > 0) {
    feed.hints.ttl_s = draft.update_period_s / std::max<std::int64_t>(draft.update_frequency, 1);
  }
  return feed;
}

std::string plain_line(const TextValue& text) {
  bool markup = text.kind == TextKind::html || (text.kind == TextKind::untyped && html::looks_like_html(text.value));
  std::string_view start = text::cut_utf8(text.value, 16 * kMaxLine);
  std::string line = encoded_once(markup ? html::to_line(start) : text::collapse_white_space(start));
  line.resize(text::cut_utf8(line, kMaxLine).size());
  return line;
}

std::string language_tag(std::string_view text) {
  std::string tag(text::trim(text));
  std::replace(tag.begin(), tag.end(), '_', '-');
  if (tag.size() < 2 || tag.size() > 35) return {};
  bool valid = std::all_of(tag.begin(), tag.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
  return valid && tag.front() != '-' && tag.back() != '-' ? tag : std::string();
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  text = text::trim(text);
  std::int64_t seconds = 0;
  int parts = 0;
  while (parts < 3) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < 0 || value > 100'000'000) return std::nullopt;
    seconds = seconds * 60 + value;
    ++parts;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty() || text[0] == '.') return seconds;
    if (text[0] != ':') return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  text = text::trim(text);
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

}  // namespace newscache::feed
