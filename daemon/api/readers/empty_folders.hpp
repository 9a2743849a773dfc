#pragma once
// Folders that readers have made and put nothing into yet: none is stored without a feed. Until a restart.

#include <cstddef>
#include <set>
#include <string>

namespace newscache::api {

class EmptyFolders {
 public:
  static constexpr std::size_t most = 100;

  // Whether it is there then: there may be too many, and the name must be a line of text.
  bool add(const std::string& folder);
  void erase(const std::string& folder) { folders_.erase(folder); }
  bool contains(const std::string& folder) const { return folders_.contains(folder); }
  const std::set<std::string>& all() const { return folders_; }

 private:
  std::set<std::string> folders_;
};

}  // namespace newscache::api
