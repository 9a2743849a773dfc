#include "store/feed_rows.hpp"

#include "model/names.hpp"
#include "store/record.hpp"
#include "store/times.hpp"

namespace newscache::store {

namespace {

// Every query for feeds is this and one of the tails below.
constexpr std::string_view kSelect = R"sql(
SELECT f.id, f.uid, f.url, f.removed, f.custom_title, f.folder, f.settings, f.managed, f.paused, f.title,
  f.home_page_url, f.description, f.language, f.icon,
  s.articles, s.unread, s.status, s.etag, s.last_modified, s.body_hash, p.last_attempt, p.last_success, p.next_poll,
  p.next_poll_rule, s.error_cause, s.error_detail, s.error_count, s.error_since, s.ttl_s, s.skip_hours, s.skip_days,
  s.unreliable_guids, s.unreliable_links, s.rhythm_s, s.cools_host, s.move_url, s.move_since, s.move_count,
  p.traffic_day, p.day_bytes, p.month_bytes, s.gap_after, s.gap_before, s.gap_next_url, s.gap_pages, s.teasers
FROM feed f JOIN feed_state s ON s.feed_id = f.id JOIN poll p ON p.feed_id = f.id )sql";
constexpr std::string_view kSubscribed = R"sql(WHERE f.removed = 0
ORDER BY f.folder COLLATE NOCASE, CASE f.custom_title WHEN '' THEN f.title ELSE f.custom_title END COLLATE NOCASE, f.id)sql";
constexpr std::string_view kById = "WHERE f.id = ?";
constexpr std::string_view kByUrl = "WHERE f.url = ? AND f.removed = 0";
constexpr std::string_view kByUid = "WHERE f.uid = ?";

constexpr std::string_view kInsert = R"sql(
INSERT INTO feed(id, uid, url, removed, custom_title, folder, settings, managed, paused, title, home_page_url,
  description, language, icon) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";
constexpr std::string_view kInsertState = "INSERT INTO feed_state(feed_id) VALUES (?)";
constexpr std::string_view kUpdate = R"sql(
UPDATE feed SET url = ?, removed = ?, custom_title = ?, folder = ?, settings = ?, managed = ?, paused = ?, title = ?,
  home_page_url = ?, description = ?, language = ?, icon = ? WHERE id = ?)sql";
constexpr std::string_view kInsertPoll = R"sql(
INSERT INTO poll(feed_id, next_poll_rule, traffic_day, day_bytes, month_bytes) VALUES (?, '', 0, 0, 0))sql";
constexpr std::string_view kUpdateState = R"sql(
UPDATE feed_state SET status = ?, etag = ?, last_modified = ?, body_hash = ?, error_cause = ?, error_detail = ?,
  error_count = ?, error_since = ?, ttl_s = ?, skip_hours = ?, skip_days = ?, unreliable_guids = ?,
  unreliable_links = ?, rhythm_s = ?, cools_host = ?, move_url = ?, move_since = ?, move_count = ?, gap_after = ?,
  gap_before = ?, gap_next_url = ?, gap_pages = ?, teasers = ? WHERE feed_id = ?)sql";
constexpr std::string_view kUpdatePoll = R"sql(
UPDATE poll SET last_attempt = ?, last_success = ?, next_poll = ?, next_poll_rule = ?, traffic_day = ?, day_bytes = ?,
  month_bytes = ? WHERE feed_id = ?)sql";
constexpr std::string_view kDelete = "DELETE FROM feed WHERE id = ?";
constexpr std::string_view kDropIfEmpty = R"sql(
DELETE FROM feed WHERE id = ?1 AND removed = 1 AND NOT EXISTS (SELECT 1 FROM article WHERE feed_id = ?1))sql";

model::FeedStatus status_from_name(std::string_view name) {
  using enum model::FeedStatus;
  for (const auto status : {fresh, ok, failing, gone, paused, auth}) {
    if (model::name(status) == name) return status;
  }
  return fresh;
}

model::FeedState read_state(const Query& row, int column) {
  model::FeedState state;
  state.status = status_from_name(row.text(column++));
  state.validators.etag = row.string(column++);
  state.validators.last_modified = row.string(column++);
  state.body_hash = row.string(column++);
  state.last_attempt = instant(row.optional_integer(column++));
  state.last_success = instant(row.optional_integer(column++));
  state.next_poll = instant(row.optional_integer(column++));
  state.next_poll_rule = row.string(column++);
  if (!row.null(column)) {
    state.error = model::FeedError{cause_from_name(row.text(column)), row.string(column + 1), row.integer(column + 2),
                                   instant(row.integer(column + 3))};
  }
  column += 4;
  state.hints.ttl_s = row.optional_integer(column++);
  state.hints.skip_hours = static_cast<std::uint32_t>(row.integer(column++));
  state.hints.skip_days = static_cast<std::uint8_t>(row.integer(column++));
  state.unreliable = {row.flag(column), row.flag(column + 1)};
  column += 2;
  state.rhythm_s = row.optional_integer(column++);
  state.cools_host = row.flag(column++);
  state.move = {row.string(column), instant(row.integer(column + 1)), row.integer(column + 2)};
  column += 3;
  state.traffic = {row.integer(column), row.integer(column + 1), row.integer(column + 2)};
  column += 3;
  if (!row.null(column)) {
    state.gap = model::Gap{instant(row.integer(column)), instant(row.integer(column + 1)), row.string(column + 2),
                           row.integer(column + 3)};
  }
  column += 4;
  if (!row.null(column)) state.teasers = row.flag(column);
  return state;
}

StoredFeed read_feed(const Query& row) {
  StoredFeed stored;
  auto& feed = stored.feed;
  feed.id = model::FeedId{row.integer(0)};
  feed.uid = row.string(1);
  feed.url = row.string(2);
  stored.removed = row.flag(3);
  feed.custom_title = row.string(4);
  feed.folder = row.string(5);
  auto settings = decode_settings(row.blob(6));
  if (settings) feed.settings = std::move(*settings);
  feed.managed = row.flag(7);
  feed.paused = row.flag(8);
  stored.publisher_title = row.string(9);
  feed.title = feed.custom_title.empty() ? stored.publisher_title : feed.custom_title;
  feed.home_page_url = row.string(10);
  feed.description = row.string(11);
  feed.language = row.string(12);
  feed.icon = row.string(13);
  feed.articles = row.integer(14);
  feed.unread = row.integer(15);
  feed.state = read_state(row, 16);
  return stored;
}

void update_state(Database& database, model::FeedId id, const model::FeedState& state) {
  Query query(database, kUpdateState, model::name(state.status), state.validators.etag, state.validators.last_modified,
              state.body_hash);
  const model::FeedError no_error;
  const auto& error = state.error ? *state.error : no_error;
  if (state.error) {
    query.bind(cause_name(error.cause));
  } else {
    query.bind(std::optional<std::int64_t>());
  }
  query.bind(error.detail).bind(error.count).bind(seconds(error.since)).bind(state.hints.ttl_s);
  query.bind(std::int64_t{state.hints.skip_hours}).bind(std::int64_t{state.hints.skip_days});
  query.bind(state.unreliable.guids).bind(state.unreliable.links).bind(state.rhythm_s).bind(state.cools_host);
  query.bind(state.move.url).bind(seconds(state.move.since)).bind(state.move.count);
  const model::Gap no_gap;
  const auto& gap = state.gap ? *state.gap : no_gap;
  query.bind(state.gap ? std::optional(seconds(gap.after)) : std::nullopt);
  query.bind(seconds(gap.before)).bind(gap.next_url).bind(gap.pages);
  query.bind(state.teasers ? std::optional<std::int64_t>(*state.teasers) : std::nullopt).bind(model::raw(id)).run();
}

// What every poll changes, and one that brings nothing changes alone.
void update_poll(Database& database, model::FeedId id, const model::FeedState& state) {
  Query(database, kUpdatePoll, seconds(state.last_attempt), seconds(state.last_success), seconds(state.next_poll),
        state.next_poll_rule, state.traffic.day, state.traffic.day_bytes, state.traffic.month_bytes, model::raw(id))
      .run();
}

void take_over_poll(model::FeedState& state, const model::FeedState& of) {
  state.last_attempt = of.last_attempt;
  state.last_success = of.last_success;
  state.next_poll = of.next_poll;
  state.next_poll_rule = of.next_poll_rule;
  state.traffic = of.traffic;
}

template <class Key>
std::optional<StoredFeed> find(Database& database, std::string_view tail, const Key& key) {
  Query query(database, std::string(kSelect) += tail, key);
  if (!query.step()) return std::nullopt;
  return read_feed(query);
}

}  // namespace

std::vector<model::Feed> subscribed_feeds(Database& database) {
  std::vector<model::Feed> feeds;
  Query query(database, std::string(kSelect) += kSubscribed);
  while (query.step()) feeds.push_back(read_feed(query).feed);
  return feeds;
}

std::optional<StoredFeed> find_feed(Database& database, model::FeedId id) {
  return find(database, kById, model::raw(id));
}

std::optional<StoredFeed> find_feed_by_url(Database& database, std::string_view url) {
  return find(database, kByUrl, url);
}

std::optional<StoredFeed> find_feed_by_uid(Database& database, std::string_view uid) {
  return find(database, kByUid, uid);
}

void insert_feed(Database& database, const StoredFeed& stored) {
  const auto& feed = stored.feed;
  const auto settings = encode_settings(feed.settings);
  Query query(database, kInsert, model::raw(feed.id), feed.uid, feed.url, stored.removed, feed.custom_title,
              feed.folder);
  query.bind_blob(settings).bind(feed.managed).bind(feed.paused).bind(stored.publisher_title);
  query.bind(feed.home_page_url).bind(feed.description).bind(feed.language).bind(feed.icon).run();
  Query(database, kInsertState, model::raw(feed.id)).run();
  Query(database, kInsertPoll, model::raw(feed.id)).run();
  update_feed_state(database, feed.id, feed.state);
}

void update_feed(Database& database, const StoredFeed& stored) {
  const auto& feed = stored.feed;
  const auto settings = encode_settings(feed.settings);
  Query query(database, kUpdate, feed.url, stored.removed, feed.custom_title, feed.folder);
  query.bind_blob(settings).bind(feed.managed).bind(feed.paused).bind(stored.publisher_title);
  query.bind(feed.home_page_url).bind(feed.description).bind(feed.language).bind(feed.icon);
  query.bind(model::raw(feed.id)).run();
}

void update_feed_state(Database& database, model::FeedId id, const model::FeedState& state) {
  update_poll(database, id, state);
  update_state(database, id, state);
}

void update_feed_state(Database& database, model::FeedId id, const model::FeedState& before,
                       const model::FeedState& after) {
  if (before == after) return;
  update_poll(database, id, after);
  model::FeedState polled = before;
  take_over_poll(polled, after);
  if (polled != after) update_state(database, id, after);
}

void delete_feed(Database& database, model::FeedId id) { Query(database, kDelete, model::raw(id)).run(); }

void drop_if_empty(Database& database, model::FeedId id) { Query(database, kDropIfEmpty, model::raw(id)).run(); }

Error no_feed(model::FeedId id) {
  return Error{Cause::not_found, "there is no feed " + std::to_string(model::raw(id))};
}

}  // namespace newscache::store
