#pragma once
// Attempts as rows: the last ones of each feed, for its journal. All feeds share one growing end and there is no index,
// so that a round of polls writes few pages (up to schema 9, for 200 feeds: 74 kB with their states, instead of 177 kB
// with an index over feed_id); journals are seldom read, and a scan takes milliseconds. The oldest are dropped in one
// go now and then.

#include <vector>

#include "model/attempt.hpp"
#include "model/ids.hpp"
#include "store/database.hpp"

namespace newscache::store {

void record_attempts(Database& database, model::FeedId feed, const std::vector<model::Attempt>& attempts);
// Drops the oldest of each feed beyond what is kept.
void trim_attempts(Database& database);
// Newest first.
std::vector<model::Attempt> last_attempts(Database& database, model::FeedId feed, std::int64_t limit);
void forget_attempts(Database& database, model::FeedId feed);

}  // namespace newscache::store
