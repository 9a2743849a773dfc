#pragma once
// The search index and the tags: what finds articles by their words and subjects. It follows the articles at a
// distance: a poll leaves it alone, and index() takes many articles in at once, since each piece that is written is
// merged with others again and again. `Totals::indexed` tells up to which article it has come, table `outdated` what it
// still has of articles that have been edited since. docs/decisions/0001-search-index.md has the figures.

#include <cstdint>
#include <map>
#include <string>

#include "model/article.hpp"
#include "store/database.hpp"
#include "store/record.hpp"

namespace newscache::store {

struct Totals;

// Part of one transaction, whose totals it changes.
class SearchIndex {
 public:
  SearchIndex(Database& database, Totals& totals) : database_(database), totals_(totals) {}

  // The article's record is about to be replaced.
  void edited(model::ArticleId id, const Record& old);
  // The article, whose stored record is `old`, is about to be deleted.
  void remove(model::ArticleId id, Instant sort, const Record& old);
  // Takes in up to so many articles, those first that have been edited.
  void advance(std::int64_t limit);
  // Empties it: every article waits to be taken in.
  void start_over();
  // Does what remove() has gathered: FTS5 writes out its memory whenever an id is smaller than the one before.
  void write();

 private:
  std::int64_t refresh_outdated(std::int64_t limit);
  void take_in_new(std::int64_t limit);
  void take_in(model::ArticleId id, Instant sort, const Record& record);
  // Whether it could be: a damaged record does not tell what the index has of it.
  bool take_out(model::ArticleId id, Instant sort, const Record& record);

  Database& database_;
  Totals& totals_;
  std::map<model::ArticleId, std::string> removals_;
  std::size_t removal_bytes_ = 0;
  std::size_t indexed_bytes_ = 0;
};

}  // namespace newscache::store
