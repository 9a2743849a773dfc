// How fast and how small the store is: `bench_store DIRECTORY [ARTICLES]`. Fills a new database in DIRECTORY with
// synthetic articles of words in Zipf's distribution, as polls of 1,000 feeds would: first cold, then two new entries
// and one edit a feed, then nothing new; then reads. Prints one line a figure.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "store/store.hpp"

using namespace newscache;

namespace {

constexpr int kFeeds = 1000;
constexpr int kFeedsInBatch = 64;
constexpr std::size_t kVocabulary = 50'000;
constexpr Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

struct Usage {
  double wall_s = 0;
  double cpu_s = 0;
  std::int64_t written = 0;

  static Usage now() {
    Usage usage;
    usage.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    rusage resources{};
    getrusage(RUSAGE_SELF, &resources);
    for (const auto& time : {resources.ru_utime, resources.ru_stime}) {
      usage.cpu_s += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
    // wchar: what was handed to write(), whether or not the disk has it yet.
    std::ifstream io("/proc/self/io");
    std::string key;
    std::int64_t value = 0;
    while (io >> key >> value) {
      if (key == "wchar:") usage.written = value;
    }
    return usage;
  }
};

class Publisher {
 public:
  Publisher() {
    std::vector<double> weights;
    for (std::size_t i = 0; i < kVocabulary; ++i) {
      std::string word;
      for (std::size_t n = i + 7; n > 0; n /= 20) word += "aeioubcdfghklmnprstw"[n % 20];
      words_.push_back(word + (i % 3 == 0 ? "e" : i % 3 == 1 ? "ing" : "s"));
      weights.push_back(1.0 / std::pow(static_cast<double>(i) + 2.7, 1.05));
    }
    choose_ = std::discrete_distribution<std::size_t>(weights.begin(), weights.end());
  }

  const std::string& word(std::size_t rank) const { return words_[rank]; }

  std::string text(std::size_t words) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i) {
      if (i > 0) text += ' ';
      text += words_[choose_(random_)];
    }
    return text;
  }

  model::IncomingEntry article(int feed, int number, int version) {
    model::IncomingEntry incoming;
    const auto key = std::to_string(feed) + "/" + std::to_string(number);
    incoming.uid = hex(sha256({key}), 16);
    incoming.link = "feed" + std::to_string(feed) + ".example/articles/" + std::to_string(number);
    auto& entry = incoming.entry;
    entry.guid = entry.url = "https://" + incoming.link;
    entry.title = text(8);
    entry.summary = text(25);
    entry.authors = {{text(2), "", "", ""}};
    entry.tags = {text(1), text(1)};
    entry.date_published = kStart + std::chrono::minutes(number * 60 + feed % 60);
    for (std::size_t paragraph = 0; paragraph < 8; ++paragraph) {
      entry.content_html += "<p>" + text(40 + random_() % 30) + " <a href=\"https://feed.example/" +
                            words_[random_() % 900] + "\">" + text(2) + "</a>.</p>\n";
    }
    if (version > 0) entry.content_html += "<p>Edited: " + text(10) + "</p>";
    return incoming;
  }

 private:
  std::mt19937 random_{1};
  std::vector<std::string> words_;
  std::discrete_distribution<std::size_t> choose_;
};

std::string strip_tags(std::string_view html) {
  std::string text;
  text.reserve(html.size());
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') inside = false;
  }
  return text;
}

void report(const char* what, const Usage& before, std::int64_t articles) {
  const auto after = Usage::now();
  const auto count = static_cast<double>(std::max<std::int64_t>(articles, 1));
  const auto cpu = after.cpu_s - before.cpu_s;
  std::printf(
      "%-28s %8lld articles, %7.2f s wall, %7.2f s CPU (%6.0f us each, %7.0f a second), %9.1f MB written (%6.0f "
      "each)\n",
      what, static_cast<long long>(articles), after.wall_s - before.wall_s, cpu, cpu * 1e6 / count, count / cpu,
      static_cast<double>(after.written - before.written) / 1e6,
      static_cast<double>(after.written - before.written) / count);
}

// Applies one round of polls and counts what it changed; making the articles is not measured.
void round_of_polls(const char* what, store::Writer& writer, const std::vector<model::FeedId>& feeds,
                    std::vector<std::vector<model::IncomingEntry>>& documents, int etag) {
  const auto before = Usage::now();
  std::int64_t changed = 0;
  std::vector<model::FeedUpdate> batch;
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    auto& update = batch.emplace_back();
    update.feed_id = feeds[i];
    update.received = kStart + std::chrono::days(60);
    update.state.status = model::FeedStatus::ok;
    update.state.validators.etag = std::to_string(etag);
    update.entries = std::move(documents[i]);
    if (batch.size() < kFeedsInBatch && i + 1 < feeds.size()) continue;
    for (const auto& result : writer.apply(batch, store::Durability::synced)) changed += result.added + result.updated;
    batch.clear();
  }
  report(what, before, changed);
}

void time_query(const char* what, store::Reader& reader, const model::ArticleQuery& query) {
  std::vector<double> micros;
  std::size_t found = 0;
  for (int i = 0; i < 30; ++i) {
    const auto before = std::chrono::steady_clock::now();
    const auto page = reader.articles(query);
    micros.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - before).count());
    found = page ? page->articles.size() : 0;
  }
  std::sort(micros.begin(), micros.end());
  std::printf("%-28s %8zu articles, %9.0f us median, %9.0f us worst\n", what, found, micros[micros.size() / 2],
              micros.back());
}

void read_all(store::Reader& reader, const Publisher& publisher, model::FeedId feed) {
  model::ArticleQuery query;
  time_query("latest 50", reader, query);
  query.with_content = false;
  time_query("latest 50, summaries", reader, query);
  query.read = false;
  query.feed = feed;
  time_query("unread of a feed, summaries", reader, query);
  query = {};
  query.with_content = false;
  for (const auto& [rank, name] : {std::pair(std::size_t{20}, "common"), std::pair(std::size_t{20'000}, "rare")}) {
    query.text = publisher.word(rank);
    query.order = model::ArticleOrder::newest;
    time_query((std::string("search, ") + name + ", newest").c_str(), reader, query);
    query.order = model::ArticleOrder::relevance;
    time_query((std::string("search, ") + name + ", best").c_str(), reader, query);
  }
  query.text = publisher.word(20).substr(0, 2) + "*";
  query.order = model::ArticleOrder::newest;
  time_query("search, prefix, newest", reader, query);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: bench_store DIRECTORY [ARTICLES]\n");
    return 2;
  }
  const int articles = count > 2 ? std::atoi(arguments[2]) : 30'000;
  const int per_feed = std::max(1, articles / kFeeds);
  store::Options options;
  options.path = std::string(arguments[1]) + "/news.db";
  options.plain_text = strip_tags;
  if (::access(options.path.c_str(), F_OK) == 0) {
    std::fprintf(stderr, "%s exists already; give another directory\n", options.path.c_str());
    return 1;
  }
  auto writer = store::Writer::open(options).value();
  Publisher publisher;
  std::vector<model::FeedId> feeds;
  std::vector<std::vector<model::IncomingEntry>> documents(kFeeds);
  std::int64_t raw_bytes = 0;
  for (int feed = 0; feed < kFeeds; ++feed) {
    model::NewFeed wish;
    wish.url = "https://feed" + std::to_string(feed) + ".example/";
    feeds.push_back(writer->add_feed(wish, hex(sha256({wish.url}), 8), kStart).value().id);
    for (int i = 0; i < per_feed; ++i) {
      documents[static_cast<std::size_t>(feed)].push_back(publisher.article(feed, i, 0));
      raw_bytes +=
          static_cast<std::int64_t>(documents[static_cast<std::size_t>(feed)].back().entry.content_html.size());
    }
  }
  auto unchanged = documents;
  auto next = documents;
  for (int feed = 0; feed < kFeeds; ++feed) {
    auto& document = next[static_cast<std::size_t>(feed)];
    document.back() = publisher.article(feed, per_feed - 1, 1);
    for (int i = 0; i < 2; ++i) document.insert(document.begin(), publisher.article(feed, per_feed + i, 0));
  }
  round_of_polls("cold", *writer, feeds, documents, 1);
  writer->close();
  auto reader = store::Reader::open(options).value();
  std::printf("%-28s %8lld bytes a stored article, %lld of raw content\n", "database",
              static_cast<long long>(reader->database_bytes() / (kFeeds * per_feed)),
              static_cast<long long>(raw_bytes / (kFeeds * per_feed)));
  round_of_polls("all unchanged", *writer, feeds, unchanged, 1);
  round_of_polls("2 new and 1 edited a feed", *writer, feeds, next, 2);
  read_all(*reader, publisher, feeds.front());
  rusage resources{};
  getrusage(RUSAGE_SELF, &resources);
  std::printf("%-28s %8ld MB, the documents included\n", "peak memory", resources.ru_maxrss / 1024);
  return 0;
}
