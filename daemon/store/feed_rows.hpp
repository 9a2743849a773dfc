#pragma once
// Feeds as rows: one subscription in `feed`, how it behaves in `feed_state`, when it was and is to be polled in `poll`.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/feed.hpp"
#include "store/database.hpp"

namespace newscache::store {

struct StoredFeed {
  model::Feed feed;
  std::string publisher_title;
  bool removed = false;  // unsubscribed; here for its starred articles only
};

std::vector<model::Feed> subscribed_feeds(Database& database);  // by folder and title
std::optional<StoredFeed> find_feed(Database& database, model::FeedId id);
std::optional<StoredFeed> find_feed_by_url(Database& database, std::string_view url);  // subscribed ones
std::optional<StoredFeed> find_feed_by_uid(Database& database, std::string_view uid);  // removed ones too

void insert_feed(Database& database, const StoredFeed& feed);
// Everything but state and counts.
void update_feed(Database& database, const StoredFeed& feed);
void update_feed_state(Database& database, model::FeedId id, const model::FeedState& state);
// The same by what a poll has changed: only the times where nothing else differs, and nothing where nothing does.
void update_feed_state(Database& database, model::FeedId id, const model::FeedState& before,
                       const model::FeedState& after);
void delete_feed(Database& database, model::FeedId id);
// One that was removed and has no articles left either.
void drop_if_empty(Database& database, model::FeedId id);

Error no_feed(model::FeedId id);  // Cause::not_found

}  // namespace newscache::store
