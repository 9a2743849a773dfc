#include "api/readers/google_reader_shapes.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "api/readers/google_ids.hpp"
#include "api/shapes.hpp"
#include "html/plain_text.hpp"
#include "text/entities.hpp"
#include "text/json_writer.hpp"

namespace newscache::api::google {
namespace {

using text::JsonWriter;

std::string digits_of(std::optional<Instant> time, std::int64_t per_second) {
  return std::to_string(time ? time->time_since_epoch().count() * per_second : 0);
}

constexpr std::int64_t milli = 1'000;
constexpr std::int64_t micro = 1'000'000;

// Exactly one: Readrops fails on two, and who has none is dropped by RSS Guard.
void put_label(JsonWriter& out, const model::Feed& feed) {
  const auto label = label_of_folder(feed.folder);
  out.open('[').open('{').key("id").text(label_id(label)).key("label").text(label).close('}').close(']');
}

struct Unread {
  std::int64_t count = 0;
  std::optional<Instant> newest;
  void add(const Unread& more) {
    count += more.count;
    newest = std::max(newest, more.newest);
  }
};

// In the order of feeds, the default one first.
std::vector<std::string_view> labels_of(std::span<const model::Feed> feeds) {
  std::vector<std::string_view> labels{default_label};
  std::unordered_set<std::string_view> known{default_label};
  for (const auto& feed : feeds) {
    const auto name = label_of_folder(feed.folder);
    if (known.insert(name).second) labels.push_back(name);
  }
  return labels;
}

void put_unread(JsonWriter& out, std::string_view id, const Unread& unread) {
  out.open('{').key("id").text(id).key("count").integer(unread.count);
  out.key("newestItemTimestampUsec").text(digits_of(unread.newest, micro)).close('}');
}

// A link for each article: readers take one without for damaged.
std::string_view link_of(const model::Article& article, const model::Feed* feed) {
  const auto& entry = article.entry;
  if (!entry.url.empty()) return entry.url;
  if (!entry.external_url.empty()) return entry.external_url;
  if (feed == nullptr) return {};
  return feed->home_page_url.empty() ? feed->url : feed->home_page_url;
}

void put_categories(JsonWriter& out, const model::Article& article, const model::Feed* feed, Client client) {
  out.key("categories").open('[');
  // Liferea looks at the first only, and for backslashes that JSON would have if somebody had escaped it twice.
  if (article.read && client == Client::liferea) out.text(R"(user/-/state\/com.google\/read)");
  out.text(reading_list_id);
  if (feed != nullptr) out.text(label_id(label_of_folder(feed->folder)));
  if (article.read) out.text(read_id);
  if (article.starred) out.text(starred_id);
  out.close(']');
}

void put_enclosures(JsonWriter& out, const std::vector<model::Attachment>& attachments) {
  if (attachments.empty()) return;
  out.key("enclosure").open('[');
  for (const auto& attachment : attachments) {
    out.open('{').key("href").text(attachment.url);
    out.key("type").text(attachment.mime_type.empty() ? "application/octet-stream" : attachment.mime_type);
    if (attachment.size_bytes) out.key("length").integer(*attachment.size_bytes);
    out.close('}');
  }
  out.close(']');
}

void put_times(JsonWriter& out, const model::Article& article) {
  const auto published = article.date;
  out.key("published").integer(published.time_since_epoch().count());
  // Liferea sorts by it: reading and starring must not move it.
  out.key("updated").integer(
      std::max(published, article.entry.date_modified.value_or(published)).time_since_epoch().count());
  out.key("crawlTimeMsec").text(digits_of(article.date_received, milli));
  out.key("timestampUsec").text(digits_of(article.date_received, micro));
}

}  // namespace

const std::string& title_of(const model::Feed& feed) { return feed.title.empty() ? feed.url : feed.title; }

std::string subscriptions_json(std::span<const model::Feed> feeds, const IconOf& icon_of) {
  std::string body;
  JsonWriter out(body);
  out.open('{').key("subscriptions").open('[');
  for (const auto& feed : feeds) {
    out.open('{').key("id").text(feed_id(feed.id)).key("title").text(title_of(feed));
    out.key("categories");
    put_label(out, feed);
    // Strings also where there is nothing to say: NewsFlash and Capy need them.
    out.key("url").text(feed.url).key("htmlUrl").text(feed.home_page_url).key("iconUrl").text(icon_of(feed));
    out.close('}');
  }
  out.close(']').close('}');
  return body;
}

std::string tags_json(std::span<const model::Feed> feeds, const std::set<std::string>& empty_folders) {
  std::string body;
  JsonWriter out(body);
  out.open('{').key("tags").open('[');
  out.open('{').key("id").text(starred_id).close('}');
  auto labels = labels_of(feeds);
  for (const auto& folder : empty_folders) {
    if (std::find(labels.begin(), labels.end(), folder) == labels.end()) labels.push_back(folder);
  }
  for (const auto& label : labels) {
    out.open('{').key("id").text(label_id(label)).key("type").text("folder").close('}');
  }
  out.close(']').close('}');
  return body;
}

std::string unread_counts_json(std::span<const model::Feed> feeds, const Arrivals& arrivals) {
  Unread all;
  std::unordered_map<std::string_view, Unread> labels;
  std::string list;
  JsonWriter out(list);
  out.open('[');
  for (const auto& feed : feeds) {
    const auto arrival = arrivals.find(feed.id);
    Unread unread{feed.unread, std::nullopt};
    if (arrival != arrivals.end()) unread.newest = arrival->second;
    put_unread(out, feed_id(feed.id), unread);
    labels[label_of_folder(feed.folder)].add(unread);
    all.add(unread);
  }
  for (const auto& label : labels_of(feeds)) put_unread(out, label_id(label), labels[label]);
  put_unread(out, reading_list_id, all);
  out.close(']');
  return "{\"max\":" + std::to_string(all.count) + ",\"unreadcounts\":" + list + "}";
}

std::string user_json(std::string_view name) {
  std::string body;
  JsonWriter out(body);
  out.open('{').key("userId").text("1").key("userName").text(name);
  out.key("userProfileId").text("1").key("userEmail").text(name).close('}');
  return body;
}

std::string item_refs_json(std::span<const model::ArticleId> ids, bool more) {
  std::string body;
  body.reserve(64 + ids.size() * 26);
  JsonWriter out(body);
  out.open('{').key("itemRefs").open('[');
  // No second member: Readrops stops there.
  for (const auto id : ids) out.open('{').key("id").text(decimal_item_id(id)).close('}');
  out.close(']');
  if (more && !ids.empty()) out.key("continuation").text(decimal_item_id(ids.back()));
  out.close('}');
  return body;
}

std::string items_opening(std::string_view stream, Instant now) {
  std::string body;
  JsonWriter out(body);
  out.open('{').key("id").text(stream).key("updated").integer(now.time_since_epoch().count());
  out.key("items").open('[');
  return body;
}

std::string items_end(std::optional<model::ArticleId> continuation) {
  std::string end = "]";
  if (continuation) end += ",\"continuation\":\"" + decimal_item_id(*continuation) + "\"";
  return end + "}";
}

void append_item(std::string& body, const model::Article& article, const std::string& content, const model::Feed* feed,
                 Client client) {
  const auto& entry = article.entry;
  const auto link = link_of(article, feed);
  JsonWriter out(body);
  out.open('{').key("id").text(long_item_id(article.id)).key("title").text(title_of(article));
  put_times(out, article);
  out.key("canonical").open('[').open('{').key("href").text(link).close('}').close(']');
  // RSS Guard takes one of another type for an enclosure, and Readrops the last of several.
  out.key("alternate").open('[').open('{').key("href").text(link).key("type").text("text/html").close('}').close(']');
  // Not `content` as well: NewsFlash fails on both.
  out.key("summary").open('{').key("content");
  if (content.empty()) {
    out.text(text::escape(entry.summary));
  } else {
    out.text(content);
  }
  out.close('}').key("author").text(authors_of(entry));
  put_categories(out, article, feed, client);
  // Without it Liferea forgets, when it fetches the article again, that it is starred.
  if (client == Client::liferea) out.key("marked").boolean(article.starred);
  out.key("origin").open('{').key("streamId").text(feed_id(article.feed_id));
  out.key("title").text(feed == nullptr ? "" : std::string_view(title_of(*feed)));
  out.key("htmlUrl").text(feed == nullptr ? "" : std::string_view(feed->home_page_url)).close('}');
  put_enclosures(out, entry.attachments);
  out.close('}');
}

std::string quickadd_json(std::string_view url, const model::Feed& feed) {
  std::string body;
  JsonWriter out(body);
  out.open('{').key("numResults").integer(1).key("query").text(url);
  out.key("streamId").text(feed_id(feed.id)).key("streamName").text(title_of(feed)).close('}');
  return body;
}

std::string quickadd_failure_json(std::string_view detail) {
  std::string body;
  JsonWriter out(body);
  out.open('{').key("numResults").integer(0).key("error").text(detail).close('}');
  return body;
}

std::string title_of(const model::Article& article) {
  constexpr std::size_t short_bytes = 80;
  const auto& entry = article.entry;
  if (!entry.title.empty()) return entry.title;
  auto title = html::excerpt(entry.content_html, short_bytes);
  if (title.empty()) title = html::excerpt(text::escape(entry.summary), short_bytes);
  if (title.empty()) title = entry.url;
  return title.empty() ? "Article " + std::to_string(raw(article.id)) : title;
}

}  // namespace newscache::api::google
