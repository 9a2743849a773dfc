#pragma once
// What an article needs to be whole without a network, by its feed's settings.

#include <string>
#include <vector>

#include "model/article.hpp"
#include "model/feed.hpp"
#include "model/settings.hpp"

namespace newscache::offline {

// The settings that hold for a feed: its own where it has any.
struct Wants {
  bool page = false;
  bool images = false;
  bool enclosures = false;
  int image_width = 0;
  std::int64_t article_limit = 0;
};

Wants wants(const model::Feed& feed, const model::OfflineSettings& settings);

}  // namespace newscache::offline
