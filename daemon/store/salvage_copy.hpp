#pragma once
// Rows of a damaged database on their way into a new one: what each table's must be like, batches, and what has been
// met on the way.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "store/carver.hpp"
#include "store/database.hpp"

namespace newscache::store {

// The highest that were seen anywhere.
struct HighestIds {
  std::int64_t feed = 0;
  std::int64_t article = 0;
  std::int64_t revision = 0;
};

class SalvageCopy {
 public:
  SalvageCopy(Database& target, const std::function<void()>& progress) : target_(target), progress_(progress) {}

  // The row of totals and the change log: what has been given, and how many articles there were.
  void read_totals(const Carver& source);
  // False when something of it is lost or had to be left out.
  bool copy_dictionaries(const Carver& source);
  bool copy_feeds(const Carver& source);
  // `bodies_are_whole`: whether no content is lost.
  bool copy_articles(const Carver& source, bool& bodies_are_whole);
  void copy_rest(const Carver& source);
  // From now on rows come from a snapshot: of deleted feeds and articles it has some still.
  void begin_snapshot() { from_snapshot_ = true; }

  const HighestIds& highest() const { return highest_; }
  // Of the row of totals; -1 when that is lost.
  std::int64_t articles_before() const { return articles_before_; }

 private:
  using Check = std::function<bool(const CarvedRow&)>;
  bool copy(const Carver& source, std::string_view table, const Check& check);
  bool insert(const Shape& shape, const CarvedRow& row);
  Shape shape_of(std::string_view table);
  std::size_t column(std::string_view table, std::string_view name);
  bool restore_feeds_from_indexes(const Carver& source);
  bool has_article(std::int64_t id);
  bool is_gone(std::int64_t feed, std::string_view uid);
  void note(std::int64_t& highest, std::int64_t seen);
  const std::string& insertion(const Shape& shape, std::size_t columns);
  void written();
  void commit();

  Database& target_;
  const std::function<void()>& progress_;
  std::unique_ptr<Transaction> transaction_;
  std::int64_t rows_in_transaction_ = 0;
  std::map<std::pair<std::string, std::size_t>, std::string> insertions_;  // by table and number of columns
  HighestIds highest_;
  bool from_snapshot_ = false;
  std::int64_t articles_before_ = -1;
};

}  // namespace newscache::store
