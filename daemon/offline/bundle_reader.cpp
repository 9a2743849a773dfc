#include "offline/bundle_reader.hpp"

#include "offline/bundle_records.hpp"

namespace newscache::offline {

namespace {

constexpr std::size_t kPiece = 1 << 20;

}  // namespace

Result<BundleReader::Part> BundleReader::asset_bytes() {
  AssetBytes piece;
  while (piece.bytes.size() < kPiece && !piece.last) {
    const auto some = unpacker_.read();
    if (!some) return some.error();
    piece.bytes.append(*some);
    piece.last = some->empty();
  }
  in_asset_ = !piece.last;
  return Part(std::move(piece));
}

Result<BundleReader::Part> BundleReader::next(bool cleaned) {
  if (in_asset_) return asset_bytes();
  const auto entry = unpacker_.next();
  if (!entry) return entry.error();
  if (!*entry) {
    if (ending().articles != articles_) return bundle::damaged("its count of articles is wrong");
    return Part(End());
  }
  if ((*entry)->kind == bundle::Kind::asset) {
    in_asset_ = true;
    return Part(Asset{(*entry)->name, (*entry)->size});
  }
  const auto bytes = unpacker_.read_all();
  if (!bytes) return bytes.error();
  if ((*entry)->kind == bundle::Kind::feeds) {
    auto feeds = decode_feeds(*bytes);
    if (!feeds) return feeds.error();
    feeds_ = feeds->size();
    return Part(Feeds{std::move(*feeds)});
  }
  auto articles = decode_articles(*bytes, codec_, feeds_);
  if (!articles) return articles.error();
  articles_ += static_cast<std::int64_t>(articles->size());
  if (cleaned) {
    for (auto& article : *articles) clean(article);
  }
  return Part(Articles{std::move(*articles)});
}

}  // namespace newscache::offline
