#include <algorithm>
#include <fstream>

#include "support/fault_vfs.hpp"

namespace newscache::test {

namespace {

using Kind = FileOperation::Kind;

constexpr std::size_t kSector = 512;

void put(std::string& content, std::size_t at, std::string_view bytes) {
  // What was never written between the end of a file and a later write reads as zeros.
  if (content.size() < at + bytes.size()) content.resize(at + bytes.size(), '\0');
  content.replace(at, bytes.size(), bytes);
}

void perform(std::string& content, const FileOperation& operation) {
  const auto at = static_cast<std::size_t>(operation.offset);
  if (operation.kind == Kind::truncate) {
    content.resize(at, '\0');
  } else {
    put(content, at, operation.bytes);
  }
}

void tear(std::string& content, const FileOperation& operation, std::uint64_t sectors) {
  const auto start = static_cast<std::size_t>(operation.offset);
  const auto end = start + operation.bytes.size();
  for (std::size_t at = start, bit = 0; at < end; ++bit) {
    const auto next = std::min(end, (at / kSector + 1) * kSector);
    if ((sectors >> bit % 64 & 1) != 0)
      put(content, at, std::string_view(operation.bytes).substr(at - start, next - at));
    at = next;
  }
}

}  // namespace

void Disk::apply(const FileOperation& operation) {
  switch (operation.kind) {
    case Kind::found:
      ++durable_entries_;
      [[fallthrough]];
    case Kind::create:
      open_[operation.file] = inodes_.size();
      entries_.push_back({operation.file, inodes_.size(), false});
      inodes_.push_back({operation.bytes, {}});
      return;
    case Kind::remove:
      entries_.push_back({operation.file, 0, true});
      return;
    case Kind::folder_sync:
      durable_entries_ = entries_.size();
      return;
    default:
      break;
  }
  auto& inode = inodes_.at(open_.at(operation.file));
  if (operation.kind == Kind::write || operation.kind == Kind::truncate) {
    inode.pending.push_back({operation, Certainty::pending, next_order_++});
    return;
  }
  const auto certainty = operation.kind == Kind::sync ? Certainty::durable : Certainty::doubtful;
  for (auto& pending : inode.pending) {
    if (pending.certainty == Certainty::pending) pending.certainty = certainty;
  }
  // What is doubtful may still undo nothing that is certain and came later, so these must stay in their order.
  auto first = inode.pending.begin();
  for (; first != inode.pending.end() && first->certainty == Certainty::durable; ++first) {
    perform(inode.content, first->operation);
  }
  inode.pending.erase(inode.pending.begin(), first);
}

std::vector<std::size_t> Disk::uncertain_orders() const {
  std::vector<std::size_t> orders;
  for (const auto& inode : inodes_) {
    for (const auto& pending : inode.pending) {
      if (pending.certainty != Certainty::durable) orders.push_back(pending.order);
    }
  }
  std::sort(orders.begin(), orders.end());
  return orders;
}

std::size_t Disk::uncertain() const { return uncertain_orders().size(); }

void Disk::write_to(const std::string& folder, const std::vector<Keep>& keep, std::size_t entries,
                    std::uint64_t sectors) const {
  const auto orders = uncertain_orders();
  std::map<std::string, std::size_t> present;
  for (std::size_t i = 0; i < durable_entries_ + entries; ++i) {
    const auto& entry = entries_.at(i);
    if (entry.removed) {
      present.erase(entry.file);
    } else {
      present[entry.file] = entry.inode;
    }
  }
  for (const auto& [name, index] : present) {
    auto content = inodes_[index].content;
    for (const auto& pending : inodes_[index].pending) {
      auto what = Keep::whole;
      if (pending.certainty != Certainty::durable) {
        const auto place = std::lower_bound(orders.begin(), orders.end(), pending.order) - orders.begin();
        what = keep.at(static_cast<std::size_t>(place));
      }
      if (what == Keep::torn && pending.operation.kind == Kind::write) {
        tear(content, pending.operation, sectors);
      } else if (what == Keep::whole) {
        perform(content, pending.operation);
      }
    }
    std::ofstream(folder + "/" + name, std::ios::binary) << content;
  }
}

}  // namespace newscache::test
