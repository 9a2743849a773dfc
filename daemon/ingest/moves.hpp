#pragma once
// Taking over the address to which permanent redirects have led for long enough (schedule/move.hpp says how long).

#include <string>

#include "base/result.hpp"
#include "ingest/services.hpp"
#include "model/feed.hpp"

namespace newscache::ingest {

// For the database: the state, and nothing that a poll brought.
model::FeedUpdate state_update(const model::Feed& feed);

// Moves the feed to `feed.state.move.url`, on the disk: validators and times hold there, it is the same document.
// Cause::conflict when the address is not ours to change: the configuration declares the feed, another subscription has
// the new address, or the old one holds credentials.
loop::awaitable<Result<model::Feed>> follow_move(Services services, model::Feed feed);

}  // namespace newscache::ingest
