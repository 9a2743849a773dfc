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
  bool shrinks = false;  // may be cut when the line would not fit the terminal
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
  std::vector<std::size_t> widths(std::size_t limit) const;
  void print_row(const Console& console, const std::vector<Cell>& cells, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

// Aligned "name  value" lines.
void print_pairs(const Console& console, const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace newscache::client
