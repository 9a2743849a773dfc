#pragma once
// What is subscribed to, with what the poller knows of it, which is newer than the database: bookkeeping arrives late
// there.

#include <optional>
#include <string>
#include <vector>

#include "api/context.hpp"
#include "model/feed.hpp"

namespace newscache::api {

loop::awaitable<std::vector<model::Feed>> current_feeds(Context& context);
loop::awaitable<Result<model::Feed>> current_feed(Context& context, model::FeedId id);
// That of an address as somebody typed it.
loop::awaitable<std::optional<model::Feed>> feed_at(Context& context, std::string typed_url);

}  // namespace newscache::api
