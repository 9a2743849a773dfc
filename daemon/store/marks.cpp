// Writer::mark and Writer::remove_article: what a person does to articles.

#include <algorithm>
#include <vector>

#include "store/article_query.hpp"
#include "store/article_rows.hpp"
#include "store/feed_rows.hpp"
#include "store/leash.hpp"
#include "store/media_rows.hpp"
#include "store/search.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

constexpr std::string_view kState = "SELECT id, feed_id, read, starred FROM article WHERE id = ?";

constexpr std::int64_t kIndexAtOnce = 5000;  // articles that a mark by words may wait for: seconds

struct Target {
  model::ArticleId id{};
  model::FeedId feed{};
  bool read = false;
  bool starred = false;
};

Target read_target(const Query& row) {
  return {model::ArticleId{row.integer(0)}, model::FeedId{row.integer(1)}, row.flag(2), row.flag(3)};
}

Error no_article(model::ArticleId id) {
  return Error{Cause::not_found, "there is no article " + std::to_string(model::raw(id))};
}

Result<std::vector<Target>> targets_by_id(Database& database, std::vector<model::ArticleId> ids, bool skip_unknown) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<Target> targets;
  targets.reserve(ids.size());
  for (const auto id : ids) {
    Query query(database, kState, model::raw(id));
    if (query.step()) {
      targets.push_back(read_target(query));
    } else if (!skip_unknown) {
      return no_article(id);
    }
  }
  return targets;
}

Result<std::vector<Target>> targets_by_filter(Database& database, const model::MarkRequest& request) {
  Search search(database);
  const auto text = search.filter(request.text);
  if (!text) return text.error();
  const auto sql = mark_sql(request, *text);
  std::vector<Target> targets;
  Leash leash(database);
  auto candidates = search.candidates(*text, leash);
  bool interrupted = false;
  Query query(database, sql.text);
  sql.bind_to(query);
  while (query.step_bounded(interrupted)) {
    if (!text->empty()) {
      const auto tier = candidates.tier(query.integer(0));
      if (!tier) return tier.error();
      if (!*tier) continue;
    }
    targets.push_back(read_target(query));
  }
  if (interrupted) return too_broad();
  return targets;
}

// A mark by words must miss nothing.
Result<void> index_everything(Writer& writer) {
  if (writer.unindexed() > kIndexAtOnce) {
    return Error{Cause::unavailable, "the search index is being made; try again later"};
  }
  while (writer.index(kIndexStep) > 0) {
  }
  return {};
}

Result<std::int64_t> mark_once(WriterState& state, const model::MarkRequest& request) {
  Change change(state, Durability::synced);
  auto& database = change.database();
  const auto targets =
      request.all ? targets_by_filter(database, request) : targets_by_id(database, request.ids, request.skip_unknown);
  if (!targets) return targets.error();
  std::int64_t changed = 0;
  for (const auto& target : *targets) {
    const bool read = request.read.value_or(target.read);
    const bool starred = request.starred.value_or(target.starred);
    if (read == target.read && starred == target.starred) continue;
    const auto revision = change.changed(target.feed, target.id, model::ChangeOp::state);
    set_state(database, target.id, read, starred, revision);
    change.count_articles(target.feed, 0, int{target.read} - int{read}, int{starred} - int{target.starred});
    ++changed;
  }
  change.commit();
  return changed;
}

}  // namespace

void remove_known_article(Change& change, const ArticleRow& row) {
  drop_media(change, row.id);
  delete_article(change.database(), change.search_index(), row);
  change.count_articles(row.feed_id, -1, row.read ? 0 : -1, row.starred ? -1 : 0);
  change.changed(row.feed_id, row.id, model::ChangeOp::deleted);
}

Result<std::int64_t> Writer::mark(const model::MarkRequest& request) {
  if (!request.read && !request.starred) {
    return Error{Cause::invalid, "nothing to mark: give read or starred"};
  }
  if (!request.text.empty()) {
    if (const auto indexed = index_everything(*this); !indexed) return indexed.error();
  }
  return with_room(*this, *state_, [&] { return mark_once(*state_, request); });
}

Result<void> Writer::remove_article(model::ArticleId id) {
  Change change(*state_, Durability::synced);
  const auto row = find_article(change.database(), id);
  if (!row) return no_article(id);
  remove_known_article(change, *row);
  drop_if_empty(change.database(), row->feed_id);
  change.commit();
  return {};
}

}  // namespace newscache::store
