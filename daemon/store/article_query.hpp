#pragma once
// ArticleQuery and MarkRequest as SQL: which articles, in which order, through which index.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "model/query.hpp"
#include "store/search_query.hpp"
#include "store/sql_builder.hpp"

namespace newscache::store {

// What a search asks for, ready for SQL.
struct TextFilter {
  SearchQuery query;
  std::optional<std::string> only_feeds;  // their ids as a JSON array
  std::optional<std::string> no_feeds;

  bool empty() const { return query.terms.empty(); }
};

// The place of an article in its list: the next page begins after it. `key` is the date of order; by relevance, the
// tier.
struct Position {
  std::int64_t key = 0;
  std::int64_t id = 0;
  std::int64_t index = 0;  // how many articles came up to here
};

// Opaque to clients: a version, what the query was, and the position.
std::string write_cursor(const model::ArticleQuery& query, const Position& position);
// Cause::invalid when it is damaged or belongs to another query. Without a cursor: no position.
Result<std::optional<Position>> read_cursor(const model::ArticleQuery& query);

// Of what is unread, of what is read: whether it is collected feed by feed rather than picked out of all articles.
using ByFeed = std::array<bool, 2>;

// Columns: id, date of order. For what has no text to search for.
BoundSql list_sql(const model::ArticleQuery& query, const std::optional<Position>& after, const ByFeed& by_feed,
                  std::int64_t limit);
// Columns: id, date of order (0 by relevance). What the expression finds with ids below that, in the order of arrival
// (the last one first, except for the oldest): search.cpp orders them.
BoundSql search_sql(const model::ArticleQuery& query, const TextFilter& text, const std::string& expression,
                    const std::optional<Position>& after, std::int64_t below);
// Columns: id, feed id, read, starred; those that the request would change.
BoundSql mark_sql(const model::MarkRequest& request, const TextFilter& text);

bool by_relevance(const model::ArticleQuery& query);

}  // namespace newscache::store
