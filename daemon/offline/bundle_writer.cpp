#include "offline/bundle_writer.hpp"

#include <map>
#include <vector>

#include "bundle/packer.hpp"
#include "offline/bundle_records.hpp"
#include "text/date.hpp"

namespace newscache::offline {

namespace {

constexpr std::size_t kPiece = 256 << 10;
// What may still be on its way through the compressor, and what the end takes.
constexpr std::int64_t kMargin = 2 << 20;
constexpr std::int64_t kMaxRecord = 16 << 20;

}  // namespace

struct BundleWriter::State {
  State(const BundleOptions& wanted, Instant moment) : options(wanted), now(moment) {
    codec.compress_nothing();
    ending.next = model::raw(options.after);
  }

  void begin(store::Reader& reader);
  void go_on(store::Reader& reader);
  bool has_room_for(std::int64_t bytes) const;

  const BundleOptions options;
  const Instant now;
  bundle::Packer packer;
  store::RecordCodec codec{kMaxRecord};
  std::map<model::FeedId, std::int64_t> feed_numbers;
  bundle::Ending ending;  // `next`: where to go on
  std::int64_t batches = 0;
  bool begun = false;
  bool done = false;
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

void BundleWriter::State::go_on(store::Reader& reader) {
  auto page = reader.carried(model::ArticleId{*ending.next}, options.since);
  std::string articles;
  std::int64_t taken = 0;
  bool full = false;
  for (auto& article : page.articles) {
    const auto feed = feed_numbers.find(article.feed);
    if (feed == feed_numbers.end()) continue;  // subscribed meanwhile
    const auto before = articles.size();
    append_article(articles, codec, article, feed->second, options.states);
    full = !has_room_for(static_cast<std::int64_t>(articles.size()));
    if (full && ending.articles + taken > 0) {
      articles.resize(before);
      break;
    }
    full = false;
    ++taken;
    ending.next = model::raw(article.id);
  }
  if (taken > 0) packer.entry(std::string(bundle::kArticlesFolder) + std::to_string(++batches), articles);
  ending.articles += taken;
  if (full) {
    done = true;
  } else {
    ending.next = model::raw(page.last);
    done = !page.more;
    if (done) ending.next.reset();
  }
  if (done) packer.finish(ending);
}

BundleWriter::BundleWriter(const BundleOptions& options, Instant now) : state_(std::make_unique<State>(options, now)) {}
BundleWriter::~BundleWriter() = default;

std::string BundleWriter::next(store::Reader& reader) {
  auto& s = *state_;
  if (!s.begun) s.begin(reader);
  s.begun = true;
  while (!s.done && s.packer.waiting() < kPiece) s.go_on(reader);
  return s.packer.take();
}

}  // namespace newscache::offline
