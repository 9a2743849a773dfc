#include "api/shapes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "feed/json_feed.hpp"
#include "model/names.hpp"
#include "text/date.hpp"

namespace newscache::api {

namespace json = boost::json;
using text::JsonWriter;

namespace {

json::value text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return json::value(text);
}

json::value error_json(const std::optional<model::FeedError>& error) {
  if (!error) return nullptr;
  json::object out;
  out["cause"] = cause_name(error->cause);
  out["detail"] = error->detail;
  out["count"] = error->count;
  out["since"] = text::format_rfc3339(error->since);
  return out;
}

// Between which times articles may be missing.
json::value gap_json(const std::optional<model::Gap>& gap) {
  if (!gap) return nullptr;
  json::object out;
  out["after"] = text::format_rfc3339(gap->after);
  out["before"] = text::format_rfc3339(gap->before);
  return out;
}

// What the publisher says; its id is `guid` here.
void put_entry(JsonWriter& out, const model::Entry& entry, bool with_content) {
  out.key("guid").text(entry.guid);
  out.key("title").text(entry.title);
  feed::put_item(out, entry, with_content);
}

void put_time(JsonWriter& out, std::string_view key, Instant instant) {
  out.key(key).text(text::format_rfc3339(instant));
}

// Why it is not complete, and when it is tried again.
void put_completion(JsonWriter& out, const model::Completion& completion) {
  if (completion.attempts > 0) out.key("attempts").integer(completion.attempts);
  if (completion.next) put_time(out, "next", *completion.next);
  if (completion.cause) out.key("cause").text(cause_name(*completion.cause));
  out.text_unless_empty("detail", completion.detail);
}

void put_article(JsonWriter& out, const model::Article& article, bool with_content,
                 const model::Completion* completion = nullptr) {
  out.open('{');
  out.key("id").integer(raw(article.id));
  out.key("uid").text(article.uid);
  out.key("feed_id").integer(raw(article.feed_id));
  put_entry(out, article.entry, with_content);
  put_time(out, "date_received", article.date_received);
  out.key("revision").integer(raw(article.revision));
  out.key("read").boolean(article.read);
  out.key("starred").boolean(article.starred);
  out.key("offline").open('{');
  out.key("state").text(name(article.offline));
  out.key("bytes").integer(article.offline_bytes);
  if (completion != nullptr) put_completion(out, *completion);
  out.close('}');
  if (article.score) {
    out.key("snippet").text(article.snippet);
    out.key("score").real(*article.score);
  }
  out.close('}');
}

}  // namespace

json::value time_json(const std::optional<Instant>& instant) {
  if (!instant) return nullptr;
  return json::value(text::format_rfc3339(*instant));
}

void append_article(std::string& out, const model::Article& article, bool with_content) {
  JsonWriter writer(out);
  put_article(writer, article, with_content);
}

std::string article_json(const model::Article& article, bool with_content, const model::Completion* completion) {
  std::string text;
  JsonWriter writer(text);
  put_article(writer, article, with_content, completion);
  return text;
}

std::string history_json(const std::vector<model::ArticleVersion>& versions) {
  std::string text;
  JsonWriter out(text);
  out.open('{').key("versions").open('[');
  for (const auto& version : versions) {
    out.open('{').key("revision").integer(raw(version.revision));
    put_time(out, "replaced", version.replaced);
    put_entry(out, version.entry, true);
    out.close('}');
  }
  out.close(']').close('}');
  return text;
}

json::object settings_json(const model::FeedSettings& settings) {
  json::object out;
  for (const auto& [key, value] : settings) {
    std::visit([&out, &name = key](const auto& plain) { out[name] = plain; }, value);
  }
  return out;
}

json::object feed_json(const model::Feed& feed, bool polling, std::optional<model::FeedId> duplicate_of) {
  json::object out;
  out.reserve(28);
  out["id"] = raw(feed.id);
  out["uid"] = feed.uid;
  out["url"] = feed.url;
  out["title"] = feed.title;
  out["home_page_url"] = text_or_null(feed.home_page_url);
  out["description"] = text_or_null(feed.description);
  out["language"] = text_or_null(feed.language);
  out["icon"] = text_or_null(feed.icon);
  out["folder"] = feed.folder;
  out["state"] = name(feed.paused ? model::FeedStatus::paused : feed.state.status);
  out["polling"] = polling;
  out["last_attempt"] = time_json(feed.state.last_attempt);
  out["last_success"] = time_json(feed.state.last_success);
  out["next_poll"] = time_json(feed.state.next_poll);
  out["next_poll_rule"] = text_or_null(feed.state.next_poll_rule);
  out["error"] = error_json(feed.state.error);
  json::object counts;
  counts["articles"] = feed.articles;
  counts["unread"] = feed.unread;
  out["counts"] = std::move(counts);
  out["settings"] = settings_json(feed.settings);
  out["managed"] = feed.managed;
  out["gap"] = gap_json(feed.state.gap);
  out["duplicate_of"] = nullptr;
  if (duplicate_of) out["duplicate_of"] = raw(*duplicate_of);
  return out;
}

namespace {

json::object attempt_json(const model::Attempt& attempt) {
  json::object out;
  out["time"] = text::format_rfc3339(attempt.time);
  if (attempt.cause) {
    out["cause"] = cause_name(*attempt.cause);
    out["detail"] = attempt.detail;
  }
  if (attempt.status != 0) out["status"] = attempt.status;
  out["bytes"] = attempt.bytes;
  if (attempt.metered) out["metered"] = true;
  out["duration_ms"] = attempt.duration.count();
  out["new"] = attempt.added;
  out["updated"] = attempt.updated;
  if (attempt.next_poll) out["next_poll"] = text::format_rfc3339(*attempt.next_poll);
  out["next_poll_rule"] = attempt.next_poll_rule;
  return out;
}

}  // namespace

json::object journal_json(const std::vector<model::Attempt>& attempts) {
  json::array list;
  list.reserve(attempts.size());
  for (const auto& attempt : attempts) list.push_back(attempt_json(attempt));
  json::object out;
  out["attempts"] = std::move(list);
  return out;
}

std::string change_page_json(const model::ChangePage& page) {
  json::object out;
  out["epoch"] = page.epoch;
  json::array changes;
  changes.reserve(page.changes.size());
  for (const auto& change : page.changes) {
    json::object one;
    one["revision"] = raw(change.revision);
    one["type"] = name(change.type);
    one["op"] = name(change.op);
    one["id"] = change.id;
    changes.push_back(std::move(one));
  }
  out["changes"] = std::move(changes);
  out["revision"] = raw(page.revision);
  out["more"] = page.more;
  return json::serialize(out);
}

std::string authors_of(const model::Entry& entry) {
  std::string names;
  for (const auto& author : entry.authors) {
    const auto& name = author.name.empty() ? author.email : author.name;
    if (!name.empty()) names.append(names.empty() ? "" : ", ").append(name);
  }
  return names;
}

}  // namespace newscache::api
