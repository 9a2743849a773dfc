#pragma once
// The database: SQLite in the state directory. Blocking; a connection belongs to the thread that uses it. One Writer,
// any number of Readers. Every write is one transaction and moves the change log, so that whoever reads the log misses
// nothing.
//
// Expected outcomes are Results. A broken environment (disk full, damaged file) is a StoreError, thrown; the
// transaction is rolled back and the object stays usable.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/article.hpp"
#include "model/attempt.hpp"
#include "model/feed.hpp"
#include "model/ids.hpp"
#include "model/query.hpp"

namespace newscache::store {

struct Options {
  std::string path;  // of news.db
  // Safe HTML to the text that is indexed and that snippets are cut from.
  std::function<std::string(std::string_view)> plain_text;
  // What this process has written to disks so far, for the sums of each day; empty: they are not kept.
  std::function<std::int64_t()> written_bytes;
  std::int64_t max_article_bytes = 8 << 20;
  std::int64_t change_log_length = 200'000;    // changes kept; a client further behind starts over
  int max_versions = 5;                        // of one article, kept as history
  std::int64_t max_query_steps = 200'000'000;  // of SQLite's machine, one or two seconds; a longer search is refused
  std::int64_t checkpoint_pages = 2000;        // of the WAL, 8 MB; then it is written back into the database
  std::string vfs;                             // SQLite's, for tests; empty: the default
};

class StoreError : public std::runtime_error {
 public:
  StoreError(Cause cause, const std::string& what) : std::runtime_error(what), cause_(cause) {}
  Cause cause() const { return cause_; }  // unavailable: full or read-only; internal: damaged or our bug

 private:
  Cause cause_;
};

enum class Durability {
  // Consistent after a power cut, but the last seconds may be missing: only for what moves no change log. A revision
  // or an id that a client has seen and that is given a second time would never be noticed.
  relaxed,
  synced,  // on the disk before the call returns
};

constexpr std::int64_t kAttemptsKept = 50;  // in the journal of each feed

class Writer {
 public:
  // Opens or creates the database and brings it to the current schema. Cause::invalid, and the file untouched, when it
  // is no database of ours or of a newer version.
  static Result<std::unique_ptr<Writer>> open(Options options);
  ~Writer();

  // --- subscriptions (synced) ---
  // Cause::conflict when the URL is subscribed; a feed that was removed while starred articles stayed comes back. A uid
  // that belongs to a feed which has moved to another URL since is replaced by one derived from it.
  Result<model::Feed> add_feed(const model::NewFeed& feed, const std::string& uid, Instant now);
  // Many in one transaction: one result a feed, in their order; uids[i] is that of feeds[i].
  std::vector<Result<model::Feed>> add_feeds(std::span<const model::NewFeed> feeds, std::span<const std::string> uids,
                                             Instant now);
  Result<model::Feed> change_feed(model::FeedId id, const model::FeedPatch& patch);
  // Its articles go too; starred ones stay unless `purge`, until they are deleted one by one or the feed returns.
  Result<void> remove_feed(model::FeedId id, bool purge);

  // --- articles ---
  // Applies what several polls brought, in one transaction; relaxed when it is nothing but the times of attempts. New
  // articles are those whose uid (or, within the feed, whose canonical link under another guid) is unknown; the first
  // of a document becomes the newest. Of a known one only a real difference is written: it gets a new revision and
  // date_modified (the entry's when that is newer, else `received`), the earlier version goes to history, read and
  // starred stay, and so does the content when the entry has none any more. An update for a feed that no longer exists
  // or has moved to another URL changes nothing but the traffic. Idempotent, except for journal and traffic.
  // The update's attempts go to the feed's journal and their bytes to the day's traffic; what the poll brought is
  // written into the last of them. They are as durable as the rest: attempts that waited with the times of polls may be
  // missing after a crash.
  std::vector<model::UpdateResult> apply(std::span<model::FeedUpdate> updates, Durability durability);
  // How many articles changed (synced). Cause::not_found when an id is unknown, Cause::invalid for a malformed query,
  // Cause::unavailable for a query that takes too long; then nothing is marked.
  Result<std::int64_t> mark(const model::MarkRequest& request);
  Result<void> remove_article(model::ArticleId id);
  // To be called now and then when there is nothing else to do. When enough articles are stored, once and much later
  // once more, it makes a dictionary of what they have in common, so that those to come take less room: some tenths of
  // a second of CPU and 64 kB written. Whether it did; mostly it has nothing to do, and costs nothing.
  bool train();

  // --- search index ---
  // Articles can be read at once, and found by words and tags once index() has taken them in: up to so many, those
  // first that have been edited, in one transaction (relaxed: it moves no change log). Returns unindexed().
  std::int64_t index(std::int64_t limit);
  // How many articles wait for it, roughly. mark() with a text takes them in itself.
  std::int64_t unindexed() const;

  // The newest revision that is committed.
  model::Revision revision() const;
  std::string epoch() const;
  // A clean stop: checkpoint and truncate the WAL.
  void close();

  // Small named values that outlive a restart ("clock_floor").
  void set_meta(std::string_view key, std::string_view value, Durability durability);
  std::optional<std::string> meta(std::string_view key);

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Reader {
 public:
  static Result<std::unique_ptr<Reader>> open(Options options);
  ~Reader();

  std::vector<model::Feed> feeds();  // by folder and title
  Result<model::Feed> feed(model::FeedId id);
  std::optional<model::Feed> feed_by_url(std::string_view url);
  // The last attempts to poll it, newest first, at most kAttemptsKept.
  Result<std::vector<model::Attempt>> journal(model::FeedId feed, std::int64_t limit);
  // What the days (since 1970, UTC) from that one on have cost, oldest first; some two months are kept. What was written
  // counts as of the last apply() that had an attempt.
  std::vector<model::DayTraffic> traffic(std::int64_t since_day);
  // Cause::invalid for a malformed cursor or full-text query (with the position). A page of many megabytes of contents
  // ends before its limit, with a cursor. Articles whose records are damaged are left out; article() says why.
  Result<model::ArticlePage> articles(const model::ArticleQuery& query);
  Result<model::Article> article(model::ArticleId id);
  // What the article said before it was edited, newest first: the last Options::max_versions, without damaged ones.
  Result<std::vector<model::ArticleVersion>> history(model::ArticleId id);
  // What came after `since`, oldest first. Cause::gone when the log does not reach back so far.
  Result<model::ChangePage> changes(model::Revision since, std::int64_t limit);
  model::Counts counts();
  std::int64_t unindexed();    // as Writer::unindexed()
  model::Revision revision();  // the newest that is committed
  std::string epoch();
  std::int64_t database_bytes();  // of news.db and its WAL

 private:
  struct State;
  explicit Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace newscache::store
