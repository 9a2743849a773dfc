// What the store costs beside the barest program that inserts the same rows: `bench_store DIRECTORY [ARTICLES]`. Polls
// of 1,000 feeds in ever another order, 64 to a transaction: first cold, then with nothing new, then rounds of two new
// entries in each feed, the first with an edit too. The index follows as ingest/indexer.cpp has it. Making the articles
// is not measured.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "bench/corpus.hpp"
#include "bench/floor.hpp"
#include "bench/usage.hpp"
#include "store/record.hpp"
#include "store/store.hpp"

using namespace newscache;
using bench::Usage;

namespace {

constexpr int kFeeds = 1000;
constexpr std::size_t kFeedsInBatch = 64;
constexpr std::int64_t kPiece = 1024;  // as in ingest/indexer.cpp

// One poll: the feed, and which articles it has in which version, newest first.
struct Listed {
  int number;
  int version;
};
using Document = std::vector<Listed>;

Document document(int newest, int length, int edited = -1) {
  Document listed;
  for (int i = 0; i < length; ++i) listed.push_back({newest - i, newest - i == edited ? 1 : 0});
  return listed;
}

void report(const char* what, const Usage& usage, std::int64_t articles) {
  const auto count = static_cast<double>(std::max<std::int64_t>(articles, 1));
  std::printf("%-30s %7lld changed, %6.2f s wall, %6.2f s CPU (%5.0f us each), %8.1f MB written (%7.0f each)\n", what,
              static_cast<long long>(articles), usage.wall_s, usage.cpu_s, usage.cpu_s * 1e6 / count,
              static_cast<double>(usage.written) / 1e6, static_cast<double>(usage.written) / count);
}

std::int64_t file_bytes(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

class Bench {
 public:
  explicit Bench(const std::string& directory) : path_(directory + "/news.db"), floor_path_(directory + "/floor.db") {
    options_.path = path_;
    options_.plain_text = bench::strip_tags;
    writer_ = store::Writer::open(options_).value();
    floor_.emplace(floor_path_);
    std::vector<model::NewFeed> wishes(kFeeds);
    std::vector<std::string> uids;
    for (int feed = 0; feed < kFeeds; ++feed) {
      auto& wish = wishes[static_cast<std::size_t>(feed)];
      wish.url = "https://feed" + std::to_string(feed) + ".example/";
      uids.push_back(hex(sha256({wish.url}), 8));
    }
    for (const auto& feed : writer_->add_feeds(wishes, uids, bench::kStart)) feeds_.push_back(feed.value().id);
    order_.resize(kFeeds);
    std::iota(order_.begin(), order_.end(), 0);
  }

  // The new articles of the round go to the floor as well.
  Usage round(const char* what, const Document& listed, int first_new, Instant received) {
    std::shuffle(order_.begin(), order_.end(), random_);
    Usage store;
    Usage floor;
    std::int64_t changed = 0;
    std::int64_t added = 0;
    std::vector<bench::FloorRow> rows;
    for (std::size_t begin = 0; begin < order_.size(); begin += kFeedsInBatch) {
      std::vector<model::FeedUpdate> batch;
      for (std::size_t i = begin; i < std::min(begin + kFeedsInBatch, order_.size()); ++i) {
        batch.push_back(poll(order_[i], listed, first_new, received, rows));
      }
      const auto before = Usage::now();
      for (const auto& result : writer_->apply(batch, store::Durability::synced)) {
        changed += result.added + result.updated;
        added += result.added;
      }
      if (writer_->unindexed() >= kPiece) index();
      store += Usage::now() - before;
      if (rows.size() >= kPiece) floor += insert(rows);
    }
    const auto before = Usage::now();
    index();
    store += Usage::now() - before;
    floor += insert(rows);
    report(what, store, changed);
    if (added > 0) {
      report("  the floor", floor, added);
      std::printf("%-30s %.2f\n", "  throughput of the floor",
                  floor.cpu_s / static_cast<double>(added) / (store.cpu_s / static_cast<double>(changed)));
    }
    return store;
  }

  void report_size() {
    writer_->close();
    floor_->checkpoint();
    std::printf("%-30s %.3f of the raw contents, index included: %lld bytes an article of %lld; the floor %.3f\n",
                "database", static_cast<double>(file_bytes(path_)) / static_cast<double>(raw_bytes_),
                static_cast<long long>(file_bytes(path_) / articles_), static_cast<long long>(raw_bytes_ / articles_),
                static_cast<double>(file_bytes(floor_path_)) / static_cast<double>(raw_bytes_));
  }

 private:
  model::FeedUpdate poll(int feed, const Document& listed, int first_new, Instant received,
                         std::vector<bench::FloorRow>& rows) {
    model::FeedUpdate update;
    update.feed_id = feeds_[static_cast<std::size_t>(feed)];
    update.received = received;
    update.document.emplace();
    update.state.status = model::FeedStatus::ok;
    update.state.validators.etag = std::to_string(listed.front().number);
    for (const auto& [number, version] : listed) {
      update.entries.push_back(corpus_.article(feed, number, version));
      if (number < first_new) continue;
      rows.push_back(bench::floor_row(model::raw(update.feed_id), update.entries.back(), codec_, options_));
      raw_bytes_ += static_cast<std::int64_t>(update.entries.back().entry.content_html.size());
      ++articles_;
    }
    return update;
  }

  void index() {
    while (writer_->index(store::kIndexStep) > 0) {
    }
    writer_->train();
  }

  Usage insert(std::vector<bench::FloorRow>& rows) {
    const auto before = Usage::now();
    floor_->insert(rows);
    rows.clear();
    return Usage::now() - before;
  }

  std::string path_;
  std::string floor_path_;
  store::Options options_;
  std::unique_ptr<store::Writer> writer_;
  std::optional<bench::Floor> floor_;
  bench::Corpus corpus_;
  store::RecordCodec codec_{8 << 20};
  std::mt19937 random_{7};
  std::vector<int> order_;
  std::vector<model::FeedId> feeds_;
  std::int64_t raw_bytes_ = 0;
  std::int64_t articles_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: bench_store DIRECTORY [ARTICLES]\n");
    return 2;
  }
  const std::string directory = arguments[1];
  const int articles = count > 2 ? std::atoi(arguments[2]) : 30'000;
  const int listed = std::clamp(articles / kFeeds, 3, 30);
  if (::access((directory + "/news.db").c_str(), F_OK) == 0) {
    std::fprintf(stderr, "%s/news.db exists already; give another directory\n", directory.c_str());
    return 1;
  }
  Bench bench(directory);
  auto now = bench::kStart + std::chrono::days(60);
  int newest = std::max(articles / kFeeds, listed) - 1;
  bench.round("cold", document(newest, newest + 1), 0, now);
  bench.report_size();
  bench.round("nothing new", document(newest, listed), newest + 1, now += std::chrono::hours(1));
  for (int round = 0; round < 6; ++round) {
    newest += 2;
    bench.round(round == 0 ? "2 new and 1 edited" : "2 new", document(newest, listed, round == 0 ? newest - 2 : -1),
                newest - 1, now += std::chrono::hours(2));
  }
  bench.report_size();
  std::printf("%-30s %ld MB\n", "peak memory, all included", bench::peak_megabytes());
  return 0;
}
