// Feeds and categories, as Miniflux's clients see and change them.

#include <algorithm>

#include "api/base64.hpp"
#include "api/file_part.hpp"
#include "api/readers/miniflux_handlers.hpp"
#include "api/shapes.hpp"
#include "api/subscribed.hpp"

namespace newscache::api {

namespace json = boost::json;

namespace {

// Larger icons are none that a list could show.
constexpr std::int64_t most_icon_bytes = 512 << 10;

Response no_feed() { return problem(404, "there is no such feed"); }
Response no_category() { return problem(404, "there is no such category"); }

// None when it is absent; `error` when it is no line of text.
std::optional<std::string> text_member(const json::object& body, std::string_view name, std::optional<Error>& error) {
  const auto* value = body.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) return std::nullopt;
  std::string text(value->get_string().data(), value->get_string().size());
  if (is_line(text)) return text;
  error = Error{Cause::invalid, std::string(name) + " is too long, or has control characters"};
  return std::nullopt;
}

// None when it is absent or empty; `error` when it names no category.
std::optional<std::string> folder_member(const json::object& body, const MinifluxLibrary& library,
                                         std::optional<Error>& error) {
  const auto* value = body.if_contains("category_id");
  if (value == nullptr || value->is_null() || (value->is_int64() && value->get_int64() == 0)) return std::nullopt;
  const auto* category = value->is_int64() ? library.categories().find(value->get_int64()) : nullptr;
  if (category != nullptr) return category->folder;
  error = Error{Cause::invalid, "there is no such category"};
  return std::nullopt;
}

Response feed_list(MinifluxLibrary& library, const Category* of) {
  std::string out = "[";
  for (const auto& feed : library.feeds()) {
    if (of != nullptr && feed.folder != of->folder) continue;
    if (out.size() > 1) out += ',';
    out += library.feed_json(feed);
  }
  return json_response(out + "]");
}

// All that are in it go there.
loop::awaitable<Result<void>> move_feeds(Context& context, std::vector<model::FeedId> feeds, std::string folder) {
  for (const auto id : feeds) {
    model::FeedPatch patch;
    patch.folder = folder;
    const auto changed = co_await context.services.subscriptions.change(id, std::move(patch));
    if (!changed) co_return changed.error();
  }
  co_return Result<void>();
}

// The title that a request gives a category; `error` when it is none, or another's.
std::string title_member(const json::object& body, const MinifluxLibrary& library, std::optional<Error>& error) {
  auto title = text_member(body, "title", error).value_or("");
  if (error) return title;
  const auto is_taken = [&title](const auto& one) { return one.title == title; };
  const auto& all = library.categories().all();
  if (title.empty()) {
    error = Error{Cause::invalid, "the title is empty"};
  } else if (std::any_of(all.begin(), all.end(), is_taken)) {
    error = Error{Cause::invalid, "this category already exists"};
  }
  return title;
}

}  // namespace

loop::awaitable<std::shared_ptr<MinifluxLibrary>> read_library(Context& context) {
  auto feeds = co_await current_feeds(context);
  Categories categories(feeds, context.empty_folders.all());
  auto library = std::make_shared<MinifluxLibrary>(std::move(feeds), std::move(categories));
  auto find_icons = [library](store::Reader& reader) {
    for (const auto& feed : library->feeds()) {
      const auto asset = feed.icon.empty() ? std::nullopt : reader.asset_of(feed.icon);
      if (asset && asset->bytes <= most_icon_bytes) library->set_icon(feed.id);
    }
  };
  co_await context.services.reader.run(std::move(find_icons));
  co_return library;
}

loop::awaitable<Response> miniflux_feeds(Context& context, Request&) {
  const auto library = co_await read_library(context);
  // A thousand feeds are a megabyte of JSON, which the loop need not make.
  auto render = [library](store::Reader&) { return feed_list(*library, nullptr); };
  co_return co_await context.services.reader.run(std::move(render));
}

loop::awaitable<Response> miniflux_category_feeds(Context& context, Request& request) {
  const auto library = co_await read_library(context);
  const auto* category = library->categories().find(request.id);
  if (category == nullptr) co_return no_category();
  auto render = [library, category](store::Reader&) { return feed_list(*library, category); };
  co_return co_await context.services.reader.run(std::move(render));
}

loop::awaitable<Response> miniflux_feed(Context& context, Request& request) {
  const auto library = co_await read_library(context);
  const auto* feed = library->find(model::FeedId{request.id});
  co_return feed == nullptr ? no_feed() : json_response(std::string(library->feed_json(*feed)));
}

// Those that have none are left out.
loop::awaitable<Response> miniflux_counters(Context& context, Request&) {
  const auto feeds = co_await current_feeds(context);
  std::string out;
  text::JsonWriter writer(out);
  writer.open('{');
  for (const std::string_view which : {"reads", "unreads"}) {
    writer.key(which).open('{');
    for (const auto& feed : feeds) {
      const auto count = which == "reads" ? feed.articles - feed.unread : feed.unread;
      if (count > 0) writer.key(std::to_string(model::raw(feed.id))).integer(count);
    }
    writer.close('}');
  }
  writer.close('}');
  co_return json_response(std::move(out));
}

loop::awaitable<Response> miniflux_icon(Context& context, Request& request) {
  auto read = [id = model::FeedId{request.id}](store::Reader& reader) -> Result<std::string> {
    const Error none{Cause::not_found, "there is no icon"};
    const auto feed = reader.feed(id);
    const auto asset = feed && !feed->icon.empty() ? reader.asset_of(feed->icon) : std::nullopt;
    if (!asset || asset->bytes > most_icon_bytes) return none;
    auto opened = reader.open_asset(asset->sha256);
    if (!opened) return none;
    FilePart file(std::move(opened->file), 0, asset->bytes);
    const auto bytes = file.next(static_cast<std::size_t>(most_icon_bytes));
    std::string out;
    text::JsonWriter(out).open('{').key("id").integer(model::raw(id)).key("mime_type").text(asset->type);
    text::JsonWriter(out).key("data").text(asset->type + ";base64," + base64(bytes)).close('}');
    return out;
  };
  auto icon = co_await context.services.reader.run(std::move(read));
  co_return icon ? json_response(std::move(*icon)) : problem(icon.error());
}

loop::awaitable<Response> miniflux_refresh_feed(Context& context, Request& request) {
  const auto queued = context.services.poller.refresh(model::FeedId{request.id}, false);
  if (!queued && queued.error().cause == Cause::not_found) co_return no_feed();
  co_return queued ? no_content() : problem(queued.error());
}

loop::awaitable<Response> miniflux_refresh_category(Context& context, Request& request) {
  const auto library = co_await read_library(context);
  const auto* category = library->categories().find(request.id);
  if (category == nullptr) co_return no_category();
  // What is paused or has no address is not polled by this.
  for (const auto id : library->feeds_of(*category)) (void)context.services.poller.refresh(id, false);
  co_return no_content();
}

loop::awaitable<Response> miniflux_refresh_all(Context& context, Request&) {
  const auto queued = context.services.poller.refresh(std::nullopt, false);
  co_return queued ? no_content() : problem(queued.error());
}

loop::awaitable<Response> miniflux_add_feed(Context& context, Request& request) {
  const auto body = lenient_object(request);
  if (!body) co_return problem(body.error());
  const auto library = co_await read_library(context);
  std::optional<Error> error;
  model::NewFeed feed;
  feed.url = text_member(*body, "feed_url", error).value_or("");
  feed.folder = folder_member(*body, *library, error).value_or("");
  if (!error && feed.url.empty()) error = Error{Cause::invalid, "the feed_url is missing"};
  if (error) co_return problem(*error);
  auto outcome = co_await context.services.subscriptions.subscribe(std::move(feed), ingest::Validate::automatic);
  if (const auto* refusal = std::get_if<ingest::Refusal>(&outcome)) co_return problem(refusal->error);
  std::string out;
  const auto& added = std::get<model::Feed>(outcome);
  text::JsonWriter(out).open('{').key("feed_id").integer(model::raw(added.id)).close('}');
  context.empty_folders.erase(added.folder);
  co_return json_response(std::move(out), 201);
}

loop::awaitable<Response> miniflux_change_feed(Context& context, Request& request) {
  const model::FeedId id{request.id};
  const auto body = lenient_object(request);
  if (!body) co_return problem(body.error());
  auto library = co_await read_library(context);
  if (library->find(id) == nullptr) co_return no_feed();
  std::optional<Error> error;
  model::FeedPatch patch;
  patch.url = text_member(*body, "feed_url", error);
  patch.custom_title = text_member(*body, "title", error);
  patch.folder = folder_member(*body, *library, error);
  if (const auto* disabled = body->if_contains("disabled"); disabled != nullptr && disabled->is_bool()) {
    patch.paused = disabled->get_bool();
  }
  if (error) co_return problem(*error);
  const auto changed = co_await context.services.subscriptions.change(id, std::move(patch));
  if (!changed) co_return problem(changed.error());
  context.empty_folders.erase(changed->folder);
  library = co_await read_library(context);
  const auto* feed = library->find(id);
  co_return feed == nullptr ? no_feed() : json_response(std::string(library->feed_json(*feed)), 201);
}

loop::awaitable<Response> miniflux_remove_feed(Context& context, Request& request) {
  const auto removed = co_await context.services.subscriptions.remove(model::FeedId{request.id}, false);
  co_return removed ? no_content() : problem(removed.error());
}

loop::awaitable<Response> miniflux_categories(Context& context, Request& request) {
  const auto library = co_await read_library(context);
  const auto* counts = request.parameters.find("counts");
  const bool with_counts = counts != nullptr && lenient_boolean(*counts).value_or(false);
  std::string out = "[";
  for (const auto& category : library->categories().all()) {
    if (out.size() > 1) out += ',';
    out += library->category_json(category, with_counts);
  }
  co_return json_response(out + "]");
}

namespace {

// Which may be gone again: others work meanwhile.
loop::awaitable<Response> category_of(Context& context, std::string folder) {
  const auto library = co_await read_library(context);
  const auto* category = library->categories().of_folder(folder);
  if (category == nullptr) co_return no_category();
  co_return json_response(library->category_json(*category, false), 201);
}

}  // namespace

loop::awaitable<Response> miniflux_add_category(Context& context, Request& request) {
  const auto body = lenient_object(request);
  if (!body) co_return problem(body.error());
  const auto library = co_await read_library(context);
  std::optional<Error> error;
  auto title = title_member(*body, *library, error);
  if (error) co_return problem(*error);
  if (!context.empty_folders.add(title)) co_return problem(400, "too many categories without feeds");
  co_return co_await category_of(context, title);
}

loop::awaitable<Response> miniflux_change_category(Context& context, Request& request) {
  const auto body = lenient_object(request);
  if (!body) co_return problem(body.error());
  const auto library = co_await read_library(context);
  const auto* category = library->categories().find(request.id);
  if (category == nullptr) co_return no_category();
  std::optional<Error> error;
  if (text_member(*body, "title", error) == category->title) {
    co_return json_response(library->category_json(*category, false), 201);
  }
  if (category->id == Categories::default_id) co_return problem(400, "this category cannot be renamed");
  auto title = title_member(*body, *library, error);
  if (error) co_return problem(*error);
  auto feeds = library->feeds_of(*category);
  context.empty_folders.erase(category->folder);
  if (feeds.empty() && !context.empty_folders.add(title)) co_return problem(400, "too many categories without feeds");
  const auto moved = co_await move_feeds(context, std::move(feeds), title);
  if (!moved) co_return problem(moved.error());
  co_return co_await category_of(context, title);
}

// A Miniflux takes the feeds with it. Here they are without a category then: unsubscribing is said of a feed.
loop::awaitable<Response> miniflux_remove_category(Context& context, Request& request) {
  const auto library = co_await read_library(context);
  const auto* category = library->categories().find(request.id);
  if (category == nullptr) co_return no_category();
  if (category->id == Categories::default_id) co_return problem(400, "this category cannot be removed");
  context.empty_folders.erase(category->folder);
  const auto moved = co_await move_feeds(context, library->feeds_of(*category), std::string());
  co_return moved ? no_content() : problem(moved.error());
}

loop::awaitable<Response> miniflux_export(Context& context, Request&) {
  Response response;
  response.body = co_await context.services.subscriptions.export_opml();
  response.content_type = "text/xml; charset=utf-8";
  co_return response;
}

loop::awaitable<Response> miniflux_import(Context& context, Request& request) {
  const auto imported = co_await context.services.subscriptions.import_opml(std::move(request.body));
  if (!imported) co_return problem(imported.error());
  co_return json_response(std::string(R"({"message":"Feeds imported successfully"})"), 201);
}

}  // namespace newscache::api
