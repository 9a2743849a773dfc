#include "store/attempt_rows.hpp"

#include <algorithm>

#include "store/times.hpp"
#include "text/utf8.hpp"

namespace newscache::store {

namespace {

// Details are short; a publisher's words in one must not make the rows long.
constexpr std::size_t kMaxDetail = 300;

constexpr std::string_view kInsert = R"sql(
INSERT INTO attempt(feed_id, time, cause, detail, status, bytes, duration_ms, added, updated, next_poll, next_poll_rule,
  metered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";
constexpr std::string_view kTrim = R"sql(
DELETE FROM attempt WHERE id IN (
  SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY feed_id ORDER BY id DESC) AS place FROM attempt)
  WHERE place > ?))sql";
constexpr std::string_view kLast = R"sql(
SELECT time, cause, detail, status, bytes, duration_ms, added, updated, next_poll, next_poll_rule, metered
FROM attempt WHERE feed_id = ? ORDER BY id DESC LIMIT ?)sql";
constexpr std::string_view kForget = "DELETE FROM attempt WHERE feed_id = ?";

void insert(Database& database, model::FeedId feed, const model::Attempt& attempt) {
  Query query(database, kInsert, model::raw(feed), seconds(attempt.time));
  if (attempt.cause) {
    query.bind(cause_name(*attempt.cause));
  } else {
    query.bind(std::optional<std::int64_t>());
  }
  query.bind(text::cut_utf8(attempt.detail, kMaxDetail)).bind(attempt.status).bind(attempt.bytes);
  query.bind(std::int64_t{attempt.duration.count()}).bind(attempt.added).bind(attempt.updated);
  query.bind(seconds(attempt.next_poll)).bind(attempt.next_poll_rule).bind(attempt.metered).run();
}

model::Attempt read_attempt(const Query& row) {
  model::Attempt attempt;
  attempt.time = instant(row.integer(0));
  if (!row.null(1)) attempt.cause = cause_from_name(row.text(1));
  attempt.detail = row.string(2);
  attempt.status = static_cast<int>(row.integer(3));
  attempt.bytes = row.integer(4);
  attempt.duration = std::chrono::milliseconds(row.integer(5));
  attempt.added = row.integer(6);
  attempt.updated = row.integer(7);
  attempt.next_poll = instant(row.optional_integer(8));
  attempt.next_poll_rule = row.string(9);
  attempt.metered = row.flag(10);
  return attempt;
}

}  // namespace

void record_attempts(Database& database, model::FeedId feed, const std::vector<model::Attempt>& attempts) {
  for (const auto& attempt : attempts) insert(database, feed, attempt);
}

void trim_attempts(Database& database) { Query(database, kTrim, kAttemptsKept).run(); }

std::vector<model::Attempt> last_attempts(Database& database, model::FeedId feed, std::int64_t limit) {
  std::vector<model::Attempt> attempts;
  Query query(database, kLast, model::raw(feed), std::clamp<std::int64_t>(limit, 0, kAttemptsKept));
  while (query.step()) attempts.push_back(read_attempt(query));
  return attempts;
}

void forget_attempts(Database& database, model::FeedId feed) { Query(database, kForget, model::raw(feed)).run(); }

}  // namespace newscache::store
