#pragma once
// One attempt to complete one article: what it needs, fetched, and how far that came. Loop thread only.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ingest/poller.hpp"
#include "ingest/services.hpp"
#include "ingest/wants.hpp"
#include "model/offline.hpp"
#include "model/settings.hpp"
#include "offline/page_frames.hpp"

namespace newscache::offline {

// Extractor's, or in tests html::extract() itself.
using Extract = std::function<loop::awaitable<Result<html::PageArticle>>(PageRequest)>;

// What all attempts share.
struct CompletionContext {
  ingest::Services services;
  ingest::Poller& poller;
  Extract extract;
  std::string folder;  // for files that are to become assets
  model::OfflineSettings settings;
  std::vector<model::SiteSettings> sites;
  std::int64_t day = 0;                       // since 1970, UTC
  std::int64_t received_today = 0;            // of settings.day
  std::set<std::string> under_way;            // URLs that some attempt is fetching
  std::map<std::string, model::Asset> fresh;  // by URL, what has been fetched and is not stored yet, perhaps
  std::set<std::string> bad_icons;            // are not asked for again with every article of their feeds
};

struct Attempted {
  model::CompletionUpdate update;
  bool is_news = true;  // false: nothing to be stored
  // What stands in the way of everything else too, until then: no network, no budget left, no room.
  std::optional<BootInstant> stopped;
};

loop::awaitable<Attempted> attempt_completion(CompletionContext& context, model::Incomplete incomplete,
                                              model::Feed feed);

}  // namespace newscache::offline
