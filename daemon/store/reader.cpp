// Reader: everything that is asked of the store. Each answer is one consistent snapshot.

#include <algorithm>
#include <utility>

#include "store/article_query.hpp"
#include "store/article_rows.hpp"
#include "store/asset_files.hpp"
#include "store/attempt_rows.hpp"
#include "store/capture_rows.hpp"
#include "store/change_log.hpp"
#include "store/completion_rows.hpp"
#include "store/feed_rows.hpp"
#include "store/leash.hpp"
#include "store/media_rows.hpp"
#include "store/open_file.hpp"
#include "store/reader_state.hpp"
#include "store/schema.hpp"
#include "store/search.hpp"
#include "store/traffic_rows.hpp"
#include "store/version_rows.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kMaxPage = 1000;
constexpr std::int64_t kUsualPage = 50;

constexpr std::string_view kTotals = "SELECT epoch, revision, feeds, articles, unread, starred FROM store";
constexpr std::string_view kFolderShare = R"sql(
SELECT total(s.unread), total(s.articles), (SELECT unread FROM store), (SELECT articles FROM store)
FROM feed f JOIN feed_state s ON s.feed_id = f.id WHERE f.folder = ? AND f.removed = 0)sql";

// Picking so many out of all articles looks up limit * all / folder of them, or all when the folder has fewer;
// collecting is a walk over the folder's entries in the index, which costs a tenth each.
bool is_better_collected(double folder, double all, std::int64_t limit) {
  constexpr double kLookUp = 10;
  return folder * folder < kLookUp * static_cast<double>(limit) * all;
}

ByFeed by_feed(Database& database, const model::ArticleQuery& query, std::int64_t limit) {
  if (!query.folder || query.feed || query.tag || query.starred == true) return {};
  Query share(database, kFolderShare, *query.folder);
  if (!share.step()) return {};
  return {is_better_collected(share.real(0), share.real(2), limit),
          is_better_collected(share.real(1) - share.real(0), share.real(3) - share.real(2), limit)};
}

// The articles that list_sql() chooses, read while it is walked over.
Result<model::ArticlePage> list(Database& database, const model::ArticleQuery& query,
                                const std::optional<Position>& after, std::int64_t limit) {
  const Leash leash(database);
  // One more than asked for tells whether there is a next page.
  const auto sql = list_sql(query, after, by_feed(database, query, limit), limit + 1);
  Query rows(database, articles_sql(sql.text, query.with_content));
  sql.bind_to(rows);
  model::ArticlePage page;
  page.articles.reserve(static_cast<std::size_t>(std::min(limit, kUsualPage)));
  Position last{0, 0, after ? after->index : 0};
  std::size_t bytes = 0;
  bool interrupted = false;
  for (std::int64_t seen = 0; rows.step_bounded(interrupted); ++seen) {
    if (seen == limit || bytes >= query.max_bytes) {
      page.next_cursor = write_cursor(query, last);
      break;
    }
    last = {rows.integer(kSortColumn), rows.integer(kIdColumn), last.index + 1};
    auto& article = page.articles.emplace_back();
    if (read_article(database, rows, article)) {
      bytes += article.entry.summary.size() + article.entry.content_html.size();
    } else {
      page.articles.pop_back();  // a damaged record must not block the list
    }
  }
  if (interrupted) return too_broad();
  return page;
}

Result<std::vector<Match>> find(Database& database, Search& search, const model::ArticleQuery& query,
                                const TextFilter& text, const std::optional<Position>& after, std::int64_t limit) {
  Leash leash(database);
  return search.find(query, text, after, limit, leash);
}

// Those of the matches that a page may hold.
model::ArticlePage describe(Database& database, Search& search, const model::ArticleQuery& query,
                            const TextFilter& text, const std::vector<Match>& matches, std::size_t limit) {
  model::ArticlePage page;
  std::size_t bytes = 0;
  std::size_t loaded = 0;
  for (; loaded < std::min(matches.size(), limit) && bytes < query.max_bytes; ++loaded) {
    const auto& match = matches[loaded];
    auto article = load_article(database, match.id, true);
    // A damaged record; or, in the index until it is made anew, what is left of one.
    if (!article) continue;
    search.describe(match, text, *article);
    if (!query.with_content) article->entry.content_html.clear();
    bytes += article->entry.summary.size() + article->entry.content_html.size();
    page.articles.push_back(std::move(*article));
  }
  if (loaded > 0 && loaded < matches.size()) page.next_cursor = write_cursor(query, matches[loaded - 1].position);
  return page;
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

Reader::View::View(Reader& reader) : snapshot_(std::make_unique<Snapshot>(reader.state_->database)) {}
Reader::View::~View() = default;

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
  auto& database = state_->database;
  const Snapshot snapshot(database);
  auto& search = state_->search;
  const auto text = search.filter(query.text);
  if (!text) return text.error();
  const auto limit = std::clamp<std::int64_t>(query.limit, 1, kMaxPage);
  if (text->empty()) return list(database, query, *after, limit);
  const auto matches = find(database, search, query, *text, *after, limit + 1);
  if (!matches) return matches.error();
  return describe(database, search, query, *text, *matches, static_cast<std::size_t>(limit));
}

Result<model::Article> Reader::article(model::ArticleId id) {
  const Snapshot snapshot(state_->database);
  return load_article(state_->database, id, true);
}

Result<std::vector<model::ArticleVersion>> Reader::history(model::ArticleId id) {
  const Snapshot snapshot(state_->database);
  return load_history(state_->database, id);
}

Result<model::ChangePage> Reader::changes(model::Revision since, std::int64_t limit,
                                          const model::ChangeFilter& filter) {
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
  const auto most = std::max<std::int64_t>(limit, 1);
  // One more than asked for tells whether there is a next page.
  page.changes = changes_after(database, since, filter, most + 1);
  page.more = static_cast<std::int64_t>(page.changes.size()) > most;
  if (page.more) page.changes.pop_back();
  return page;
}

Reader::Incompletes Reader::incomplete(Instant by, std::int64_t limit) {
  const Snapshot snapshot(state_->database);
  return find_incomplete(state_->database, by, limit);
}

std::int64_t Reader::incomplete_count() { return count_incomplete(state_->database); }

Result<model::Incomplete> Reader::incomplete(model::ArticleId id) {
  auto& database = state_->database;
  const Snapshot snapshot(database);
  auto article = load_article(database, id, true);
  if (!article) return article.error();
  const auto row = find_article(database, id);
  if (row->page_is_stale) {
    if (auto entry = stored_entry(database, *row)) article->entry = std::move(*entry);
  }
  const bool has_page = !row->page_is_stale && captured_head(database, id);
  return model::Incomplete{std::move(*article), *load_completion(database, id), has_page, media_of(database, id)};
}

std::int64_t Reader::offline_bytes(std::int64_t day) { return offline_bytes_of(state_->database, day); }

Result<model::Completion> Reader::completion(model::ArticleId id) { return load_completion(state_->database, id); }
std::vector<model::Media> Reader::media(model::ArticleId id) { return media_of(state_->database, id); }
std::optional<model::Asset> Reader::asset_of(std::string_view url) { return asset_by_url(state_->database, url); }

Result<model::Asset> Reader::asset(std::string_view sha256) {
  auto asset = asset_by_hash(state_->database, sha256);
  if (!asset) return Error{Cause::not_found, "there is no such asset"};
  return std::move(*asset);
}

Result<Reader::OpenAsset> Reader::open_asset(std::string_view sha256) {
  auto asset = this->asset(sha256);
  if (!asset) return asset.error();
  auto file = open_asset_file(state_->database.options(), *asset);
  if (!file) return Error{Cause::not_found, "the file of the asset is missing"};
  return OpenAsset{std::move(*asset), std::move(file)};
}

std::int64_t Reader::asset_bytes(model::FeedId feed) { return asset_bytes_of(state_->database, feed); }

model::Counts Reader::counts() { return load_summary(state_->database).counts; }
std::int64_t Reader::unindexed() { return not_indexed(load_totals(state_->database)); }
model::Revision Reader::revision() { return load_summary(state_->database).revision; }
std::string Reader::epoch() { return load_summary(state_->database).epoch; }

Reader::Assets Reader::assets() {
  const auto totals = load_totals(state_->database);
  return {totals.assets, totals.asset_bytes};
}

std::int64_t Reader::database_bytes() {
  const auto& path = state_->database.options().path;
  return file_bytes(path) + file_bytes(path + "-wal");
}

}  // namespace newscache::store
