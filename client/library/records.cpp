#include "client/library/records.hpp"

#include <boost/json/serialize.hpp>

#include "client/connection.hpp"
#include "client/json.hpp"
#include "text/date.hpp"

namespace newscache::client {
namespace {

std::string flag_text(const std::optional<bool>& flag) { return !flag ? "" : *flag ? "true" : "false"; }
std::string time_text(const std::optional<Time>& time) { return time ? text::format_rfc3339(*time) : ""; }

std::string_view order_text(Order order) {
  if (order == Order::oldest) return "oldest";
  return order == Order::newest ? "newest" : "relevance";
}

}  // namespace

Feed feed_of(const boost::json::object& feed) {
  const auto& counts = object_at(feed, "counts");
  return {count_at(feed, "id"),    text_at(feed, "uid"),   text_at(feed, "url"),         text_at(feed, "title"),
          text_at(feed, "folder"), text_at(feed, "state"), count_at(counts, "articles"), count_at(counts, "unread")};
}

Article article_of(const boost::json::object& json) {
  Article article;
  article.id = count_at(json, "id");
  article.uid = text_at(json, "uid");
  article.feed = count_at(json, "feed_id");
  article.url = text_at(json, "url");
  article.external_url = text_at(json, "external_url");
  article.title = text_at(json, "title");
  article.content_html = text_at(json, "content_html");
  article.summary = text_at(json, "summary");
  for (const auto& author : array_at(json, "authors")) {
    auto name = text_at(as_object(author), "name");
    if (name.empty()) name = text_at(as_object(author), "url");
    if (!name.empty()) article.authors.push_back(std::move(name));
  }
  for (const auto& tag : array_at(json, "tags")) {
    if (tag.is_string()) article.tags.emplace_back(tag.get_string());
  }
  for (const auto& value : array_at(json, "attachments")) {
    const auto& file = as_object(value);
    article.attachments.push_back({text_at(file, "url"), text_at(file, "mime_type"), count_at(file, "size_in_bytes")});
  }
  article.published = text::parse_date(text_at(json, "date_published"));
  article.received = text::parse_date(text_at(json, "date_received")).value_or(Time{});
  article.revision = count_at(json, "revision");
  article.read = flag_at(json, "read");
  article.starred = flag_at(json, "starred");
  article.snippet = text_at(json, "snippet");
  return article;
}

Change change_of(const boost::json::object& change) {
  return {text_at(change, "type") + "." + text_at(change, "op"), count_at(change, "revision"), count_at(change, "id"),
          boost::json::serialize(change)};
}

std::string articles_target(const Query& query) {
  return with_query("/v1/articles", {{"order", order_text(query.order)},
                                     {"feed", query.feed ? std::to_string(*query.feed) : ""},
                                     {"folder", query.folder},
                                     {"tag", query.tag},
                                     {"q", query.words},
                                     {"read", flag_text(query.read)},
                                     {"starred", flag_text(query.starred)},
                                     {"since", time_text(query.since)},
                                     {"until", time_text(query.until)},
                                     {"fields", query.with_content ? "" : "summary"}});
}

Error error_of(const Failure& failure) {
  constexpr long gone = 410;
  if (failure.exit == Exit::unreachable) return {Problem::unreachable, failure.message};
  if (failure.exit == Exit::not_found) return {Problem::not_found, failure.message};
  return {failure.status == gone ? Problem::start_over : Problem::refused, failure.message};
}

}  // namespace newscache::client
