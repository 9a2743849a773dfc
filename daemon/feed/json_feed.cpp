#include "feed/json_feed.hpp"

#include "feed/identity.hpp"
#include "model/names.hpp"
#include "text/date.hpp"

namespace newscache::feed {
namespace {

std::string item_id(const model::Entry& entry) {
  if (!entry.guid.empty()) return entry.guid;
  return entry.url.empty() ? article_key(entry) : entry.url;
}

void put_attachments(text::JsonWriter& out, const std::vector<model::Attachment>& attachments) {
  out.key("attachments").open('[');
  for (const model::Attachment& attachment : attachments) {
    out.open('{').key("url").text(attachment.url);
    // Required by JSON Feed.
    out.key("mime_type").text(attachment.mime_type.empty() ? "application/octet-stream" : attachment.mime_type);
    out.text_unless_empty("title", attachment.title);
    if (attachment.size_bytes) out.key("size_in_bytes").integer(*attachment.size_bytes);
    if (attachment.duration_s) out.key("duration_in_seconds").integer(*attachment.duration_s);
    out.close('}');
  }
  out.close(']');
}

void put_time(text::JsonWriter& out, std::string_view key, const std::optional<Instant>& instant) {
  if (instant) out.key(key).text(text::format_rfc3339(*instant));
}

}  // namespace

void put_authors(text::JsonWriter& out, const std::vector<model::Author>& authors) {
  out.key("authors").open('[');
  for (const model::Author& author : authors) {
    out.open('{').text_unless_empty("name", author.name.empty() ? author.email : author.name);
    // The only place that JSON Feed has for an address.
    if (author.url.empty() && !author.email.empty()) {
      out.key("url").text("mailto:" + author.email);
    } else {
      out.text_unless_empty("url", author.url);
    }
    out.text_unless_empty("avatar", author.avatar).close('}');
  }
  out.close(']');
}

void put_item(text::JsonWriter& out, const model::Entry& entry, bool with_content) {
  out.text_unless_empty("url", entry.url);
  out.text_unless_empty("external_url", entry.external_url);
  if (with_content) out.text_unless_empty("content_html", entry.content_html);
  out.text_unless_empty("summary", entry.summary);
  out.text_unless_empty("image", entry.image);
  put_time(out, "date_published", entry.date_published);
  put_time(out, "date_modified", entry.date_modified);
  if (!entry.authors.empty()) put_authors(out, entry.authors);
  if (!entry.tags.empty()) {
    out.key("tags").open('[');
    for (const std::string& tag : entry.tags) out.text(tag);
    out.close(']');
  }
  out.text_unless_empty("language", entry.language);
  if (!entry.attachments.empty()) put_attachments(out, entry.attachments);
  if (!entry.comments_url.empty()) {
    out.key("_newscache").open('{').key("comments_url").text(entry.comments_url).close('}');
  }
}

std::string document_json(const model::ParsedFeed& feed) {
  std::string document;
  text::JsonWriter out(document);
  out.open('{').key("version").text("https://jsonfeed.org/version/1.1");
  out.key("title").text(feed.title);
  out.text_unless_empty("home_page_url", feed.home_page_url);
  out.text_unless_empty("feed_url", feed.feed_url);
  out.text_unless_empty("next_url", feed.next_url);
  out.text_unless_empty("description", feed.description);
  out.text_unless_empty("icon", feed.icon);
  out.text_unless_empty("language", feed.language);
  if (!feed.authors.empty()) put_authors(out, feed.authors);
  out.key("_newscache").open('{').key("format").text(model::name(feed.format));
  out.text_unless_empty("version", feed.format_version);
  out.key("encoding").text(feed.encoding);
  out.key("lenient").boolean(feed.lenient);
  if (!feed.complete) out.key("complete").boolean(false);
  if (feed.hints.ttl_s) out.key("ttl_s").integer(*feed.hints.ttl_s);
  if (feed.hints.skip_hours != 0) out.key("skip_hours").integer(feed.hints.skip_hours);
  if (feed.hints.skip_days != 0) out.key("skip_days").integer(feed.hints.skip_days);
  out.close('}').key("items").open('[');
  for (const model::Entry& entry : feed.entries) {
    out.open('{').key("id").text(item_id(entry));
    out.text_unless_empty("title", entry.title);
    put_item(out, entry, true);
    out.close('}');
  }
  out.close(']').close('}');
  return document;
}

}  // namespace newscache::feed
