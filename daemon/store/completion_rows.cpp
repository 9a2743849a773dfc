#include "store/completion_rows.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "store/times.hpp"

namespace newscache::store {

namespace {

// Of those that have not been tried, and of those that are to be tried again, so many are compared with each other.
constexpr std::int64_t kLookedAt = 1000;

constexpr std::string_view kLoad = R"sql(
SELECT a.offline, a.received, c.next, c.attempts, c.cause, c.detail
FROM article a LEFT JOIN completion c ON c.id = a.id WHERE a.id = ?)sql";
constexpr std::string_view kWrite = R"sql(
INSERT INTO completion(id, next, attempts, cause, detail) VALUES (?, ?, ?, ?, ?)
ON CONFLICT(id) DO UPDATE SET next = excluded.next, attempts = excluded.attempts, cause = excluded.cause,
  detail = excluded.detail)sql";
constexpr std::string_view kForget = "DELETE FROM completion WHERE id = ?";

// Columns: id, starred, read, whether its feed is read, date of order. Articles that outlived their feed's subscription
// are not completed.
constexpr std::string_view kNotTried = R"sql(
SELECT a.id, a.starred, a.read, s.articles > s.unread, a.sort
FROM article a INDEXED BY article_pending CROSS JOIN feed_state s ON s.feed_id = a.feed_id
  CROSS JOIN feed f ON f.id = a.feed_id
WHERE a.offline = 1 AND a.starred = ? AND a.read = ? AND f.removed = 0 ORDER BY a.sort DESC LIMIT ?)sql";
constexpr std::string_view kToTryAgain = R"sql(
SELECT a.id, a.starred, a.read, s.articles > s.unread, a.sort
FROM completion c CROSS JOIN article a ON a.id = c.id CROSS JOIN feed_state s ON s.feed_id = a.feed_id
  CROSS JOIN feed f ON f.id = a.feed_id
WHERE c.next <= ? AND f.removed = 0 ORDER BY c.next LIMIT ?)sql";
// Both of indexes.
constexpr const char* kCount = R"sql(
SELECT (SELECT count(*) FROM article WHERE offline = 1) + (SELECT count(*) FROM completion WHERE next IS NOT NULL))sql";
constexpr std::string_view kNext = "SELECT min(next) FROM completion WHERE next > ?";

struct Candidate {
  std::int64_t id = 0;
  bool starred = false;
  bool read = false;
  bool feed_is_read = false;
  std::int64_t sort = 0;

  auto rank() const { return std::tuple(!starred, read, !feed_is_read, -sort, -id); }
};

void add_candidates(Query& rows, std::vector<Candidate>& candidates) {
  while (rows.step()) {
    candidates.push_back({rows.integer(0), rows.flag(1), rows.flag(2), rows.flag(3), rows.integer(4)});
  }
}

bool is_kept(const model::Completion& completion) {
  if (completion.state == model::OfflineState::off || completion.state == model::OfflineState::complete) return false;
  return completion.next || completion.attempts > 0 || completion.cause || !completion.detail.empty();
}

}  // namespace

model::OfflineState offline_state(std::int64_t stored) {
  using enum model::OfflineState;
  switch (stored) {
    case kPendingNow:
    case kPendingLater:
      return pending;
    case kPartial:
      return partial;
    case kComplete:
      return complete;
    case kFailed:
      return failed;
    default:
      return off;
  }
}

Result<model::Completion> load_completion(Database& database, model::ArticleId id) {
  Query row(database, kLoad, model::raw(id));
  if (!row.step()) return Error{Cause::not_found, "there is no article " + std::to_string(model::raw(id))};
  model::Completion completion;
  completion.state = offline_state(row.integer(0));
  completion.next = instant(row.optional_integer(2));
  if (row.integer(0) == kPendingNow) completion.next = instant(row.integer(1));
  completion.attempts = row.integer(3);
  if (!row.null(4)) completion.cause = cause_from_name(row.text(4));
  completion.detail = row.string(5);
  return completion;
}

std::int64_t write_completion(Database& database, model::ArticleId id, const model::Completion& completion) {
  const bool pending = completion.state == model::OfflineState::pending;
  if (!is_kept(completion)) {
    forget_completion(database, id);
    return pending ? kPendingNow : static_cast<std::int64_t>(completion.state);
  }
  Query query(database, kWrite, model::raw(id), seconds(completion.next), completion.attempts);
  if (completion.cause) {
    query.bind(cause_name(*completion.cause));
  } else {
    query.bind(std::optional<std::int64_t>());
  }
  query.bind(completion.detail).run();
  return pending ? kPendingLater : static_cast<std::int64_t>(completion.state);
}

void forget_completion(Database& database, model::ArticleId id) { Query(database, kForget, model::raw(id)).run(); }

std::int64_t count_incomplete(Database& database) { return database.number(kCount); }

Reader::Incompletes find_incomplete(Database& database, Instant by, std::int64_t limit) {
  std::vector<Candidate> candidates;
  const auto looked_at = std::max(limit, kLookedAt);
  for (const auto& [starred, read] : {std::pair(1, 0), {1, 1}, {0, 0}, {0, 1}}) {
    const auto left = looked_at - static_cast<std::int64_t>(candidates.size());
    if (left <= 0) break;
    Query rows(database, kNotTried, starred, read, left);
    add_candidates(rows, candidates);
  }
  {
    Query rows(database, kToTryAgain, seconds(by), looked_at);
    add_candidates(rows, candidates);
  }
  std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return a.rank() < b.rank(); });
  if (candidates.size() > static_cast<std::size_t>(limit)) candidates.resize(static_cast<std::size_t>(limit));
  Reader::Incompletes incompletes;
  for (const auto& candidate : candidates) incompletes.due.push_back(model::ArticleId{candidate.id});
  if (Query next(database, kNext, seconds(by)); next.step()) incompletes.next = instant(next.optional_integer(0));
  return incompletes;
}

}  // namespace newscache::store
