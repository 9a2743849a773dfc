#pragma once
// The rows of a damaged database, read from the pages themselves. SQLite reaches a row through the pages above it and
// gives up at the first that is damaged; here only what lies on a damaged page is lost. The pages above are used to
// tell which table a page belongs to, and where they are missing the pointer map of auto_vacuum, and at last what the
// rows look like.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/page_file.hpp"

namespace newscache::store {

struct Value {
  enum class Type { null, integer, real, text, blob };
  Type type = Type::null;
  std::int64_t integer = 0;
  std::string_view bytes;  // of text and blob
};

struct CarvedRow {
  std::int64_t id = 0;  // none in tables without rowid and in indexes
  std::vector<Value> values;
};

// What the rows of a table look like: all others are damaged or belong elsewhere.
struct Shape {
  std::string name;
  bool has_rowid = true;
  // One letter a column: r the rowid, i integer, t text, b blob; upper case: or null.
  std::string columns;
  std::size_t required = 0;    // so many columns every row has; the rest came with later versions
  bool is_recognised = false;  // rows of no other table look the same
};

class Carver {
 public:
  // The file must outlive this, and so must not change.
  explicit Carver(const PageFile& file);

  // Whether the table is known to the part of the schema that can be read.
  bool knows(std::string_view name) const { return roots_.contains(std::string(name)); }
  // Every row that can be read, page by page. False when something of the table is lost.
  bool read(const Shape& shape, const std::function<void(const CarvedRow&)>& take) const;
  // Of the first page; 0 when that is lost.
  std::uint32_t schema_version() const;

 private:
  void read_schema();
  void claim_tree(PageNumber root);
  void claim_children(PageNumber root, PageNumber parent, int depth, bool& leaves_below);
  void claim_orphans();
  PageNumber owner_by_pointer_map(PageNumber page) const;
  bool is_pointer_map(PageNumber page) const;
  struct Entry {
    int type = 0;
    PageNumber parent = 0;
  };
  // Type 0: the map does not tell.
  Entry pointer_map_entry(PageNumber page) const;
  bool parse(PageNumber page, const Shape& shape, std::vector<CarvedRow>& rows,
             std::vector<std::string>& payloads) const;
  bool payload(const std::string& page, std::size_t at, std::uint64_t size, bool of_index, std::string& into) const;

  const PageFile& file_;
  std::map<std::string, PageNumber> roots_;
  std::vector<PageNumber> owners_;         // by page: the root of its tree
  std::map<PageNumber, bool> is_damaged_;  // by root: whether pages above the rows are lost
  bool schema_is_whole_ = true;
  bool has_pointer_map_ = true;
  mutable PageNumber map_number_ = 0;  // the last that was looked at
  mutable std::string map_;
};

}  // namespace newscache::store
