#pragma once
// Attempts as rows: the last ones of each feed, for its journal.

#include <vector>

#include "model/attempt.hpp"
#include "model/ids.hpp"
#include "store/database.hpp"

namespace newscache::store {

// Appends, and drops the oldest beyond what is kept of a feed.
void record_attempts(Database& database, model::FeedId feed, const std::vector<model::Attempt>& attempts);
// Newest first.
std::vector<model::Attempt> last_attempts(Database& database, model::FeedId feed, std::int64_t limit);
void forget_attempts(Database& database, model::FeedId feed);

}  // namespace newscache::store
