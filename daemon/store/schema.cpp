#include "store/schema.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "store/open_file.hpp"
#include "store/page_file.hpp"

namespace newscache::store {

namespace {

// Append only: what has been released is never edited. Times are seconds since 1970, UTC.
constexpr const char* kMigrations[] = {
    // 1: the beginning.
    R"sql(
-- One row. The ids are the last ones given; none is ever given again. The counts are kept, never counted.
CREATE TABLE store(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch TEXT NOT NULL,
  text_fingerprint INTEGER NOT NULL,
  feed_id INTEGER NOT NULL DEFAULT 0,
  article_id INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 0,
  feeds INTEGER NOT NULL DEFAULT 0,
  articles INTEGER NOT NULL DEFAULT 0,
  unread INTEGER NOT NULL DEFAULT 0,
  starred INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO store(one, epoch, text_fingerprint) VALUES (1, lower(hex(randomblob(8))), 0);

CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What a person chose, and what the publisher says of itself. removed: unsubscribed, but starred articles are left.
CREATE TABLE feed(
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0,
  custom_title TEXT NOT NULL,
  folder TEXT NOT NULL,
  settings BLOB NOT NULL,
  managed INTEGER NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0,
  title TEXT NOT NULL DEFAULT '',
  home_page_url TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT '',
  icon TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX feed_url ON feed(url) WHERE removed = 0;
CREATE INDEX feed_folder ON feed(folder);

-- What every poll touches, apart from the above so that these rows lie close together.
CREATE TABLE feed_state(
  feed_id INTEGER PRIMARY KEY REFERENCES feed(id) ON DELETE CASCADE,
  articles INTEGER NOT NULL DEFAULT 0,
  unread INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL DEFAULT 'new',
  etag TEXT NOT NULL DEFAULT '',
  last_modified TEXT NOT NULL DEFAULT '',
  body_hash TEXT NOT NULL DEFAULT '',
  last_attempt INTEGER,
  last_success INTEGER,
  next_poll INTEGER,
  next_poll_rule TEXT NOT NULL DEFAULT '',
  error_cause TEXT,
  error_detail TEXT NOT NULL DEFAULT '',
  error_count INTEGER NOT NULL DEFAULT 0,
  error_since INTEGER NOT NULL DEFAULT 0,
  ttl_s INTEGER,
  skip_hours INTEGER NOT NULL DEFAULT 0,
  skip_days INTEGER NOT NULL DEFAULT 0
) STRICT;

-- sort: the date of order, fixed at first sight. link: of the canonical link, the second key. hash: of what the entry
-- says. head: see record.hpp. Contents lie in a table of their own: lists and marks do not touch them.
CREATE TABLE article(
  id INTEGER PRIMARY KEY,
  feed_id INTEGER NOT NULL REFERENCES feed(id),
  uid BLOB NOT NULL,
  link INTEGER,
  sort INTEGER NOT NULL,
  received INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  read INTEGER NOT NULL DEFAULT 0,
  starred INTEGER NOT NULL DEFAULT 0,
  offline INTEGER NOT NULL DEFAULT 0,
  offline_bytes INTEGER NOT NULL DEFAULT 0,
  hash BLOB NOT NULL,
  head BLOB NOT NULL
) STRICT;
-- The feed first in each: what one poll brings lands on few pages. A uid is global, being made from its feed's.
CREATE UNIQUE INDEX article_uid ON article(feed_id, uid);
CREATE INDEX article_link ON article(feed_id, link) WHERE link IS NOT NULL;
CREATE INDEX article_sort ON article(sort);
CREATE INDEX article_feed ON article(feed_id, sort);
CREATE INDEX article_unread ON article(sort) WHERE read = 0;
CREATE INDEX article_feed_unread ON article(feed_id, sort) WHERE read = 0;
CREATE INDEX article_starred ON article(sort) WHERE starred = 1;

CREATE TABLE content(
  id INTEGER PRIMARY KEY REFERENCES article(id) ON DELETE CASCADE,
  body BLOB NOT NULL
) STRICT;

CREATE TABLE tag(
  tag TEXT NOT NULL COLLATE NOCASE,
  sort INTEGER NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (tag, sort, id)
) STRICT, WITHOUT ROWID;

-- Earlier versions of edited articles: the record as it was, the revision that it had.
CREATE TABLE article_version(
  id INTEGER NOT NULL REFERENCES article(id) ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  replaced INTEGER NOT NULL,
  head BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX article_version_id ON article_version(id, revision);

-- Other uids under which an article has been seen.
CREATE TABLE alias(
  uid BLOB PRIMARY KEY,
  id INTEGER NOT NULL REFERENCES article(id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_id ON alias(id);

-- Identities of deleted articles, which the publisher may still show.
CREATE TABLE tombstone(
  seq INTEGER PRIMARY KEY,
  feed_id INTEGER NOT NULL REFERENCES feed(id) ON DELETE CASCADE,
  uid BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX tombstone_uid ON tombstone(feed_id, uid);

-- type and op: see change_log.cpp.
CREATE TABLE change(
  revision INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,
  op INTEGER NOT NULL,
  id INTEGER NOT NULL
) STRICT;

CREATE VIEW searchable(id, title, author, body) AS
  SELECT a.id, article_title(a.head), article_author(a.head), article_text(a.head, c.body)
  FROM article a LEFT JOIN content c ON c.id = a.id;
CREATE VIRTUAL TABLE search USING fts5(
  title, author, body, content='searchable', content_rowid='id', tokenize="unicode61 remove_diacritics 2");
-- Measured, see docs/decisions/0001-search-index.md: one piece for each batch of polls, merged half as often.
INSERT INTO search(search, rank) VALUES ('hashsize', 8388608);
INSERT INTO search(search, rank) VALUES ('automerge', 8);
)sql",
    // 2: what of a feed's is no identity; see model::Unreliable.
    R"sql(
ALTER TABLE feed_state ADD COLUMN unreliable_guids INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_state ADD COLUMN unreliable_links INTEGER NOT NULL DEFAULT 0;
)sql",
    // 3: how the last polls went; see attempt_rows.hpp, also on why there is no index.
    R"sql(
CREATE TABLE attempt(
  id INTEGER PRIMARY KEY,
  feed_id INTEGER NOT NULL REFERENCES feed(id) ON DELETE CASCADE,
  time INTEGER NOT NULL,
  cause TEXT,
  detail TEXT NOT NULL,
  status INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  added INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  next_poll INTEGER,
  next_poll_rule TEXT NOT NULL
) STRICT;
)sql",
    // 4: what polling has learnt of a feed: how often it publishes, whether its host wants to be left alone, where
    // permanent redirects lead; see model::FeedState.
    R"sql(
ALTER TABLE feed_state ADD COLUMN rhythm_s INTEGER;
ALTER TABLE feed_state ADD COLUMN cools_host INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_state ADD COLUMN move_url TEXT NOT NULL DEFAULT '';
ALTER TABLE feed_state ADD COLUMN move_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_state ADD COLUMN move_count INTEGER NOT NULL DEFAULT 0;
)sql",
    // 5: what polling costs, of each feed, of each attempt and of each day, and what a feed's document no longer
    // reached back to. gap_after: none, no gap. day: since 1970.
    R"sql(
ALTER TABLE feed_state ADD COLUMN traffic_day INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_state ADD COLUMN day_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_state ADD COLUMN month_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_state ADD COLUMN gap_after INTEGER;
ALTER TABLE feed_state ADD COLUMN gap_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_state ADD COLUMN gap_next_url TEXT NOT NULL DEFAULT '';
ALTER TABLE feed_state ADD COLUMN gap_pages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN metered INTEGER NOT NULL DEFAULT 0;
CREATE TABLE traffic(
  day INTEGER PRIMARY KEY,
  bytes INTEGER NOT NULL,
  metered_bytes INTEGER NOT NULL
) STRICT;
)sql",
    // 6: little written, and bounded; see docs/decisions/0004-flash.md.
    R"sql(
-- indexed: the search index and the tags have every article up to that one, except as `outdated` says, which counts the
-- rows of that table. horizon: no article is dated so late.
ALTER TABLE store ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE store ADD COLUMN outdated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE store ADD COLUMN horizon INTEGER NOT NULL DEFAULT 0;

-- What the index has of articles that have been edited since: it can only be removed with the record that it was made of.
CREATE TABLE outdated(
  id INTEGER PRIMARY KEY REFERENCES article(id) ON DELETE CASCADE,
  head BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;

-- No article with an id below the next row's is dated at `sort` or later: the walk from the newest arrivals that looks for
-- the newest dates knows when to stop.
CREATE TABLE horizon(id INTEGER PRIMARY KEY, sort INTEGER NOT NULL) STRICT;
INSERT INTO horizon(id, sort) SELECT min(id), max(sort) + 1 FROM article HAVING count(*) > 0;
UPDATE store SET horizon = coalesce((SELECT max(sort) FROM horizon), 0);

-- By what an article is recognised within its feed, see article_rows.hpp: all keys of a feed lie close together, so that
-- a poll touches one page and not one for each kind.
CREATE TABLE identity(
  feed_id INTEGER NOT NULL,
  key INTEGER NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (feed_id, key, id)
) STRICT, WITHOUT ROWID;
INSERT INTO identity(feed_id, key, id)
  SELECT feed_id, article_key(uid), id FROM article UNION SELECT feed_id, link, id FROM article WHERE link IS NOT NULL;
DROP INDEX article_uid;
DROP INDEX article_link;

-- Read or not first: one index serves both, and eviction. What is asked for regardless is two walks.
DROP INDEX article_sort;
DROP INDEX article_unread;
DROP INDEX article_feed;
DROP INDEX article_feed_unread;
CREATE INDEX article_sort ON article(read, sort);
CREATE INDEX article_feed ON article(feed_id, read, sort);

-- For zstd; id: the dictionary's own.
CREATE TABLE dictionary(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;

-- document: the ids of the articles that the publisher's last document has. newest_arrival: the last `received`.
ALTER TABLE feed_state ADD COLUMN document BLOB NOT NULL DEFAULT x'';
ALTER TABLE feed_state ADD COLUMN newest_arrival INTEGER NOT NULL DEFAULT 0;
UPDATE feed_state SET newest_arrival = news.received
  FROM (SELECT feed_id, max(received) AS received FROM article GROUP BY feed_id) AS news
  WHERE news.feed_id = feed_state.feed_id;
-- seen: when the publisher's document last had it; 0: not known yet.
ALTER TABLE tombstone ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE traffic ADD COLUMN written_bytes INTEGER NOT NULL DEFAULT 0;

-- Made anew in the background, as the tags are. Neither positions nor columns: see docs/decisions/0001-search-index.md.
DELETE FROM tag;
DROP TABLE search;
DROP VIEW searchable;
CREATE VIEW searchable(id, text) AS
  SELECT a.id, article_text(a.head, c.body) FROM article a LEFT JOIN content c ON c.id = a.id;
CREATE VIRTUAL TABLE search USING fts5(
  text, content='searchable', content_rowid='id', detail=none, columnsize=0, tokenize='newscache');
INSERT INTO search(search, rank) VALUES ('hashsize', 8388608);
INSERT INTO search(search, rank) VALUES ('automerge', 8);
)sql",
    // 7: a change knows its feed, also that of an article which is gone. 0: not known, being older.
    R"sql(
ALTER TABLE change ADD COLUMN feed_id INTEGER NOT NULL DEFAULT 0;
)sql",
    // 8: articles that are completed; see capture_rows.hpp, media_rows.hpp and completion_rows.hpp. article.offline:
    // also 5,
    // pending but not before completion.next.
    R"sql(
ALTER TABLE feed_state ADD COLUMN teasers INTEGER;
-- Of the assets, whose rows are those of `media`: how many, and the room that their files take.
ALTER TABLE store ADD COLUMN assets INTEGER NOT NULL DEFAULT 0;
ALTER TABLE store ADD COLUMN asset_bytes INTEGER NOT NULL DEFAULT 0;
-- Of the bytes: what completing articles has received.
ALTER TABLE traffic ADD COLUMN offline_bytes INTEGER NOT NULL DEFAULT 0;

-- What was captured of an article's page: a record, apart from what the feed says. filled: what of it stands in the
-- article's head, since the feed leaves it out. stale: the feed has edited the article since.
CREATE TABLE page(
  id INTEGER PRIMARY KEY REFERENCES article(id) ON DELETE CASCADE,
  filled INTEGER NOT NULL,
  head BLOB NOT NULL,
  body BLOB NOT NULL,
  stale INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What an article refers to by a URL, and which asset that is. key: of the URL, see media_rows.cpp.
CREATE TABLE media(
  id INTEGER NOT NULL REFERENCES article(id) ON DELETE CASCADE,
  key INTEGER NOT NULL,
  url TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_key ON media(key);
CREATE INDEX media_asset ON media(substr(sha256, 1, 8));

-- How completing an article has failed so far. next: none, given up.
CREATE TABLE completion(
  id INTEGER PRIMARY KEY REFERENCES article(id) ON DELETE CASCADE,
  next INTEGER,
  attempts INTEGER NOT NULL,
  cause TEXT,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX completion_next ON completion(next) WHERE next IS NOT NULL;
-- Those that have not been tried, which are due at once; in the order in which readers open them.
CREATE INDEX article_pending ON article(starred, read, sort, feed_id) WHERE offline = 1;

DROP VIEW searchable;
CREATE VIEW searchable(id, text) AS
  SELECT a.id, article_text(a.head, coalesce(p.body, c.body))
  FROM article a LEFT JOIN content c ON c.id = a.id LEFT JOIN page p ON p.id = a.id;
)sql",
    // 9: when each change was made, in milliseconds since 1970: readers ask for what has changed since they asked last.
    // A few bytes in a row that is written anyway. 0: not known, being older.
    R"sql(
ALTER TABLE change ADD COLUMN time INTEGER NOT NULL DEFAULT 0;
)sql",
    // 10: a poll that brings nothing writes the few bytes that it changes, and not the pages of all that is known of
    // feeds; see docs/decisions/0004-flash.md. Where they were the columns stay, empty: salvaging goes by their places.
    R"sql(
CREATE TABLE poll(
  feed_id INTEGER PRIMARY KEY REFERENCES feed(id) ON DELETE CASCADE,
  last_attempt INTEGER,
  last_success INTEGER,
  next_poll INTEGER,
  next_poll_rule TEXT NOT NULL,
  traffic_day INTEGER NOT NULL,
  day_bytes INTEGER NOT NULL,
  month_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO poll(feed_id, last_attempt, last_success, next_poll, next_poll_rule, traffic_day, day_bytes, month_bytes)
  SELECT feed_id, last_attempt, last_success, next_poll, next_poll_rule, traffic_day, day_bytes, month_bytes
  FROM feed_state;
UPDATE feed_state SET last_attempt = NULL, last_success = NULL, next_poll = NULL, next_poll_rule = '', traffic_day = 0,
  day_bytes = 0, month_bytes = 0;
)sql",
};

constexpr std::size_t kHeaderBytes = 100;

Error foreign(const std::string& path, const std::string& why) {
  return Error{Cause::invalid, path + " " + why + "; move it away, or set daemon.state_dir to another folder"};
}

Error damaged(const std::string& path, const std::string& why) {
  return Error{Cause::internal, "damaged database: " + path + " " + why};
}

// As many bytes as there are, up to a header.
std::optional<std::string> read_header(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string header(kHeaderBytes, '\0');
  const auto got = ::read(file.get(), header.data(), header.size());
  if (got < 0) return std::nullopt;
  header.resize(static_cast<std::size_t>(got));
  return header;
}

// The power failed during the very first transaction: the journal beside the file will make it empty again, whatever
// half of a page it holds.
bool was_being_created(const std::string& path) {
  constexpr std::string_view kJournalMagic("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
  constexpr std::size_t kPagesBefore = 16;
  const auto journal = read_header(path + "-journal");
  return journal && journal->size() >= kPagesBefore + 4 && journal->starts_with(kJournalMagic) &&
         big_endian(*journal, kPagesBefore, 4) == 0;
}

// The version that is in effect, WAL included; opened so that nothing is written, not even at close.
Result<std::int64_t> schema_version(const Options& options) {
  const auto& path = options.path;
  sqlite3* handle = nullptr;
  int code = open_to_write(path, options.vfs, &handle);
  if (is_of_the_file_system(code)) {
    sqlite3_close(handle);
    code = open_frozen(path, options.vfs, &handle);
  }
  sqlite3_stmt* statement = nullptr;
  if (code == SQLITE_OK) {
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    code = sqlite3_prepare_v2(handle, "PRAGMA user_version", -1, &statement, nullptr);
  }
  std::int64_t version = 0;
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  if (code == SQLITE_ROW) version = sqlite3_column_int64(statement, 0);
  const std::string detail = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  sqlite3_finalize(statement);
  sqlite3_close(handle);
  if (code == SQLITE_ROW) return version;
  if (cause_of(code) == Cause::unavailable) return Error{Cause::unavailable, path + " cannot be read: " + detail};
  return damaged(path, "cannot be read as a database (" + detail + ")");
}

// That of a database.
bool is_whole(const std::string& header) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  return header.size() == kHeaderBytes && header.starts_with(kMagic);
}

Error newer(const std::string& path, std::int64_t version) {
  return Error{Cause::invalid, path + " was written by a newer newscached (schema " + std::to_string(version) +
                                   ", this program knows up to " + std::to_string(newest_schema()) +
                                   "); upgrade newscached"};
}

}  // namespace

int newest_schema() { return static_cast<int>(std::size(kMigrations)); }

Result<void> check_owner(const std::string& path) {
  const auto header = read_header(path);
  if (!header || !is_whole(*header)) return {};
  if (big_endian(*header, 68, 4) != static_cast<std::uint32_t>(kApplicationId)) {
    return foreign(path, "is a database of another program");
  }
  const std::int64_t version = big_endian(*header, 60, 4);
  if (version > newest_schema()) return newer(path, version);
  return {};
}

Result<void> check_file(const Options& options) {
  const auto& path = options.path;
  if (file_bytes(path) == 0) {
    // To be created; but SQLite would throw away what is left of one.
    if (was_left_open(options)) return damaged(path, "is missing or empty, and its WAL is not");
    return {};
  }
  if (was_being_created(path)) return {};
  const auto header = read_header(path);
  if (!header) return foreign(path, "cannot be opened");
  if (!is_whole(*header)) return damaged(path, "has no header of a database");
  if (const auto owner = check_owner(path); !owner) return owner.error();
  const auto version = schema_version(options);
  if (!version) return version.error();
  if (*version > newest_schema()) return newer(path, *version);
  return {};
}

void migrate(Database& database, int schema) {
  // First of all, in one transaction and before there is a WAL, so that the file is ours from its first byte on, and a
  // power cut leaves no file that nobody claims. Not IMMEDIATE: that would make the first page before auto_vacuum is
  // set.
  if (database.number("PRAGMA application_id") != kApplicationId) {
    Transaction transaction(database, "BEGIN");
    database.run("PRAGMA auto_vacuum = INCREMENTAL");
    database.run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    transaction.commit();
  }
  database.run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = FULL");
  for (auto version = database.number("PRAGMA user_version"); version < schema; ++version) {
    Transaction transaction(database);
    database.run(kMigrations[version]);
    database.run(("PRAGMA user_version = " + std::to_string(version + 1)).c_str());
    transaction.commit();
  }
}

}  // namespace newscache::store
