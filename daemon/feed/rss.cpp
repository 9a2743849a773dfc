// RSS 0.90 to 2.0 and RSS 1.0 (RDF): rssboard.org/rss-specification, web.resource.org/rss/1.0/spec, and what publishers
// make of them.

#include <algorithm>

#include "feed/fields.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr std::string_view kDays[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};

void entry_link(EntryDraft& draft, const Element& element, int rank) {
  // <link href="..."/>: Atom's link without its namespace.
  std::string text = element.trimmed_text();
  if (text.empty() && element.has_attribute("href")) return read_atom_link(draft, element, rank);
  offer_url(draft.link, rank, element.resolve(text));
}

void entry_guid(EntryDraft& draft, const Element& element, int rank) {
  std::string id = element.trimmed_text();
  // Only the literal "false" denies it; "true", "1" and "yes" are the default.
  const bool may_link = !text::equal_ignoring_case(element.attribute("isPermaLink"), "false");
  std::string url = may_link ? permalink_of(element, id) : std::string();
  draft.offer_guid(rank, std::move(id), std::move(url));
}

void entry_content(EntryDraft& draft, const Element& element, int rank) {
  offer_text(draft.content, rank, untyped_text(element));
}

void entry_category(EntryDraft& draft, const Element& element, int) {
  std::string text = tag_text(element);
  // <category term="..."/>: Atom's without its namespace.
  if (text::trim(text).empty()) text = element.attribute("label");
  if (text.empty()) text = element.attribute("term");
  draft.tags.push_back(std::move(text));
}

void entry_enclosure(EntryDraft& draft, const Element& element, int) {
  model::Attachment attachment;
  attachment.url = element.url_attribute("url");
  if (attachment.url.empty()) attachment.url = element.url_attribute("href");
  std::string text = element.trimmed_text();
  if (attachment.url.empty() && text.find("://") != std::string::npos) attachment.url = element.resolve(text);
  attachment.mime_type = text::to_lower(element.attribute("type"));
  attachment.size_bytes = parse_size(element.attribute("length"));
  draft.add_attachment(std::move(attachment));
}

// <image>URL</image> or <image><url>URL</url></image> within an item; its title and link are its own.
std::string image_url(const Element& element) {
  std::string url = element.url_attribute("resource");  // RDF: only a pointer to the image beside the channel
  if (url.empty()) url = element.url_attribute("href");
  if (url.empty() && !element.has_child_elements()) url = element.url();
  for_each_child(element, [&](const Element& child) {
    if (url.empty() && text::equal_ignoring_case(child.name(), "url")) url = child.url();
  });
  return url;
}

void entry_image(EntryDraft& draft, const Element& element, int rank) {
  offer_url(draft.image, rank, image_url(element));
}

constexpr EntryField kEntryFields[] = {
    {Ns::rss, "title", 0, read_title},         {Ns::rss, "link", 1, entry_link},
    {Ns::rss, "guid", 0, entry_guid},          {Ns::rss, "id", 2, read_id},
    {Ns::rss, "description", 0, read_summary}, {Ns::rss, "summary", 1, read_summary},
    {Ns::rss, "abstract", 2, read_summary},    {Ns::rss, "content", 3, entry_content},
    {Ns::rss, "body", 2, entry_content},       {Ns::rss, "fullitem", 2, entry_content},
    {Ns::rss, "pubDate", 0, read_published},   {Ns::rss, "published", 1, read_published},
    {Ns::rss, "date", 6, read_published},      {Ns::rss, "updated", 2, read_modified},
    {Ns::rss, "modified", 2, read_modified},   {Ns::rss, "lastBuildDate", 3, read_modified},
    {Ns::rss, "author", 1, read_author},       {Ns::rss, "category", 0, entry_category},
    {Ns::rss, "tags", 0, read_tags},           {Ns::rss, "keywords", 0, read_tags},
    {Ns::rss, "comments", 0, read_comments},   {Ns::rss, "enclosure", 0, entry_enclosure},
    {Ns::rss, "image", 5, entry_image},
};

void feed_link(FeedDraft& draft, const Element& element, int rank) {
  std::string text = element.trimmed_text();
  if (text.empty() && element.has_attribute("href")) return read_atom_link(draft, element, rank);
  offer_url(draft.home_page, rank, element.resolve(text));
}

void feed_image(FeedDraft& draft, const Element& element, int rank) {
  std::string url =
      element.has_child_elements() || !element.has_attribute("resource") ? image_url(element) : std::string();
  if (!url.empty()) draft.icon.offer(rank, std::move(url));
}

void feed_ttl(FeedDraft& draft, const Element& element, int) {
  constexpr std::int64_t kYear = 366 * 24 * 60;  // minutes
  auto minutes = parse_size(element.text());
  if (minutes && *minutes <= kYear) draft.feed.hints.ttl_s = *minutes * 60;
}

void feed_skip_hours(FeedDraft& draft, const Element& element, int) {
  for_each_child(element, [&](const Element& child) {
    std::string text = child.trimmed_text();
    auto hour = text == "0" || text == "00" ? 0 : parse_size(text).value_or(-1);
    // RSS 0.91 counts 1 to 24.
    if (hour >= 0 && hour <= 24) draft.feed.hints.skip_hours |= std::uint32_t{1} << (hour % 24);
  });
}

void feed_skip_days(FeedDraft& draft, const Element& element, int) {
  for_each_child(element, [&](const Element& child) {
    auto day = std::find(std::begin(kDays), std::end(kDays), text::to_lower(child.trimmed_text()));
    if (day == std::end(kDays)) return;
    auto bit = static_cast<unsigned>(day - std::begin(kDays));
    draft.feed.hints.skip_days = static_cast<std::uint8_t>(draft.feed.hints.skip_days | (1U << bit));
  });
}

constexpr FeedField kFeedFields[] = {
    {Ns::rss, "title", 0, read_title},
    {Ns::rss, "link", 0, feed_link},
    {Ns::rss, "description", 0, read_description},
    {Ns::rss, "subtitle", 1, read_description},
    {Ns::rss, "abstract", 2, read_description},
    {Ns::rss, "language", 0, read_language},
    {Ns::rss, "image", 0, feed_image},
    {Ns::rss, "icon", 1, feed_image},
    {Ns::rss, "managingEditor", 0, read_author},
    {Ns::rss, "author", 2, read_author},
    {Ns::rss, "ttl", 0, feed_ttl},
    {Ns::rss, "skipHours", 0, feed_skip_hours},
    {Ns::rss, "skipDays", 0, feed_skip_days},
};

bool is_item(const Element& element) { return element.is(Ns::rss, "item"); }

void read_channel(FeedDraft& draft, const Element& channel, const ParseOptions& options) {
  offer_url(draft.home_page, 3, channel.url_attribute("href"));  // CDF
  if (channel.own_language()) draft.language.offer(2, std::string(channel.language()));
  for_each_child(channel, [&](const Element& child) {
    if (is_item(child)) {
      read_entry(draft, child, options);
    } else if (child.is(Ns::rss, "items")) {
      // RSS 1.0's table of contents; some put the items themselves there.
      for_each_child(child, [&](const Element& inner) {
        if (is_item(inner)) read_entry(draft, inner, options);
      });
    } else if (child.is(Ns::atom, "entry")) {
      read_entry(draft, child, options);
    } else {
      read_field(draft, child);
    }
  });
}

std::string version_of(const Element& root) {
  if (!text::equal_ignoring_case(root.name(), "rdf")) return root.attribute("version");
  std::string version(declared_rss_version(root.node()));
  for_each_child(root, [&](const Element& child) {
    if (version.empty()) version = rdf_rss_version(child.ns_uri());
  });
  return version;
}

}  // namespace

std::span<const EntryField> rss_entry_fields() { return kEntryFields; }
std::span<const FeedField> rss_feed_fields() { return kFeedFields; }

std::string_view declared_rss_version(pugi::xml_node root) {
  for (pugi::xml_attribute attribute : root.attributes()) {
    std::string_view version = std::string_view(attribute.name()).starts_with("xmlns")
                                   ? rdf_rss_version(attribute.value())
                                   : std::string_view();
    if (!version.empty()) return version;
  }
  return {};
}

FeedDraft read_rss(Element& root, const ParseOptions& options) {
  FeedDraft draft;
  bool rdf = text::equal_ignoring_case(root.name(), "rdf");
  draft.feed.format = rdf ? model::FeedFormat::rdf : model::FeedFormat::rss;
  root.adopt(Ns::rss);
  draft.feed.format_version = version_of(root);
  if (root.own_language()) draft.language.offer(3, std::string(root.language()));
  bool channel_root = text::equal_ignoring_case(root.name(), "channel");
  if (channel_root) {
    read_channel(draft, root, options);
    return draft;
  }
  for_each_child(root, [&](Element& child) {
    // <channel xmlns="...">: a default namespace on the channel is as meaningless as one on the root.
    if (child.prefix().empty() && text::equal_ignoring_case(child.name(), "channel")) child.adopt(Ns::rss);
    bool core = child.ns() == Ns::rss;
    if (core && text::equal_ignoring_case(child.name(), "channel")) {
      read_channel(draft, child, options);
    } else if (is_item(child)) {
      read_entry(draft, child, options);
    } else if (core && !text::equal_ignoring_case(child.name(), "textinput")) {
      read_field(draft, child);  // RDF's image; a channel without its element
    }
  });
  return draft;
}

}  // namespace newscache::feed
