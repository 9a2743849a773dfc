// Media RSS (rssboard.org/media-rss). Its texts are stand-ins for an entry's own.

#include "feed/fields.hpp"
#include "html/plain_text.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

TextValue media_text(const Element& element) {
  TextValue value{element.text(), TextKind::text, std::string(element.base())};
  std::string type = text::to_lower(element.attribute("type"));
  if (type == "html") value.kind = TextKind::html;
  if (type.empty() && html::looks_like_html(value.value)) value.kind = TextKind::untyped;
  return value;
}

void media_title(EntryDraft& draft, const Element& element, int rank) {
  offer_text(draft.title, rank, media_text(element));
}

void media_description(EntryDraft& draft, const Element& element, int rank) {
  draft.offer_summary(rank, media_text(element));
}

void media_thumbnail(EntryDraft& draft, const Element& element, int rank) {
  std::string url = element.url_attribute("url");
  if (url.empty()) url = element.url();
  if (!url.empty()) draft.image.offer(rank, std::move(url));
}

void media_category(EntryDraft& draft, const Element& element, int) {
  std::string label = element.attribute("label");
  draft.tags.push_back(label.empty() ? element.text() : std::move(label));
}

void media_content(EntryDraft& draft, const Element& element, int rank) {
  model::Attachment attachment;
  attachment.url = element.url_attribute("url");
  attachment.mime_type = text::to_lower(element.attribute("type"));
  attachment.size_bytes = parse_size(element.attribute("fileSize"));
  attachment.duration_s = parse_duration(element.attribute("duration"));
  bool picture =
      text::equal_ignoring_case(element.attribute("medium"), "image") || attachment.mime_type.starts_with("image/");
  if (picture && !attachment.url.empty()) draft.image.offer(rank, attachment.url);
  for_each_child(element, [&](const Element& child) {
    if (child.ns() != Ns::media) return;
    if (child.is(Ns::media, "title")) attachment.title = plain_line(media_text(child));
    if (!child.is(Ns::media, "content") && !child.is(Ns::media, "group")) read_field(draft, child);
  });
  draft.add_attachment(std::move(attachment));
}

// One thing in several versions. Groups do not nest.
void media_group(EntryDraft& draft, const Element& element, int) {
  for_each_child(element, [&](const Element& child) {
    if (child.ns() == Ns::media && !child.is(Ns::media, "group")) read_field(draft, child);
  });
}

constexpr EntryField kEntryFields[] = {
    {Ns::media, "group", 0, media_group},
    {Ns::media, "content", 3, media_content},
    {Ns::media, "thumbnail", 1, media_thumbnail},
    {Ns::media, "title", 7, media_title},
    {Ns::media, "description", 5, media_description},
    {Ns::media, "text", 6, media_description},
    {Ns::media, "category", 0, media_category},
    {Ns::media, "keywords", 0, read_tags},
};

}  // namespace

std::span<const EntryField> media_entry_fields() { return kEntryFields; }

}  // namespace newscache::feed
