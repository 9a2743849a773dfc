#pragma once
// How completing articles goes. An article's own row tells its state; one that has not been tried yet is kPendingNow
// and has nothing else: new ones cost no more than an entry in an index. Table `completion` has a row for those that
// have failed: when they are tried again, or why not.

#include <cstdint>

#include "model/offline.hpp"
#include "store/database.hpp"

namespace newscache::store {

// What the column `offline` of an article holds: the number of a model::OfflineState, or kPendingLater. For ever.
constexpr std::int64_t kOff = 0;
constexpr std::int64_t kPendingNow = 1;  // due at once
constexpr std::int64_t kPartial = 2;
constexpr std::int64_t kComplete = 3;
constexpr std::int64_t kFailed = 4;
constexpr std::int64_t kPendingLater = 5;  // table `completion` tells when

model::OfflineState offline_state(std::int64_t stored);

// Of an article; Cause::not_found.
Result<model::Completion> load_completion(Database& database, model::ArticleId id);
// What to store in the article's own row.
std::int64_t write_completion(Database& database, model::ArticleId id, const model::Completion& completion);
void forget_completion(Database& database, model::ArticleId id);
// See Reader::incomplete() and incomplete_count().
std::int64_t count_incomplete(Database& database);
Reader::Incompletes find_incomplete(Database& database, Instant by, std::int64_t limit);

}  // namespace newscache::store
