// What is subscribed to, and changes of it, in the Google Reader dialect.

#include "api/readers/google_handlers.hpp"
#include "api/readers/google_ids.hpp"
#include "api/readers/google_reader_shapes.hpp"
#include "api/readers/google_streams.hpp"
#include "api/readers/pictures.hpp"
#include "api/shapes.hpp"
#include "api/subscribed.hpp"
#include "base/hash.hpp"

namespace newscache::api::google {
namespace {

loop::awaitable<std::vector<model::Feed>> read_feeds(Context& context) {
  auto read = [](store::Reader& reader) { return reader.feeds(); };
  co_return co_await context.services.reader.run(read);
}

// With a tag of what it says: who has it already (NetNewsWire asks) needs nothing more.
Response tagged(std::string body, std::string_view known) {
  auto etag = "\"" + hex(sha256({body}), 16) + "\"";
  if (matches_etag(known, etag)) return not_modified(std::move(etag));
  auto response = json_text(std::move(body));
  response.etag = std::move(etag);
  return response;
}

// By date it is the newest, which is when the last one came, or near enough to know that something did.
Arrivals arrivals_of(store::Reader& reader, const std::vector<model::Feed>& feeds) {
  Arrivals arrivals;
  for (const auto& feed : feeds) {
    if (feed.articles == 0) continue;
    model::ArticleQuery query;
    query.feed = feed.id;
    query.limit = 1;
    query.with_content = false;
    const auto newest = reader.articles(query);
    if (newest && !newest->articles.empty()) arrivals.emplace(feed.id, newest->articles.front().date_received);
  }
  return arrivals;
}

std::string folder_of_label(std::string_view label) { return label == default_label ? "" : std::string(label); }

// The folder that the parameters of that name have as a label; the last one, as everywhere a feed is in one folder.
std::optional<std::string> folder_in(const Parameters& parameters, std::string_view name) {
  std::optional<std::string> folder;
  for (const auto value : parameters.all(name)) {
    if (const auto label = label_of(value)) folder = folder_of_label(*label);
  }
  return folder;
}

std::string_view value_at(const std::vector<std::string_view>& values, std::size_t index) {
  return index < values.size() ? values[index] : std::string_view();
}

Response no_line(std::string_view name) {
  return refusal(std::string(name) + ": too long, or with control characters");
}

// Subscribed to already is as good.
loop::awaitable<Response> subscribe(Context& context, Request& request) {
  const auto streams = request.parameters.all("s");
  const auto titles = request.parameters.all("t");
  const auto folder = folder_in(request.parameters, "a").value_or("");
  if (!is_line(folder)) co_return no_line("a");
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const auto stream = parse_stream(streams[i]);
    if (stream.kind == Stream::Kind::feed) {
      const auto known = co_await current_feed(context, stream.feed);
      if (!known) co_return refusal(known.error().detail);
      continue;
    }
    if (stream.kind != Stream::Kind::feed_url) co_return refusal("s: feed/ and the address of a feed");
    model::NewFeed feed;
    feed.url = stream.name;
    feed.custom_title = value_at(titles, i);
    feed.folder = folder;
    if (!is_line(feed.custom_title)) co_return no_line("t");
    auto outcome = co_await context.services.subscriptions.subscribe(std::move(feed), ingest::Validate::automatic);
    const auto* refused = std::get_if<ingest::Refusal>(&outcome);
    if (refused != nullptr && refused->error.cause != Cause::conflict) co_return refusal(refused->error.detail);
    if (refused == nullptr) context.empty_folders.erase(std::get<model::Feed>(outcome).folder);
  }
  co_return ok();
}

enum class Named { feeds, labels };

// The feeds that the streams of that kind in `s` are; none when one of them is unknown.
loop::awaitable<std::optional<std::vector<model::FeedId>>> named_feeds(Context& context, const Request& request,
                                                                       Named named) {
  const auto feeds = co_await read_feeds(context);
  std::vector<model::FeedId> ids;
  for (const auto id : request.parameters.all("s")) {
    const auto stream = parse_stream(id);
    const bool is_label = stream.kind == Stream::Kind::label;
    const auto found = is_label == (named == Named::labels) ? feeds_of(stream, feeds) : std::vector<model::FeedId>();
    const bool is_empty_folder = is_label && named == Named::labels && context.empty_folders.contains(stream.name);
    if (found.empty() && !is_empty_folder) co_return std::nullopt;
    ids.insert(ids.end(), found.begin(), found.end());
  }
  co_return ids;
}

loop::awaitable<Response> unsubscribe(Context& context, const std::vector<model::FeedId>& feeds) {
  for (const auto id : feeds) {
    const auto removed = co_await context.services.subscriptions.remove(id, false);
    if (!removed) co_return refusal(removed.error().detail);
  }
  co_return ok();
}

loop::awaitable<Response> change_all(Context& context, std::vector<model::FeedId> feeds, model::FeedPatch patch) {
  for (const auto id : feeds) {
    auto one = patch;
    const auto changed = co_await context.services.subscriptions.change(id, std::move(one));
    if (!changed) co_return refusal(changed.error().detail);
    context.empty_folders.erase(changed->folder);
  }
  co_return ok();
}

// A title; another folder; or out of one.
model::FeedPatch patch_of(const Parameters& parameters) {
  model::FeedPatch patch;
  const auto* title = parameters.find("t");
  if (title != nullptr && !title->empty()) patch.custom_title = *title;
  patch.folder = folder_in(parameters, "a");
  if (!patch.folder && folder_in(parameters, "r")) patch.folder = "";
  return patch;
}

// Those that have no feeds any more, or never had any.
void forget_folders(Context& context, const Request& request) {
  for (const auto id : request.parameters.all("s")) {
    if (const auto label = label_of(id)) context.empty_folders.erase(std::string(*label));
  }
}

}  // namespace

loop::awaitable<Response> list_subscriptions(Context& context, Request& request) {
  // Liferea takes "not modified" for all of it, and does not look for articles.
  auto read = [known = request.if_none_match, may_be_known = !is_liferea(request),
               pictures = picture_source(context, request)](store::Reader& reader) {
    const auto icon_of = [&](const model::Feed& feed) {
      if (feed.icon.empty() || !pictures.keys.are_given()) return feed.icon;
      const auto asset = reader.asset_of(feed.icon);
      return asset ? pictures.url_of(*asset) : feed.icon;
    };
    auto body = subscriptions_json(reader.feeds(), icon_of);
    return may_be_known ? tagged(std::move(body), known) : json_text(std::move(body));
  };
  co_return co_await context.services.reader.run(std::move(read));
}

loop::awaitable<Response> list_tags(Context& context, Request& request) {
  auto read = [known = request.if_none_match, empty = context.empty_folders.all()](store::Reader& reader) {
    return tagged(tags_json(reader.feeds(), empty), known);
  };
  co_return co_await context.services.reader.run(std::move(read));
}

loop::awaitable<Response> count_unread(Context& context, Request&) {
  auto read = [](store::Reader& reader) {
    const store::Reader::View view(reader);
    const auto feeds = reader.feeds();
    return json_text(unread_counts_json(feeds, arrivals_of(reader, feeds)));
  };
  co_return co_await context.services.reader.run(read);
}

loop::awaitable<Response> edit_subscription(Context& context, Request& request) {
  const auto* action = request.parameters.find("ac");
  if (request.parameters.find("s") == nullptr) co_return refusal("s: a feed is needed");
  if (action != nullptr && *action == "subscribe") co_return co_await subscribe(context, request);
  const bool is_edit = action != nullptr && *action == "edit";
  if (!is_edit && (action == nullptr || *action != "unsubscribe")) {
    co_return refusal("ac: subscribe, unsubscribe or edit");
  }
  auto feeds = co_await named_feeds(context, request, Named::feeds);
  if (!feeds) co_return refusal("s: there is no such feed");
  if (!is_edit) co_return co_await unsubscribe(context, *feeds);
  auto patch = patch_of(request.parameters);
  if (!is_line(patch.custom_title.value_or(""))) co_return no_line("t");
  if (!is_line(patch.folder.value_or(""))) co_return no_line("a");
  co_return co_await change_all(context, std::move(*feeds), std::move(patch));
}

loop::awaitable<Response> quickadd(Context& context, Request& request) {
  const auto* typed = request.parameters.find("quickadd");
  if (typed == nullptr || typed->empty()) co_return refusal("quickadd: the address of a feed is needed");
  const auto stream = parse_stream(*typed);
  model::NewFeed feed;
  feed.url = stream.kind == Stream::Kind::feed_url ? stream.name : *typed;
  std::string url = feed.url;
  auto outcome = co_await context.services.subscriptions.subscribe(std::move(feed), ingest::Validate::automatic);
  if (const auto* added = std::get_if<model::Feed>(&outcome)) co_return json_text(quickadd_json(added->url, *added));
  const auto& error = std::get<ingest::Refusal>(outcome).error;
  if (error.cause == Cause::conflict) {
    const auto existing = co_await feed_at(context, std::move(url));
    if (existing) co_return json_text(quickadd_json(existing->url, *existing));
  }
  co_return json_text(quickadd_failure_json(error.detail));
}

loop::awaitable<Response> rename_tag(Context& context, Request& request) {
  const auto* dest = request.parameters.find("dest");
  const auto name = dest == nullptr ? std::nullopt : label_of(*dest);
  if (!name) co_return refusal("dest: a label is needed");
  model::FeedPatch patch;
  patch.folder = folder_of_label(*name);
  if (!is_line(*patch.folder)) co_return no_line("dest");
  auto feeds = co_await named_feeds(context, request, Named::labels);
  if (!feeds || request.parameters.find("s") == nullptr) co_return refusal("s: there is no such label");
  forget_folders(context, request);
  if (feeds->empty() && !patch.folder->empty()) context.empty_folders.add(*patch.folder);
  co_return co_await change_all(context, std::move(*feeds), std::move(patch));
}

loop::awaitable<Response> disable_tag(Context& context, Request& request) {
  model::FeedPatch patch;
  patch.folder = "";
  auto feeds = co_await named_feeds(context, request, Named::labels);
  if (!feeds || request.parameters.find("s") == nullptr) co_return refusal("s: there is no such label");
  forget_folders(context, request);
  co_return co_await change_all(context, std::move(*feeds), std::move(patch));
}

loop::awaitable<Response> import_subscriptions(Context& context, Request& request) {
  const auto imported = co_await context.services.subscriptions.import_opml(std::move(request.body));
  if (!imported) co_return refusal(imported.error().detail);
  co_return ok();
}

}  // namespace newscache::api::google
