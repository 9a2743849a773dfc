#include "client/table.hpp"

#include <algorithm>
#include <ostream>

namespace newscache::client {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8;  // a column is not cut below this

}  // namespace

void Table::add(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  for (auto& cell : cells) cell.text = printable_line(cell.text);
  rows_.push_back({std::move(cells), {}});
}

void Table::note(std::string_view text) {
  if (!rows_.empty()) rows_.back().note = printable_line(text);
}

std::vector<std::size_t> Table::widths(std::size_t limit) const {
  std::vector<std::size_t> widths;
  std::size_t total = gap * (columns_.size() - 1);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row.cells[i].text));
    widths.push_back(width);
    total += width;
  }
  // The widest of the columns that may shrink gives way first.
  while (limit > 0 && total > limit) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool candidate = columns_[i].shrinks && widths[i] > narrowest;
      if (candidate && (widest == columns_.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
    --total;
  }
  return widths;
}

void Table::print_row(const Console& console, const std::vector<Cell>& cells,
                      const std::vector<std::size_t>& widths) const {
  std::string line;
  std::size_t pending = 0;  // blanks due before the next text, so that none end a line
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto text = cut_to_width(cells[i].text, widths[i]);
    const auto padding = widths[i] - std::min(widths[i], display_width(text));
    if (columns_[i].align == Align::right) pending += padding;
    if (!text.empty()) {
      line.append(pending, ' ').append(styled(console, cells[i].style, text));
      pending = 0;
    }
    if (columns_[i].align == Align::left) pending += padding;
    pending += gap;
  }
  console.out << line << '\n';
}

void Table::print(const Console& console) const {
  if (rows_.empty()) return;
  const auto columns = widths(console.width);
  std::vector<Cell> titles;
  for (const auto& column : columns_) titles.push_back({column.title, Style::dim});
  print_row(console, titles, columns);
  for (const auto& row : rows_) {
    print_row(console, row.cells, columns);
    if (row.note.empty()) continue;
    const auto note = console.width > 2 * gap ? cut_to_width(row.note, console.width - 2 * gap) : row.note;
    console.out << std::string(2 * gap, ' ') << styled(console, Style::dim, note) << '\n';
  }
}

void print_pairs(const Console& console, const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t width = 0;
  for (const auto& [name, value] : pairs) width = std::max(width, display_width(name));
  for (const auto& [name, value] : pairs) {
    if (value.empty()) continue;
    console.out << styled(console, Style::dim, name) << std::string(width + gap - display_width(name), ' ')
                << printable_line(value) << '\n';
  }
}

}  // namespace newscache::client
