#pragma once
// Bundles as files, good and bad.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "bundle/unpacker.hpp"

namespace newscache::bundle::test {

// Without a name; open for reading.
FileDescriptor file_of(std::string_view bytes);

struct Piece {
  std::string name;
  std::string bytes;
};
// Manifest, feeds and these, and the end that belongs to them.
std::string bundle_of(const std::vector<Piece>& pieces, const Ending& ending = {});
// With that hash for a name.
Piece asset_of(std::string_view bytes);

// All that is in it, "kind name: bytes" each, or why it is refused.
Result<std::vector<std::string>> read_all(int fd);
Result<std::vector<std::string>> read_all(std::string_view bytes);

// Any tar, in zstd: nothing of it need be right. A type as in <archive_entry.h>; `link` is where a link leads.
struct RawEntry {
  std::string name;
  std::string bytes;
  unsigned type = 0100000;
  std::string link = {};
};
std::string raw_tar(const std::vector<RawEntry>& entries);
std::string compressed(std::string_view bytes, int window_log = 0);

}  // namespace newscache::bundle::test
