#include "store/carver.hpp"

#include <algorithm>
#include <optional>

namespace newscache::store {

namespace {

// The kinds of pages in a tree.
constexpr unsigned kTableLeaf = 0x0d;
constexpr unsigned kTableInner = 0x05;
constexpr unsigned kIndexLeaf = 0x0a;
constexpr unsigned kIndexInner = 0x02;

// The kinds of pages in the pointer map.
constexpr int kRootPage = 1;
constexpr int kTreePage = 5;
constexpr std::size_t kMapEntryBytes = 5;
constexpr std::size_t kPagesPerMap = kPageBytes / kMapEntryBytes;

constexpr PageNumber kSchemaRoot = 1;
constexpr std::size_t kFileHeader = 100;
constexpr PageNumber kLockPage = (1U << 30) / kPageBytes + 1;
// A page of whom nobody knows, but which may hold rows.
constexpr PageNumber kUnknown = ~PageNumber{0};
constexpr int kMaxDepth = 24;
constexpr std::uint64_t kMaxPayload = 64 << 20;

std::optional<std::uint64_t> varint(std::string_view bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (int i = 0; i < 9; ++i, ++at) {
    if (at >= bytes.size()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (i == 8) {
      ++at;
      return value << 8 | byte;
    }
    value = value << 7 | (byte & 0x7f);
    if ((byte & 0x80) == 0) {
      ++at;
      return value;
    }
  }
  return value;
}

std::int64_t signed_number(std::string_view bytes) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

// How many bytes a value of that serial type takes; none for types that there are not.
std::optional<std::uint64_t> bytes_of(std::uint64_t type) {
  constexpr std::uint64_t kFixed[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
  if (type < std::size(kFixed)) return kFixed[type];
  if (type < 12) return std::nullopt;
  return (type - 12) / 2;
}

Value value_of(std::uint64_t type, std::string_view bytes) {
  if (type == 0) return {};
  if (type == 7) return {Value::Type::real, 0, bytes};
  if (type == 8 || type == 9) return {Value::Type::integer, static_cast<std::int64_t>(type - 8), {}};
  if (type < 7) return {Value::Type::integer, signed_number(bytes), {}};
  return {type % 2 == 0 ? Value::Type::blob : Value::Type::text, 0, bytes};
}

// A record: sizes and types of all values, then the values. All of it must fit exactly.
bool parse_record(std::string_view payload, std::vector<Value>& values) {
  std::size_t at = 0;
  const auto header = varint(payload, at);
  if (!header || *header > payload.size() || *header < at) return false;
  std::size_t body = static_cast<std::size_t>(*header);
  while (at < *header) {
    const auto type = varint(payload.substr(0, static_cast<std::size_t>(*header)), at);
    const auto size = type ? bytes_of(*type) : std::nullopt;
    if (!size || *size > payload.size() - body) return false;
    values.push_back(value_of(*type, payload.substr(body, static_cast<std::size_t>(*size))));
    body += static_cast<std::size_t>(*size);
  }
  return body == payload.size();
}

bool fits(const Value& value, char column) {
  switch (value.type) {
    case Value::Type::null:
      return column == 'r' || (column >= 'A' && column <= 'Z');
    case Value::Type::integer:
      return column == 'i' || column == 'I';
    case Value::Type::text:
      return column == 't' || column == 'T';
    case Value::Type::blob:
      return column == 'b' || column == 'B';
    case Value::Type::real:
      return false;
  }
  return false;
}

bool fits(const CarvedRow& row, const Shape& shape) {
  if (row.values.size() < shape.required || row.values.size() > shape.columns.size()) return false;
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    if (!fits(row.values[i], shape.columns[i])) return false;
  }
  return true;
}

const Shape& schema_shape() {
  static const Shape shape{"sqlite_schema", true, "tttiT", 5, true};
  return shape;
}

// The head of a page of a tree.
struct PageHead {
  unsigned kind = 0;
  std::size_t cells = 0;
  std::size_t pointers = 0;  // where the array of cells begins
  PageNumber last_child = 0;

  PageHead(std::string_view page, PageNumber number) {
    const std::size_t at = number == 1 ? kFileHeader : 0;
    kind = static_cast<unsigned char>(page[at]);
    cells = big_endian(page, at + 3, 2);
    pointers = at + (is_inner() ? 12 : 8);
    if (is_inner()) last_child = big_endian(page, at + 8, 4);
    if (!is_known() || pointers + 2 * cells > kPageBytes) kind = 0;
  }
  bool is_inner() const { return kind == kTableInner || kind == kIndexInner; }
  bool is_index() const { return kind == kIndexLeaf || kind == kIndexInner; }
  bool is_known() const { return is_inner() || kind == kTableLeaf || kind == kIndexLeaf; }
  bool is_damaged() const { return kind == 0; }
  std::size_t cell(std::string_view page, std::size_t index) const { return big_endian(page, pointers + 2 * index, 2); }
};

}  // namespace

Carver::Carver(const PageFile& file) : file_(file), owners_(std::size_t{file.pages()} + 1) {
  std::string first;
  if (file_.read(1, first) && first.starts_with("SQLite format 3")) has_pointer_map_ = big_endian(first, 52, 4) != 0;
  // The schema first: whose trees there are.
  claim_tree(kSchemaRoot);
  claim_orphans();
  read_schema();
  std::replace(owners_.begin(), owners_.end(), kUnknown, PageNumber{0});
  for (const auto& [name, root] : roots_) claim_tree(root);
  claim_orphans();
}

std::uint32_t Carver::schema_version() const {
  std::string page;
  return file_.read(1, page) ? big_endian(page, 60, 4) : 0;
}

void Carver::read_schema() {
  const bool whole = read(schema_shape(), [this](const CarvedRow& row) {
    const auto root = row.values[3].integer;
    if (root > 1 && root <= file_.pages()) roots_[std::string(row.values[1].bytes)] = static_cast<PageNumber>(root);
  });
  if (!whole) schema_is_whole_ = false;
}

void Carver::claim_tree(PageNumber root) {
  bool leaves_below = false;
  owners_[0] = 0;
  if (root < owners_.size()) owners_[root] = root;
  is_damaged_[root] = root >= owners_.size();
  claim_children(root, root, 0, leaves_below);
}

// All leaves of a tree are equally deep, so that one of a parent's children tells about all of them.
void Carver::claim_children(PageNumber root, PageNumber parent, int depth, bool& leaves_below) {
  std::string page;
  if (!file_.read(parent, page) || PageHead(page, parent).is_damaged() || depth > kMaxDepth) {
    is_damaged_[root] = true;
    return;
  }
  const PageHead head(page, parent);
  leaves_below = !head.is_inner();
  if (leaves_below) return;
  bool children_are_leaves = false;
  for (std::size_t i = 0; i <= head.cells; ++i) {
    PageNumber child = head.last_child;
    if (i < head.cells) {
      const auto at = head.cell(page, i);
      child = at + 4 <= kPageBytes ? big_endian(page, at, 4) : 0;
    }
    // A page that others have already is no child of this one.
    if (child == 0 || child >= owners_.size() || is_pointer_map(child) || owners_[child] != 0) {
      is_damaged_[root] = true;
      continue;
    }
    const auto entry = pointer_map_entry(child);
    if (entry.type != 0 && (entry.type != kTreePage || entry.parent != parent)) {
      is_damaged_[root] = true;  // this page or the map; claim_orphans() finds what the map knows
      continue;
    }
    owners_[child] = root;
    if (!children_are_leaves) claim_children(root, child, depth + 1, children_are_leaves);
  }
}

// Where pages above are lost, others still tell where those below belong.
void Carver::claim_orphans() {
  const bool lost = !schema_is_whole_ ||
                    std::any_of(is_damaged_.begin(), is_damaged_.end(), [](const auto& tree) { return tree.second; });
  if (!lost) return;
  std::string page;
  for (PageNumber number = 2; number < owners_.size(); ++number) {
    if (owners_[number] != 0 || is_pointer_map(number) || number == kLockPage) continue;
    const auto entry = pointer_map_entry(number);
    if (entry.type != 0 && entry.type != kRootPage && entry.type != kTreePage) continue;  // free, or the rest of a row
    if (!file_.read(number, page) || PageHead(page, number).is_damaged()) continue;
    const auto owner = entry.type == 0 ? 0 : owner_by_pointer_map(number);
    owners_[number] = owner != 0 ? owner : kUnknown;
  }
}

PageNumber Carver::owner_by_pointer_map(PageNumber page) const {
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const auto entry = pointer_map_entry(page);
    if (is_damaged_.contains(page)) return page;  // the root of a known tree
    if (entry.type != kTreePage) return 0;
    page = entry.parent;
  }
  return 0;
}

bool Carver::is_pointer_map(PageNumber page) const {
  return has_pointer_map_ && page >= 2 && (page - 2) % (kPagesPerMap + 1) == 0;
}

Carver::Entry Carver::pointer_map_entry(PageNumber page) const {
  if (page < 3 || !has_pointer_map_) return {};
  const auto map = static_cast<PageNumber>((page - 2) / (kPagesPerMap + 1) * (kPagesPerMap + 1) + 2);
  if (map_number_ != map && !file_.read(map, map_)) map_.clear();
  map_number_ = map;
  if (map_.size() != kPageBytes) return {};
  const auto at = (page - map - 1) * kMapEntryBytes;
  Entry entry{static_cast<unsigned char>(map_[at]), big_endian(map_, at + 1, 4)};
  const bool has_parent = entry.type > 2;
  if (entry.type > kTreePage || has_parent != (entry.parent != 0) || entry.parent >= owners_.size()) return {};
  return entry;
}

// What does not fit on the page lies in a chain of others, which tells how much is on this one.
bool Carver::payload(const std::string& page, std::size_t at, std::uint64_t size, bool of_index,
                     std::string& into) const {
  constexpr std::size_t kLeast = (kPageBytes - 12) * 32 / 255 - 23;
  const std::size_t most = of_index ? (kPageBytes - 12) * 64 / 255 - 23 : kPageBytes - 35;
  if (size > kMaxPayload) return false;
  auto left = static_cast<std::size_t>(size);
  std::size_t here = left;
  if (left > most) {
    here = kLeast + (left - kLeast) % (kPageBytes - 4);
    if (here > most) here = kLeast;
  }
  if (at + here + (here < left ? 4 : 0) > kPageBytes) return false;
  into.assign(page, at, here);
  auto next = here < left ? big_endian(page, at + here, 4) : 0;
  left -= here;
  std::string more;
  while (left > 0) {
    if (!file_.read(next, more)) return false;
    const auto part = std::min(left, kPageBytes - 4);
    into.append(more, 4, part);
    left -= part;
    next = big_endian(more, 0, 4);
  }
  return true;
}

// False when the page, or a row of it, is damaged. `payloads` has what the rows refer to.
bool Carver::parse(PageNumber number, const Shape& shape, std::vector<CarvedRow>& rows,
                   std::vector<std::string>& payloads) const {
  std::string page;
  if (!file_.read(number, page)) return false;
  const PageHead head(page, number);
  if (head.is_damaged() || head.is_index() == shape.has_rowid) return false;
  if (head.kind == kTableInner) return true;  // has no rows
  bool whole = true;
  payloads.reserve(head.cells);
  for (std::size_t i = 0; i < head.cells; ++i) {
    auto at = head.cell(page, i) + (head.kind == kIndexInner ? 4 : 0);
    const auto size = varint(page, at);
    CarvedRow row;
    const auto id = size && shape.has_rowid ? varint(page, at) : std::optional<std::uint64_t>(0);
    std::string bytes;
    if (!size || !id || !payload(page, at, *size, head.is_index(), bytes)) {
      whole = false;
      continue;
    }
    payloads.push_back(std::move(bytes));
    row.id = static_cast<std::int64_t>(*id);
    if (!parse_record(payloads.back(), row.values) || !fits(row, shape)) {
      whole = false;
      continue;
    }
    rows.push_back(std::move(row));
  }
  return whole;
}

bool Carver::read(const Shape& shape, const std::function<void(const CarvedRow&)>& take) const {
  const auto known = roots_.find(shape.name);
  const PageNumber root = shape.name == schema_shape().name ? kSchemaRoot
                          : known != roots_.end()           ? known->second
                                                            : kUnknown;
  const auto damaged = is_damaged_.find(root);
  bool whole = damaged != is_damaged_.end() && !damaged->second;
  for (PageNumber number = 1; number < owners_.size(); ++number) {
    const bool guess = owners_[number] == kUnknown && !whole && shape.is_recognised;
    if (!guess && (owners_[number] != root || root == kUnknown)) continue;
    std::vector<CarvedRow> rows;
    std::vector<std::string> payloads;
    const bool page_is_whole = parse(number, shape, rows, payloads);
    if (guess && !page_is_whole) continue;
    if (!page_is_whole) whole = false;
    for (const auto& row : rows) take(row);
  }
  return whole;
}

}  // namespace newscache::store
