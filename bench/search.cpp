// How fast the store answers over many articles: `bench_search DIRECTORY [ARTICLES [WORDS [ONLY]]]`. Fills
// DIRECTORY/news.db, if it is not there yet, with synthetic articles of so many words in the median, as they would
// arrive over years: 40 an hour, each published up to an hour before. Then lists and searches, each in turn with the
// barest prepared statement that reads the same rows (ids, then the columns of their articles; for searches, whose
// results have snippets, contents too), in the same process.

#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "bench/corpus.hpp"
#include "bench/usage.hpp"
#include "store/store.hpp"
#include "store/tokenizer.hpp"

using namespace newscache;
using namespace newscache::bench;

namespace {

constexpr int kFeeds = 1000;
constexpr int kBatch = 500;
constexpr int kQueries = 300;
constexpr int kWords = 10;  // of each frequency
constexpr std::chrono::seconds kBetween{90};

constexpr const char* kLatest = R"sql(
SELECT id, sort, feed_id, uid, received, revision, read, starred, head FROM article INDEXED BY article_sort WHERE read = 0
UNION ALL
SELECT id, sort, feed_id, uid, received, revision, read, starred, head FROM article INDEXED BY article_sort WHERE read = 1
ORDER BY 2 DESC, 1 DESC LIMIT 50 OFFSET ?)sql";
constexpr const char* kUnread = R"sql(
SELECT id, sort, feed_id, uid, received, revision, read, starred, head FROM article INDEXED BY article_feed
WHERE feed_id = ? AND read = 0 ORDER BY sort DESC, id DESC LIMIT 50)sql";
constexpr const char* kSearch = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT 50";
constexpr const char* kFound = R"sql(
SELECT feed_id, uid, received, revision, read, starred, head, body FROM article JOIN content USING (id) WHERE id = ?)sql";
constexpr const char* kDocuments = "SELECT doc FROM temp.vocabulary WHERE term = ?";

void check(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  std::fprintf(stderr, "SQLite %d\n", code);
  std::exit(1);
}

// A prepared statement and nothing else.
class Bare {
 public:
  Bare(sqlite3* handle, const char* sql) { check(sqlite3_prepare_v3(handle, sql, -1, 0, &statement_, nullptr)); }
  ~Bare() { sqlite3_finalize(statement_); }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  void bind(int parameter, std::int64_t value) { check(sqlite3_bind_int64(statement_, parameter, value)); }
  void bind(int parameter, const std::string& value) {
    check(sqlite3_bind_text(statement_, parameter, value.c_str(), -1, SQLITE_TRANSIENT));
  }
  bool step() {
    const int code = sqlite3_step(statement_);
    check(code);
    if (code == SQLITE_ROW) return true;
    sqlite3_reset(statement_);
    return false;
  }
  // Reads all rows and columns; the first column of each.
  std::vector<std::int64_t> rows() {
    std::vector<std::int64_t> first;
    while (step()) {
      first.push_back(integer());
      for (int i = 0; i < sqlite3_column_count(statement_); ++i) bytes += sqlite3_column_bytes(statement_, i);
    }
    return first;
  }
  std::int64_t integer() { return sqlite3_column_int64(statement_, 0); }
  std::int64_t bytes = 0;

 private:
  sqlite3_stmt* statement_ = nullptr;
};

void fill(const store::Options& options, std::int64_t articles, double words) {
  auto writer = store::Writer::open(options).value();
  Corpus corpus(words);
  std::vector<model::FeedId> feeds;
  for (int feed = 0; feed < kFeeds; ++feed) {
    model::NewFeed wish;
    wish.url = "https://feed" + std::to_string(feed) + ".example/";
    feeds.push_back(writer->add_feed(wish, hex(sha256({wish.url}), 8), kStart).value().id);
  }
  const auto before = Usage::now();
  std::mt19937 random{1};
  std::vector<model::FeedUpdate> batch;
  for (std::int64_t i = 0; i < articles; ++i) {
    auto& update = batch.emplace_back();
    update.feed_id = feeds[static_cast<std::size_t>(i % kFeeds)];
    update.received = kStart + i * kBetween;
    update.entries.push_back(corpus.article(static_cast<int>(i % kFeeds), static_cast<int>(i / kFeeds)));
    update.entries.back().entry.date_published = update.received - std::chrono::seconds(random() % 3600);
    if (batch.size() < kBatch && i + 1 < articles) continue;
    writer->apply(batch, store::Durability::relaxed);
    batch.clear();
    if (i + 1 == articles / 2) {
      model::MarkRequest mark;
      mark.all = true;
      mark.read = true;
      static_cast<void>(writer->mark(mark));
    }
    writer->index(1000);
  }
  while (writer->index(1000) > 0) {
  }
  writer->close();
  const auto used = Usage::now() - before;
  std::printf("filled with %lld articles in %.0f s, %.0f s of CPU\n", static_cast<long long>(articles), used.wall_s,
              used.cpu_s);
}

using Call = std::function<void(std::size_t)>;

struct Times {
  double p50 = 0, p99 = 0;
};

Times percentiles(std::vector<double>& micros) {
  std::sort(micros.begin(), micros.end());
  return {micros[micros.size() / 2], micros[micros.size() * 99 / 100]};
}

// Not the wall clock's: others use this machine too. All reads come from the page cache.
double cpu_micros() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

std::string only;  // lines with that text

void compare(const char* what, const Call& ours, const Call& bare) {
  if (std::string_view(what).find(only) == std::string_view::npos) return;
  std::vector<double> times[2];
  for (std::size_t i = 0; i < kQueries + kWords; ++i) {
    for (const bool of_ours : {true, false}) {
      const auto before = cpu_micros();
      (of_ours ? ours : bare)(i);
      const auto took = cpu_micros() - before;
      if (i >= kWords) times[of_ours ? 0 : 1].push_back(took);  // the first ones warm up
    }
  }
  const auto a = percentiles(times[0]);
  const auto b = percentiles(times[1]);
  std::printf("%-34s %8.0f %8.0f %8.0f %8.0f %7.2f %7.2f\n", what, a.p50, a.p99, b.p50, b.p99, a.p50 / b.p50,
              a.p99 / b.p99);
}

class Bench {
 public:
  Bench(store::Reader& reader, sqlite3* handle, std::int64_t articles)
      : reader_(reader), handle_(handle), articles_(articles), found_row_(handle, kFound) {}

  void lists() {
    Bare latest(handle_, kLatest);
    const Call bare_latest = [&](std::size_t) { latest.bind(1, 0), latest.rows(); };
    model::ArticleQuery query;
    query.with_content = false;
    compare(
        "latest 50", [&](std::size_t) { ask(query); }, bare_latest);
    auto next = query;
    next.cursor = reader_.articles(query).value().next_cursor;
    compare(
        "next page", [&](std::size_t) { ask(next); }, [&](std::size_t) { latest.bind(1, 50), latest.rows(); });
    Bare unread(handle_, kUnread);
    const auto feed = [](std::size_t i) { return static_cast<std::int64_t>(1 + i * 7 % kFeeds); };
    query.read = false;
    compare(
        "unread of a feed",
        [&](std::size_t i) {
          query.feed = model::FeedId{feed(i)};
          ask(query);
        },
        [&](std::size_t i) { unread.bind(1, feed(i)), unread.rows(); });
  }

  void searches(const Corpus& corpus, const char* name, double share) {
    const auto words = words_in(corpus, share);
    Bare search(handle_, kSearch);
    const auto bare = [&](std::size_t i) {
      search.bind(1, "\"" + words[i % kWords] + "\"");
      for (const auto id : search.rows()) found_row_.bind(1, id), found_row_.rows();
    };
    model::ArticleQuery query;
    query.with_content = false;
    const auto ours = [&](std::size_t i) {
      query.text = words[i % kWords];
      ask(query);
    };
    const std::string title = std::string("search, ") + name;
    compare((title + ", newest").c_str(), ours, bare);
    query.order = model::ArticleOrder::relevance;
    compare((title + ", best").c_str(), ours, bare);
  }

 private:
  void ask(const model::ArticleQuery& query) { found_ += reader_.articles(query).value().articles.size(); }

  // Those in about that share of the articles.
  std::vector<std::string> words_in(const Corpus& corpus, double share) {
    Bare documents(handle_, kDocuments);
    const auto wanted = std::max(share * static_cast<double>(articles_), 3.0);
    std::size_t rank = 0;
    for (std::int64_t count = articles_; rank < 45'000; rank += 1 + rank / 20) {
      documents.bind(1, corpus.word(rank));
      const auto rows = documents.rows();
      count = rows.empty() ? 0 : rows.front();
      if (static_cast<double>(count) <= wanted) break;
    }
    std::vector<std::string> words;
    for (int i = 0; i < kWords; ++i) words.push_back(corpus.word(rank + static_cast<std::size_t>(i)));
    return words;
  }

  store::Reader& reader_;
  sqlite3* handle_;
  std::int64_t articles_;
  Bare found_row_;
  std::size_t found_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: bench_search DIRECTORY [ARTICLES [WORDS [ONLY]]]\n");
    return 2;
  }
  const std::int64_t articles = count > 2 ? std::atoll(arguments[2]) : 100'000;
  const double words = count > 3 ? std::atof(arguments[3]) : 100;
  if (count > 4) only = arguments[4];
  store::Options options;
  options.path = std::string(arguments[1]) + "/news.db";
  options.plain_text = strip_tags;
  if (::access(options.path.c_str(), F_OK) != 0) fill(options, articles, words);

  const auto before = Usage::now();
  auto writer = store::Writer::open(options).value();
  auto reader = store::Reader::open(options).value();
  const auto stored = reader->counts().articles;
  std::printf("ready in %.1f ms, with %lld articles, %.0f MB\n", (Usage::now() - before).wall_s * 1e3,
              static_cast<long long>(stored), static_cast<double>(reader->database_bytes()) / 1e6);

  sqlite3* handle = nullptr;
  check(sqlite3_open_v2(options.path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
  store::register_tokenizer(handle);
  check(sqlite3_exec(handle, "PRAGMA cache_size = -2000", nullptr, nullptr, nullptr));
  check(sqlite3_exec(handle, "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search, row)", nullptr,
                     nullptr, nullptr));
  std::printf("%-34s %8s %8s %8s %8s %7s %7s\n", "microseconds of CPU", "p50", "p99", "bare p50", "p99", "ratio",
              "of p99");
  {
    Bench bench(*reader, handle, stored);
    bench.lists();
    const Corpus corpus(words);
    bench.searches(corpus, "20 %", 0.2);
    bench.searches(corpus, "1 %", 0.01);
    bench.searches(corpus, "rare", 0.00002);
  }
  sqlite3_close(handle);
  std::printf("peak memory %ld MB\n", peak_megabytes());
  return 0;
}
