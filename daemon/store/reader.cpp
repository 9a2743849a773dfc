// Reader: everything that is asked of the store. Each answer is one consistent snapshot.

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "store/article_query.hpp"
#include "store/article_rows.hpp"
#include "store/change_log.hpp"
#include "store/feed_rows.hpp"
#include "store/schema.hpp"
#include "store/search_query.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kMaxPage = 1000;
// Nobody reads further down a list of the best.
constexpr std::int64_t kMaxRanked = 1000;
// A search may take this many steps of SQLite's machine, one or two seconds, before it is refused.
constexpr int kStepsBetweenChecks = 100'000;
constexpr int kMaxChecks = 2000;

constexpr std::string_view kTotals = "SELECT epoch, revision, feeds, articles, unread, starred FROM store";
constexpr std::string_view kFolderShare = R"sql(
SELECT sum(s.articles), (SELECT articles FROM store) FROM feed f JOIN feed_state s ON s.feed_id = f.id
WHERE f.folder = ? AND f.removed = 0)sql";
// The marks are control characters here and become elements once the text around them is escaped. The plus sign keeps
// FTS5 from starting anew for each id, which is dear for prefixes.
constexpr std::string_view kFindings = R"sql(
SELECT s.rowid, snippet(search, -1, char(2), char(3), '…', 32), bm25(search, 8.0, 4.0, 1.0)
FROM search s WHERE s.search MATCH ? AND +s.rowid IN (SELECT value FROM json_each(?)))sql";

struct Finding {
  std::string snippet;
  double score = 0;
};

struct Hit {
  model::ArticleId id{};
  Position position;
};

// "…<mark>word</mark>…", balanced whatever control characters the text itself has.
std::string marked_html(std::string_view text) {
  std::string html;
  bool open = false;
  for (const char c : text) {
    switch (c) {
      case '\x02':
        if (!std::exchange(open, true)) html += "<mark>";
        break;
      case '\x03':
        if (std::exchange(open, false)) html += "</mark>";
        break;
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\n':
      case '\r':
      case '\t':
        html += ' ';
        break;
      default:
        html += c;
    }
  }
  if (open) html += "</mark>";
  return html;
}

std::int64_t file_bytes(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_size) : 0;
}

// While it lives, the connection's queries are bounded.
class Leash {
 public:
  explicit Leash(Database& database) : database_(database) {
    sqlite3_progress_handler(database_.handle(), kStepsBetweenChecks, &Leash::check, this);
  }
  ~Leash() { sqlite3_progress_handler(database_.handle(), 0, nullptr, nullptr); }
  Leash(const Leash&) = delete;
  Leash& operator=(const Leash&) = delete;

 private:
  static int check(void* self) { return ++static_cast<Leash*>(self)->checks_ > kMaxChecks ? 1 : 0; }
  Database& database_;
  int checks_ = 0;
};

Error too_broad() { return Error{Cause::unavailable, "the search matches too much; add a word or a filter"}; }

bool is_small_folder(Database& database, const model::ArticleQuery& query) {
  if (!query.folder || query.feed || query.tag || query.starred == true) return false;
  Query share(database, kFolderShare, *query.folder);
  return share.step() && share.integer(0) * 20 < share.integer(1);
}

Result<std::vector<Hit>> find_hits(Database& database, const model::ArticleQuery& query, const BoundSql& sql,
                                   std::int64_t first_index) {
  std::vector<Hit> hits;
  bool interrupted = false;
  Query rows(database, sql.text);
  sql.bind_to(rows);
  while (rows.step_bounded(interrupted)) {
    const auto key = by_relevance(query) ? std::bit_cast<std::int64_t>(rows.real(2)) : rows.integer(1);
    const auto index = first_index + static_cast<std::int64_t>(hits.size()) + 1;
    hits.push_back({model::ArticleId{rows.integer(0)}, {key, rows.integer(0), index}});
  }
  if (interrupted) return too_broad();
  return hits;
}

Result<std::map<model::ArticleId, Finding>> find_snippets(Database& database, const std::string& match,
                                                          const std::vector<Hit>& hits) {
  std::string ids = "[";
  for (const auto& hit : hits) {
    if (ids.size() > 1) ids += ',';
    ids += std::to_string(model::raw(hit.id));
  }
  ids += ']';
  std::map<model::ArticleId, Finding> findings;
  bool interrupted = false;
  Query rows(database, kFindings, match, ids);
  while (rows.step_bounded(interrupted)) {
    findings[model::ArticleId{rows.integer(0)}] = {marked_html(rows.text(1)), -rows.real(2)};
  }
  if (interrupted) return too_broad();
  return findings;
}

}  // namespace

struct Reader::State {
  explicit State(const Options& options) : database(options, Access::read) {}
  Database database;
};

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::~Reader() = default;

Result<std::unique_ptr<Reader>> Reader::open(Options options) {
  if (const auto checked = check_file(options.path); !checked) return checked.error();
  if (file_bytes(options.path) == 0) {
    return Error{Cause::unavailable, options.path + " does not exist yet; open it for writing first"};
  }
  auto state = std::make_unique<State>(options);
  if (state->database.number("PRAGMA user_version") != newest_schema()) {
    return Error{Cause::unavailable, options.path + " has an older schema; open it for writing first"};
  }
  return std::unique_ptr<Reader>(new Reader(std::move(state)));
}

std::vector<model::Feed> Reader::feeds() { return subscribed_feeds(state_->database); }

Result<model::Feed> Reader::feed(model::FeedId id) {
  auto stored = find_feed(state_->database, id);
  if (!stored || stored->removed) {
    return Error{Cause::not_found, "there is no feed " + std::to_string(model::raw(id))};
  }
  return std::move(stored->feed);
}

std::optional<model::Feed> Reader::feed_by_url(std::string_view url) {
  auto stored = find_feed_by_url(state_->database, url);
  if (!stored) return std::nullopt;
  return std::move(stored->feed);
}

Result<model::ArticlePage> Reader::articles(const model::ArticleQuery& query) {
  const auto after = read_cursor(query);
  if (!after) return after.error();
  std::string match;
  if (!query.text.empty()) {
    auto expression = match_expression(query.text);
    if (!expression) return expression.error();
    match = std::move(*expression);
  }
  auto& database = state_->database;
  const Snapshot snapshot(database);
  const Leash leash(database);
  const auto before = *after ? (*after)->index : 0;
  auto limit = std::clamp<std::int64_t>(query.limit, 1, kMaxPage);
  if (by_relevance(query)) limit = std::clamp<std::int64_t>(kMaxRanked - before, 0, limit);
  // One more than asked for tells whether there is a next page.
  const auto sql = list_sql(query, match, *after, is_small_folder(database, query), limit + 1);
  auto hits = find_hits(database, query, sql, before);
  if (!hits) return hits.error();

  model::ArticlePage page;
  if (static_cast<std::int64_t>(hits->size()) > limit) {
    hits->resize(static_cast<std::size_t>(limit));
    const bool end = by_relevance(query) && before + limit >= kMaxRanked;
    if (!end) page.next_cursor = write_cursor(query, hits->back().position);
  }
  std::map<model::ArticleId, Finding> findings;
  if (!match.empty() && !hits->empty()) {
    auto found = find_snippets(database, match, *hits);
    if (!found) return found.error();
    findings = std::move(*found);
  }
  page.articles.reserve(hits->size());
  for (const auto& hit : *hits) {
    auto article = load_article(database, hit.id, query.with_content);
    if (!article) return article.error();
    if (const auto finding = findings.find(hit.id); finding != findings.end()) {
      article->snippet = finding->second.snippet;
      article->score = finding->second.score;
    }
    page.articles.push_back(std::move(*article));
  }
  return page;
}

Result<model::Article> Reader::article(model::ArticleId id) {
  const Snapshot snapshot(state_->database);
  return load_article(state_->database, id, true);
}

Result<model::ChangePage> Reader::changes(model::Revision since, std::int64_t limit) {
  auto& database = state_->database;
  const Snapshot snapshot(database);
  model::ChangePage page;
  {
    Query totals(database, kTotals);
    if (!totals.step()) throw StoreError(Cause::internal, "damaged database: its row of totals is missing");
    page.epoch = totals.string(0);
    page.revision = model::Revision{totals.integer(1)};
  }
  if (since > page.revision || since < oldest_known(database, page.revision)) {
    return Error{Cause::gone, "the change log does not reach revision " + std::to_string(model::raw(since)) +
                                  "; read everything anew and go on from revision " +
                                  std::to_string(model::raw(page.revision))};
  }
  page.changes = changes_after(database, since, std::max<std::int64_t>(limit, 1));
  page.more = !page.changes.empty() && page.changes.back().revision < page.revision;
  return page;
}

model::Counts Reader::counts() {
  Query totals(state_->database, kTotals);
  if (!totals.step()) throw StoreError(Cause::internal, "damaged database: its row of totals is missing");
  return {totals.integer(2), totals.integer(3), totals.integer(4), totals.integer(5)};
}

std::int64_t Reader::database_bytes() {
  const auto& path = state_->database.options().path;
  return file_bytes(path) + file_bytes(path + "-wal");
}

}  // namespace newscache::store
