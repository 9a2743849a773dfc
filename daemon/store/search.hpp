#pragma once
// Full-text search: which articles, in which order. docs/decisions/0001-search-index.md says why so.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/query.hpp"
#include "store/article_query.hpp"
#include "store/database.hpp"

namespace newscache::store {

// So many of the newest matches are ranked by relevance; older ones are not looked at.
constexpr std::int64_t kRankedMatches = 2000;

struct Match {
  model::ArticleId id{};
  Position position;
  double score = 0;
  std::string finding;  // see search_rank.hpp
};

// What a person typed, with the feeds that it names looked up. Cause::invalid with the position.
Result<TextFilter> text_filter(Database& database, std::string_view text);

// The first matches after the position, in the order of the query. Cause::unavailable when that takes too long.
Result<std::vector<Match>> find_matches(Database& database, const model::ArticleQuery& query, const TextFilter& text,
                                        const std::optional<Position>& after, std::int64_t limit);

}  // namespace newscache::store
