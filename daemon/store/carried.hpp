#pragma once
// Articles as a bundle carries them from one device to another: what Reader::carried() gives and Writer::merge() takes.

#include <optional>
#include <vector>

#include "model/article.hpp"
#include "model/feed.hpp"
#include "model/offline.hpp"

namespace newscache::store {

struct CarriedArticle {
  model::ArticleId id{};          // where it comes from
  model::FeedId feed{};           // likewise; to be merged: what that is here
  model::IncomingEntry incoming;  // to be merged: with its canonical link
  Instant received{};             // where it came from
  bool read = false;
  bool starred = false;
  model::OfflineState offline = model::OfflineState::off;
  std::optional<model::CapturedPage> page;
  std::vector<model::Media> media;  // to be merged: with type and file where the bundle has its bytes
};

struct CarriedPage {
  std::vector<CarriedArticle> articles;
  model::ArticleId last{};  // to go on after that one
  bool more = false;
};

struct MergedFeeds {
  std::vector<model::FeedId> ids;  // what each is here
  std::int64_t added = 0;
};

struct Merged {
  std::int64_t added = 0;
  std::int64_t existing = 0;
  std::int64_t deleted = 0;   // here: not brought back
  std::int64_t completed = 0;  // got a page or media
};

}  // namespace newscache::store
