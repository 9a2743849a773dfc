#include "store/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "store/open_file.hpp"

namespace newscache::store {

namespace {

// Why each: /docs/decisions/0002-article-record.md and the table of docs/architecture.md. page_size must come
// before the first page, and so must auto_vacuum, which is migrate()'s.
constexpr const char* kWriterPragmas = R"sql(
  PRAGMA page_size = 4096;
  PRAGMA cache_size = -8000;
  PRAGMA journal_size_limit = 16777216;
)sql";

constexpr const char* kReaderPragmas = R"sql(
  PRAGMA cache_size = -2000;
  PRAGMA query_only = ON;
)sql";

// Debian compiles SECURE_DELETE=on, which doubles what a deletion writes. An I/O error under mmap would be a SIGBUS.
constexpr const char* kCommonPragmas = R"sql(
  PRAGMA secure_delete = OFF;
  PRAGMA mmap_size = 0;
  PRAGMA temp_store = MEMORY;
  PRAGMA cell_size_check = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA foreign_keys = ON;
  PRAGMA recursive_triggers = OFF;
)sql";

struct Limit {
  int id;
  int value;
};
constexpr Limit kLimits[] = {
    {SQLITE_LIMIT_SQL_LENGTH, 100'000},  {SQLITE_LIMIT_EXPR_DEPTH, 100},          {SQLITE_LIMIT_COMPOUND_SELECT, 10},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 100}, {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
};

constexpr std::string_view kDictionary = "SELECT bytes FROM dictionary WHERE id = ?";

// SQLite would create the file with the umask's mode; -wal and -shm take over the mode of the database.
void create_private(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file) ::fchmod(file.get(), 0600);
}

// No room, to SQLite, is the file system's and its own PRAGMA max_page_count. What a transaction has taken of the WAL
// stays with it when it is rolled back, so that a disk that was full still is.
bool is_disk_full(const std::string& path) {
  constexpr std::uint64_t kNothing = 1 << 20;
  struct statvfs info {};
  return ::statvfs(path.c_str(), &info) == 0 && std::uint64_t{info.f_bavail} * info.f_frsize < kNothing;
}

Shortage shortage_of(int code, sqlite3* handle, const std::string& path) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return is_disk_full(path) ? Shortage::disk : Shortage::limit;
    case SQLITE_READONLY:
      return Shortage::read_only;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      switch (handle != nullptr ? sqlite3_system_errno(handle) : 0) {
        case ENOSPC:
        case EDQUOT:
          return Shortage::disk;
        case EROFS:
          return Shortage::read_only;
        default:
          return Shortage::none;
      }
    default:
      return Shortage::none;
  }
}

// As it is, byte for byte, and onto the disk. An SQLite error code.
int write_again(sqlite3_file* file) {
  if (file == nullptr || file->pMethods == nullptr) return SQLITE_OK;
  std::array<char, 65536> part{};
  sqlite3_int64 size = 0;
  int code = file->pMethods->xFileSize(file, &size);
  for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += static_cast<sqlite3_int64>(part.size())) {
    const auto bytes = static_cast<int>(std::min<sqlite3_int64>(size - at, static_cast<sqlite3_int64>(part.size())));
    code = file->pMethods->xRead(file, part.data(), bytes, at);
    if (code == SQLITE_OK) code = file->pMethods->xWrite(file, part.data(), bytes, at);
  }
  if (code == SQLITE_OK && size > 0) code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
  return code;
}

}  // namespace

Cause cause_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
      return Cause::unavailable;
    default:
      return Cause::internal;
  }
}

Database::Database(const Options& options, Access access)
    : options_(options),
      codec_(options.max_article_bytes, [this](DictionaryId id) { return dictionary(id); }),
      function_context_{&options_, &codec_},
      checkpoint_pages_(options.checkpoint_pages) {
  wal_in_doubt_ = access == Access::write && was_left_open(options_);
  try {
    open_file(access);
    configure(access);
    register_functions(handle_, &function_context_);
  } catch (...) {
    close();
    throw;
  }
}

Database::~Database() { close(); }

void Database::close() noexcept {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  statements_.clear();
  // Closing writes the WAL back into the database, which must not happen from a WAL in doubt.
  if (wal_in_doubt_) sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_close(handle_);
  handle_ = nullptr;
}

void Database::open_file(Access access) {
  if (access == Access::write) create_private(options_.path);
  // Readers write too: to the shared memory of the WAL. query_only keeps them from the tables.
  int code = options_.frozen ? SQLITE_READONLY : open_to_write(options_.path, options_.vfs, &handle_);
  if (is_of_the_file_system(code) && (options_.frozen || access == Access::write)) {
    sqlite3_close(handle_);
    code = open_frozen(options_.path, options_.vfs, &handle_);
  }
  if (code != SQLITE_OK) fail(code, "open");
}

bool Database::writable() const { return sqlite3_db_readonly(handle_, "main") == 0; }

void Database::configure(Access access) {
  for (const auto& limit : kLimits) sqlite3_limit(handle_, limit.id, limit.value);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (access == Access::write && writable()) {
    run(kWriterPragmas);
    sqlite3_wal_hook(handle_, on_commit, this);
  }
  run(kCommonPragmas);
  if (access == Access::read) run(kReaderPragmas);
}

void Database::run(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, sql);
}

std::int64_t Database::number(const char* sql) {
  Query query(*this, sql);
  return query.step() ? query.integer(0) : 0;
}

std::string Database::dictionary(DictionaryId id) {
  Query query(*this, kDictionary, std::int64_t{id});
  return query.step() ? std::string(query.blob(0)) : std::string();
}

sqlite3_stmt* Database::prepared(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  auto* statement = prepare(sql, SQLITE_PREPARE_PERSISTENT);
  statements_.emplace(std::string(sql), statement);
  return statement;
}

sqlite3_stmt* Database::prepare_once(std::string_view sql) { return prepare(sql, 0); }

sqlite3_stmt* Database::prepare(std::string_view sql, unsigned flags) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), flags, &statement, nullptr);
  if (code != SQLITE_OK) fail(code, sql);
  return statement;
}

// SQLite's own does the same, but tells nobody when it fails.
int Database::on_commit(void* self, sqlite3* handle, const char* schema, int wal_pages) {
  auto& database = *static_cast<Database*>(self);
  if (wal_pages < database.checkpoint_pages_) return SQLITE_OK;
  const int code = sqlite3_wal_checkpoint_v2(handle, schema, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_IOERR_FSYNC) database.wal_in_doubt_ = true;
  return SQLITE_OK;  // what was committed stays so
}

void Database::roll_back() noexcept {
  if (sqlite3_get_autocommit(handle_) != 0) return;  // SQLite does it by itself after an I/O error
  sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::renew_wal() {
  if (!wal_in_doubt_) return;
  sqlite3_file* wal = nullptr;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
  if (const int code = write_again(wal); code != SQLITE_OK) fail(code, "writing the WAL again");
  wal_in_doubt_ = false;
}

void Database::fail(int code, std::string_view what) {
  if (code == SQLITE_IOERR_FSYNC) wal_in_doubt_ = true;
  std::string detail = "database " + options_.path + ": ";
  detail += handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  detail += " (SQLite " + std::to_string(code) + ", in: ";
  for (const char c : what.substr(0, 80)) detail += (c == '\n' ? ' ' : c);
  detail += ")";
  const auto shortage = shortage_of(code, handle_, options_.path);
  if (shortage != Shortage::none && options_.on_shortage) options_.on_shortage(shortage);
  const int primary = code & 0xff;
  if ((primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) && options_.on_damage) {
    options_.on_damage({code == SQLITE_CORRUPT_VTAB, detail});
  }
  throw StoreError(cause_of(code), detail, shortage);
}

void Database::fail_as_damaged(std::string_view what) {
  const auto detail = "damaged database " + options_.path + ": " + std::string(what);
  if (options_.on_damage) options_.on_damage({false, detail});
  throw StoreError(Cause::internal, detail);
}

Query::~Query() {
  if (!is_cached_) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, next_parameter_++, value);
  if (code != SQLITE_OK) database_.fail(code, sqlite3_sql(statement_));
  return *this;
}

Query& Query::bind(std::string_view text) {
  // A null pointer would bind NULL; an empty view may have one.
  const char* data = text.data() != nullptr ? text.data() : "";
  const int code = sqlite3_bind_text64(statement_, next_parameter_++, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail(code, sqlite3_sql(statement_));
  return *this;
}

Query& Query::bind(const std::optional<std::int64_t>& value) {
  if (value) return bind(*value);
  ++next_parameter_;  // unbound is NULL
  return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
  const char* data = bytes.data() != nullptr ? bytes.data() : "";
  const int code = sqlite3_bind_blob64(statement_, next_parameter_++, data, bytes.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) database_.fail(code, sqlite3_sql(statement_));
  return *this;
}

bool Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.fail(code, sqlite3_sql(statement_));
  return false;
}

bool Query::step_bounded(bool& interrupted) {
  const int code = sqlite3_step(statement_);
  interrupted = code == SQLITE_INTERRUPT;
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE && !interrupted) database_.fail(code, sqlite3_sql(statement_));
  return false;
}

void Query::run() {
  while (step()) {
  }
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Query::real(int column) const { return sqlite3_column_double(statement_, column); }
bool Query::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string_view Query::text(int column) const {
  const auto* data = sqlite3_column_text(statement_, column);
  const auto bytes = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(bytes)};
}

std::string_view Query::blob(int column) const {
  const auto* data = sqlite3_column_blob(statement_, column);
  const auto bytes = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(bytes)};
}

std::optional<std::int64_t> Query::optional_integer(int column) const {
  if (null(column)) return std::nullopt;
  return integer(column);
}

Transaction::Transaction(Database& database, const char* begin) : database_(database) {
  database_.roll_back();
  database_.run(begin);
  try {
    database_.renew_wal();
  } catch (...) {
    database_.roll_back();
    throw;
  }
}

Transaction::~Transaction() {
  if (open_) database_.roll_back();
}

void Transaction::commit() {
  const Editions::Commit commit(*database_.options().editions);
  database_.run("COMMIT");
  open_ = false;
}

Snapshot::Snapshot(Database& database) : database_(database) {
  if (database.in_snapshot()) return;
  commit_ = database.prepared("COMMIT");
  database.roll_back();
  Query(database, "BEGIN").run();
  database.set_in_snapshot(true);
}

Snapshot::~Snapshot() {
  if (commit_ == nullptr) return;
  database_.set_in_snapshot(false);
  // Reading only: there is nothing to lose, whatever COMMIT says.
  sqlite3_step(commit_);
  sqlite3_reset(commit_);
}

}  // namespace newscache::store
