#include "store/search_index.hpp"

#include <sqlite3.h>

#include <optional>
#include <vector>

#include "store/search_text.hpp"
#include "store/times.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

// Of text in one step: enough for a piece of the index that is worth its merging, and little memory.
constexpr std::size_t kMaxStepBytes = 4 << 20;

constexpr std::string_view kAdd = "INSERT INTO search(rowid, text) VALUES (?, ?)";
constexpr std::string_view kRemove = "INSERT INTO search(search, rowid, text) VALUES ('delete', ?, ?)";
constexpr std::string_view kEmpty = "INSERT INTO search(search) VALUES ('delete-all')";
// As FTS5 begins: with other contents of these tables it may refuse the index, and even to drop it.
constexpr const char* kEmptyTables =
    "DELETE FROM search_idx; DELETE FROM search_data; INSERT INTO search_data(id, block) VALUES (1, x''), "
    "(10, x'00000000000000'); INSERT OR REPLACE INTO search_config(k, v) VALUES ('version', 4)";
constexpr std::string_view kForgetAll[] = {"DELETE FROM tag", "DELETE FROM outdated"};
constexpr std::string_view kDefinition = "SELECT sql FROM sqlite_schema WHERE name = 'search'";
constexpr std::string_view kOptions = "SELECT k, v FROM search_config WHERE k <> 'version'";
constexpr std::string_view kSetOption = "INSERT INTO search(search, rank) VALUES (?, ?)";
constexpr std::string_view kAddTag = "INSERT OR IGNORE INTO tag(tag, sort, id) VALUES (?, ?, ?)";
constexpr std::string_view kRemoveTag = "DELETE FROM tag WHERE tag = ? AND sort = ? AND id = ?";

constexpr std::string_view kKeepOutdated = "INSERT INTO outdated(id, head, body) VALUES (?, ?, ?)";
constexpr std::string_view kIsOutdated = "SELECT 1 FROM outdated WHERE id = ?";
constexpr std::string_view kOutdated = "SELECT head, body FROM outdated WHERE id = ?";
constexpr std::string_view kFirstOutdated = "SELECT id FROM outdated ORDER BY id LIMIT ?";
constexpr std::string_view kForgetOutdated = "DELETE FROM outdated WHERE id = ?";
constexpr std::string_view kArticle =
    "SELECT a.sort, a.head, coalesce(p.body, c.body) FROM article a LEFT JOIN content c ON c.id = a.id "
    "LEFT JOIN page p ON p.id = a.id WHERE a.id = ?";
constexpr std::string_view kNewArticles = R"sql(
SELECT a.id, a.sort, a.head, coalesce(p.body, c.body)
FROM article a LEFT JOIN content c ON c.id = a.id LEFT JOIN page p ON p.id = a.id
WHERE a.id > ? ORDER BY a.id LIMIT ?)sql";

Record read_record(const Query& row, int head, int body) {
  return {std::string(row.blob(head)), std::string(row.blob(body))};
}

void write_tags(Database& database, std::string_view sql, model::ArticleId id, Instant sort,
                const model::Entry& entry) {
  for (const auto& tag : entry.tags) Query(database, sql, tag, seconds(sort), model::raw(id)).run();
}

// SQLite keeps everybody but FTS5 from these tables.
void reset_tables(Database& database) {
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  const int code = sqlite3_exec(database.handle(), kEmptyTables, nullptr, nullptr, nullptr);
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (code != SQLITE_OK) database.fail(code, kEmptyTables);
}

std::optional<Record> outdated_record(Database& database, model::ArticleId id) {
  Query query(database, kOutdated, model::raw(id));
  if (!query.step()) return std::nullopt;
  return read_record(query, 0, 1);
}

}  // namespace

void SearchIndex::edited(model::ArticleId id, const Record& old) {
  if (model::raw(id) > totals_.indexed || Query(database_, kIsOutdated, model::raw(id)).step()) return;
  Query(database_, kKeepOutdated, model::raw(id)).bind_blob(old.head).bind_blob(old.body).run();
  ++totals_.outdated;
}

void SearchIndex::remove(model::ArticleId id, Instant sort, const Record& old) {
  if (model::raw(id) > totals_.indexed) return;
  const auto outdated = outdated_record(database_, id);
  if (outdated) {
    Query(database_, kForgetOutdated, model::raw(id)).run();
    --totals_.outdated;
  }
  if (!take_out(id, sort, outdated ? *outdated : old)) start_over();
}

void SearchIndex::advance(std::int64_t limit) {
  const auto refreshed = refresh_outdated(limit);
  if (refreshed < limit && indexed_bytes_ < kMaxStepBytes) take_in_new(limit - refreshed);
}

std::int64_t SearchIndex::refresh_outdated(std::int64_t limit) {
  std::vector<model::ArticleId> ids;
  for (Query query(database_, kFirstOutdated, limit); query.step();) {
    ids.push_back(model::ArticleId{query.integer(0)});
  }
  if (ids.empty()) totals_.outdated = 0;  // whatever a damaged row said: whoever waits for it must not wait for ever
  std::int64_t refreshed = 0;
  for (const auto id : ids) {
    if (indexed_bytes_ >= kMaxStepBytes) break;
    Query article(database_, kArticle, model::raw(id));
    if (!article.step()) database_.fail_as_damaged("an article that was edited is missing");
    const auto sort = instant(article.integer(0));
    if (!take_out(id, sort, *outdated_record(database_, id))) {
      start_over();
      return refreshed;
    }
    write();
    take_in(id, sort, read_record(article, 1, 2));
    Query(database_, kForgetOutdated, model::raw(id)).run();
    --totals_.outdated;
    ++refreshed;
  }
  return refreshed;
}

void SearchIndex::take_in_new(std::int64_t limit) {
  std::int64_t taken = 0;
  Query article(database_, kNewArticles, totals_.indexed, limit);
  while (indexed_bytes_ < kMaxStepBytes) {
    if (!article.step()) {
      // Fewer than the limit: these were the last. The newest ids may be those of articles deleted since.
      if (taken < limit) totals_.indexed = totals_.article_id;
      return;
    }
    const model::ArticleId id{article.integer(0)};
    take_in(id, instant(article.integer(1)), read_record(article, 2, 3));
    totals_.indexed = model::raw(id);
    ++taken;
  }
}

void SearchIndex::take_in(model::ArticleId id, Instant sort, const Record& record) {
  // A damaged record has no text: one of them must not keep all others from being indexed.
  const auto decoded = database_.codec().decode(record.head, record.body);
  const auto entry = decoded ? *decoded : model::Entry();
  const auto text = search_text(entry, database_.options()).joined();
  Query(database_, kAdd, model::raw(id), text).run();
  write_tags(database_, kAddTag, id, sort, entry);
  indexed_bytes_ += text.size();
}

bool SearchIndex::take_out(model::ArticleId id, Instant sort, const Record& record) {
  const auto entry = database_.codec().decode(record.head, record.body);
  if (!entry) return false;
  write_tags(database_, kRemoveTag, id, sort, *entry);
  const auto& text = removals_.insert_or_assign(id, search_text(*entry, database_.options()).joined()).first->second;
  removal_bytes_ += text.size();
  if (removal_bytes_ > kMaxStepBytes) write();
  return true;
}

void SearchIndex::start_over() {
  Query(database_, kEmpty).run();
  forget_all();
}

void SearchIndex::make_anew() {
  std::string definition;
  if (Query query(database_, kDefinition); query.step()) definition = query.string(0);
  std::map<std::string, std::int64_t> options;
  for (Query query(database_, kOptions); query.step();) options[query.string(0)] = query.integer(1);
  reset_tables(database_);
  database_.run("DROP TABLE search");
  database_.run(definition.c_str());
  for (const auto& [name, value] : options) Query(database_, kSetOption, name, value).run();
  forget_all();
}

void SearchIndex::forget_all() {
  removals_.clear();
  removal_bytes_ = 0;
  for (const auto sql : kForgetAll) Query(database_, sql).run();
  totals_.indexed = 0;
  totals_.outdated = 0;
}

void SearchIndex::write() {
  for (const auto& [id, text] : removals_) {
    Query(database_, kRemove, model::raw(id), text).run();
  }
  removals_.clear();
  removal_bytes_ = 0;
}

}  // namespace newscache::store
