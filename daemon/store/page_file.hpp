#pragma once
// The pages of a database as they lie in its file and its WAL, read without SQLite: for a database that SQLite refuses
// to read. Nothing is written. The formats are SQLite's, see https://www.sqlite.org/fileformat2.html.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/file.hpp"

namespace newscache::store {

using PageNumber = std::uint32_t;  // from 1; 0: none

constexpr std::size_t kPageBytes = 4096;  // of every database of ours

// A number of up to four bytes, the highest first.
std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count);

class PageFile {
 public:
  // Files that are missing or cannot be read have no pages.
  explicit PageFile(const std::string& path);

  PageNumber pages() const { return pages_; }
  // False when there is no such page, or not all of it.
  bool read(PageNumber number, std::string& page) const;
  // Whether SQLite would read anything from the WAL.
  bool has_wal() const { return !in_wal_.empty(); }
  void ignore_wal();

 private:
  void read_wal();
  PageNumber pages_of_file() const;

  FileDescriptor file_;
  FileDescriptor wal_;
  std::unordered_map<PageNumber, std::int64_t> in_wal_;  // where the newest committed one begins
  PageNumber pages_ = 0;
};

}  // namespace newscache::store
