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
#include "base/file.hpp"
#include "base/result.hpp"
#include "model/article.hpp"
#include "model/attempt.hpp"
#include "model/feed.hpp"
#include "model/ids.hpp"
#include "model/offline.hpp"
#include "model/query.hpp"
#include "store/editions.hpp"

namespace newscache::store {

// Why a write cannot be done.
enum class Shortage {
  none,
  limit,      // Writer::limit()
  disk,       // no room, or over a quota
  read_only,  // the file system, or the file
};

struct Damage {
  bool of_search_index = false;  // as far as that is known
  std::string detail;
};

class Snapshot;
struct CarriedArticle;
struct CarriedPage;
struct Merged;
struct MergedFeeds;

struct Options {
  std::string path;  // of news.db
  // Safe HTML to the text that is indexed and that snippets are cut from.
  std::function<std::string(std::string_view)> plain_text;
  // What this process has written to disks so far, for the sums of each day; empty: they are not kept.
  std::function<std::int64_t()> written_bytes;
  // When a change is made; empty: that is not known.
  std::function<Moment()> now;
  std::int64_t max_article_bytes = 8 << 20;
  std::int64_t change_log_length = 200'000;    // changes kept; a client further behind starts over
  int max_versions = 5;                        // of one article, kept as history
  std::int64_t max_query_steps = 200'000'000;  // of SQLite's machine, one or two seconds; a longer search is refused
  std::int64_t checkpoint_pages = 2000;        // of the WAL, 8 MB; then it is written back into the database
  std::string vfs;                             // SQLite's, for tests; empty: the default
  // For Readers, when the Writer is not writable(): the file stays as it is.
  bool frozen = false;
  // Counts what a Writer commits.
  std::shared_ptr<Editions> editions = std::make_shared<Editions>();
  // Called, on the thread of the connection, when a write has failed for want of room or of permission.
  std::function<void(Shortage)> on_shortage;
  // Called, on the thread of the connection, when the database turns out to be damaged; an error follows.
  std::function<void(const Damage& damage)> on_damage;
};

class StoreError : public std::runtime_error {
 public:
  StoreError(Cause cause, const std::string& what, Shortage shortage = Shortage::none)
      : std::runtime_error(what), cause_(cause), shortage_(shortage) {}
  Cause cause() const { return cause_; }  // unavailable: full or read-only; internal: damaged or our bug
  Shortage shortage() const { return shortage_; }

 private:
  Cause cause_;
  Shortage shortage_;
};

// What may be kept of a feed; absent: everything.
struct Keep {
  std::optional<std::int64_t> days;
  std::optional<std::int64_t> per_feed;
};

// One walk through all feeds, in slices.
struct RetentionRun {
  Keep keep;           // where a feed's own settings (keep_days, keep_per_feed) say nothing
  bool by_age = true;  // not while the clock is not trusted
  std::int64_t removed = 0;
  bool done = false;
  // Where it has come to, and how many of that feed may still go.
  model::FeedId feed{};
  std::optional<std::int64_t> left;
};

// What has been deleted to make room.
struct Evicted {
  std::int64_t read = 0;
  std::int64_t unread = 0;
  std::int64_t starred = 0;
  std::int64_t articles() const { return read + unread + starred; }
  Evicted& operator+=(const Evicted& more) {
    read += more.read;
    unread += more.unread;
    starred += more.starred;
    return *this;
  }
};

// How far eviction may go: each class only when nothing of those before is left.
enum class Expendable { read, unread, starred };

struct StorageUse {
  // What counts for the limit: pages in use, the most that the WAL takes, and assets.
  std::int64_t used_bytes = 0;
  std::int64_t wal_bytes = 0;    // of these, the WAL's
  std::int64_t asset_bytes = 0;  // of these, the assets'
  std::int64_t free_bytes = 0;   // within the file, to be used again
  std::optional<std::int64_t> limit_bytes;
  // Of the limit, what articles may use: where eviction has to begin, so that a rest is left for what it needs itself.
  std::optional<std::int64_t> full_bytes;
  Evicted evicted;  // by apply() and mark() themselves, since this was asked last
};

enum class Durability {
  // Consistent after a power cut, but the last seconds may be missing: only for what moves no change log. A revision
  // or an id that a client has seen and that is given a second time would never be noticed.
  relaxed,
  synced,  // on the disk before the call returns
};

// Articles for one Writer::index(): others wait for it.
constexpr std::int64_t kIndexStep = 512;

constexpr std::int64_t kAttemptsKept = 50;  // in the journal of each feed

// Where the bytes of an asset are: "assets/ab/abcd..." beside the database.
std::string asset_path(const Options& options, std::string_view sha256);
// The folder for files that are to become assets, on the same file system; made by Writer::open().
std::string new_assets_path(const Options& options);

// Whether whoever wrote last did not come to close it: Writer::close() leaves no WAL.
bool was_left_open(const Options& options);

class Writer {
 public:
  // Opens or creates the database and brings it to the current schema. Cause::invalid, and the file untouched, when it
  // is a database of another program or of a newer version; Cause::internal when it is damaged.
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

  // --- completing articles: see docs/offline.md ---
  // All that attempts have brought, in one transaction (synced). The files of media become assets, or go when there is
  // one with the same bytes. A page becomes the article's content and fills in what the feed leaves out; that is an
  // update of the article, without an earlier version; any other difference that clients see is a change of its state.
  // For an article that is gone, or has been edited since, only the traffic counts. Whether each was taken.
  std::vector<bool> complete(std::span<const model::CompletionUpdate> updates);
  // How many bytes of assets complete() finds room for, also where the media of what has been read have to go for them,
  // which is looked at only when there is less than wanted as it is. Without a limit: as many as there are.
  std::int64_t room_for_assets(std::int64_t wanted);
  // Articles of that feed, or of all, that are not older than that are to be completed, as if nobody had tried; the
  // newest `limit` of those that do not wait for it anyway.
  std::int64_t want_complete(std::optional<model::FeedId> feed, Instant since, std::int64_t limit);
  // Downloads that were interrupted, and have not been touched since.
  void sweep_downloads(Instant before);
  // After a crash: what files and rows there are without the other, of the assets whose hash begins with that byte.
  void sweep_assets(std::uint8_t byte);

  // --- what a bundle carries: see carried.hpp; both in one transaction (synced), and idempotent ---
  // Subscriptions by uid, else by URL; what is here stays as it is.
  MergedFeeds merge_feeds(std::span<const model::Feed> feeds, Instant now);
  // Adds the articles that are not here and have not been deleted here, recognised as apply() does it; oldest first.
  // Then, in a transaction of its own, what these and those that are here lack of pages and media. Nothing is deleted
  // to make room for them: the error of a full store leaves all of them out. Files that are not taken over stay where
  // they are.
  Merged merge(std::span<CarriedArticle> articles, Instant now);

  // --- bounds: see docs/storage.md ---
  // The most that database and WAL may take. apply() and mark() delete what goes first, but nothing starred, rather
  // than to fail at it.
  void limit(std::optional<std::int64_t> bytes);
  StorageUse storage();
  // Deletes, oldest first, what may go by age and number: what has been read, is not starred, and is not in the
  // publisher's current document. One transaction of some hundred, or a good part of the walk through the feeds; call
  // it until run.done. Of each feed a tenth, or a hundred, at most: a clock that is wrong must not empty the store.
  void retain(RetentionRun& run);
  // Deletes, oldest first, until no more than that is in use; one transaction of some hundred. Nothing deleted: nothing
  // is left that may go, or there was no need.
  Evicted evict(std::int64_t used_bytes, Expendable up_to);
  // Gives up to so many bytes of free pages back to the file system; whether there are more.
  bool shrink(std::int64_t bytes);
  // Brings the WAL into the database and truncates it, as far as readers allow.
  void checkpoint();
  // Throws unless a small transaction can be written.
  void try_to_write();
  // Whether it could be opened for writing. If not, what is there can be read, and every write throws.
  bool writable() const;
  // To try again: stand_by() closes the database, after which all but storage() and what is known in memory throws;
  // then Readers that are `frozen` are opened anew, see Reader::thaw(); then reopen(), which may find it as it was
  // before.
  void stand_by();
  Result<void> reopen();

  // The newest revision that is committed.
  model::Revision revision() const;
  std::string epoch() const;
  // A clean stop: checkpoint and truncate the WAL.
  void close();

  // --- repairs of what can be made anew from the articles; both throw when there is more damage than that ---
  void renew_indexes();
  void renew_search_index();

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
  // What the days (since 1970, UTC) from that one on have cost, oldest first; some two months are kept. What was
  // written counts as of the last apply() that had an attempt.
  std::vector<model::DayTraffic> traffic(std::int64_t since_day);
  std::int64_t offline_bytes(std::int64_t day);  // of these, what completing articles has received
  // Cause::invalid for a malformed cursor or full-text query (with the position). A page of many megabytes of contents
  // ends before its limit, with a cursor. Articles whose records are damaged are left out; article() says why.
  Result<model::ArticlePage> articles(const model::ArticleQuery& query);
  // Lists by ids. Cause::invalid for a malformed full-text query, Cause::unavailable for one that takes too long; of a
  // text's matches the newest 100,000 count.
  Result<std::vector<model::ArticleId>> entry_ids(const model::EntryQuery& query);
  Result<model::EntryIds> entries(const model::EntryQuery& query);
  // The articles of these ids, in their order, without those that are gone, damaged, or of a feed that is; so many that
  // their contents have about `max_bytes`, and at least one of the ids is taken. Read the rest with the next call.
  model::ArticleBatch articles_of(std::span<const model::ArticleId> ids, bool with_content, std::size_t max_bytes);
  Result<model::Article> article(model::ArticleId id);
  // What the article said before it was edited, newest first: the last Options::max_versions, without damaged ones.
  Result<std::vector<model::ArticleVersion>> history(model::ArticleId id);
  // What came after `since`, oldest first. Cause::gone when the log does not reach back so far.
  Result<model::ChangePage> changes(model::Revision since, std::int64_t limit, const model::ChangeFilter& filter = {});
  // Articles whose next attempt is due by then, in the order in which readers will open them: starred, unread, newest
  // first; feeds that are read before those that are not. When the next one is due after that.
  struct Incompletes {
    std::vector<model::ArticleId> due;
    std::optional<Instant> next;
  };
  Incompletes incomplete(Instant by, std::int64_t limit);
  std::int64_t incomplete_count();  // how many are due, or will be
  // One of them, with all that is known. Cause::not_found.
  Result<model::Incomplete> incomplete(model::ArticleId id);
  // Of any article; what `offline` says of it. Cause::not_found.
  Result<model::Completion> completion(model::ArticleId id);
  // The assets of what an article refers to, by the URLs that it has for them; without files.
  std::vector<model::Media> media(model::ArticleId id);
  // Known from any article.
  std::optional<model::Asset> asset_of(std::string_view url);
  // Cause::not_found. The file is at asset_path().
  Result<model::Asset> asset(std::string_view sha256);
  // With its bytes, which stay readable when it goes meanwhile. Cause::not_found also when the file is missing.
  struct OpenAsset {
    model::Asset asset;
    FileDescriptor file;
  };
  Result<OpenAsset> open_asset(std::string_view sha256);
  std::int64_t asset_bytes(model::FeedId feed);  // of what its articles refer to, each asset once
  // Articles of subscribed feeds after that one, by id, that have changed since that revision; some megabytes at most,
  // and perhaps none of what is to come.
  CarriedPage carried(model::ArticleId after, model::Revision since);
  model::Counts counts();
  std::int64_t unindexed();    // as Writer::unindexed()
  model::Revision revision();  // the newest that is committed
  std::string epoch();
  std::int64_t database_bytes();  // of news.db and its WAL
  struct Assets {
    std::int64_t count = 0;
    std::int64_t bytes = 0;  // the room that their files take
  };
  Assets assets();
  // Opens it anew, and not `frozen`: the file can be written again.
  Result<void> thaw();

  // While it lives, all answers are of one moment, and cost less.
  class View {
   public:
    explicit View(Reader& reader);
    ~View();

   private:
    std::unique_ptr<Snapshot> snapshot_;
  };

 private:
  struct State;
  explicit Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace newscache::store
