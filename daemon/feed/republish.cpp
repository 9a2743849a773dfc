#include "feed/republish.hpp"

#include <algorithm>

#include "feed/json_feed.hpp"
#include "text/date.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

// XML 1.0, section 2.2.
bool is_xml_character(std::uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c != 0xFFFE && c != 0xFFFF;
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"'; }

// For text and for attributes in double quotes. White space is written so that it is read as it was.
void append_xml(std::string& out, std::string_view text, bool in_attribute) {
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto c = text::next_code_point(text);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\n':
        out += in_attribute ? "&#10;" : "\n";
        break;
      case '\t':
        out += in_attribute ? "&#9;" : "\t";
        break;
      default:
        if (is_xml_character(c)) text::append_utf8(out, c);
    }
  }
}

// The document as it is written; what is empty is left out.
class Xml {
 public:
  explicit Xml(std::size_t size) { out_.reserve(size); }
  Xml& raw(std::string_view text) {
    out_ += text;
    return *this;
  }
  Xml& attribute(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    out_.append(" ").append(name).append("=\"");
    append_xml(out_, value, true);
    out_ += '"';
    return *this;
  }
  Xml& text(std::string_view value) {
    append_xml(out_, value, false);
    return *this;
  }
  void element(std::string_view name, std::string_view value) {
    if (!value.empty()) required(name, value);
  }
  void required(std::string_view name, std::string_view value) {
    raw("<").raw(name).raw(">").text(value).raw("</").raw(name).raw(">\n");
  }
  void link(std::string_view rel, std::string_view url, std::string_view type = {}) {
    if (!url.empty()) raw("<link").attribute("rel", rel).attribute("href", url).attribute("type", type).raw("/>\n");
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// Only what the schema of RFC 4287 takes: a subtag has at most eight letters or digits, the first only letters.
std::string_view language_for_xml(std::string_view tag) {
  std::size_t length = 0;
  bool first = true;
  for (const char c : tag) {
    if (c == '-') {
      if (length == 0) return {};
      length = 0;
      first = false;
      continue;
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && (first || !digit)) return {};
    if (++length > 8) return {};
  }
  return length == 0 ? std::string_view() : tag;
}

// ".+/.+"
std::string_view media_type_for_xml(std::string_view type) {
  const auto slash = type.find('/');
  const bool valid = slash != std::string_view::npos && slash > 0 && slash + 1 < type.size() &&
                     std::all_of(type.begin(), type.end(), is_plain);
  return valid ? type : std::string_view();
}

void write_person(Xml& xml, const model::Author& author) {
  xml.raw("<author>\n");
  xml.required("name", !author.name.empty() ? author.name : !author.email.empty() ? author.email : author.url);
  xml.element("uri", author.url);
  xml.element("email", author.email);
  xml.raw("</author>\n");
}

Instant updated(const model::Article& article) {
  const auto& entry = article.entry;
  return entry.date_modified.value_or(entry.date_published.value_or(article.date_received));
}

// RFC 4287, section 4.2.11; it must have these three.
void write_source(Xml& xml, const model::Feed& feed, const model::Article& article) {
  xml.raw("<source>\n");
  xml.required("id", uuid_urn(feed.uid));
  xml.required("title", feed.title);
  xml.required("updated", text::format_rfc3339(updated(article)));
  xml.link("alternate", feed.home_page_url);
  if (article.entry.authors.empty()) write_person(xml, {feed.title, feed.home_page_url, {}, {}});
  xml.raw("</source>\n");
}

void write_attachment(Xml& xml, const model::Attachment& attachment) {
  const auto type = media_type_for_xml(attachment.mime_type);
  const auto size = attachment.size_bytes ? std::to_string(*attachment.size_bytes) : std::string();
  xml.raw("<link rel=\"enclosure\"").attribute("href", attachment.url).attribute("type", type);
  xml.attribute("length", size).attribute("title", attachment.title).raw("/>\n");
  if (!attachment.duration_s) return;
  xml.raw("<media:content").attribute("url", attachment.url).attribute("type", type);
  xml.attribute("duration", std::to_string(*attachment.duration_s)).raw("/>\n");
}

void write_categories(Xml& xml, const std::vector<Category>& categories) {
  for (const auto& category : categories) {
    xml.raw("<category").attribute("scheme", category.scheme).attribute("term", category.term);
    xml.attribute("label", category.label).raw("/>\n");
  }
}

void write_entry(Xml& xml, const Republication& page, const model::Article& article) {
  const auto& entry = article.entry;
  xml.raw("<entry").attribute("xml:lang", language_for_xml(entry.language)).raw(">\n");
  xml.required("id", page.id_of ? page.id_of(article) : uuid_urn(article.uid));
  xml.required("title", entry.title);
  xml.required("updated", text::format_rfc3339(updated(article)));
  if (entry.date_published) xml.required("published", text::format_rfc3339(*entry.date_published));
  for (const auto& author : entry.authors) write_person(xml, author);
  xml.link("alternate", entry.url, "text/html");
  xml.link("related", entry.external_url);
  xml.link("replies", entry.comments_url, "text/html");
  for (const auto& attachment : entry.attachments) write_attachment(xml, attachment);
  if (!entry.image.empty()) xml.raw("<media:thumbnail").attribute("url", entry.image).raw("/>\n");
  for (const auto& tag : entry.tags) xml.raw("<category").attribute("term", tag).raw("/>\n");
  if (page.categories_of) write_categories(xml, page.categories_of(article));
  const auto source = page.sources.find(article.feed_id);
  if (source != page.sources.end()) write_source(xml, source->second, article);
  xml.element("summary", entry.summary);
  // Without a link to a page it must have a content, be it empty.
  if (!entry.content_html.empty() || entry.url.empty()) {
    xml.raw("<content type=\"html\">").text(entry.content_html).raw("</content>\n");
  }
  xml.raw("</entry>\n");
}

std::size_t content_bytes(const Republication& page) {
  std::size_t bytes = 0;
  for (const auto& article : page.articles) bytes += article.entry.content_html.size();
  return bytes;
}

// Of whoever names no author, as JSON Feed and Atom let them inherit one.
void put_sole_author(text::JsonWriter& out, const std::string& name, const std::string& url) {
  put_authors(out, {model::Author{.name = name, .url = url}});
}

void put_article(text::JsonWriter& out, const Republication& page, const model::Article& article) {
  const auto& entry = article.entry;
  out.open('{').key("id").text(uuid_urn(article.uid));
  out.text_unless_empty("title", entry.title);
  put_item(out, entry, true);
  // One of content_html and content_text must be there, be it empty.
  if (entry.content_html.empty()) out.key("content_html").text("");
  const auto source = page.sources.find(article.feed_id);
  if (source != page.sources.end() && entry.authors.empty()) {
    put_sole_author(out, source->second.title, source->second.home_page_url);
  }
  out.close('}');
}

}  // namespace

std::string uuid_urn(std::string_view uid) {
  std::string digits(uid.substr(0, 32));
  digits.resize(32, '0');
  digits[12] = '8';
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  digits[16] = "89ab"[hexadecimal.find(digits[16]) % 4];
  for (const std::size_t at : {20U, 16U, 12U, 8U}) digits.insert(at, "-");
  return "urn:uuid:" + digits;
}

std::string republish_atom(const Republication& page) {
  Xml xml(4096 + content_bytes(page) + content_bytes(page) / 4 + page.articles.size() * 1024);
  xml.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"");
  xml.raw(" xmlns:media=\"http://search.yahoo.com/mrss/\"").attribute("xml:lang", language_for_xml(page.language));
  xml.raw(">\n");
  xml.required("id", page.id);
  xml.required("title", page.title);
  xml.element("subtitle", page.description);
  Instant newest{};
  for (const auto& article : page.articles) newest = std::max(newest, updated(article));
  xml.required("updated", text::format_rfc3339(newest));
  write_person(xml, {page.author, page.home_page_url, {}, {}});
  xml.link("alternate", page.home_page_url, "text/html");
  xml.link("self", page.self_url, "application/atom+xml");
  xml.link("first", page.first_url, "application/atom+xml");
  xml.link("next", page.next_url, "application/atom+xml");
  xml.element("icon", page.icon);
  xml.raw("<generator>newscached</generator>\n");
  for (const auto& article : page.articles) write_entry(xml, page, article);
  return xml.raw("</feed>\n").take();
}

std::string republish_json(const Republication& page) {
  std::string document;
  document.reserve(4096 + content_bytes(page) * 17 / 16 + page.articles.size() * 1024);
  text::JsonWriter out(document);
  out.open('{').key("version").text("https://jsonfeed.org/version/1.1");
  out.key("title").text(page.title);
  out.text_unless_empty("home_page_url", page.home_page_url);
  // What a reader subscribes to, on each page.
  out.key("feed_url").text(page.first_url);
  out.text_unless_empty("next_url", page.next_url);
  out.text_unless_empty("description", page.description);
  out.text_unless_empty("icon", page.icon);
  out.text_unless_empty("language", page.language);
  put_sole_author(out, page.author, page.home_page_url);
  out.key("items").open('[');
  for (const auto& article : page.articles) put_article(out, page, article);
  out.close(']').close('}');
  return document;
}

}  // namespace newscache::feed
