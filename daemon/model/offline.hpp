#pragma once
// What completes an article for reading without a network: the main article of its page, and media: the pictures and
// enclosures that it refers to by URL. Media with equal bytes are one asset, named by its hash.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/article.hpp"
#include "model/ids.hpp"

namespace newscache::model {

struct Asset {
  std::string sha256;  // 64 hex digits
  std::string type;    // media type, by its bytes
  std::int64_t bytes = 0;
  friend bool operator==(const Asset&, const Asset&) = default;
};

struct Media {
  std::string url;  // as the article names it
  Asset asset;
  std::string file;  // finished, synced and beside the assets: to be taken over; empty: the asset is there already
};

// The main article of a page, for what the feed leaves out: its own words win.
struct CapturedPage {
  std::string url;           // where it ended
  std::string content_html;  // safe
  std::string title;
  std::string image;
  std::string language;
  std::optional<Instant> date_published;
  std::vector<Author> authors;
};

// How completing an article has gone so far.
struct Completion {
  OfflineState state = OfflineState::off;
  std::int64_t attempts = 0;    // that failed in a row
  std::optional<Instant> next;  // of the next one, when there is to be one
  std::optional<Cause> cause;   // why it is not complete
  std::string detail;           // for people
  friend bool operator==(const Completion&, const Completion&) = default;
};

// What one attempt has brought; applied in one transaction.
struct CompletionUpdate {
  ArticleId article{};
  Revision revision{};  // the article as it was completed; void when it has been edited since
  Completion completion;
  std::optional<CapturedPage> page;
  bool drop_page = false;    // the feed's own words win; complete without a page, a stale one goes anyway
  std::vector<Media> media;  // what came to be known; what the article had before stays
  // The URLs of all that the article refers to now: complete, whatever else it has goes. None: nothing does.
  std::optional<std::vector<std::string>> wants;
  std::int64_t bytes = 0;  // received, for the day's traffic
  std::int64_t metered_bytes = 0;
  std::int64_t day = 0;  // since 1970, UTC
};

// An article that is to be completed.
struct Incomplete {
  Article article;  // as the feed has it, and what its page makes of that unless it is stale
  Completion completion;
  bool has_page = false;     // that is not stale: the feed has not edited the article since
  std::vector<Media> media;  // that are there, without files
};

}  // namespace newscache::model
