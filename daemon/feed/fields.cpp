#include "feed/fields.hpp"

#include <algorithm>

#include "feed/markup.hpp"
#include "feed/people.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr std::size_t kUsualEntries = 32;  // of a document

template <class Draft>
bool read_from(std::span<const Field<Draft>> table, Draft& draft, const Element& element) {
  for (const auto& field : table) {
    if (field.ns != element.ns() || field.name.size() != element.name().size()) continue;
    if (!text::equal_ignoring_case(field.name, element.name())) continue;
    field.read(draft, element, field.rank);
    return true;
  }
  return false;
}

}  // namespace

void read_field(EntryDraft& draft, const Element& element) {
  switch (element.ns()) {
    case Ns::unknown:
    case Ns::none:
      return;
    case Ns::rss:
      read_from(rss_entry_fields(), draft, element);
      return;
    case Ns::atom:
      read_from(atom_entry_fields(), draft, element);
      return;
    case Ns::media:
      read_from(media_entry_fields(), draft, element);
      return;
    default:
      read_from(extension_entry_fields(), draft, element);
  }
}

void read_field(FeedDraft& draft, const Element& element) {
  switch (element.ns()) {
    case Ns::unknown:
    case Ns::none:
      return;
    case Ns::rss:
      read_from(rss_feed_fields(), draft, element);
      return;
    case Ns::atom:
      read_from(atom_feed_fields(), draft, element);
      return;
    default:
      read_from(extension_feed_fields(), draft, element);
  }
}

void read_title(EntryDraft& draft, const Element& element, int rank) {
  offer_text(draft.title, rank, untyped_text(element));
}

void read_title(FeedDraft& draft, const Element& element, int rank) {
  offer_text(draft.title, rank, untyped_text(element));
}

void read_description(FeedDraft& draft, const Element& element, int rank) {
  offer_text(draft.description, rank, untyped_text(element));
}

void read_summary(EntryDraft& draft, const Element& element, int rank) {
  draft.offer_summary(rank, untyped_text(element));
}

void read_id(EntryDraft& draft, const Element& element, int rank) {
  std::string id = element.trimmed_text();
  std::string url = permalink_of(element, id);
  draft.offer_guid(rank, std::move(id), std::move(url));
}

void read_published(EntryDraft& draft, const Element& element, int rank) {
  draft.offer_date(draft.published, rank, element.text());
}

void read_modified(EntryDraft& draft, const Element& element, int rank) {
  draft.offer_date(draft.modified, rank, element.text());
}

void read_author(EntryDraft& draft, const Element& element, int rank) { draft.offer_author(rank, person(element)); }
void read_author(FeedDraft& draft, const Element& element, int rank) { draft.offer_author(rank, person(element)); }

void read_tags(EntryDraft& draft, const Element& element, int) { split_tags(draft.tags, element.text()); }

void read_comments(EntryDraft& draft, const Element& element, int rank) {
  offer_url(draft.comments_url, rank, element.url());
}

void read_language(FeedDraft& draft, const Element& element, int rank) {
  std::string tag = language_tag(element.text());
  if (!tag.empty()) draft.language.offer(rank, std::move(tag));
}

TextValue untyped_text(const Element& element) {
  if (element.has_child_elements()) {
    return {unwrapped_html(element, MarkupIn::cdata), TextKind::html, std::string(element.base())};
  }
  return {element.text(), TextKind::untyped, std::string(element.base())};
}

model::Author person(const Element& element) {
  if (!element.has_child_elements()) return parse_person(element.text());
  model::Author author;
  for_each_child(element, [&](const Element& child) {
    std::string_view name = child.name();
    if (text::equal_ignoring_case(name, "name")) {
      if (author.name.empty()) author.name = plain_line(untyped_text(child));
    } else if (text::equal_ignoring_case(name, "email")) {
      if (author.email.empty()) author.email = parse_person(child.text()).email;
    } else if (text::equal_ignoring_case(name, "uri") || text::equal_ignoring_case(name, "url") ||
               text::equal_ignoring_case(name, "homepage")) {
      if (author.url.empty()) author.url = child.url();
    }
  });
  // <author><b>Bob</b></author>
  if (author.name.empty() && author.email.empty() && author.url.empty())
    return parse_person(plain_line(untyped_text(element)));
  // <name>bob@example.org (Bob)</name>
  if (author.name.find('@') != std::string::npos) {
    model::Author split = parse_person(author.name);
    if (!split.email.empty()) {
      author.name = std::move(split.name);
      if (author.email.empty()) author.email = std::move(split.email);
    }
  }
  return author;
}

std::string permalink_of(const Element& element, std::string_view id) {
  return text::equal_ignoring_case(id.substr(0, 4), "http") ? element.resolve(id) : std::string();
}

std::string tag_text(const Element& element) {
  return element.has_child_elements() ? plain_line(untyped_text(element)) : element.text();
}

void split_tags(std::vector<std::string>& tags, std::string_view text) {
  for (;;) {
    auto comma = text.find(',');
    tags.emplace_back(text::trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    text.remove_prefix(comma + 1);
  }
}

void read_entry(FeedDraft& draft, const Element& element, const ParseOptions& options) {
  auto& entries = draft.feed.entries;
  if (entries.size() >= options.limits.max_entries) return;
  if (entries.capacity() == 0) entries.reserve(std::min<std::size_t>(options.limits.max_entries, kUsualEntries));
  EntryDraft entry;
  entry.language = element.language();
  // RSS 1.0: <item rdf:about="...">
  if (std::string about = element.attribute("about"); !about.empty()) {
    std::string url = permalink_of(element, about);
    entry.offer_guid(3, std::move(about), std::move(url));
  }
  // Microsoft's CDF: <item href="..." lastmod="...">
  if (element.has_attribute("href")) offer_url(entry.link, 9, element.url_attribute("href"));
  if (element.has_attribute("lastmod")) entry.offer_date(entry.modified, 9, element.attribute("lastmod"));
  for_each_child(element, [&](const Element& child) { read_field(entry, child); });
  entries.push_back(finish(std::move(entry), options));
}

}  // namespace newscache::feed
