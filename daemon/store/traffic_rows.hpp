#pragma once
// What all polling has cost, a row a day (UTC). It costs one page a transaction.

#include <cstdint>
#include <span>
#include <vector>

#include "model/feed.hpp"
#include "store/database.hpp"

namespace newscache::store {

// The bytes of the updates' attempts, summed up by day, oldest first. Days that cost nothing are left out.
std::vector<model::DayTraffic> traffic_of(std::span<const model::FeedUpdate> updates);
// Adds them to the rows.
void count_traffic(Database& database, std::span<const model::DayTraffic> days);
// What completing articles has received, of which the column `offline_bytes` has a sum of its own.
void count_completing(Database& database, std::int64_t day, std::int64_t bytes, std::int64_t metered_bytes);
std::int64_t offline_bytes_of(Database& database, std::int64_t day);
// Drops what is too old once `newest` has begun.
void trim_traffic(Database& database, std::int64_t newest);
std::vector<model::DayTraffic> traffic_since(Database& database, std::int64_t day);  // oldest first

}  // namespace newscache::store
