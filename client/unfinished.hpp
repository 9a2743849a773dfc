#pragma once
// Files that get their name when they are complete.

#include <filesystem>
#include <string>

namespace newscache::client {

// In the same folder, hidden: no `FILE*` means it when writing was cut off.
inline std::string unfinished_name(const std::filesystem::path& file) {
  return file.parent_path() / ("." + file.filename().string() + ".part");
}

}  // namespace newscache::client
