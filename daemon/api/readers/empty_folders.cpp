#include "api/readers/empty_folders.hpp"

#include "api/shapes.hpp"

namespace newscache::api {

bool EmptyFolders::add(const std::string& folder) {
  if (folders_.contains(folder)) return true;
  if (folder.empty() || !is_line(folder) || folders_.size() >= most) return false;
  folders_.insert(folder);
  return true;
}

}  // namespace newscache::api
