#pragma once
// EntryQuery as SQL.

#include <optional>
#include <string>

#include "model/query.hpp"
#include "store/sql_builder.hpp"

namespace newscache::store {

// What the database looks like, by which the way through it is chosen.
struct EntryFacts {
  std::int64_t articles = 0;
  std::int64_t unread = 0;
  bool has_removed_feeds = false;
};

// Column: id. `found`: what the text finds, as a JSON array of ids.
BoundSql entry_list_sql(const model::EntryQuery& query, const EntryFacts& facts,
                        const std::optional<std::string>& found);
// One row: how many there are without limit and offset.
BoundSql entry_count_sql(const model::EntryQuery& query, const EntryFacts& facts,
                         const std::optional<std::string>& found);

}  // namespace newscache::store
