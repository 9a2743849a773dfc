#include "store/salvage_copy.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/hash.hpp"
#include "store/asset_files.hpp"
#include "store/dictionary.hpp"
#include "store/media_rows.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kRowsPerTransaction = 1000;
constexpr std::size_t kKeyBytes = 16;  // of a uid and of a hash
// Beyond that an id is damage; the highest that can be given is a little higher.
constexpr std::int64_t kHighestId = 0x60000000;

constexpr std::string_view kColumns = "SELECT name, type, \"notnull\", pk, dflt_value FROM pragma_table_info(?)";
constexpr std::string_view kHead = "SELECT head FROM article WHERE id = ?";
constexpr std::string_view kHasArticle = "SELECT 1 FROM article WHERE id = ?";
constexpr std::string_view kIsBuried = "SELECT 1 FROM tombstone WHERE feed_id = ? AND uid = ?";
constexpr std::string_view kRestoreFeed = R"sql(
INSERT INTO feed(id, uid, url, custom_title, folder, settings, managed) VALUES (?1, ?2, ?3, '', '', x'', 0)
ON CONFLICT DO NOTHING)sql";
constexpr std::string_view kHasFeed = "SELECT 1 FROM feed WHERE id = ?";
constexpr std::string_view kRestoreFolder = "UPDATE feed SET folder = ?2 WHERE id = ?1 AND folder = ''";

// Tables whose rows look like no other's.
constexpr std::string_view kRecognised[] = {"store",   "dictionary",      "feed",       "feed_state", "article",
                                            "content", "article_version", "alias",      "tombstone",  "attempt",
                                            "page",    "media",           "completion", "poll"};
constexpr std::string_view kWithoutRowid[] = {"alias", "meta", "media"};

template <std::size_t size>
bool is_one_of(std::string_view name, const std::string_view (&names)[size]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

char letter_of(std::string_view type) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(type.empty() ? 'b' : type.front())));
}

// Entries of an index over a text.
Shape index_shape(std::string_view name) { return {std::string(name), false, "ti", 2, false}; }

}  // namespace

Shape SalvageCopy::shape_of(std::string_view table) {
  Shape shape{std::string(table), !is_one_of(table, kWithoutRowid), {}, 0, is_one_of(table, kRecognised)};
  for (Query query(target_, kColumns, table); query.step();) {
    const char letter = letter_of(query.text(1));
    const bool is_rowid = shape.has_rowid && query.flag(3);
    const bool nullable = !is_rowid && !query.flag(2) && !query.flag(3);
    shape.columns += is_rowid ? 'r' : nullable ? static_cast<char>(std::toupper(letter)) : letter;
    if (!nullable && query.null(4)) shape.required = shape.columns.size();
  }
  return shape;
}

std::size_t SalvageCopy::column(std::string_view table, std::string_view name) {
  std::size_t at = 0;
  for (Query query(target_, kColumns, table); query.step(); ++at) {
    if (query.text(0) == name) return at;
  }
  throw StoreError(Cause::internal, "salvage: there is no column " + std::string(name));
}

void SalvageCopy::written() {
  if (++rows_in_transaction_ >= kRowsPerTransaction) commit();
}

void SalvageCopy::commit() {
  if (transaction_) transaction_->commit();
  transaction_.reset();
  rows_in_transaction_ = 0;
  progress_();
}

void SalvageCopy::note(std::int64_t& highest, std::int64_t seen) {
  if (seen <= kHighestId) highest = std::max(highest, seen);
}

const std::string& SalvageCopy::insertion(const Shape& shape, std::size_t columns) {
  auto& sql = insertions_[{shape.name, columns}];
  if (!sql.empty()) return sql;
  std::string names;
  std::string places;
  for (Query query(target_, kColumns, shape.name); columns > 0 && query.step(); --columns) {
    names += (names.empty() ? "" : ", ") + query.string(0);
    places += places.empty() ? "?" : ", ?";
  }
  sql = "INSERT OR IGNORE INTO " + shape.name + "(" + names + ") VALUES (" + places + ")";
  return sql;
}

bool SalvageCopy::insert(const Shape& shape, const CarvedRow& row) {
  Query query(target_, insertion(shape, row.values.size()));
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const auto& value = row.values[i];
    if (shape.columns[i] == 'r') {
      query.bind(row.id);
    } else if (value.type == Value::Type::text) {
      query.bind(value.bytes);
    } else if (value.type == Value::Type::blob) {
      query.bind_blob(value.bytes);
    } else {
      query.bind(value.type == Value::Type::null ? std::nullopt : std::optional(value.integer));
    }
  }
  try {
    query.run();
    return true;
  } catch (const StoreError& error) {
    if (error.cause() != Cause::internal) throw;  // it cannot be written, not: the row is bad
    return false;
  }
}

bool SalvageCopy::copy(const Carver& source, std::string_view table, const Check& check) {
  const auto shape = shape_of(table);
  bool all = true;
  const bool whole = source.read(shape, [&](const CarvedRow& row) {
    if (!transaction_) transaction_ = std::make_unique<Transaction>(target_);
    if (!check(row) || !insert(shape, row)) all = false;
    written();
  });
  commit();
  return whole && all;
}

void SalvageCopy::read_totals(const Carver& source) {
  const auto feed = column("store", "feed_id");
  const auto article = column("store", "article_id");
  const auto revision = column("store", "revision");
  const auto articles = column("store", "articles");
  source.read(shape_of("store"), [&](const CarvedRow& row) {
    note(highest_.feed, row.values[feed].integer);
    note(highest_.article, row.values[article].integer);
    note(highest_.revision, row.values[revision].integer);
    articles_before_ = row.values[articles].integer;
  });
  const auto type = column("change", "type");
  const auto id = column("change", "id");
  source.read(shape_of("change"), [&](const CarvedRow& row) {
    note(highest_.revision, row.id);
    note(row.values[type].integer == 0 ? highest_.article : highest_.feed, row.values[id].integer);
  });
}

bool SalvageCopy::copy_dictionaries(const Carver& source) {
  return copy(source, "dictionary", [](const CarvedRow& row) {
    return Dictionary::open(static_cast<DictionaryId>(row.id), std::string(row.values[1].bytes)) != nullptr;
  });
}

bool SalvageCopy::copy_feeds(const Carver& source) {
  const auto uid = column("feed", "uid");
  const auto url = column("feed", "url");
  bool whole = copy(source, "feed", [&](const CarvedRow& row) {
    note(highest_.feed, row.id);
    return row.id > 0 && !row.values[uid].bytes.empty() && !row.values[url].bytes.empty();
  });
  if (!whole) whole = restore_feeds_from_indexes(source);
  const bool states_are_whole = copy(source, "feed_state", [](const CarvedRow&) { return true; });
  return whole && states_are_whole;
}

// Which feeds there are, three indexes know too.
bool SalvageCopy::restore_feeds_from_indexes(const Carver& source) {
  std::map<std::int64_t, std::string> uids;
  bool whole = source.read(index_shape("sqlite_autoindex_feed_1"), [&](const CarvedRow& row) {
    uids[row.values[1].integer] = std::string(row.values[0].bytes);
  });
  std::vector<std::int64_t> restored;
  whole &= source.read(index_shape("feed_url"), [&](const CarvedRow& row) {
    const auto id = row.values[1].integer;
    const auto uid = uids.find(id);
    note(highest_.feed, id);
    if (uid == uids.end() || Query(target_, kHasFeed, id).step()) return;
    Query(target_, kRestoreFeed, id, uid->second, row.values[0].bytes).run();
    restored.push_back(id);
  });
  source.read(index_shape("feed_folder"), [&](const CarvedRow& row) {
    const auto id = row.values[1].integer;
    if (std::find(restored.begin(), restored.end(), id) == restored.end()) return;
    Query(target_, kRestoreFolder, id, row.values[0].bytes).run();
  });
  return whole;
}

bool SalvageCopy::is_gone(std::int64_t feed, std::string_view uid) {
  if (!from_snapshot_) return false;
  if (!Query(target_, kHasFeed, feed).step()) return true;
  return Query(target_, kIsBuried, feed).bind_blob(uid).step();
}

bool SalvageCopy::has_article(std::int64_t id) { return Query(target_, kHasArticle, id).step(); }

bool SalvageCopy::copy_articles(const Carver& source, bool& bodies_are_whole) {
  const auto feed = column("article", "feed_id");
  const auto uid = column("article", "uid");
  const auto revision = column("article", "revision");
  const auto hash = column("article", "hash");
  const auto head = column("article", "head");
  const bool whole = copy(source, "article", [&](const CarvedRow& row) {
    note(highest_.article, row.id);
    note(highest_.revision, row.values[revision].integer);
    note(highest_.feed, row.values[feed].integer);
    const bool keys = row.values[uid].bytes.size() == kKeyBytes && row.values[hash].bytes.size() == kKeyBytes;
    if (row.id <= 0 || !keys || !target_.codec().decode(row.values[head].bytes, {})) return false;
    return !is_gone(row.values[feed].integer, row.values[uid].bytes);
  });
  bodies_are_whole = copy(source, "content", [&](const CarvedRow& row) {
    note(highest_.article, row.id);
    Query article(target_, kHead, row.id);
    return article.step() && target_.codec().decode(article.blob(0), row.values[1].bytes).has_value();
  });
  return whole;
}

void SalvageCopy::copy_rest(const Carver& source) {
  copy(source, "article_version", [&](const CarvedRow& row) {
    note(highest_.revision, row.values[1].integer);
    return has_article(row.values[0].integer);
  });
  copy(source, "alias", [&](const CarvedRow& row) {
    return row.values[0].bytes.size() == kKeyBytes && has_article(row.values[1].integer);
  });
  copy(source, "page", [&](const CarvedRow& row) {
    return has_article(row.id) && target_.codec().decode(row.values[2].bytes, row.values[3].bytes).has_value();
  });
  copy(source, "media", [&](const CarvedRow& row) {
    const auto& hash = row.values[3].bytes;
    return has_article(row.values[0].integer) && hash.size() == Sha256().size() &&
           has_asset_file(target_.options(), hex_of(hash), row.values[5].integer);
  });
  copy(source, "completion", [&](const CarvedRow& row) { return has_article(row.id); });
  copy(source, "tombstone", [&](const CarvedRow& row) { return row.values[2].bytes.size() == kKeyBytes; });
  for (const char* table : {"poll", "traffic", "attempt", "meta"}) {
    copy(source, table, [](const CarvedRow&) { return true; });
  }
}

}  // namespace newscache::store
