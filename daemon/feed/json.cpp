// JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1) in.

#include <boost/json.hpp>
#include <cmath>

#include "feed/fields.hpp"
#include "feed/people.hpp"
#include "html/sanitise.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 64;

// What stands between complete items of a list that was cut off, made whole; empty when there is nothing to save.
std::string close_truncated(std::string_view text) {
  std::string open;  // '{' and '[', innermost last
  bool in_string = false;
  std::size_t last_whole = 0;  // behind the last complete item
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (in_string) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (open.size() >= kMaxDepth) return {};
      open += c;
      if (open == "{[" && last_whole == 0) last_whole = at + 1;
    } else if ((c == '}' || c == ']') && !open.empty()) {
      open.pop_back();
      if (open == "{[") last_whole = at + 1;
    }
  }
  if (last_whole == 0 || open.empty()) return {};
  return std::string(text.substr(0, last_whole)) + "]}";
}

class Reader {
 public:
  Reader(const ParseOptions& options, FeedDraft& draft) : options_(options), draft_(draft) {}

  void read(const json::object& top) {
    model::ParsedFeed& feed = draft_.feed;
    feed.format = model::FeedFormat::json_feed;
    std::string version = string(top, "version");
    feed.format_version = version.substr(version.rfind('/') + 1);
    if (feed.format_version == "1") feed.format_version = "1.0";
    draft_.title.offer(0, {string(top, "title"), TextKind::text, {}});
    draft_.description.offer(0, {string(top, "description"), TextKind::text, {}});
    draft_.home_page.offer(0, url(top, "home_page_url"));
    draft_.self.offer(0, url(top, "feed_url"));
    draft_.next.offer(0, url(top, "next_url"));
    std::string icon = url(top, "icon");
    draft_.icon.offer(0, icon.empty() ? url(top, "favicon") : std::move(icon));
    draft_.language.offer(0, string(top, "language"));
    for (model::Author& author : authors(top)) draft_.offer_author(0, std::move(author));
    const json::value* items = top.if_contains("items");
    if (items == nullptr || !items->is_array()) return;
    for (const json::value& item : items->get_array()) {
      if (feed.entries.size() >= options_.limits.max_entries) return;
      if (item.is_object()) feed.entries.push_back(finish(entry(item.get_object()), options_));
    }
  }

 private:
  // Strings as they are; an id may be a number.
  static std::string string(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return {};
    if (value->is_string()) return std::string(value->get_string());
    return value->is_number() ? json::serialize(*value) : std::string();
  }

  std::string url(const json::object& object, std::string_view key) const {
    std::string reference = string(object, key);
    if (text::trim(reference).empty()) return {};
    return text::resolve_url(options_.base_url, reference, options_.keep_relative);
  }

  static std::optional<std::int64_t> number(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return parse_size(value->get_string());
    if (!value->is_number()) return std::nullopt;
    double as_double = value->to_number<double>();
    if (!(as_double > 0 && as_double < 9e15)) return std::nullopt;
    return std::llround(as_double);
  }

  // 1.0 has one `author`, 1.1 has `authors`.
  std::vector<model::Author> authors(const json::object& object) const {
    std::vector<model::Author> result;
    auto add = [&](const json::value& value) {
      if (value.is_string()) add_author(result, parse_person(value.get_string()));
      if (!value.is_object()) return;
      const json::object& person = value.get_object();
      model::Author author = parse_person(string(person, "name"));
      author.avatar = url(person, "avatar");
      author.url = url(person, "url");
      if (author.email.empty()) author.email = parse_person(string(person, "url")).email;
      add_author(result, std::move(author));
    };
    const json::value* several = object.if_contains("authors");
    const json::value* one = object.if_contains("author");
    if (several != nullptr && several->is_array()) {
      for (const json::value& value : several->get_array()) add(value);
    } else if (several != nullptr) {
      add(*several);
    }
    if (result.empty() && one != nullptr) add(*one);
    return result;
  }

  EntryDraft entry(const json::object& item) const {
    EntryDraft draft;
    std::string id = string(item, "id");
    std::string permalink = text::resolve_url({}, id);  // empty for what is no absolute address
    draft.offer_guid(0, std::move(id), std::move(permalink));
    offer_url(draft.link, url(item, "url"));
    offer_url(draft.external_url, url(item, "external_url"));
    draft.title.offer(0, {string(item, "title"), TextKind::text, {}});
    texts(item, draft);
    std::string image = url(item, "image");
    offer_url(draft.image, image.empty() ? url(item, "banner_image") : std::move(image));
    draft.offer_date(draft.published, 0, string(item, "date_published"));
    draft.offer_date(draft.modified, 0, string(item, "date_modified"));
    for (model::Author& author : authors(item)) draft.offer_author(0, std::move(author));
    draft.language = string(item, "language");
    if (const json::value* tags = item.if_contains("tags"); tags != nullptr && tags->is_array()) {
      for (const json::value& tag : tags->get_array()) {
        if (tag.is_string()) draft.tags.emplace_back(tag.get_string());
      }
    }
    attachments(item, draft);
    return draft;
  }

  static void offer_url(Ranked<std::string>& slot, std::string url) {
    if (!url.empty()) slot.offer(0, std::move(url));
  }

  // A summary of JSON Feed is plain text and stays one; alone it is the content.
  void texts(const json::object& item, EntryDraft& draft) const {
    std::string html = string(item, "content_html");
    std::string plain = string(item, "content_text");
    if (!text::trim(html).empty()) {
      draft.content.offer(0, {std::move(html), TextKind::html, options_.base_url});
    } else if (!text::trim(plain).empty()) {
      draft.content.offer(0, {std::move(plain), TextKind::text, {}});
    }
    draft.offer_summary(0, {string(item, "summary"), TextKind::text, {}});
  }

  void attachments(const json::object& item, EntryDraft& draft) const {
    const json::value* list = item.if_contains("attachments");
    if (list == nullptr || !list->is_array()) return;
    for (const json::value& value : list->get_array()) {
      if (!value.is_object()) continue;
      const json::object& object = value.get_object();
      model::Attachment attachment;
      attachment.url = url(object, "url");
      attachment.mime_type = text::to_lower(string(object, "mime_type"));
      attachment.title = text::collapse_white_space(string(object, "title"));
      attachment.size_bytes = number(object, "size_in_bytes");
      attachment.duration_s = number(object, "duration_in_seconds");
      draft.add_attachment(std::move(attachment));
    }
  }

  const ParseOptions& options_;
  FeedDraft& draft_;
};

json::value parse_json(std::string_view text, bool tolerant, boost::system::error_code& error) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  options.allow_trailing_commas = tolerant;
  options.allow_comments = tolerant;
  options.allow_invalid_utf8 = tolerant;
  return json::parse({text.data(), text.size()}, error, {}, options);
}

// Values, counted before any is made.
std::size_t count_values(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += c == ',' || c == '{' || c == '[' || c == ':';
  return count;
}

}  // namespace

Result<model::ParsedFeed> read_json_feed(std::string_view utf8, const ParseOptions& options) {
  if (count_values(utf8) > options.limits.max_attributes + options.limits.max_nodes) {
    return Error{Cause::too_large, "the JSON document has too many values"};
  }
  FeedDraft draft;
  boost::system::error_code error;
  json::value top = parse_json(utf8, false, error);
  if (error) {
    draft.feed.lenient = true;
    top = parse_json(utf8, true, error);
  }
  if (error) {
    std::string closed = close_truncated(utf8);
    if (!closed.empty()) {
      draft.feed.complete = false;
      top = parse_json(closed, true, error);
    }
  }
  if (error) return Error{Cause::not_a_feed, "JSON that cannot be read: " + error.message()};
  const json::object* object = top.if_object();
  bool versioned = object != nullptr && object->contains("version") && object->at("version").is_string() &&
                   object->at("version").get_string().find("jsonfeed.org") != json::string::npos;
  bool shaped = object != nullptr && object->contains("items") && object->at("items").is_array() &&
                (object->contains("title") || object->contains("home_page_url") || object->contains("feed_url"));
  if (!versioned && !shaped)
    return Error{Cause::not_a_feed, "JSON, but no JSON Feed: it has neither its version nor items"};
  Reader(options, draft).read(*object);
  return finish(std::move(draft), options);
}

}  // namespace newscache::feed
