#include "feed/json_feed.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "feed/identity.hpp"
#include "model/names.hpp"
#include "text/date.hpp"

namespace newscache::feed {
namespace {

namespace json = boost::json;

void put(json::object& object, std::string_view key, std::string_view value) {
  if (!value.empty()) object[key] = value;
}

json::array authors_json(const std::vector<model::Author>& authors) {
  json::array list;
  for (const model::Author& author : authors) {
    json::object person;
    put(person, "name", author.name.empty() ? author.email : author.name);
    // The only place that JSON Feed has for an address.
    put(person, "url", author.url.empty() && !author.email.empty() ? "mailto:" + author.email : author.url);
    put(person, "avatar", author.avatar);
    list.push_back(std::move(person));
  }
  return list;
}

json::array attachments_json(const std::vector<model::Attachment>& attachments) {
  json::array list;
  for (const model::Attachment& attachment : attachments) {
    json::object object;
    object["url"] = attachment.url;
    // Required by JSON Feed.
    object["mime_type"] = attachment.mime_type.empty() ? "application/octet-stream" : attachment.mime_type;
    put(object, "title", attachment.title);
    if (attachment.size_bytes) object["size_in_bytes"] = *attachment.size_bytes;
    if (attachment.duration_s) object["duration_in_seconds"] = *attachment.duration_s;
    list.push_back(std::move(object));
  }
  return list;
}

std::string item_id(const model::Entry& entry) {
  if (!entry.guid.empty()) return entry.guid;
  return entry.url.empty() ? article_key(entry) : entry.url;
}

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

json::object item_json(const model::Entry& entry, bool with_content) {
  json::object item;
  item["id"] = item_id(entry);
  put(item, "url", entry.url);
  put(item, "external_url", entry.external_url);
  put(item, "title", entry.title);
  if (with_content) put(item, "content_html", entry.content_html);
  put(item, "summary", entry.summary);
  put(item, "image", entry.image);
  if (entry.date_published) item["date_published"] = text::format_rfc3339(*entry.date_published);
  if (entry.date_modified) item["date_modified"] = text::format_rfc3339(*entry.date_modified);
  if (!entry.authors.empty()) item["authors"] = authors_json(entry.authors);
  if (!entry.tags.empty()) item["tags"] = json::array(entry.tags.begin(), entry.tags.end());
  put(item, "language", entry.language);
  if (!entry.attachments.empty()) item["attachments"] = attachments_json(entry.attachments);
  if (!entry.comments_url.empty()) item["_newscache"] = json::object{{"comments_url", entry.comments_url}};
  return item;
}

std::string document_json(const model::ParsedFeed& feed) {
  json::object document;
  document["version"] = "https://jsonfeed.org/version/1.1";
  document["title"] = feed.title;
  put(document, "home_page_url", feed.home_page_url);
  put(document, "feed_url", feed.feed_url);
  put(document, "next_url", feed.next_url);
  put(document, "description", feed.description);
  put(document, "icon", feed.icon);
  put(document, "language", feed.language);
  if (!feed.authors.empty()) document["authors"] = authors_json(feed.authors);
  json::object own;
  own["format"] = model::name(feed.format);
  put(own, "version", feed.format_version);
  own["encoding"] = feed.encoding;
  own["lenient"] = feed.lenient;
  if (!feed.complete) own["complete"] = false;
  if (feed.hints.ttl_s) own["ttl_s"] = *feed.hints.ttl_s;
  if (feed.hints.skip_hours != 0) own["skip_hours"] = feed.hints.skip_hours;
  if (feed.hints.skip_days != 0) own["skip_days"] = feed.hints.skip_days;
  document["_newscache"] = std::move(own);
  json::array items;
  items.reserve(feed.entries.size());
  for (const model::Entry& entry : feed.entries) items.push_back(item_json(entry, true));
  document["items"] = std::move(items);
  return json::serialize(document);
}

}  // namespace newscache::feed
