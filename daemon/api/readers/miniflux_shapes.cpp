#include "api/readers/miniflux_shapes.hpp"

#include <algorithm>
#include <string_view>

#include "api/shapes.hpp"
#include "html/plain_text.hpp"
#include "text/date.hpp"

namespace newscache::api {
namespace {

using text::JsonWriter;

constexpr std::string_view unknown_time = "0001-01-01T00:00:00Z";
constexpr std::int64_t user_id = 1;
// An enclosure's id is its article's with these bits below: so many are told of each.
constexpr std::size_t most_enclosures = 8;
constexpr std::int64_t highest_id = 0x7fffffff;

std::string time_text(const std::optional<Instant>& time) {
  return time ? text::format_rfc3339(*time) : std::string(unknown_time);
}

// With the fraction that tells apart what happened within a second: "2026-11-22T12:50:58.120000Z".
std::string moment_text(Moment moment) {
  const auto second = std::chrono::floor<std::chrono::seconds>(moment);
  auto fraction = std::to_string((moment - second).count());
  fraction.insert(0, 3 - fraction.size(), '0');
  auto text = text::format_rfc3339(second);
  text.insert(text.size() - 1, "." + fraction + "000");
  return text;
}

void put_texts(JsonWriter& out, std::initializer_list<std::string_view> names) {
  for (const auto name : names) out.key(name).text("");
}

void put_flags(JsonWriter& out, std::initializer_list<std::string_view> names, bool value = false) {
  for (const auto name : names) out.key(name).boolean(value);
}

std::string title_of(const model::Article& article) {
  constexpr std::size_t short_bytes = 80;
  const auto& entry = article.entry;
  if (!entry.title.empty()) return entry.title;
  auto words = html::excerpt(entry.content_html, short_bytes);
  return words.empty() ? entry.url : words;
}

void put_enclosures(JsonWriter& out, const model::Article& article) {
  out.open('[');
  std::int64_t id = model::raw(article.id) * static_cast<std::int64_t>(most_enclosures);
  const auto& attachments = article.entry.attachments;
  for (std::size_t i = 0; i < std::min(attachments.size(), most_enclosures) && id <= highest_id; ++i) {
    const auto& attachment = attachments[i];
    out.open('{').key("id").integer(id++).key("user_id").integer(user_id);
    out.key("entry_id").integer(model::raw(article.id)).key("url").text(attachment.url);
    out.key("mime_type").text(attachment.mime_type).key("size").integer(attachment.size_bytes.value_or(0));
    out.key("media_progression").integer(0).close('}');
  }
  out.close(']');
}

}  // namespace

std::int64_t reading_time(const std::string& content) {
  // 265 words of six letters, and as much markup as is usual.
  constexpr std::size_t bytes_a_minute = 2000;
  return static_cast<std::int64_t>((content.size() + bytes_a_minute - 1) / bytes_a_minute);
}

MinifluxLibrary::MinifluxLibrary(std::vector<model::Feed> feeds, Categories categories)
    : feeds_(std::move(feeds)), categories_(std::move(categories)) {
  for (std::size_t place = 0; place < feeds_.size(); ++place) places_.emplace(feeds_[place].id, place);
}

const model::Feed* MinifluxLibrary::find(model::FeedId id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? nullptr : &feeds_[found->second];
}

std::vector<model::FeedId> MinifluxLibrary::feeds_of(const Category& category) const {
  std::vector<model::FeedId> ids;
  for (const auto& feed : feeds_) {
    if (feed.folder == category.folder) ids.push_back(feed.id);
  }
  return ids;
}

void MinifluxLibrary::put_category(JsonWriter& out, const Category& category, bool with_counts) const {
  out.open('{').key("id").integer(category.id).key("title").text(category.title);
  out.key("user_id").integer(user_id).key("hide_globally").boolean(false);
  if (with_counts) out.key("feed_count").integer(category.feeds).key("total_unread").integer(category.unread);
  out.close('}');
}

std::string MinifluxLibrary::category_json(const Category& category, bool with_counts) const {
  std::string text;
  JsonWriter out(text);
  put_category(out, category, with_counts);
  return text;
}

// Credentials and the like are never told, whatever is set: some client's tool prints all of it.
const std::string& MinifluxLibrary::feed_json(const model::Feed& feed) {
  auto& text = feed_jsons_[feed.id];
  if (!text.empty()) return text;
  JsonWriter out(text);
  out.open('{').key("id").integer(model::raw(feed.id)).key("user_id").integer(user_id);
  out.key("feed_url").text(feed.url).key("site_url").text(feed.home_page_url);
  out.key("title").text(feed.title.empty() ? feed.url : feed.title).key("description").text(feed.description);
  out.key("language").text(feed.language).key("checked_at").text(time_text(feed.state.last_attempt));
  out.key("next_check_at").text(time_text(feed.state.next_poll));
  out.key("etag_header").text(feed.state.validators.etag);
  out.key("last_modified_header").text(feed.state.validators.last_modified);
  const auto& error = feed.state.error;
  out.key("parsing_error_message").text(error ? error->detail : std::string());
  out.key("parsing_error_count").integer(error ? error->count : 0);
  put_texts(out, {"scraper_rules", "rewrite_rules", "blocklist_rules", "keeplist_rules", "block_filter_entry_rules",
                  "keep_filter_entry_rules", "urlrewrite_rules", "user_agent", "cookie", "username", "password"});
  out.key("disabled").boolean(feed.paused);
  put_flags(out, {"no_media_player", "ignore_http_cache", "allow_self_signed_certificates", "fetch_via_proxy",
                  "hide_globally", "disable_http2", "crawler", "ignore_entry_updates"});
  put_texts(out, {"proxy_url"});
  out.key("category");
  put_category(out, *categories_.of_folder(feed.folder), false);
  out.key("icon");
  if (icons_.contains(feed.id)) {
    out.open('{').key("feed_id").integer(model::raw(feed.id)).key("icon_id").integer(model::raw(feed.id));
    out.key("external_icon_id").text("").close('}');
  } else {
    text += "null";
  }
  out.close('}');
  return text;
}

void MinifluxLibrary::append_entry(std::string& out, const model::Article& article, const std::string& content) {
  const auto& entry = article.entry;
  JsonWriter json(out);
  json.open('{').key("id").integer(model::raw(article.id)).key("user_id").integer(user_id);
  json.key("feed_id").integer(model::raw(article.feed_id)).key("status").text(article.read ? "read" : "unread");
  json.key("hash").text(article.uid).key("title").text(title_of(article));
  json.key("url").text(entry.url.empty() ? entry.external_url : entry.url);
  json.key("comments_url").text(entry.comments_url).key("language").text(entry.language);
  json.key("published_at").text(text::format_rfc3339(article.date));
  json.key("created_at").text(moment_text(article.date_received)).key("changed_at").text(moment_text(article.changed));
  json.key("content").text(content).key("author").text(authors_of(entry)).key("share_code").text("");
  json.key("starred").boolean(article.starred).key("reading_time").integer(reading_time(content));
  json.key("enclosures");
  put_enclosures(json, article);
  json.key("feed");
  out += feed_json(*find(article.feed_id));
  json.key("tags").open('[');
  for (const auto& tag : entry.tags) json.text(tag);
  json.close(']').close('}');
}

std::string miniflux_user_json(const std::string& name, Instant now) {
  std::string text;
  JsonWriter out(text);
  out.open('{').key("id").integer(user_id).key("username").text(name);
  put_flags(out, {"is_admin"});
  out.key("theme").text("system_serif").key("language").text("en_US").key("timezone").text("UTC");
  out.key("entry_sorting_direction").text("asc").key("entry_sorting_order").text("published_at");
  put_texts(out, {"stylesheet", "custom_js", "external_font_hosts", "google_id", "openid_connect_id"});
  out.key("entries_per_page").integer(100);
  put_flags(out, {"keyboard_shortcuts", "show_reading_time", "entry_swipe"}, true);
  out.key("gesture_nav").text("tap").key("display_mode").text("standalone").key("default_home_page").text("unread");
  out.key("categories_sorting_order").text("unread_count").key("default_reading_speed").integer(265);
  out.key("cjk_reading_speed").integer(500).key("media_playback_rate").integer(1);
  out.key("mark_read_on_view").boolean(true).key("last_login_at").text(text::format_rfc3339(now)).close('}');
  return text;
}

}  // namespace newscache::api
