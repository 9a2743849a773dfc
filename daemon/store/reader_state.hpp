#pragma once
// What the Reader's parts share.

#include <memory>

#include "store/database.hpp"
#include "store/search.hpp"

namespace newscache::store {

struct Reader::State {
  explicit State(const Options& options) : database(options, Access::read), search(database) {}
  static Result<std::unique_ptr<State>> open(const Options& options);
  Database database;
  Search search;
};

}  // namespace newscache::store
