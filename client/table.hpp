#pragma once
// A plain table: columns aligned with blanks, two between them, no blanks at line ends, never a tab.

#include <cstddef>
#include <string>
#include <vector>

#include "client/terminal.hpp"

namespace newscache::client {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
  bool shrinks = false;   // may be cut when the line would not fit the terminal
  bool optional = false;  // left out when cutting is not enough; the last of these first
};

struct Cell {
  std::string text;
  Style style = Style::plain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // One cell a column. What would steer a terminal is removed here.
  void add(std::vector<Cell> cells);
  // An indented line below the last row.
  void note(std::string_view text);
  bool empty() const { return rows_.empty(); }
  // With a line of titles; nothing when there are no rows.
  void print(const Console& console) const;

 private:
  struct Row {
    std::vector<Cell> cells;
    std::string note;
  };
  // Of each column; 0 for one that is left out.
  std::vector<std::size_t> widths(std::size_t limit) const;
  void print_row(const Console& console, const std::vector<Cell>& cells, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

struct Pair {
  std::string name;
  std::string value;
  Style style = Style::plain;  // of the value
};

// Aligned "name  value" lines, long values continued below their beginning. A pair without a value is left out.
void print_pairs(const Console& console, const std::vector<Pair>& pairs);

}  // namespace newscache::client
