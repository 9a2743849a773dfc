#pragma once
// What an article needs to be whole without a network, by its feed's settings.

#include <string>
#include <vector>

#include "model/article.hpp"
#include "model/feed.hpp"
#include "model/settings.hpp"

namespace newscache::ingest {

// The settings that hold for a feed: its own where it has any.
struct Wants {
  bool page = false;
  bool images = false;
  bool enclosures = false;
  int image_width = 0;
  std::int64_t article_limit = 0;
};

// By `full_text = "auto"` the pages of feeds that bring only teasers are wanted; of those that have not told, none.
Wants wants(const model::FeedSettings& own, const model::FeedState& state, const model::OfflineSettings& settings);

// Whether anything has to be fetched for it.
bool needs_completion(const Wants& wants, const model::Entry& entry);

}  // namespace newscache::ingest
