#pragma once
// The barest program that puts the store's rows into SQLite with the same indexes and the same full-text index:
// prepared INSERTs in large transactions and nothing else. What the store costs is shown beside it.

#include <sqlite3.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "store/article_rows.hpp"
#include "store/record.hpp"
#include "store/search_text.hpp"
#include "store/tokenizer.hpp"

namespace newscache::bench {

struct FloorRow {
  std::int64_t feed = 0;
  std::string uid, hash, head, body;
  std::int64_t uid_key = 0, link = 0, sort = 0;
  std::string text;
  std::vector<std::string> tags;
};

// What the store would keep of the entry.
inline FloorRow floor_row(std::int64_t feed, const model::IncomingEntry& incoming, store::RecordCodec& codec,
                          const store::Options& options) {
  auto entry = incoming.entry;
  const auto uid = store::uid_from_hex(incoming.uid);
  const auto hash = store::content_hash(entry, incoming.link);
  FloorRow row;
  row.feed = feed;
  row.text = store::search_text(entry, options).joined();
  const auto record = codec.encode(entry);
  row.uid.assign(uid.begin(), uid.end());
  row.hash.assign(hash.begin(), hash.end());
  row.uid_key = store::uid_key(row.uid);
  row.link = *store::link_key(incoming.link);
  row.sort = entry.date_published->time_since_epoch().count();
  row.head = record.head;
  row.body = record.body;
  row.tags = entry.tags;
  return row;
}

class Floor {
 public:
  explicit Floor(const std::string& path) {
    check(sqlite3_open(path.c_str(), &handle_));
    store::register_tokenizer(handle_);
    run(kSchema);
    for (const char* sql : kStatements) {
      sqlite3_stmt* statement = nullptr;
      check(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr));
      statements_.push_back(statement);
    }
  }
  ~Floor() {
    for (auto* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
  }
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  // One transaction. Without `index` nobody can search.
  void insert(const std::vector<FloorRow>& rows, bool index = true) {
    run("BEGIN IMMEDIATE");
    const std::int64_t first = last_id_ + 1;
    for (const auto& row : rows) {
      ++last_id_;
      step(0, {last_id_, row.feed, row.link, row.sort, row.sort, last_id_}, {&row.uid, &row.hash, &row.head}, true);
      step(1, {last_id_}, {&row.body}, true);
      step(2, {row.feed, row.uid_key, last_id_}, {}, true);
      step(2, {row.feed, row.link, last_id_}, {}, true);
      step(3, {last_id_, last_id_}, {}, true);
    }
    if (index) insert_into_index(rows, first);
    run("COMMIT");
  }
  void checkpoint() { run("PRAGMA wal_checkpoint(TRUNCATE)"); }

 private:
  static constexpr const char* kSchema = R"sql(
PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -8000; PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY;
CREATE TABLE article(id INTEGER PRIMARY KEY, feed_id INTEGER, link INTEGER, sort INTEGER, received INTEGER,
  revision INTEGER, uid BLOB, hash BLOB, head BLOB, read INTEGER DEFAULT 0, starred INTEGER DEFAULT 0);
CREATE TABLE content(id INTEGER PRIMARY KEY, body BLOB);
CREATE TABLE identity(feed_id INTEGER, key INTEGER, id INTEGER, PRIMARY KEY (feed_id, key, id)) WITHOUT ROWID;
CREATE TABLE change(revision INTEGER PRIMARY KEY, id INTEGER);
CREATE TABLE tag(tag TEXT COLLATE NOCASE, sort INTEGER, id INTEGER, PRIMARY KEY (tag, sort, id)) WITHOUT ROWID;
CREATE INDEX article_sort ON article(read, sort);
CREATE INDEX article_feed ON article(feed_id, read, sort);
CREATE INDEX article_starred ON article(sort) WHERE starred = 1;
CREATE VIRTUAL TABLE search USING fts5(text, content='', detail=none, columnsize=0, tokenize='newscache');
INSERT INTO search(search, rank) VALUES ('hashsize', 8388608);
INSERT INTO search(search, rank) VALUES ('automerge', 8);
)sql";
  static constexpr const char* kStatements[] = {
      "INSERT INTO article(id, feed_id, link, sort, received, revision, uid, hash, head) VALUES (?,?,?,?,?,?,?,?,?)",
      "INSERT INTO content(id, body) VALUES (?, ?)",
      "INSERT OR IGNORE INTO identity(feed_id, key, id) VALUES (?, ?, ?)",
      "INSERT INTO change(revision, id) VALUES (?, ?)",
      "INSERT INTO search(rowid, text) VALUES (?, ?)",
      "INSERT OR IGNORE INTO tag(sort, id, tag) VALUES (?, ?, ?)",
  };

  void insert_into_index(const std::vector<FloorRow>& rows, std::int64_t first) {
    std::int64_t id = first;
    for (const auto& row : rows) step(4, {id++}, {&row.text}, false);
    id = first;
    for (const auto& row : rows) {
      for (const auto& tag : row.tags) step(5, {row.sort, id}, {&tag}, false);
      ++id;
    }
  }
  void check(int code) const {
    if (code != SQLITE_OK && code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(handle_));
  }
  void run(const char* sql) { check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr)); }
  void step(std::size_t which, std::initializer_list<std::int64_t> numbers,
            std::initializer_list<const std::string*> strings, bool blobs) {
    auto* statement = statements_[which];
    int at = 1;
    for (const auto number : numbers) sqlite3_bind_int64(statement, at++, number);
    for (const auto* string : strings) {
      const auto size = static_cast<int>(string->size());
      if (blobs) {
        sqlite3_bind_blob(statement, at++, string->data(), size, SQLITE_STATIC);
      } else {
        sqlite3_bind_text(statement, at++, string->data(), size, SQLITE_STATIC);
      }
    }
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
  }

  sqlite3* handle_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
  std::int64_t last_id_ = 0;
};

}  // namespace newscache::bench
