#include "api/readers/categories.hpp"

#include <algorithm>
#include <map>

#include "base/hash.hpp"

namespace newscache::api {
namespace {

constexpr std::int64_t first_id = Categories::default_id + 1;

// 30 bits of its hash.
std::int64_t wanted_id(const std::string& folder) {
  const auto hash = sha256({folder});
  const auto number = (std::int64_t{hash[0]} << 24) | (hash[1] << 16) | (hash[2] << 8) | hash[3];
  return first_id + (number & 0x3fffffff);
}

}  // namespace

Categories::Categories(const std::vector<model::Feed>& feeds, const std::set<std::string>& empty_folders) {
  std::map<std::string, Category> by_folder;
  by_folder[""].title = "All";
  for (const auto& folder : empty_folders) by_folder[folder];
  for (const auto& feed : feeds) {
    auto& category = by_folder[feed.folder];
    ++category.feeds;
    category.unread += feed.unread;
  }
  std::set<std::int64_t> taken;
  for (auto& [folder, category] : by_folder) {
    category.folder = folder;
    if (!folder.empty()) category.title = folder;
    category.id = folder.empty() ? default_id : wanted_id(folder);
    while (!taken.insert(category.id).second) ++category.id;
    categories_.push_back(std::move(category));
  }
}

const Category* Categories::find(std::int64_t id) const {
  const auto found =
      std::find_if(categories_.begin(), categories_.end(), [id](const auto& one) { return one.id == id; });
  return found == categories_.end() ? nullptr : &*found;
}

const Category* Categories::of_folder(std::string_view folder) const {
  const auto found =
      std::find_if(categories_.begin(), categories_.end(), [folder](const auto& one) { return one.folder == folder; });
  return found == categories_.end() ? nullptr : &*found;
}

}  // namespace newscache::api
