#pragma once
// The tables, as an append-only list of migrations, and the check that a file is ours.

#include <cstdint>

#include "base/result.hpp"
#include "store/database.hpp"

namespace newscache::store {

// "newc": PRAGMA application_id, in the header of every database of ours.
constexpr std::int32_t kApplicationId = 0x6e657763;

int newest_schema();
// Cause::invalid when the file exists and is no database of ours, or of a newer version. Changes nothing.
Result<void> check_file(const Options& options);
// Brings a new or older database to a schema, each step in a transaction of its own.
void migrate(Database& database, int schema = newest_schema());

}  // namespace newscache::store
