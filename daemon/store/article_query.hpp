#pragma once
// ArticleQuery and MarkRequest as SQL: which articles, in which order, through which index.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "model/query.hpp"
#include "store/database.hpp"

namespace newscache::store {

// Fixed fragments put together, and what to bind to their parameters.
struct BoundSql {
  std::string text;
  std::vector<std::variant<std::int64_t, double, std::string>> values;

  void bind_to(Query& query) const;
};

// The place of an article in its list: the next page begins after it. `key` is the date of order, or the bits of the
// score.
struct Position {
  std::int64_t key = 0;
  std::int64_t id = 0;
  std::int64_t index = 0;  // how many articles came up to here
};

// Opaque to clients: a version, what the query was, and the position.
std::string write_cursor(const model::ArticleQuery& query, const Position& position);
// Cause::invalid when it is damaged or belongs to another query. Without a cursor: no position.
Result<std::optional<Position>> read_cursor(const model::ArticleQuery& query);

// Columns: id, date of order, and the score when the order is relevance. `match`: the FTS5 expression, or empty. A
// small folder is better collected feed by feed than picked out of all articles.
BoundSql list_sql(const model::ArticleQuery& query, const std::string& match, const std::optional<Position>& after,
                  bool small_folder, std::int64_t limit);
// Columns: id, feed id, read, starred; those that the request would change.
BoundSql mark_sql(const model::MarkRequest& request, const std::string& match);

bool by_relevance(const model::ArticleQuery& query);

}  // namespace newscache::store
