// Atom 1.0 (RFC 4287) and 0.3, as feeds of their own and as elements inside RSS.

#include "feed/fields.hpp"
#include "feed/markup.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

std::string decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<std::uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<std::uint32_t>(c - 'a' + 26);
    } else if (c >= '0' && c <= '9') {
      value = static_cast<std::uint32_t>(c - '0' + 52);
    } else if (c == '+' || c == '-') {
      value = 62;
    } else if (c == '/' || c == '_') {
      value = 63;
    } else if (c == '=') {
      break;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      continue;
    } else {
      return {};
    }
    bits = (bits << 6) | value;
    if (++count % 4 == 1) continue;
    int unused = count % 4 == 0 ? 0 : 2 * (4 - count % 4);
    out += static_cast<char>((bits >> unused) & 0xFF);
  }
  return out;
}

enum class AtomType { text, html, mixed_html, markup, base64 };

// RFC 4287, section 4.1.3.1, and Atom 0.3's media types.
AtomType atom_type(const Element& element, std::string& type) {
  type = text::to_lower(element.attribute("type"));
  type.resize(type.find(';') == std::string::npos ? type.size() : type.find(';'));
  std::string mode = text::to_lower(element.attribute("mode"));
  if (mode == "base64") return AtomType::base64;
  bool html = type == "html" || type == "text/html";
  bool xml = type == "xhtml" || type.ends_with("+xml") || type.ends_with("/xml");
  // Atom 0.3 says how the text is written; naked markup in a text is tolerated.
  if (mode == "escaped") return html || xml ? AtomType::html : AtomType::text;
  if (element.has_child_elements()) return html ? AtomType::mixed_html : AtomType::markup;
  if (xml) return AtomType::markup;
  if (html) return AtomType::html;
  if (type.empty() || type == "text" || type.starts_with("text/") || type.find('/') == std::string::npos)
    return AtomType::text;
  return AtomType::base64;
}

TextValue text_construct(const Element& element) {
  std::string base(element.base());
  std::string type;
  switch (atom_type(element, type)) {
    case AtomType::text:
      return {element.text(), TextKind::text, std::move(base)};
    case AtomType::html:
      return {element.text(), TextKind::html, std::move(base)};
    case AtomType::mixed_html:
      return {unwrapped_html(element, MarkupIn::all_text), TextKind::html, std::move(base)};
    case AtomType::markup:
      return {unwrapped_html(element, MarkupIn::nothing), TextKind::html, std::move(base)};
    case AtomType::base64:
      break;
  }
  std::string decoded = decode_base64(element.text());
  if (!text::is_valid_utf8(decoded) || decoded.find('\0') != std::string::npos) decoded.clear();  // a picture, say
  bool html = type.find("html") != std::string::npos;
  bool plain = type.starts_with("text") && !html;
  return {std::move(decoded), html ? TextKind::html : plain ? TextKind::text : TextKind::untyped, std::move(base)};
}

// "alternate" where rel is missing or empty; registered relations may be written as URIs.
std::string relation(const Element& element) {
  std::string rel = text::to_lower(element.attribute("rel"));
  if (rel.starts_with("http")) rel = rel.substr(rel.rfind('/') + 1);
  return rel.empty() ? "alternate" : rel;
}

// The text, where href is missing.
std::string link_target(const Element& element) {
  std::string url = element.url_attribute("href");
  return url.empty() && !element.has_attribute("href") ? element.url() : url;
}

bool is_page(const Element& element) {
  std::string type = element.attribute("type");
  return type.empty() || type.find("html") != std::string::npos;
}

void entry_title(EntryDraft& draft, const Element& element, int rank) {
  offer_text(draft.title, rank, text_construct(element));
}

void entry_summary(EntryDraft& draft, const Element& element, int rank) {
  draft.offer_summary(rank, text_construct(element));
}

void entry_content(EntryDraft& draft, const Element& element, int rank) {
  // Out of line: the page is elsewhere.
  std::string source = element.url_attribute("src");
  if (!source.empty()) draft.link.offer(8, std::move(source));
  TextValue value = text_construct(element);
  if (text::trim(value.value).empty()) return;
  if (element.own_language()) draft.language = element.language();
  draft.content.offer(rank, std::move(value));
}

void entry_category(EntryDraft& draft, const Element& element, int) {
  std::string tag = element.attribute("label");
  if (tag.empty()) tag = element.attribute("term");
  if (tag.empty()) tag = element.text();
  draft.tags.push_back(std::move(tag));
}

// RFC 4287, section 4.2.11: an entry without an author has its source's.
void entry_source(EntryDraft& draft, const Element& element, int rank) {
  for_each_child(element, [&](const Element& child) {
    if (child.is(Ns::atom, "author")) draft.offer_author(rank, person(child));
  });
}

constexpr EntryField kEntryFields[] = {
    {Ns::atom, "title", 1, entry_title},
    {Ns::atom, "link", 2, read_atom_link},
    {Ns::atom, "id", 1, read_id},
    {Ns::atom, "summary", 1, entry_summary},
    {Ns::atom, "content", 1, entry_content},
    {Ns::atom, "published", 1, read_published},
    {Ns::atom, "issued", 2, read_published},
    {Ns::atom, "created", 5, read_published},
    {Ns::atom, "updated", 0, read_modified},
    {Ns::atom, "modified", 1, read_modified},
    {Ns::atom, "author", 0, read_author},
    {Ns::atom, "category", 0, entry_category},
    {Ns::atom, "source", 9, entry_source},
};

void feed_title(FeedDraft& draft, const Element& element, int rank) {
  offer_text(draft.title, rank, text_construct(element));
}

void feed_description(FeedDraft& draft, const Element& element, int rank) {
  offer_text(draft.description, rank, text_construct(element));
}

void feed_icon(FeedDraft& draft, const Element& element, int rank) { offer_url(draft.icon, rank, element.url()); }

constexpr FeedField kFeedFields[] = {
    {Ns::atom, "title", 1, feed_title},         {Ns::atom, "subtitle", 1, feed_description},
    {Ns::atom, "tagline", 1, feed_description}, {Ns::atom, "info", 3, feed_description},
    {Ns::atom, "link", 2, read_atom_link},      {Ns::atom, "icon", 1, feed_icon},
    {Ns::atom, "logo", 2, feed_icon},           {Ns::atom, "author", 0, read_author},
};

}  // namespace

std::span<const EntryField> atom_entry_fields() { return kEntryFields; }
std::span<const FeedField> atom_feed_fields() { return kFeedFields; }

void read_atom_link(EntryDraft& draft, const Element& element, int rank) {
  std::string url = link_target(element);
  if (url.empty()) return;
  std::string rel = relation(element);
  if (rel == "alternate") {
    draft.link.offer(is_page(element) ? rank : rank + 1, std::move(url));
  } else if (rel == "enclosure") {
    model::Attachment attachment;
    attachment.url = std::move(url);
    attachment.mime_type = text::to_lower(element.attribute("type"));
    attachment.title = text::collapse_white_space(element.attribute("title"));
    attachment.size_bytes = parse_size(element.attribute("length"));
    draft.add_attachment(std::move(attachment));
  } else if (rel == "replies" && is_page(element)) {
    draft.comments_url.offer(rank, std::move(url));
  }
}

void read_atom_link(FeedDraft& draft, const Element& element, int rank) {
  std::string url = link_target(element);
  if (url.empty()) return;
  std::string rel = relation(element);
  if (rel == "alternate") {
    draft.home_page.offer(is_page(element) ? rank : rank + 1, std::move(url));
  } else if (rel == "self") {
    draft.self.offer(rank, std::move(url));
  } else if (rel == "prev-archive") {
    draft.next.offer(0, std::move(url));  // RFC 5005, section 4: archives do not change, pages (section 3) do
  } else if (rel == "next") {
    draft.next.offer(1, std::move(url));
  }
}

FeedDraft read_atom(Element& root, const ParseOptions& options) {
  FeedDraft draft;
  draft.feed.format = model::FeedFormat::atom;
  draft.feed.format_version = is_atom_03(root.ns_uri()) ? "0.3" : root.attribute("version");
  if (draft.feed.format_version.empty()) draft.feed.format_version = "1.0";
  if (root.ns() != Ns::atom) root.adopt(Ns::atom);
  if (text::equal_ignoring_case(root.name(), "entry")) {
    read_entry(draft, root, options);
    return draft;
  }
  if (root.own_language()) draft.language.offer(0, std::string(root.language()));
  for_each_child(root, [&](const Element& child) {
    if (child.is(Ns::atom, "entry") || child.is(Ns::atom, "item")) {
      read_entry(draft, child, options);
    } else {
      read_field(draft, child);
    }
  });
  return draft;
}

}  // namespace newscache::feed
