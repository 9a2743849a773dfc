// The vocabularies that stand beside RSS and Atom: Dublin Core, content, iTunes, syndication and their like.

#include "feed/fields.hpp"
#include "feed/markup.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

void content(EntryDraft& draft, const Element& element, int rank) {
  TextValue value = untyped_text(element);
  if (text::trim(value.value).empty()) return;
  value.kind = TextKind::html;  // that is what content:encoded is
  draft.content.offer(rank, std::move(value));
}

void xhtml_body(EntryDraft& draft, const Element& element, int rank) {
  TextValue value{inner_html(element, MarkupIn::cdata), TextKind::html, std::string(element.base())};
  if (!text::trim(value.value).empty()) draft.content.offer(rank, std::move(value));
}

void tag(EntryDraft& draft, const Element& element, int) { draft.tags.push_back(tag_text(element)); }
// <itunes:category text="A"><itunes:category text="B"/></itunes:category>
void itunes_category(EntryDraft& draft, const Element& element, int) {
  draft.tags.push_back(element.attribute("text"));
  for_each_child(element, [&](const Element& child) {
    if (child.is(Ns::itunes, "category")) draft.tags.push_back(child.attribute("text"));
  });
}

void entry_language(EntryDraft& draft, const Element& element, int) {
  std::string tag = language_tag(element.text());
  if (!tag.empty()) draft.language = std::move(tag);
}

// href, as Apple says; url or text, as others write.
std::string image_url(const Element& element) {
  std::string url = element.url_attribute("href");
  if (url.empty()) url = element.url_attribute("url");
  return url.empty() ? element.url() : url;
}

void entry_image(EntryDraft& draft, const Element& element, int rank) {
  offer_url(draft.image, rank, image_url(element));
}

void feed_image(FeedDraft& draft, const Element& element, int rank) { offer_url(draft.icon, rank, image_url(element)); }

// <itunes:link rel="image" href="..."/>, from the days before itunes:image.
template <class Draft, void (*read_image)(Draft&, const Element&, int)>
void itunes_link(Draft& draft, const Element& element, int rank) {
  if (text::equal_ignoring_case(element.attribute("rel"), "image")) read_image(draft, element, rank);
}

void duration(EntryDraft& draft, const Element& element, int) {
  if (!draft.duration_s) draft.duration_s = parse_duration(element.text());
}

// FeedBurner replaces <link> by its own redirector and keeps the publisher's here.
void original_link(EntryDraft& draft, const Element& element, int rank) { offer_url(draft.link, rank, element.url()); }

void update_period(FeedDraft& draft, const Element& element, int) {
  constexpr std::int64_t kHour = 3600;
  struct Period {
    std::string_view name;
    std::int64_t seconds;
  };
  constexpr Period kPeriods[] = {{"hourly", kHour},
                                 {"daily", 24 * kHour},
                                 {"weekly", 7 * 24 * kHour},
                                 {"monthly", 30 * 24 * kHour},
                                 {"yearly", 365 * 24 * kHour}};
  std::string name = text::to_lower(element.trimmed_text());
  for (const Period& period : kPeriods) {
    if (period.name == name) draft.update_period_s = period.seconds;
  }
}

void update_frequency(FeedDraft& draft, const Element& element, int) {
  draft.update_frequency = parse_size(element.text()).value_or(0);
}

void complete(FeedDraft& draft, const Element&, int) { draft.whole_feed = true; }

constexpr EntryField kEntryFields[] = {
    {Ns::content, "encoded", 0, content},
    {Ns::xhtml, "body", 1, xhtml_body},
    {Ns::xhtml, "div", 2, xhtml_body},
    {Ns::dc, "title", 2, read_title},
    {Ns::dc, "description", 2, read_summary},
    {Ns::dc, "creator", 0, read_author},
    {Ns::dc, "author", 2, read_author},
    {Ns::dc, "subject", 0, tag},
    {Ns::dc, "date", 3, read_published},
    {Ns::dc, "language", 0, entry_language},
    {Ns::dc, "identifier", 4, read_id},
    {Ns::dcterms, "issued", 2, read_published},
    {Ns::dcterms, "created", 5, read_published},
    {Ns::dcterms, "modified", 1, read_modified},
    {Ns::dcterms, "abstract", 2, read_summary},
    {Ns::prism, "publicationDate", 4, read_published},
    {Ns::itunes, "title", 6, read_title},
    {Ns::itunes, "author", 3, read_author},
    {Ns::itunes, "summary", 3, read_summary},
    {Ns::itunes, "subtitle", 4, read_summary},
    {Ns::itunes, "image", 2, entry_image},
    {Ns::itunes, "link", 4, itunes_link<EntryDraft, entry_image>},
    {Ns::itunes, "duration", 0, duration},
    {Ns::itunes, "keywords", 0, read_tags},
    {Ns::itunes, "category", 0, itunes_category},
    {Ns::googleplay, "description", 4, read_summary},
    {Ns::googleplay, "author", 4, read_author},
    {Ns::googleplay, "image", 6, entry_image},
    {Ns::feedburner, "origLink", 0, original_link},
    {Ns::wfw, "comment", 2, read_comments},
};

constexpr FeedField kFeedFields[] = {
    {Ns::dc, "title", 2, read_title},
    {Ns::dc, "description", 2, read_description},
    {Ns::dc, "creator", 1, read_author},
    {Ns::dc, "author", 2, read_author},
    {Ns::dc, "language", 1, read_language},
    {Ns::itunes, "author", 3, read_author},
    {Ns::itunes, "summary", 3, read_description},
    {Ns::itunes, "subtitle", 4, read_description},
    {Ns::itunes, "image", 3, feed_image},
    {Ns::itunes, "link", 4, itunes_link<FeedDraft, feed_image>},
    {Ns::googleplay, "image", 4, feed_image},
    {Ns::webfeeds, "icon", 4, feed_image},
    {Ns::sy, "updatePeriod", 0, update_period},
    {Ns::sy, "updateFrequency", 0, update_frequency},
    {Ns::history, "complete", 0, complete},
};

}  // namespace

std::span<const EntryField> extension_entry_fields() { return kEntryFields; }
std::span<const FeedField> extension_feed_fields() { return kFeedFields; }

}  // namespace newscache::feed
