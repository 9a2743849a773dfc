#pragma once
// One attempt to complete one article: what it needs, fetched, and how far that came. Loop thread only.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

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
  std::int64_t day = 0;             // since 1970, UTC
  std::int64_t received_today = 0;  // of settings.day
};

struct Attempted {
  model::CompletionUpdate update;
  // What stands in the way of everything else too, until then: no network, no budget left, no room.
  std::optional<BootInstant> stopped;
};

loop::awaitable<Attempted> attempt_completion(CompletionContext& context, model::Incomplete incomplete,
                                              model::Feed feed);

}  // namespace newscache::offline
