#pragma once
// Folders as the categories of other servers, which have numbers.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/feed.hpp"

namespace newscache::api {

struct Category {
  std::int64_t id = 0;
  std::string folder;  // empty: that of feeds without one
  std::string title;
  std::int64_t feeds = 0;
  std::int64_t unread = 0;
};

class Categories {
 public:
  // Each feed must be in one: those without a folder are in that of id 1, called "All". The ids of others, below 2^31,
  // are made of their names, so that they stay what they are as long as the folder is called so; of two names that come
  // to the same, the second in the alphabet gets the next. `empty_folders`: without feeds.
  Categories(const std::vector<model::Feed>& feeds, const std::set<std::string>& empty_folders);

  static constexpr std::int64_t default_id = 1;
  // The default one first, then by title.
  const std::vector<Category>& all() const { return categories_; }
  // Null when there is none.
  const Category* find(std::int64_t id) const;
  const Category* of_folder(std::string_view folder) const;

 private:
  std::vector<Category> categories_;
};

}  // namespace newscache::api
