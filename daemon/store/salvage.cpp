#include "store/salvage.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "store/article_rows.hpp"
#include "store/carver.hpp"
#include "store/completion_rows.hpp"
#include "store/media_rows.hpp"
#include "store/open_file.hpp"
#include "store/salvage_copy.hpp"
#include "store/schema.hpp"
#include "store/set_aside.hpp"
#include "store/times.hpp"

namespace newscache::store {

namespace {

// So far ids go on beyond those that were seen when the row that had the last ones is lost.
constexpr std::int64_t kMargin = 1000;
// Of SQLite's machine, between two calls of `progress`.
constexpr int kStepsPerProgress = 10'000'000;

// Where articles or contents are lost, the publisher's document has to be read whole again. The counts are still those
// of the damaged database.
constexpr const char* kForgetDocuments = R"sql(
UPDATE feed_state SET etag = '', last_modified = '', body_hash = ''
WHERE articles <> (SELECT count(*) FROM article a WHERE a.feed_id = feed_state.feed_id);
)sql";
// An article that says less than its hash is edited by the next document that has it.
constexpr const char* kFetchContents = R"sql(
UPDATE article SET hash = zeroblob(16) WHERE id NOT IN (SELECT id FROM content);
UPDATE feed_state SET etag = '', last_modified = '', body_hash = ''
WHERE feed_id IN (SELECT feed_id FROM article WHERE id NOT IN (SELECT id FROM content));
)sql";
// Articles that nobody knows the feed of are shown under one that is not polled, as articles out of files are.
constexpr const char* kCompleteFeeds = R"sql(
INSERT OR IGNORE INTO feed(id, uid, url, custom_title, folder, settings, managed)
  SELECT DISTINCT feed_id, 'lost-' || feed_id, 'import:Lost feed ' || feed_id, 'Lost feed ' || feed_id, '', x'', 0
  FROM article WHERE feed_id NOT IN (SELECT id FROM feed);
INSERT OR IGNORE INTO feed_state(feed_id) SELECT id FROM feed;
DELETE FROM feed_state WHERE feed_id NOT IN (SELECT id FROM feed);
DELETE FROM tombstone WHERE feed_id NOT IN (SELECT id FROM feed);
)sql";
// In tables that early versions do not have. Feeds whose times are lost are due at once; in a snapshot of an earlier
// version these are part of the states.
constexpr const char* kCompletePolling = R"sql(
INSERT OR IGNORE INTO poll(feed_id, last_attempt, last_success, next_poll, next_poll_rule, traffic_day, day_bytes,
  month_bytes)
  SELECT feed_id, last_attempt, last_success, next_poll, next_poll_rule, traffic_day, day_bytes, month_bytes
  FROM feed_state;
DELETE FROM poll WHERE feed_id NOT IN (SELECT id FROM feed);
DELETE FROM attempt WHERE feed_id NOT IN (SELECT id FROM feed WHERE removed = 0);
)sql";
// What is kept for speed alone. As the migrations make it of older databases.
constexpr const char* kDerive = R"sql(
DELETE FROM identity;
INSERT INTO identity(feed_id, key, id)
  SELECT feed_id, article_key(uid), id FROM article UNION SELECT feed_id, link, id FROM article WHERE link IS NOT NULL;
DELETE FROM horizon;
INSERT INTO horizon(id, sort) SELECT min(id), max(sort) + 1 FROM article HAVING count(*) > 0;
UPDATE feed_state SET
  articles = (SELECT count(*) FROM article a WHERE a.feed_id = feed_state.feed_id),
  unread = (SELECT count(*) FROM article a WHERE a.feed_id = feed_state.feed_id AND a.read = 0);
UPDATE store SET
  feeds = (SELECT count(*) FROM feed WHERE removed = 0),
  articles = (SELECT count(*) FROM article),
  unread = (SELECT count(*) FROM article WHERE read = 0),
  starred = (SELECT count(*) FROM article WHERE starred = 1),
  assets = (SELECT count(DISTINCT sha256) FROM media),
  asset_bytes = (SELECT coalesce(sum((bytes + 4095) / 4096 * 4096), 0)
                 FROM (SELECT max(bytes) AS bytes FROM media GROUP BY sha256)),
  indexed = 0, outdated = 0, horizon = coalesce((SELECT max(sort) FROM horizon), 0);
)sql";
// When they were to be tried again is lost.
constexpr const char* kTryAgain = R"sql(
UPDATE article SET offline = 1
WHERE offline = 5 AND id NOT IN (SELECT id FROM completion WHERE next IS NOT NULL))sql";
constexpr std::string_view kCompleted =
    "SELECT id FROM article WHERE offline NOT IN (0, 1) AND id > ? ORDER BY id LIMIT 1";
constexpr std::string_view kSaveIds = "UPDATE store SET feed_id = ?, article_id = ?, revision = ?";

constexpr const char* kCountArticles = "SELECT count(*) FROM article";
constexpr const char* kCountBefore = "SELECT coalesce(sum(articles), 0) FROM feed_state";
constexpr const char* kCountBare = "SELECT count(*) FROM article WHERE id NOT IN (SELECT id FROM content)";
// The same article under two ids, which a snapshot may know.
constexpr const char* kOneOfEach = "CREATE UNIQUE INDEX salvage_uid ON article(feed_id, uid)";

std::string epoch_of(const PageFile& file) {
  std::string epoch;
  Shape shape{"store", true, "rt" + std::string(32, 'i'), 2, true};
  Carver(file).read(shape, [&](const CarvedRow& row) { epoch = std::string(row.values[1].bytes); });
  return epoch;
}

// SQLite takes any WAL for that of the database which it lies beside.
void drop_foreign_wal(const std::string& path, PageFile& file) {
  if (!file.has_wal()) return;
  PageFile alone(path);
  alone.ignore_wal();
  const auto own = epoch_of(alone);
  const auto with_wal = epoch_of(file);
  if (!own.empty() && !with_wal.empty() && own != with_wal) file.ignore_wal();
}

// Also where only the WAL says so.
bool is_newer(const std::string& path) {
  const PageFile file(path);
  std::string first;
  if (!file.read(1, first) || !first.starts_with("SQLite format 3")) return false;
  const bool is_ours = big_endian(first, 68, 4) == static_cast<std::uint32_t>(kApplicationId);
  return is_ours && big_endian(first, 60, 4) > static_cast<std::uint32_t>(newest_schema());
}

int schema_of(const Carver& source) {
  const auto version = static_cast<std::int64_t>(source.schema_version());
  return version > 0 && version < newest_schema() ? static_cast<int>(version) : newest_schema();
}

// Of an earlier salvage: its articles have been saved, and these need the room.
void make_room(const std::string& path) {
  std::error_code error;
  const auto space = std::filesystem::space(salvage_source(path), error);
  if (error) return;
  const auto size = static_cast<std::uintmax_t>(file_bytes(salvage_source(path)));
  if (error || space.available > size + size / 4) return;
  remove_database(damaged_copy(path));
}

class Salvage {
 public:
  Salvage(const Options& options, const std::function<void()>& progress)
      : options_(options),
        progress_(progress),
        target_(target_options(options), Access::write),
        copy_(target_, progress) {
    sqlite3_progress_handler(target_.handle(), kStepsPerProgress, on_progress, this);
  }
  ~Salvage() { sqlite3_progress_handler(target_.handle(), 0, nullptr, nullptr); }

  Salvaged run(const Carver& source) {
    // As the damaged one was, so that its rows fit.
    prepare(schema_of(source));
    copy_all(source);
    {
      Transaction transaction(target_);
      complete();
      transaction.commit();
    }
    prepare(newest_schema());
    {
      Transaction transaction(target_);
      target_.run(kCompletePolling);
      target_.run(kDerive);
      complete_again();
      save_ids();
      transaction.commit();
    }
    count();
    target_.run("PRAGMA wal_checkpoint(TRUNCATE)");
    return result_;
  }

 private:
  static Options target_options(Options options) {
    options.path = salvage_target(options.path);
    options.on_damage = nullptr;
    return options;
  }

  static int on_progress(void* self) {
    static_cast<Salvage*>(self)->progress_();
    return 0;
  }

  // Nothing is synced until all is there: should the power fail, all is done anew.
  void prepare(int schema) {
    target_.run("PRAGMA foreign_keys = OFF");
    migrate(target_, schema);
    target_.run("PRAGMA synchronous = OFF");
  }

  void copy_all(const Carver& source) {
    const PageFile snapshot_file(snapshot_path(options_.path));
    std::unique_ptr<Carver> snapshot;
    if (snapshot_file.pages() > 0) snapshot = std::make_unique<Carver>(snapshot_file);
    copy_.read_totals(source);
    const bool dictionaries = copy_.copy_dictionaries(source);
    if (!dictionaries && snapshot) copy_.copy_dictionaries(*snapshot);
    const bool feeds = copy_.copy_feeds(source);
    bool bodies = true;
    const bool articles = copy_.copy_articles(source, bodies);
    copy_.copy_rest(source);
    result_.feeds_may_be_lost = !feeds;
    bodies_are_whole_ = bodies && dictionaries;
    if (dictionaries && feeds && articles && bodies) return;
    // Also those that the snapshot brings back: it may know less of them.
    forget_contents();
    if (!snapshot) return;
    const auto without = target_.number(kCountArticles);
    target_.run(kOneOfEach);
    copy_.begin_snapshot();
    if (!feeds) copy_.copy_feeds(*snapshot);
    copy_.copy_articles(*snapshot, bodies);
    copy_.copy_rest(*snapshot);
    target_.run("DROP INDEX salvage_uid");
    result_.from_snapshot = target_.number(kCountArticles) - without;
  }

  void forget_contents() {
    if (!bodies_are_whole_) target_.run(kFetchContents);
  }

  void complete() {
    result_.articles_before = std::max(copy_.articles_before(), target_.number(kCountBefore));
    target_.run(kCompleteFeeds);
    target_.run(kForgetDocuments);
  }

  // Of an article whose page or media are lost what is left is incomplete.
  void complete_again() {
    target_.run(kTryAgain);
    std::int64_t last = 0;
    const auto next = [&] {
      Query query(target_, kCompleted, last);
      return query.step() ? query.integer(0) : 0;
    };
    while ((last = next()) != 0) {
      auto row = *find_article(target_, model::ArticleId{last});
      const auto bytes = captured_bytes(target_, row);
      if (bytes == row.offline_bytes) continue;
      row.offline_bytes = bytes;
      row.offline = write_completion(target_, row.id, {model::OfflineState::pending});
      update_captured(target_, row);
    }
  }

  void save_ids() {
    auto ids = copy_.highest();
    const auto margin = copy_.articles_before() < 0 ? kMargin : 0;
    Query(target_, kSaveIds, ids.feed + margin, ids.article + margin, ids.revision + margin).run();
  }

  void count() {
    result_.feeds = target_.number("SELECT feeds FROM store");
    result_.articles = target_.number("SELECT articles FROM store");
    result_.articles_before = std::max(result_.articles_before, result_.articles);
    if (!bodies_are_whole_) result_.without_content = target_.number(kCountBare);
  }

  const Options& options_;
  const std::function<void()>& progress_;
  Database target_;
  SalvageCopy copy_;
  Salvaged result_;
  bool bodies_are_whole_ = true;
};

}  // namespace

std::string snapshot_path(const std::string& path) { return path + ".snapshot"; }

bool salvage_is_unfinished(const Options& options) { return is_being_salvaged(options.path); }

std::optional<Instant> last_salvage(const Options& options) {
  struct stat info {};
  if (::stat(damaged_copy(options.path).c_str(), &info) != 0) return std::nullopt;
  return instant(static_cast<std::int64_t>(info.st_ctime));  // renamed at the end
}

Result<Salvaged> salvage(const Options& options, const std::function<void()>& progress) {
  const auto& path = options.path;
  if (!is_being_salvaged(path)) {
    if (const auto refused = check_owner(path); !refused) return refused.error();
    if (is_newer(path)) {
      return Error{Cause::invalid, path + " is damaged and was written by a newer newscached; upgrade newscached"};
    }
  }
  tidy_up_salvage(path);
  set_aside(path);
  const auto source = salvage_source(path);
  make_room(path);
  remove_database(salvage_target(path));
  Salvaged result;
  {
    PageFile file(source);
    drop_foreign_wal(source, file);
    const Carver carver(file);
    Salvage work(options, progress);
    result = work.run(carver);
  }
  put_in_place(path);
  result.set_aside = damaged_copy(path);
  return result;
}

}  // namespace newscache::store
