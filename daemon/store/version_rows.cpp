#include "store/version_rows.hpp"

#include "store/times.hpp"

namespace newscache::store {

namespace {

// Of contents; the history ends with the version that reaches it.
constexpr std::size_t kMaxHistoryBytes = 16 << 20;

constexpr std::string_view kInsert =
    "INSERT OR IGNORE INTO article_version(id, revision, replaced, head, body) VALUES (?, ?, ?, ?, ?)";
constexpr std::string_view kPrune = R"sql(
DELETE FROM article_version WHERE id = ?1 AND revision NOT IN
  (SELECT revision FROM article_version WHERE id = ?1 ORDER BY revision DESC LIMIT ?2))sql";
constexpr std::string_view kList =
    "SELECT revision, replaced, head, body FROM article_version WHERE id = ? ORDER BY revision DESC";
constexpr std::string_view kNewest =
    "SELECT revision, head, body FROM article_version WHERE id = ? ORDER BY revision DESC LIMIT 1";
constexpr std::string_view kRenew = "UPDATE article_version SET head = ?, body = ? WHERE id = ? AND revision = ?";

}  // namespace

void keep_version(Database& database, const ArticleRow& old, const Record& later, Instant now) {
  const int max_versions = database.options().max_versions;
  if (max_versions > 0) {
    if (const auto version = database.codec().difference(old.record, later)) {
      Query(database, kInsert, model::raw(old.id), model::raw(old.revision), seconds(now))
          .bind_blob(version->head)
          .bind_blob(version->body)
          .run();
    }
  }
  Query(database, kPrune, model::raw(old.id), max_versions).run();
}

void renew_newest_version(Database& database, model::ArticleId id, const Record& before, const Record& after) {
  std::int64_t revision = 0;
  Record version;
  {
    Query row(database, kNewest, model::raw(id));
    if (!row.step()) return;
    revision = row.integer(0);
    version = {std::string(row.blob(1)), std::string(row.blob(2))};
  }
  auto& codec = database.codec();
  const auto whole = codec.restore(version, before);
  if (!whole) return;
  const auto renewed = codec.difference(*whole, after);
  if (!renewed) return;
  Query(database, kRenew).bind_blob(renewed->head).bind_blob(renewed->body).bind(model::raw(id)).bind(revision).run();
}

Result<std::vector<model::ArticleVersion>> load_history(Database& database, model::ArticleId id) {
  const auto article = find_article(database, id);
  if (!article) return Error{Cause::not_found, "there is no article " + std::to_string(model::raw(id))};
  std::vector<model::ArticleVersion> history;
  auto& codec = database.codec();
  Record later = article->record;
  std::size_t bytes = 0;
  for (Query row(database, kList, model::raw(id)); bytes < kMaxHistoryBytes && row.step();) {
    auto whole = codec.restore({std::string(row.blob(2)), std::string(row.blob(3))}, later);
    // After a damaged one goes on what is no difference.
    later = whole ? std::move(*whole) : Record();
    auto entry = codec.decode(later.head, later.body);
    if (!entry) continue;
    bytes += entry->content_html.size();
    history.push_back({model::Revision{row.integer(0)}, instant(row.integer(1)), std::move(*entry)});
  }
  return history;
}

}  // namespace newscache::store
