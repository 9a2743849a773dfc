#pragma once
// What a transaction does to the search index, gathered and done at its end in the order of the ids: FTS5 writes out
// its memory whenever an id is smaller than the one before, and every such piece is merged with others again later.

#include <map>
#include <optional>

#include "model/article.hpp"
#include "store/database.hpp"
#include "store/search_text.hpp"

namespace newscache::store {

class SearchIndex {
 public:
  explicit SearchIndex(Database& database) : database_(database) {}

  void add(model::ArticleId id, const model::Entry& entry);
  // `entry` must be what the article's stored record says: the text is removed as it was added.
  void remove(model::ArticleId id, const model::Entry& entry);
  // An entry cannot be removed, because the record that it was made from is damaged: it stays, and the next start makes
  // the index anew.
  void give_up();
  void write();

 private:
  struct Pending {
    std::optional<SearchText> remove;
    std::optional<SearchText> add;
  };

  Database& database_;
  std::map<model::ArticleId, Pending> pending_;
  std::size_t pending_bytes_ = 0;
};

}  // namespace newscache::store
