// /v1/feeds and what hangs below it, and /v1/refresh.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <iterator>
#include <unordered_map>

#include "api/handlers.hpp"
#include "api/shapes.hpp"
#include "api/subscribed.hpp"
#include "text/date.hpp"
#include "text/url.hpp"

namespace newscache::api {

namespace json = boost::json;

namespace {

std::optional<model::FeedId> find(const std::unordered_map<model::FeedId, model::FeedId>& duplicates,
                                  model::FeedId id) {
  const auto found = duplicates.find(id);
  return found == duplicates.end() ? std::nullopt : std::optional(found->second);
}

Response feed_response(Context& context, model::Feed feed, int status = 200) {
  const auto& poller = context.services.poller;
  if (const auto* state = poller.state(feed.id)) feed.state = *state;
  return json_response(json::value(feed_json(feed, poller.polling(feed.id), find(poller.duplicates(), feed.id))),
                       status);
}

// A subscription that cannot be: the address is no feed, or nobody knows because it could not be fetched; `cause`
// tells.
int status_of_refusal(Cause cause) {
  const bool ours =
      cause == Cause::conflict || cause == Cause::not_found || cause == Cause::unavailable || cause == Cause::internal;
  return ours ? status_of(cause) : 422;
}

loop::awaitable<Response> refusal_response(Context& context, ingest::Refusal refusal, std::string typed_url) {
  json::object more;
  if (refusal.error.cause == Cause::not_a_feed || !refusal.candidates.empty()) {
    json::array candidates;
    for (const auto& candidate : refusal.candidates) {
      json::object one;
      one["url"] = candidate.url;
      one["title"] = candidate.title;
      candidates.push_back(std::move(one));
    }
    more["candidates"] = std::move(candidates);
  }
  if (refusal.error.cause == Cause::conflict) {
    const auto existing = co_await feed_at(context, std::move(typed_url));
    if (existing) more["feed_id"] = raw(existing->id);
  }
  co_return problem(status_of_refusal(refusal.error.cause), refusal.error, std::move(more));
}

}  // namespace

loop::awaitable<std::vector<model::Feed>> current_feeds(Context& context) {
  auto read = [](store::Reader& reader) { return reader.feeds(); };
  auto feeds = co_await context.services.reader.run(read);
  for (auto& feed : feeds) {
    if (const auto* state = context.services.poller.state(feed.id)) feed.state = *state;
  }
  co_return feeds;
}

loop::awaitable<Result<model::Feed>> current_feed(Context& context, model::FeedId id) {
  auto read = [id](store::Reader& reader) { return reader.feed(id); };
  auto feed = co_await context.services.reader.run(std::move(read));
  if (!feed) co_return feed.error();
  if (const auto* state = context.services.poller.state(id)) feed->state = *state;
  co_return std::move(*feed);
}

loop::awaitable<std::optional<model::Feed>> feed_at(Context& context, std::string typed_url) {
  auto find = [typed = std::move(typed_url)](store::Reader& reader) -> std::optional<model::Feed> {
    const auto url = text::subscription_url(typed);
    return url ? reader.feed_by_url(*url) : std::nullopt;
  };
  co_return co_await context.services.reader.run(std::move(find));
}

loop::awaitable<Response> list_feeds(Context& context, Request&) {
  auto feeds = co_await current_feeds(context);
  std::vector<bool> polling;
  polling.reserve(feeds.size());
  const auto& poller = context.services.poller;
  for (const auto& feed : feeds) polling.push_back(poller.polling(feed.id));
  // A thousand feeds are a megabyte of JSON, which the loop need not make.
  auto render = [feeds = std::move(feeds), polling = std::move(polling),
                 duplicates = poller.duplicates()](store::Reader&) {
    std::string out = R"({"feeds":[)";
    for (std::size_t i = 0; i < feeds.size(); ++i) {
      if (i > 0) out += ',';
      out += json::serialize(feed_json(feeds[i], polling[i], find(duplicates, feeds[i].id)));
    }
    return out + "]}";
  };
  auto body = co_await context.services.reader.run(std::move(render));
  co_return json_response(std::move(body));
}

loop::awaitable<Response> get_feed(Context& context, Request& request) {
  auto feed = co_await current_feed(context, model::FeedId{request.id});
  if (!feed) co_return problem(feed.error());
  co_return feed_response(context, std::move(*feed));
}

loop::awaitable<Response> get_journal(Context& context, Request& request) {
  std::int64_t limit = store::kAttemptsKept;
  ParameterReader reader(request.parameters);
  reader.integer("limit", 1, 1000, limit);
  if (reader.error()) co_return problem(*reader.error());
  const model::FeedId id{request.id};
  auto attempts = context.services.poller.deferred_attempts(id);
  std::reverse(attempts.begin(), attempts.end());
  auto read = [id, limit](store::Reader& store_reader) { return store_reader.journal(id, limit); };
  const auto stored = co_await context.services.reader.run(std::move(read));
  if (!stored) co_return problem(stored.error());
  // What has been written meanwhile would be there twice.
  if (!attempts.empty() && !stored->empty() && stored->front() == attempts.front()) attempts.clear();
  attempts.insert(attempts.end(), stored->begin(), stored->end());
  if (std::ssize(attempts) > limit) attempts.resize(static_cast<std::size_t>(limit));
  co_return json_response(json::value(journal_json(attempts)));
}

loop::awaitable<Response> add_feed(Context& context, Request& request) {
  std::size_t validate = 0;
  ParameterReader reader(request.parameters);
  reader.word("validate", {"automatic", "now", "later"}, validate);
  if (reader.error()) co_return problem(*reader.error());
  const auto body = parse_object(request.body);
  if (!body) co_return problem(body.error());
  auto feed = parse_new_feed(*body);
  if (!feed) co_return problem(422, feed.error());
  std::string typed_url = feed->url;
  auto outcome =
      co_await context.services.subscriptions.subscribe(std::move(*feed), static_cast<ingest::Validate>(validate));
  if (auto* refusal = std::get_if<ingest::Refusal>(&outcome)) {
    co_return co_await refusal_response(context, std::move(*refusal), std::move(typed_url));
  }
  auto& added = std::get<model::Feed>(outcome);
  const auto location = "/v1/feeds/" + std::to_string(raw(added.id));
  auto response = feed_response(context, std::move(added), 201);
  response.headers.emplace_back("Location", location);
  co_return response;
}

loop::awaitable<Response> change_feed(Context& context, Request& request) {
  const model::FeedId id{request.id};
  const auto body = parse_object(request.body);
  if (!body) co_return problem(body.error());
  auto patch = parse_feed_patch(*body);
  if (!patch) co_return problem(422, patch.error());
  auto changed = co_await context.services.subscriptions.change(id, std::move(*patch));
  if (!changed) co_return problem(status_of_refusal(changed.error().cause), changed.error());
  co_return feed_response(context, std::move(*changed));
}

loop::awaitable<Response> remove_feed(Context& context, Request& request) {
  std::size_t purge = 0;
  ParameterReader reader(request.parameters);
  reader.word("purge", {"unstarred", "all"}, purge);
  if (reader.error()) co_return problem(*reader.error());
  const auto removed = co_await context.services.subscriptions.remove(model::FeedId{request.id}, purge == 1);
  if (!removed) co_return problem(removed.error());
  Response response;
  response.status = 204;
  co_return response;
}

namespace {

loop::awaitable<Response> refresh(Context& context, Request& request, std::optional<model::FeedId> feed) {
  bool force = false;
  ParameterReader reader(request.parameters);
  reader.boolean("force", force);
  if (reader.error()) co_return problem(*reader.error());
  if (force && !request.is_admin) {
    co_return problem(403, "only root, the daemon's own user and members of socket.admin_group may force a refresh");
  }
  const auto queued = context.services.poller.refresh(feed, force);
  if (!queued) co_return problem(queued.error());
  json::array ids;
  for (const auto id : *queued) ids.push_back(json::value(raw(id)));
  json::object out;
  out["feeds"] = std::move(ids);
  out["started_at"] = text::format_rfc3339(context.services.clock.wall());
  co_return json_response(json::value(std::move(out)), 202);
}

}  // namespace

loop::awaitable<Response> refresh_feed(Context& context, Request& request) {
  return refresh(context, request, model::FeedId{request.id});
}

loop::awaitable<Response> refresh_all(Context& context, Request& request) {
  return refresh(context, request, std::nullopt);
}

}  // namespace newscache::api
