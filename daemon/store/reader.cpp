// Reader: everything that is asked of the store. Each answer is one consistent snapshot.

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "store/article_query.hpp"
#include "store/article_rows.hpp"
#include "store/attempt_rows.hpp"
#include "store/change_log.hpp"
#include "store/feed_rows.hpp"
#include "store/leash.hpp"
#include "store/schema.hpp"
#include "store/search_query.hpp"
#include "store/traffic_rows.hpp"
#include "store/version_rows.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kMaxPage = 1000;
// Nobody reads further down a list of the best.
constexpr std::int64_t kMaxRanked = 1000;
// Of contents; a page ends at the article that reaches it.
constexpr std::size_t kMaxPageBytes = 16 << 20;

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
                                                          const std::vector<model::Article>& articles) {
  std::string ids = "[";
  for (const auto& article : articles) {
    if (ids.size() > 1) ids += ',';
    ids += std::to_string(model::raw(article.id));
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

// As many of the hits as a page may hold; how many that were.
std::size_t load_articles(Database& database, const std::vector<Hit>& hits, bool with_content,
                          std::vector<model::Article>& articles) {
  std::size_t bytes = 0;
  std::size_t loaded = 0;
  for (; loaded < hits.size() && bytes < kMaxPageBytes; ++loaded) {
    auto article = load_article(database, hits[loaded].id, with_content);
    // A damaged record; or, in the index until it is made anew, what is left of one. Neither may block the list.
    if (!article) continue;
    bytes += article->entry.content_html.size();
    articles.push_back(std::move(*article));
  }
  return loaded;
}

struct Summary {
  std::string epoch;
  model::Revision revision{};
  model::Counts counts;
};

Summary load_summary(Database& database) {
  Query totals(database, kTotals);
  if (!totals.step()) database.fail_as_damaged("its row of totals is missing");
  return {totals.string(0),
          model::Revision{totals.integer(1)},
          {totals.integer(2), totals.integer(3), totals.integer(4), totals.integer(5)}};
}

}  // namespace

struct Reader::State {
  explicit State(const Options& options) : database(options, Access::read) {}
  static Result<std::unique_ptr<State>> open(const Options& options);
  Database database;
};

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::~Reader() = default;

Result<std::unique_ptr<Reader::State>> Reader::State::open(const Options& options) {
  if (const auto checked = check_file(options); !checked) return checked.error();
  if (file_bytes(options.path) == 0) {
    return Error{Cause::unavailable, options.path + " does not exist yet; open it for writing first"};
  }
  auto state = std::make_unique<State>(options);
  if (state->database.number("PRAGMA user_version") != newest_schema()) {
    return Error{Cause::unavailable, options.path + " has an older schema; open it for writing first"};
  }
  return state;
}

Result<std::unique_ptr<Reader>> Reader::open(Options options) {
  auto state = State::open(options);
  if (!state) return state.error();
  return std::unique_ptr<Reader>(new Reader(std::move(*state)));
}

Result<void> Reader::thaw() {
  auto options = state_->database.options();
  state_.reset();  // see Writer::reopen()
  options.frozen = false;
  Result<std::unique_ptr<State>> state = Error{};
  try {
    state = State::open(options);
  } catch (const StoreError& error) {
    state = Error{error.cause(), error.what()};
  }
  if (state) {
    state_ = std::move(*state);
    return {};
  }
  options.frozen = true;
  state_ = std::make_unique<State>(options);
  return state.error();
}

std::vector<model::Feed> Reader::feeds() { return subscribed_feeds(state_->database); }

Result<model::Feed> Reader::feed(model::FeedId id) {
  auto stored = find_feed(state_->database, id);
  if (!stored || stored->removed) return no_feed(id);
  return std::move(stored->feed);
}

Result<std::vector<model::Attempt>> Reader::journal(model::FeedId feed, std::int64_t limit) {
  const Snapshot snapshot(state_->database);
  const auto stored = find_feed(state_->database, feed);
  if (!stored || stored->removed) return no_feed(feed);
  return last_attempts(state_->database, feed, limit);
}

std::vector<model::DayTraffic> Reader::traffic(std::int64_t since_day) {
  return traffic_since(state_->database, since_day);
}

std::optional<model::Feed> Reader::feed_by_url(std::string_view url) {
  auto stored = find_feed_by_url(state_->database, url);
  if (!stored) return std::nullopt;
  return std::move(stored->feed);
}

Result<model::ArticlePage> Reader::articles(const model::ArticleQuery& query) {
  const auto after = read_cursor(query);
  if (!after) return after.error();
  const auto match = match_expression(query.text);
  if (!match) return match.error();
  auto& database = state_->database;
  const Snapshot snapshot(database);
  const Leash leash(database);
  const auto before = *after ? (*after)->index : 0;
  auto limit = std::clamp<std::int64_t>(query.limit, 1, kMaxPage);
  if (by_relevance(query)) limit = std::clamp<std::int64_t>(kMaxRanked - before, 0, limit);
  // One more than asked for tells whether there is a next page.
  const auto sql = list_sql(query, *match, *after, is_small_folder(database, query), limit + 1);
  auto hits = find_hits(database, query, sql, before);
  if (!hits) return hits.error();

  bool more = static_cast<std::int64_t>(hits->size()) > limit;
  if (more) hits->resize(static_cast<std::size_t>(limit));
  if (by_relevance(query) && before + limit >= kMaxRanked) more = false;

  model::ArticlePage page;
  const auto last = load_articles(database, *hits, query.with_content, page.articles);
  if (last < hits->size()) more = true;
  if (more && last > 0) page.next_cursor = write_cursor(query, (*hits)[last - 1].position);
  if (!match->empty() && !page.articles.empty()) {
    auto findings = find_snippets(database, *match, page.articles);
    if (!findings) return findings.error();
    for (auto& article : page.articles) {
      const auto finding = findings->find(article.id);
      if (finding == findings->end()) continue;
      article.snippet = finding->second.snippet;
      article.score = finding->second.score;
    }
  }
  return page;
}

Result<model::Article> Reader::article(model::ArticleId id) {
  const Snapshot snapshot(state_->database);
  return load_article(state_->database, id, true);
}

Result<std::vector<model::ArticleVersion>> Reader::history(model::ArticleId id) {
  const Snapshot snapshot(state_->database);
  return load_history(state_->database, id);
}

Result<model::ChangePage> Reader::changes(model::Revision since, std::int64_t limit) {
  auto& database = state_->database;
  const Snapshot snapshot(database);
  model::ChangePage page;
  auto summary = load_summary(database);
  page.epoch = std::move(summary.epoch);
  page.revision = summary.revision;
  if (since > page.revision || since < oldest_known(database, page.revision)) {
    return Error{Cause::gone, "the change log does not reach revision " + std::to_string(model::raw(since)) +
                                  "; read everything anew and go on from revision " +
                                  std::to_string(model::raw(page.revision))};
  }
  page.changes = changes_after(database, since, std::max<std::int64_t>(limit, 1));
  page.more = !page.changes.empty() && page.changes.back().revision < page.revision;
  return page;
}

model::Counts Reader::counts() { return load_summary(state_->database).counts; }
std::int64_t Reader::unindexed() { return not_indexed(load_totals(state_->database)); }
model::Revision Reader::revision() { return load_summary(state_->database).revision; }
std::string Reader::epoch() { return load_summary(state_->database).epoch; }

std::int64_t Reader::database_bytes() {
  const auto& path = state_->database.options().path;
  return file_bytes(path) + file_bytes(path + "-wal");
}

}  // namespace newscache::store
