#pragma once
// The parts of a bundle and their bounds: docs/bundle.md. A bundle is a tar in zstd; its entries, in this order:
//
//   manifest.json      what it is (Manifest)
//   feeds              the subscriptions
//   assets/SHA256      before the first articles that refer to them
//   articles/N         some at a time
//   end.json           what was in it, and the hash of all before (Ending)
//
// What feeds and articles hold is the business of offline/bundle_records.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace newscache::bundle {

constexpr std::int64_t kVersion = 1;

// Of entries, in bytes.
constexpr std::int64_t kMaxDocument = 64 << 10;  // manifest and end
constexpr std::int64_t kMaxFeeds = 16 << 20;
constexpr std::int64_t kMaxArticles = 32 << 20;
constexpr std::int64_t kMaxAsset = std::int64_t{8} << 30;
constexpr std::int64_t kMaxEntries = 4 << 20;
// The tar may be so much larger than the file; what is small may be it by more.
constexpr std::int64_t kMaxGrowth = 300;
constexpr std::int64_t kMaxGrown = 64 << 20;

constexpr std::string_view kManifestName = "manifest.json";
constexpr std::string_view kFeedsName = "feeds";
constexpr std::string_view kArticlesFolder = "articles/";
constexpr std::string_view kAssetsFolder = "assets/";
constexpr std::string_view kEndName = "end.json";

struct Manifest {
  std::int64_t version = kVersion;
  std::string epoch;          // of the database that it comes from,
  std::int64_t revision = 0;  // and how far that had come
  std::string created;        // RFC 3339
  std::int64_t since = 0;     // only what changed after that revision
  std::int64_t after = 0;     // a part that goes on after that article; 0: from the first
  bool states = false;        // read and starred are included
  bool media = false;         // so are pictures and enclosures
  std::int64_t feeds = 0;     // subscriptions
  std::int64_t articles = 0;  // that the database had; what is here: Ending
};

// What is in this file.
struct Ending {
  std::int64_t articles = 0;
  std::int64_t assets = 0;
  std::int64_t asset_bytes = 0;
  std::optional<std::int64_t> next;  // there is more: the `after` of the next part
  std::string sha256;                // of all entries before: see docs/bundle.md
};

std::string to_json(const Manifest& manifest);
std::string to_json(const Ending& ending);
// Cause::invalid for what to_json() never makes; members that are not known are skipped.
Result<Manifest> parse_manifest(std::string_view json);
Result<Ending> parse_ending(std::string_view json);

// A refusal of a bundle as a whole.
Error damaged(std::string_view why);

bool is_sha256(std::string_view text);  // 64 lower-case hex digits

}  // namespace newscache::bundle
