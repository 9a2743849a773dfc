#pragma once
// One SQLite connection: opened with our pragmas, its statements cached, its errors turned into StoreError.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/functions.hpp"
#include "store/record.hpp"
#include "store/store.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace newscache::store {

enum class Access { write, read };

// What a StoreError says of an SQLite error.
Cause cause_of(int code);

class Database {
 public:
  // The file must exist for Access::read. Throws StoreError.
  Database(const Options& options, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Statements without parameters and without rows of interest, one or several.
  void run(const char* sql);
  std::int64_t number(const char* sql);  // the first column of the first row
  // Prepared once per connection and text; `sql` comes from the finite set of texts in this module.
  sqlite3_stmt* prepared(std::string_view sql);
  // Not kept: whoever asks for it finalises it.
  sqlite3_stmt* prepare_once(std::string_view sql);
  [[noreturn]] void fail(int code, std::string_view what);
  // What SQLite takes for sound is not.
  [[noreturn]] void fail_as_damaged(std::string_view what);
  // Undoes what is not committed, if there is anything. For want of memory even that can fail; who starts a transaction
  // therefore calls it too.
  void roll_back() noexcept;
  // Inside of a write transaction. After a sync has failed, the system may take for written what it could not write,
  // and say of the next sync that all went well. What lies in the WAL is therefore written once more before anything
  // relies on it: before another commit, before it goes into the database, and when it comes from an earlier process.
  void renew_wal();
  sqlite3* handle() const { return handle_; }
  const Options& options() const { return options_; }
  RecordCodec& codec() { return codec_; }
  bool writable() const;
  // Of the WAL, instead of those of the options.
  void checkpoint_at(std::int64_t pages) { checkpoint_pages_ = pages; }
  // See Snapshot.
  bool in_snapshot() const { return in_snapshot_; }
  void set_in_snapshot(bool in_snapshot) { in_snapshot_ = in_snapshot; }

 private:
  sqlite3_stmt* prepare(std::string_view sql, unsigned flags);
  void open_file(Access access);
  void configure(Access access);
  void close() noexcept;
  std::string dictionary(DictionaryId id);
  static int on_commit(void* self, sqlite3* handle, const char* schema, int wal_pages);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  Options options_;
  RecordCodec codec_;
  FunctionContext function_context_;
  sqlite3* handle_ = nullptr;
  bool wal_in_doubt_ = false;
  bool in_snapshot_ = false;
  std::int64_t checkpoint_pages_;
  std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements_;
};

// Of so many possible texts that keeping their statements would fill the memory.
struct Once {
  std::string_view sql;
};

// A cached statement in use; reset when it goes out of scope. The bound texts must live until then.
class Query {
 public:
  Query(Database& database, std::string_view sql) : database_(database), statement_(database.prepared(sql)) {}
  Query(Database& database, Once once)
      : database_(database), statement_(database.prepare_once(once.sql)), is_cached_(false) {}
  template <class... Values>
  Query(Database& database, std::string_view sql, const Values&... values) : Query(database, sql) {
    (bind(values), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Binds the next parameter.
  Query& bind(std::int64_t value);
  Query& bind(int value) { return bind(std::int64_t{value}); }
  Query& bind(bool value) { return bind(std::int64_t{value}); }
  Query& bind(std::string_view text);
  Query& bind(const std::string& text) { return bind(std::string_view(text)); }
  Query& bind(const char* text) { return bind(std::string_view(text)); }
  Query& bind(const std::optional<std::int64_t>& value);
  Query& bind_blob(std::string_view bytes);

  bool step();  // true: there is a row
  void run();   // to the end, without rows
  // As step, and `interrupted` is set instead of throwing when the progress limit stopped it.
  bool step_bounded(bool& interrupted);

  std::int64_t integer(int column) const;
  double real(int column) const;
  bool flag(int column) const { return integer(column) != 0; }
  bool null(int column) const;
  // Valid until the next step.
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  std::string string(int column) const { return std::string(text(column)); }
  std::optional<std::int64_t> optional_integer(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* statement_;
  bool is_cached_ = true;
  int next_parameter_ = 1;
};

// Rolled back when it goes out of scope without commit().
class Transaction {
 public:
  explicit Transaction(Database& database, const char* begin = "BEGIN IMMEDIATE");
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

// A consistent view for several queries of one connection. Within another one it is that one.
class Snapshot {
 public:
  explicit Snapshot(Database& database);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Database& database_;
  sqlite3_stmt* commit_ = nullptr;  // none within another one
};

}  // namespace newscache::store
