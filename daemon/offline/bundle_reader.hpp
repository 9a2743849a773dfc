#pragma once
// Reads a bundle part by part, in bounded memory; what it gives has been checked and cleaned. Whoever takes it in reads
// it to the end twice: the first time nothing but to see whether all of it is sound.

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bundle/unpacker.hpp"
#include "model/feed.hpp"
#include "store/carried.hpp"
#include "store/record.hpp"

namespace newscache::offline {

class BundleReader {
 public:
  explicit BundleReader(int fd) : unpacker_(fd) {}

  struct Feeds {
    std::vector<model::Feed> feeds;
  };
  struct Articles {
    std::vector<store::CarriedArticle> articles;  // `feed`: the number of one of the feeds, from 1
  };
  struct Asset {
    std::string sha256;
    std::int64_t bytes = 0;
  };
  // Of the asset before; with the last of them its hash has been checked.
  struct AssetBytes {
    std::string bytes;
    bool last = false;
  };
  struct End {};
  using Part = std::variant<Feeds, Asset, AssetBytes, Articles, End>;

  // Cause::invalid says what is wrong with it. Without `cleaned`, articles are only checked, which is faster.
  Result<Part> next(bool cleaned);
  // After the first part, and at the end.
  const bundle::Manifest& manifest() const { return unpacker_.manifest(); }
  const bundle::Ending& ending() const { return unpacker_.ending(); }
  Result<std::optional<std::string>> signer() const { return unpacker_.signer(); }

 private:
  Result<Part> asset_bytes();

  bundle::Unpacker unpacker_;
  store::RecordCodec codec_{std::int64_t{16} << 20};
  std::size_t feeds_ = 0;
  std::int64_t articles_ = 0;
  bool in_asset_ = false;
};

}  // namespace newscache::offline
