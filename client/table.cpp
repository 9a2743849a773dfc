#include "client/table.hpp"

#include <algorithm>
#include <ostream>

namespace newscache::client {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 12;  // a column is not cut below this

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
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row.cells[i].text));
    widths.push_back(width);
  }
  if (limit == 0) return widths;
  const auto least = [this](std::size_t i, std::size_t width) {
    return columns_[i].shrinks ? std::min(width, narrowest) : width;
  };
  const auto total = [&widths](const auto& width_of) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) sum += widths[i] > 0 ? width_of(i, widths[i]) + gap : 0;
    return sum - gap;
  };
  for (auto i = columns_.size(); i-- > 0 && total(least) > limit;) {
    if (columns_[i].optional) widths[i] = 0;
  }
  // The widest of the columns that may shrink gives way first.
  const auto as_is = [](std::size_t, std::size_t width) { return width; };
  for (auto excess = total(as_is); excess > limit; --excess) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool candidate = columns_[i].shrinks && widths[i] > narrowest;
      if (candidate && (widest == columns_.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  return widths;
}

void Table::print_row(const Console& console, const std::vector<Cell>& cells,
                      const std::vector<std::size_t>& widths) const {
  std::string line;
  std::size_t pending = 0;  // blanks due before the next text, so that none end a line
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (widths[i] == 0) continue;
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

void print_pairs(const Console& console, const std::vector<Pair>& pairs) {
  constexpr std::size_t least_room = 16;  // in less, a line that breaks anywhere is no worse
  std::size_t width = 0;
  for (const auto& pair : pairs) width = std::max(width, display_width(pair.name));
  const auto indent = width + gap;
  for (const auto& pair : pairs) {
    if (pair.value.empty()) continue;
    console.out << styled(console, Style::dim, pair.name) << std::string(indent - display_width(pair.name), ' ');
    auto rest = printable_line(pair.value);
    if (console.width >= indent + least_room) rest = wrap(rest, console.width - indent);
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      console.out << styled(console, pair.style, rest.substr(0, end)) << '\n' << std::string(indent, ' ');
      rest.erase(0, end + 1);
    }
    console.out << styled(console, pair.style, rest) << '\n';
  }
}

}  // namespace newscache::client
