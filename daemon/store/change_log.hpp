#pragma once
// The change log as it is read; it is written through Change (writer_state.hpp).

#include <vector>

#include "model/query.hpp"
#include "store/database.hpp"

namespace newscache::store {

// The lowest `since` from which the log is complete.
model::Revision oldest_known(Database& database, model::Revision newest);
std::vector<model::Change> changes_after(Database& database, model::Revision since, const model::ChangeFilter& filter,
                                         std::int64_t limit);

}  // namespace newscache::store
