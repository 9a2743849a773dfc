#include "offline/bundle_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <map>
#include <stdexcept>
#include <unordered_set>
#include <vector>

#include "base/file.hpp"
#include "bundle/packer.hpp"
#include "offline/bundle_records.hpp"
#include "text/date.hpp"

namespace newscache::offline {

namespace {

constexpr std::size_t kPiece = 256 << 10;
// What may still be on its way through the compressor, and what the end takes.
constexpr std::int64_t kMargin = 2 << 20;
constexpr std::int64_t kMaxRecord = 8 << 20;
constexpr std::size_t kMostRemembered = 50'000;

}  // namespace

struct BundleWriter::State {
  State(store::Options database, const BundleOptions& wanted, Instant moment)
      : store(std::move(database)), options(wanted), now(moment) {
    codec.compress_nothing();
    ending.next = model::raw(options.after);
  }

  void begin(store::Reader& reader);
  void go_on(store::Reader& reader);
  void load(store::Reader& reader);
  void open_asset();
  void copy_asset();
  std::int64_t new_bytes(const store::CarriedArticle& article) const;
  bool has_room_for(std::int64_t bytes) const;

  const store::Options store;  // tells where the assets are
  const BundleOptions options;
  const Instant now;
  bundle::Packer packer;
  store::RecordCodec codec{kMaxRecord};
  std::map<model::FeedId, std::int64_t> feed_numbers;
  bundle::Ending ending;  // `next`: where to go on
  std::int64_t batches = 0;
  bool begun = false;
  bool loaded = false;  // the last of this part
  bool done = false;
  // What has been loaded and is still to be written: first the assets, then the articles.
  std::deque<model::Asset> assets;
  std::string articles;
  FileDescriptor asset;  // being copied, and how much of it is left
  std::int64_t asset_left = 0;
  std::unordered_set<std::string> written;  // hashes
};

void BundleWriter::State::begin(store::Reader& reader) {
  const store::Reader::View view(reader);
  const auto feeds = reader.feeds();
  for (const auto& feed : feeds) feed_numbers.emplace(feed.id, static_cast<std::int64_t>(feed_numbers.size()) + 1);
  bundle::Manifest manifest;
  manifest.epoch = reader.epoch();
  manifest.revision = model::raw(reader.revision());
  manifest.created = text::format_rfc3339(now);
  manifest.since = model::raw(options.since);
  manifest.after = model::raw(options.after);
  manifest.states = options.states;
  manifest.media = options.media;
  manifest.feeds = static_cast<std::int64_t>(feeds.size());
  manifest.articles = reader.counts().articles;
  packer.entry(bundle::kManifestName, bundle::to_json(manifest));
  packer.entry(bundle::kFeedsName, encode_feeds(feeds));
}

bool BundleWriter::State::has_room_for(std::int64_t bytes) const {
  return options.max_bytes == 0 || packer.written() + bytes + kMargin <= options.max_bytes;
}

// Of its assets that are not in this part yet.
std::int64_t BundleWriter::State::new_bytes(const store::CarriedArticle& article) const {
  std::int64_t bytes = 0;
  for (const auto& media : article.media) {
    if (!written.contains(media.asset.sha256)) bytes += media.asset.bytes;
  }
  return bytes;
}

void BundleWriter::State::load(store::Reader& reader) {
  auto page = reader.carried(model::ArticleId{*ending.next}, options.since);
  if (written.size() > kMostRemembered) written.clear();  // one may be there twice then
  std::int64_t taken = 0;
  std::int64_t bytes = 0;
  bool full = false;
  for (auto& article : page.articles) {
    const auto feed = feed_numbers.find(article.feed);
    if (feed == feed_numbers.end()) continue;  // subscribed meanwhile
    // What would not fit into any part stays behind.
    const bool too_large = options.max_bytes > 0 && new_bytes(article) > options.max_bytes - 2 * kMargin - kMaxRecord;
    if (!options.media || too_large) article.media.clear();
    const auto before = articles.size();
    append_article(articles, codec, article, feed->second, options.states);
    const auto more = new_bytes(article);
    full = ending.articles + taken > 0 && !has_room_for(bytes + more + static_cast<std::int64_t>(articles.size()));
    if (full) {
      articles.resize(before);
      break;
    }
    bytes += more;
    for (const auto& media : article.media) {
      if (written.insert(media.asset.sha256).second) assets.push_back(media.asset);
    }
    ++taken;
    ending.next = model::raw(article.id);
  }
  ending.articles += taken;
  loaded = full || !page.more;
  if (full) return;
  ending.next = model::raw(page.last);
  if (loaded) ending.next.reset();
}

// One whose file has gone meanwhile is left out: who takes the bundle in does without.
void BundleWriter::State::open_asset() {
  const auto next = std::move(assets.front());
  assets.pop_front();
  FileDescriptor file(::open(store::asset_path(store, next.sha256).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || status.st_size != next.bytes) return;
  packer.begin(std::string(bundle::kAssetsFolder) + next.sha256, next.bytes);
  ++ending.assets;
  ending.asset_bytes += next.bytes;
  asset = std::move(file);
  asset_left = next.bytes;
}

void BundleWriter::State::copy_asset() {
  std::string piece(kPiece, '\0');
  const auto wanted = std::min<std::int64_t>(static_cast<std::int64_t>(piece.size()), asset_left);
  const auto got = wanted > 0 ? ::read(asset.get(), piece.data(), static_cast<std::size_t>(wanted)) : 0;
  if (got < 0 || (got == 0 && asset_left > 0)) throw std::runtime_error("an asset cannot be read");
  packer.add({piece.data(), static_cast<std::size_t>(got)});
  asset_left -= got;
  if (asset_left == 0) asset = FileDescriptor();
}

void BundleWriter::State::go_on(store::Reader& reader) {
  if (asset) {
    copy_asset();
  } else if (!assets.empty()) {
    open_asset();
  } else if (!articles.empty()) {
    packer.entry(std::string(bundle::kArticlesFolder) + std::to_string(++batches), articles);
    articles.clear();
  } else if (!loaded) {
    load(reader);
  } else {
    packer.finish(ending);
    done = true;
  }
}

BundleWriter::BundleWriter(store::Options database, const BundleOptions& options, Instant now)
    : state_(std::make_unique<State>(std::move(database), options, now)) {}
BundleWriter::~BundleWriter() = default;

std::string BundleWriter::next(store::Reader& reader) {
  auto& s = *state_;
  if (!s.begun) s.begin(reader);
  s.begun = true;
  while (!s.done && s.packer.waiting() < kPiece) s.go_on(reader);
  return s.packer.take();
}

}  // namespace newscache::offline
