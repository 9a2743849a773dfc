// What an article costs as the store grows: `bench_growth DIRECTORY WORDS ARTICLES...`. Fills DIRECTORY/news.db with
// articles of WORDS words in the median, two new ones at a time in each of 1,000 feeds as polls would bring them, and
// at each of the sizes reports the rounds about it, a JSON object a line. Making the articles is not measured.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bench/corpus.hpp"
#include "bench/usage.hpp"
#include "store/store.hpp"

using namespace newscache;
using bench::Usage;

namespace {

constexpr int kFeeds = 1000;
constexpr int kNew = 2;
constexpr int kListed = 10;  // entries of a document
constexpr std::size_t kFeedsInBatch = 64;
constexpr std::int64_t kPiece = 1024;  // as in ingest/indexer.cpp
constexpr int kRounds = 3;             // measured at each size
constexpr int kQuestions = 50;

class Growth {
 public:
  Growth(const std::string& directory, double words) : corpus_(words) {
    options_.path = directory + "/news.db";
    options_.plain_text = bench::strip_tags;
    writer_ = store::Writer::open(options_).value();
    for (int feed = 0; feed < kFeeds; ++feed) {
      model::NewFeed wish;
      wish.url = "https://feed" + std::to_string(feed) + ".example/";
      feeds_.push_back(writer_->add_feed(wish, hex(sha256({wish.url}), 8), bench::kStart).value().id);
    }
  }

  std::int64_t articles() const { return std::int64_t{newest_} * kFeeds; }

  // Documents of so many entries, of which so many are new; what the store used.
  Usage poll_all(int new_entries, int listed) {
    newest_ += new_entries;
    Usage used;
    for (std::size_t begin = 0; begin < kFeeds; begin += kFeedsInBatch) {
      std::vector<model::FeedUpdate> batch;
      for (std::size_t feed = begin; feed < std::min<std::size_t>(begin + kFeedsInBatch, kFeeds); ++feed) {
        batch.push_back(poll(static_cast<int>(feed), listed));
      }
      const auto before = Usage::now();
      writer_->apply(batch, store::Durability::synced);
      if (writer_->unindexed() >= kPiece) index();
      used += Usage::now() - before;
    }
    return used;
  }

  void report() {
    Usage fresh;
    Usage known;
    for (int round = 0; round < kRounds; ++round) {
      fresh += poll_all(kNew, kListed);
      known += poll_all(0, kListed);
    }
    const auto before = Usage::now();
    index();
    fresh += Usage::now() - before;
    const double added = kRounds * kNew * kFeeds;
    std::printf(R"({"articles": %lld, "new_us": %.1f, "new_written": %.0f, "known_us": %.2f, "stored": %.0f, )"
                R"("newest_us": %.0f, "search_us": %.0f, "peak_kb": %ld})"
                "\n",
                static_cast<long long>(articles()), fresh.cpu_s * 1e6 / added,
                static_cast<double>(fresh.written) / added, known.cpu_s * 1e6 / (kRounds * kListed * kFeeds),
                static_cast<double>(database_bytes()) / static_cast<double>(articles()), newest_us(), search_us(),
                bench::peak_megabytes() * 1024);
    std::fflush(stdout);
  }

 private:
  model::FeedUpdate poll(int feed, int listed) {
    model::FeedUpdate update;
    update.feed_id = feeds_[static_cast<std::size_t>(feed)];
    update.received = bench::kStart + std::chrono::hours(newest_);
    update.document.emplace();
    update.state.status = model::FeedStatus::ok;
    for (int number = newest_ - 1; number >= std::max(newest_ - listed, 0); --number) {
      update.entries.push_back(corpus_.article(feed, number));
    }
    return update;
  }

  void index() {
    while (writer_->index(store::kIndexStep) > 0) {
    }
    writer_->train();
  }

  std::int64_t database_bytes() const {
    auto reader = store::Reader::open(options_).value();
    return reader->database_bytes();
  }

  // The median of asking for the 50 newest.
  double newest_us() const {
    return median_us([](store::Reader& reader, int) {
      model::ArticleQuery query;
      query.limit = 50;
      query.with_content = false;
      static_cast<void>(reader.articles(query));
    });
  }
  // The median of asking for the 20 newest that have a word which one article in some hundreds has.
  double search_us() const {
    return median_us([this](store::Reader& reader, int question) {
      model::ArticleQuery query;
      query.limit = 20;
      query.with_content = false;
      query.text = corpus_.word(static_cast<std::size_t>(3000 + question));
      static_cast<void>(reader.articles(query));
    });
  }
  template <typename Question>
  double median_us(const Question& ask) const {
    auto reader = store::Reader::open(options_).value();
    std::vector<double> times;
    for (int question = 0; question < kQuestions; ++question) {
      const auto before = Usage::now();
      ask(*reader, question);
      times.push_back((Usage::now() - before).wall_s * 1e6);
    }
    std::nth_element(times.begin(), times.begin() + kQuestions / 2, times.end());
    return times[kQuestions / 2];
  }

  store::Options options_;
  std::unique_ptr<store::Writer> writer_;
  bench::Corpus corpus_;
  std::vector<model::FeedId> feeds_;
  int newest_ = 0;  // entries that each feed has had
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fprintf(stderr, "usage: bench_growth DIRECTORY WORDS ARTICLES...\n");
    return 2;
  }
  const std::string directory = arguments[1];
  if (::access((directory + "/news.db").c_str(), F_OK) == 0) {
    std::fprintf(stderr, "%s/news.db exists already; give another directory\n", directory.c_str());
    return 1;
  }
  Growth growth(directory, std::atof(arguments[2]));
  std::vector<std::int64_t> sizes;
  for (int i = 3; i < count; ++i) sizes.push_back(std::atoll(arguments[i]));
  std::sort(sizes.begin(), sizes.end());
  for (const auto size : sizes) {
    while (growth.articles() + kRounds * kNew * kFeeds < size) growth.poll_all(kNew, kNew);
    growth.report();
  }
  return 0;
}
