// The JSON bodies of requests: the second half of shapes.hpp.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/stream_parser.hpp>

#include "api/request.hpp"
#include "api/shapes.hpp"
#include "settings/feed_settings.hpp"

namespace newscache::api {

namespace json = boost::json;

namespace {

std::string_view view(boost::core::string_view text) { return {text.data(), text.size()}; }

std::optional<std::int64_t> id_of(const json::value& value) {
  const auto* number = value.if_int64();
  if (number == nullptr || *number < 1 || *number > 0x7fffffff) return std::nullopt;
  return *number;
}

// Null takes a setting away.
Result<model::SettingChanges> parse_settings(const json::object& object) {
  model::SettingChanges changes;
  model::FeedSettings checked;
  for (const auto& member : object) {
    const std::string key(view(member.key()));
    const auto& value = member.value();
    if (value.is_null()) {
      changes.insert_or_assign(key, std::nullopt);
      continue;
    }
    model::SettingValue setting;
    if (const auto* flag = value.if_bool()) {
      setting = *flag;
    } else if (const auto* number = value.if_int64()) {
      setting = *number;
    } else if (const auto* text = value.if_string()) {
      setting = std::string(view(*text));
    } else {
      return Error{Cause::invalid, "setting '" + key + "' must be a boolean, an integer or a string"};
    }
    if (auto set = settings::set_feed_setting(checked, key, setting); !set) return set.error();
    changes.insert_or_assign(key, std::move(setting));
  }
  return changes;
}

}  // namespace

bool is_line(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return text.size() <= max_line_bytes && std::none_of(text.begin(), text.end(), is_control);
}

Result<json::object> parse_object(std::string_view body) {
  json::parse_options options;
  options.max_depth = 16;
  json::stream_parser parser(json::storage_ptr(), options);
  boost::system::error_code error;
  const auto used = parser.write(body.data(), body.size(), error);
  if (!error) parser.finish(error);
  if (error) {
    const std::string where = body.empty() ? "it is empty" : error.message() + " at byte " + std::to_string(used);
    return Error{Cause::invalid, "the body is no JSON: " + where};
  }
  auto value = parser.release();
  if (!value.is_object()) return Error{Cause::invalid, "the body must be a JSON object"};
  return std::move(value.get_object());
}

const json::value* MemberReader::take(std::string_view name) {
  known_.push_back(name);
  return object_.if_contains(name);
}

void MemberReader::fail(std::string_view name, std::string_view expected) {
  if (!error_) error_ = Error{Cause::invalid, "member '" + std::string(name) + "' must be " + std::string(expected)};
}

void MemberReader::text(std::string_view name, std::optional<std::string>& value, bool null_is_empty) {
  const auto* given = take(name);
  if (given == nullptr) return;
  if (null_is_empty && given->is_null()) {
    value.emplace();
    return;
  }
  const auto* text = given->if_string();
  if (text == nullptr || text->size() > max_line_bytes) {
    fail(name, "a string of at most " + std::to_string(max_line_bytes) + " bytes");
    return;
  }
  const auto plain = view(*text);
  if (!is_line(plain)) {
    fail(name, "one line without control characters");
    return;
  }
  value = std::string(plain);
}

void MemberReader::boolean(std::string_view name, std::optional<bool>& value) {
  const auto* given = take(name);
  if (given == nullptr) return;
  if (const auto* flag = given->if_bool()) {
    value = *flag;
  } else {
    fail(name, "true or false");
  }
}

void MemberReader::id(std::string_view name, std::optional<std::int64_t>& value) {
  const auto* given = take(name);
  if (given == nullptr) return;
  value = id_of(*given);
  if (!value) fail(name, "an id, a positive integer");
}

void MemberReader::ids(std::string_view name, std::optional<std::vector<std::int64_t>>& value) {
  const auto* given = take(name);
  if (given == nullptr) return;
  value.emplace();
  const auto* list = given->if_array();
  if (list == nullptr) return fail(name, "a list of ids");
  for (const auto& element : *list) {
    const auto id = id_of(element);
    if (!id) return fail(name, "a list of ids, which are positive integers");
    value->push_back(*id);
  }
}

void MemberReader::instant(std::string_view name, std::optional<Instant>& value) {
  const auto* given = take(name);
  if (given == nullptr) return;
  if (const auto* text = given->if_string()) value = parse_instant(view(*text));
  if (!value) fail(name, "a time such as 2026-11-25T09:00:00Z or a date such as 2026-11-25");
}

const json::object* MemberReader::object(std::string_view name) {
  const auto* given = take(name);
  if (given == nullptr) return nullptr;
  const auto* object = given->if_object();
  if (object == nullptr) fail(name, "an object");
  return object;
}

Result<void> MemberReader::finish() {
  if (error_) return *error_;
  for (const auto& member : object_) {
    if (std::find(known_.begin(), known_.end(), view(member.key())) != known_.end()) continue;
    std::string expected;
    for (const auto name : known_) expected += (expected.empty() ? "" : ", ") + std::string(name);
    return Error{Cause::invalid, "unknown member '" + std::string(view(member.key())) + "': known are " + expected};
  }
  return {};
}

Result<model::NewFeed> parse_new_feed(const json::object& body) {
  MemberReader reader(body);
  std::optional<std::string> url;
  std::optional<std::string> title;
  std::optional<std::string> folder;
  reader.text("url", url);
  reader.text("title", title, true);
  reader.text("folder", folder, true);
  const auto* settings = reader.object("settings");
  if (auto read = reader.finish(); !read) return read.error();
  if (!url || url->empty()) return Error{Cause::invalid, "member 'url' is missing: the address to subscribe to"};
  model::NewFeed feed;
  feed.url = std::move(*url);
  feed.custom_title = title.value_or("");
  feed.folder = folder.value_or("");
  if (settings != nullptr) {
    const auto given = parse_settings(*settings);
    if (!given) return given.error();
    model::change_settings(feed.settings, *given);
  }
  return feed;
}

Result<model::FeedPatch> parse_feed_patch(const json::object& body) {
  MemberReader reader(body);
  model::FeedPatch patch;
  reader.text("url", patch.url);
  reader.text("title", patch.custom_title, true);
  reader.text("folder", patch.folder, true);
  reader.boolean("paused", patch.paused);
  const auto* settings = reader.object("settings");
  if (auto read = reader.finish(); !read) return read.error();
  if (settings != nullptr) {
    auto changes = parse_settings(*settings);
    if (!changes) return changes.error();
    patch.settings = std::move(*changes);
  }
  return patch;
}

namespace {

Result<void> something_to_set(const model::MarkRequest& request) {
  if (request.read || request.starred) return {};
  return Error{Cause::invalid, "nothing to set: give 'read' or 'starred', true or false"};
}

}  // namespace

Result<model::MarkRequest> parse_mark_request(const json::object& body) {
  MemberReader reader(body);
  model::MarkRequest request;
  std::optional<std::vector<std::int64_t>> ids;
  std::optional<std::int64_t> feed;
  std::optional<std::string> text;
  reader.ids("ids", ids);
  reader.id("feed", feed);
  reader.text("folder", request.folder);
  reader.instant("before", request.before);
  reader.text("q", text);
  reader.boolean("read", request.read);
  reader.boolean("starred", request.starred);
  if (auto read = reader.finish(); !read) return read.error();
  if (auto set = something_to_set(request); !set) return set.error();
  const bool filtered = feed || request.folder || request.before || text;
  if (ids && filtered) return Error{Cause::invalid, "give either 'ids' or filters, not both"};
  request.all = !ids;
  if (ids) {
    for (const auto id : *ids) request.ids.push_back(model::ArticleId{id});
  }
  if (feed) request.feed = model::FeedId{*feed};
  request.text = text.value_or("");
  return request;
}

Result<model::MarkRequest> parse_article_patch(const json::object& body, model::ArticleId id) {
  MemberReader reader(body);
  model::MarkRequest request;
  request.ids.push_back(id);
  reader.boolean("read", request.read);
  reader.boolean("starred", request.starred);
  if (auto read = reader.finish(); !read) return read.error();
  if (auto set = something_to_set(request); !set) return set.error();
  return request;
}

}  // namespace newscache::api
