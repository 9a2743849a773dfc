#pragma once
// Full-text search: which articles, in which order. docs/decisions/0001-search-index.md says why so.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/article.hpp"
#include "model/query.hpp"
#include "store/article_query.hpp"
#include "store/database.hpp"
#include "store/leash.hpp"
#include "store/search_match.hpp"
#include "store/tokenizer.hpp"

namespace newscache::store {

struct Match {
  model::ArticleId id{};
  Position position;
  std::optional<Tier> tier;  // by relevance
};

// What the index finds, read where only its text tells.
class Candidates {
 public:
  Candidates(Database& database, const Tokenizer& tokenizer, const SearchQuery& query, Leash& leash);

  // Whether none needs to be read.
  bool exact() const { return exact_; }
  // Nothing: no match. When exact, all that is found matches somewhere. Cause::unavailable when that takes too long.
  Result<std::optional<Tier>> tier(std::int64_t id);

 private:
  Database& database_;
  Leash& leash_;
  bool exact_;
  Reading reading_;
};

class Search {
 public:
  explicit Search(Database& database) : database_(database), tokenizer_(database.handle()) {}

  // What a person typed, with the feeds that it names looked up. Cause::invalid with the position.
  Result<TextFilter> filter(std::string_view text);
  Candidates candidates(const TextFilter& text, Leash& leash) { return {database_, tokenizer_, text.query, leash}; }
  // The first matches after the position, in the order of the query. Cause::unavailable when that takes too long.
  Result<std::vector<Match>> find(const model::ArticleQuery& query, const TextFilter& text,
                                  const std::optional<Position>& after, std::int64_t limit, Leash& leash);
  // Adds snippet and score to an article with its content.
  void describe(const Match& match, const TextFilter& text, model::Article& article);

 private:
  Database& database_;
  Tokenizer tokenizer_;
};

}  // namespace newscache::store
