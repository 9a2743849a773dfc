#include "offline/bundle_import.hpp"

#include <algorithm>
#include <utility>

#include "offline/bundle_reader.hpp"
#include "offline/incoming_assets.hpp"

namespace newscache::offline {

namespace {

// Parts at a time, a MB each at most: others want the worker too.
constexpr int kStep = 4;

// Some of the first reading; whether that was the end.
Result<bool> check_some(BundleReader& reader) {
  for (int i = 0; i < kStep; ++i) {
    const auto part = reader.next(false);
    if (!part) return part.error();
    if (std::holds_alternative<BundleReader::End>(*part)) return true;
  }
  return false;
}

Result<std::string> check_signer(const BundleReader& reader, const std::string& wanted) {
  const auto signer = reader.signer();
  if (!signer) return signer.error();
  if (!wanted.empty() && *signer != wanted) {
    return Error{Cause::invalid, *signer ? "the bundle is signed with another key, " + **signer
                                         : std::string("the bundle is not signed")};
  }
  return signer->value_or("");
}

std::vector<std::string> hashes_of(const std::vector<store::CarriedArticle>& articles) {
  std::vector<std::string> hashes;
  for (const auto& article : articles) {
    for (const auto& media : article.media) hashes.push_back(media.asset.sha256);
  }
  return hashes;
}

class Import {
 public:
  Import(const BundleServices& services, int fd, BundleImportOptions options)
      : services_(services), fd_(fd), options_(std::move(options)), assets_(services.new_assets_folder) {}

  loop::awaitable<Result<BundleImport>> run() {
    if (const auto checked = co_await check(); !checked) co_return checked.error();
    std::optional<Error> stopped;
    try {
      if (const auto merged = co_await merge(); !merged) stopped = merged.error();
    } catch (const store::StoreError& error) {
      stopped = Error{error.cause(), error.what()};
    }
    if (result_.feeds_added > 0) co_await services_.poller.load();
    if (result_.feeds_added + result_.articles_added > 0) services_.poller.announce();
    if (!stopped) co_return std::move(result_);
    stopped->detail =
        "stopped after " + std::to_string(result_.articles_added) + " new articles, which stay: " + stopped->detail;
    co_return std::move(*stopped);
  }

 private:
  loop::awaitable<Result<void>> check() {
    BundleReader reader(fd_);
    for (;;) {
      auto step = [&reader] { return check_some(reader); };
      const Result<bool> done = co_await loop::offload(services_.worker, step);
      if (!done) co_return done.error();
      if (*done) break;
    }
    auto signer = check_signer(reader, options_.signer);
    if (!signer) co_return signer.error();
    result_.signer = std::move(*signer);
    co_return Result<void>();
  }

  loop::awaitable<Result<void>> merge() {
    BundleReader reader(fd_);
    for (;;) {
      auto step = [&reader] { return reader.next(true); };
      Result<BundleReader::Part> part = co_await loop::offload(services_.worker, step);
      if (!part) co_return part.error();
      if (std::holds_alternative<BundleReader::End>(*part)) co_return Result<void>();
      if (auto* feeds = std::get_if<BundleReader::Feeds>(&*part)) co_await take(std::move(*feeds));
      if (auto* articles = std::get_if<BundleReader::Articles>(&*part)) co_await take(std::move(*articles));
      if (auto* asset = std::get_if<BundleReader::Asset>(&*part)) {
        if (const auto kept = co_await keep(std::move(*asset)); !kept) co_return kept;
      }
      if (auto* bytes = std::get_if<BundleReader::AssetBytes>(&*part)) {
        if (const auto kept = co_await keep(std::move(*bytes)); !kept) co_return kept;
      }
    }
  }

  loop::awaitable<void> take(BundleReader::Feeds part) {
    const Instant now = services_.clock.wall();
    auto write = [feeds = std::move(part.feeds), now](store::Writer& writer) { return writer.merge_feeds(feeds, now); };
    store::MergedFeeds merged = co_await services_.writer.run(std::move(write));
    result_.feeds_added = merged.added;
    result_.feeds_existing = static_cast<std::int64_t>(merged.ids.size()) - merged.added;
    feeds_ = std::move(merged.ids);
  }

  loop::awaitable<void> take(BundleReader::Articles part) {
    for (auto& article : part.articles) {
      article.feed = feeds_.at(static_cast<std::size_t>(model::raw(article.feed)) - 1);
      article.read = article.read && options_.states;
      article.starred = article.starred && options_.states;
    }
    const Instant now = services_.clock.wall();
    auto write = [this, articles = std::move(part.articles), now](store::Writer& writer) mutable {
      assets_.assign(articles);
      const auto named = hashes_of(articles);
      const auto merged = writer.merge(articles, now);
      assets_.forget(named);
      return merged;
    };
    const store::Merged merged = co_await services_.writer.run(std::move(write));
    result_.completed += merged.completed;
    result_.articles_added += merged.added;
    result_.existing += merged.existing;
    result_.deleted += merged.deleted;
    if (merged.added > 0) services_.poller.announce();
  }

  loop::awaitable<Result<void>> keep(BundleReader::Asset part) {
    auto work = [this, hash = std::move(part.sha256)] { return assets_.begin(hash); };
    co_return co_await loop::offload(services_.worker, std::move(work));
  }

  loop::awaitable<Result<void>> keep(BundleReader::AssetBytes part) {
    auto work = [this, part = std::move(part)]() -> Result<void> {
      if (const auto added = assets_.add(part.bytes); !added || !part.last) return added;
      return assets_.end();
    };
    co_return co_await loop::offload(services_.worker, std::move(work));
  }

  const BundleServices& services_;
  const int fd_;
  const BundleImportOptions options_;
  BundleImport result_;
  IncomingAssets assets_;
  std::vector<model::FeedId> feeds_;  // what each of the bundle's is here
};

}  // namespace

loop::awaitable<Result<BundleImport>> import_bundle(const BundleServices& services, int fd,
                                                    BundleImportOptions options) {
  Import import(services, fd, std::move(options));
  co_return co_await import.run();
}

}  // namespace newscache::offline
