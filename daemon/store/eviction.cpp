// What keeps the database within its limit. `PRAGMA max_page_count` is the backstop that no transaction passes. What
// fills the store (Ration) stops a little before: deletions, and what a person does, need some room themselves.

#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "store/article_rows.hpp"
#include "store/feed_rows.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

constexpr std::int64_t kPageBytes = 4096;
// The WAL is brought into the database when it has so many pages: of a small store, it may take a quarter.
constexpr std::int64_t kMinWalPages = 64;
constexpr std::int64_t kWalShare = 4;
// A WAL that has grown beyond, in a large transaction, is cut down to this.
constexpr std::int64_t kMaxWalFileBytes = 16 << 20;
// Of the limit, for what does not fill the store.
constexpr std::int64_t kReserveShare = 8;
constexpr std::int64_t kMinReservePages = 16;
constexpr std::int64_t kMaxReservePages = 2048;
// A file that is too large already, by a limit that was lowered, may grow a little before it gets smaller.
constexpr std::int64_t kOverdraftPages = 512;
constexpr std::int64_t kNoLimit = 0xfffffffe;  // SQLite's own

constexpr std::int64_t kMaxSlice = 256;
constexpr std::int64_t kSliceShare = 3;  // of the reserve
// What an article frees besides its record: keys, rows of indexes, its part of the search index.
constexpr std::int64_t kAround = 256;
// Room that apply() and mark() make when they fail, in percent of the limit that stay in use: more, if that was not
// enough.
constexpr std::int64_t kShares[] = {95, 85, 60};
// So far assets may fill the store: what they leave is for polls to fill before anything has to go.
constexpr std::int64_t kAssetsUpTo = 90;

constexpr std::string_view kReadOnes =
    "SELECT id FROM article WHERE read = 1 AND starred = 0 ORDER BY sort, id LIMIT ?";
constexpr std::string_view kUnreadOnes =
    "SELECT id FROM article WHERE read = 0 AND starred = 0 ORDER BY sort, id LIMIT ?";
constexpr std::string_view kStarredOnes = "SELECT id FROM article WHERE starred = 1 ORDER BY sort, id LIMIT ?";
// A walk over table `media`: an index over what has media would be written with each article.
constexpr std::string_view kMediaOfRead = R"sql(
SELECT DISTINCT m.id FROM media m CROSS JOIN article a ON a.id = m.id
WHERE m.id > ? AND a.read = 1 AND a.starred = 0 ORDER BY m.id LIMIT ?)sql";
constexpr std::string_view kMediaOfUnread = R"sql(
SELECT DISTINCT m.id FROM media m CROSS JOIN article a ON a.id = m.id
WHERE m.id > ? AND a.read = 0 AND a.starred = 0 ORDER BY m.id LIMIT ?)sql";
constexpr std::string_view kMediaOfStarred = R"sql(
SELECT DISTINCT m.id FROM media m CROSS JOIN article a ON a.id = m.id
WHERE m.id > ? AND a.starred = 1 ORDER BY m.id LIMIT ?)sql";
// Of no others.
constexpr const char* kAssetsOfRead = R"sql(
SELECT coalesce(sum(bytes), 0) FROM (SELECT max(m.bytes) AS bytes FROM media m CROSS JOIN article a ON a.id = m.id
  GROUP BY m.sha256 HAVING min(a.read = 1 AND a.starred = 0)))sql";
constexpr std::string_view kMerge = "INSERT INTO search(search, rank) VALUES ('merge', ?)";
constexpr std::int64_t kMergePages = -64;  // negative: also what would not be merged for its own sake
constexpr int kMaxMergeSteps = 256;
constexpr std::string_view kProbe = "INSERT OR REPLACE INTO meta(key, value) VALUES ('written', ?)";

std::int64_t wal_pages(const WriterState& state) {
  const auto most = state.database.options().checkpoint_pages;
  if (!state.limit) return most;
  return std::min(most, std::max(*state.limit / kWalShare / kPageBytes, kMinWalPages));
}

std::int64_t max_pages(const WriterState& state) {
  if (!state.limit) return kNoLimit;
  return std::max<std::int64_t>((*state.limit - state.totals.asset_bytes) / kPageBytes - wal_pages(state), 1);
}

std::int64_t reserve_pages(const WriterState& state) {
  return std::clamp(max_pages(state) / kReserveShare, kMinReservePages, kMaxReservePages);
}

std::int64_t ration_pages(const WriterState& state) {
  return std::max<std::int64_t>(max_pages(state) - reserve_pages(state), 1);
}

std::int64_t full_bytes(const WriterState& state) {
  return (ration_pages(state) + wal_pages(state)) * kPageBytes + state.totals.asset_bytes;
}

void set_max_pages(WriterState& state, std::int64_t pages) {
  state.database.run(("PRAGMA max_page_count = " + std::to_string(pages)).c_str());
}

void end_special_limit(WriterState& state) {
  if (!state.limit) return;
  try {
    set_max_pages(state, max_pages(state));
  } catch (const StoreError&) {  // what comes next will meet the same
  }
}

std::int64_t used_bytes(WriterState& state) {
  auto& database = state.database;
  const auto pages = database.number("PRAGMA page_count") - database.number("PRAGMA freelist_count");
  return (pages + wal_pages(state)) * kPageBytes + state.totals.asset_bytes;
}

// While it lives, eviction finds room in any case.
class Overdraft {
 public:
  explicit Overdraft(WriterState& state) : state_(state) {
    if (!state_.limit) return;
    set_max_pages(state_, std::max(max_pages(state_), state_.database.number("PRAGMA page_count")) + kOverdraftPages);
  }
  ~Overdraft() { end_special_limit(state_); }
  Overdraft(const Overdraft&) = delete;
  Overdraft& operator=(const Overdraft&) = delete;

 private:
  WriterState& state_;
};

std::vector<model::ArticleId> first_of(Database& database, std::string_view sql) {
  std::vector<model::ArticleId> ids;
  for (Query query(database, sql, kMaxSlice); query.step();) ids.push_back(model::ArticleId{query.integer(0)});
  return ids;
}

struct Class {
  Expendable what;
  std::string_view media;  // of which articles they go before any of the articles does
  std::string_view articles;
  std::int64_t Evicted::*count;
};
constexpr Class kOrder[] = {
    {Expendable::read, kMediaOfRead, kReadOnes, &Evicted::read},
    {Expendable::unread, kMediaOfUnread, kUnreadOnes, &Evicted::unread},
    {Expendable::starred, kMediaOfStarred, kStarredOnes, &Evicted::starred},
};

// Media of the articles go, of those that came first, until no more than that is in use.
void drop_media_of(WriterState& state, std::string_view articles, std::int64_t goal) {
  std::int64_t last = 0;
  while (used_bytes(state) > goal) {
    std::vector<model::ArticleId> ids;
    for (Query query(state.database, articles, last, kMaxSlice); query.step();) {
      ids.push_back(model::ArticleId{last = query.integer(0)});
    }
    if (ids.empty()) return;
    const auto least = state.totals.asset_bytes - (used_bytes(state) - goal);
    Change change(state, Durability::synced);
    for (const auto id : ids) {
      if (change.totals().asset_bytes <= least) break;
      strip_article(change, id);
    }
    change.commit();
  }
}

struct Removal {
  std::int64_t articles = 0;
  std::int64_t bytes = 0;  // of their records
};

// As many as free so much, roughly.
Removal remove_first(WriterState& state, const std::vector<model::ArticleId>& ids, std::int64_t bytes) {
  Change change(state, Durability::synced);
  Removal removal;
  const auto assets = change.totals().asset_bytes;
  for (const auto id : ids) {
    if (removal.bytes + assets - change.totals().asset_bytes >= bytes) break;
    const auto row = find_article(change.database(), id);
    removal.bytes +=
        static_cast<std::int64_t>(row->record.head.size() + row->record.body.size() + row->page.size()) + kAround;
    remove_known_article(change, *row);
    drop_if_empty(change.database(), row->feed_id);
    ++removal.articles;
  }
  removal.bytes += assets - change.totals().asset_bytes;
  change.commit();
  return removal;
}

// What is deleted from the search index only takes more room there, until its pieces are merged.
void compact_index(WriterState& state, std::int64_t goal) {
  for (int step = 0; step < kMaxMergeSteps && used_bytes(state) > goal; ++step) {
    const auto before = sqlite3_total_changes(state.database.handle());
    set_durability(state, Durability::relaxed);
    Transaction transaction(state.database);
    Query(state.database, kMerge, kMergePages).run();
    transaction.commit();
    if (sqlite3_total_changes(state.database.handle()) - before < 2) return;  // there was nothing to do
  }
}

// As many free pages, back to the file system.
void vacuum(WriterState& state, std::int64_t pages) {
  Transaction transaction(state.database);
  state.database.run(("PRAGMA incremental_vacuum(" + std::to_string(pages) + ")").c_str());
  transaction.commit();
}

// The next polls would fill what is free beyond the limit.
void return_overdraft(WriterState& state) {
  if (!state.limit) return;
  const auto surplus = state.database.number("PRAGMA page_count") - ration_pages(state);
  if (surplus > reserve_pages(state) / 2) vacuum(state, surplus);
}

}  // namespace

Ration::Ration(WriterState& state) : state_(state) {
  if (state_.limit) set_max_pages(state_, ration_pages(state_));
}

Ration::~Ration() { end_special_limit(state_); }

void apply_limit(WriterState& state) {
  set_max_pages(state, max_pages(state));
  const auto wal = wal_pages(state);
  state.database.checkpoint_at(wal);
  const auto file_bytes = state.limit ? std::min(kMaxWalFileBytes, wal * kPageBytes) : kMaxWalFileBytes;
  state.database.run(("PRAGMA journal_size_limit = " + std::to_string(file_bytes)).c_str());
}

bool make_room(Writer& writer, WriterState& state, int tries, Expendable up_to) {
  if (!state.limit || tries >= static_cast<int>(std::size(kShares))) return false;
  const auto goal = full_bytes(state) / 100 * kShares[tries];
  Evicted all;
  for (;;) {
    const auto evicted = writer.evict(goal, up_to);
    all += evicted;
    if (evicted.articles() == 0) break;
  }
  state.evicted += all;
  // There may have been room already, and too little: then the next step makes some.
  return all.articles() > 0 || used_bytes(state) <= goal;
}

std::int64_t room_for_assets(WriterState& state) {
  if (!state.limit) return std::numeric_limits<std::int64_t>::max();
  return std::max<std::int64_t>(full_bytes(state) / 100 * kAssetsUpTo - used_bytes(state), 0);
}

std::int64_t make_room_for_assets(WriterState& state, std::int64_t wanted) {
  if (!state.limit) return wanted;
  drop_media_of(state, kMediaOfRead, full_bytes(state) / 100 * kAssetsUpTo - wanted);
  return room_for_assets(state);
}

std::int64_t Writer::room_for_assets(std::int64_t wanted) {
  const auto room = store::room_for_assets(*state_);
  if (room >= wanted) return room;
  // The share that is reserved grows when they go.
  const auto of_read = state_->database.number(kAssetsOfRead);
  return room + of_read - of_read / kReserveShare;
}

void Writer::limit(std::optional<std::int64_t> bytes) {
  state_->limit = bytes;
  if (writable()) apply_limit(*state_);
}

StorageUse Writer::storage() {
  StorageUse use;
  use.used_bytes = used_bytes(*state_);
  use.wal_bytes = wal_pages(*state_) * kPageBytes;
  use.asset_bytes = state_->totals.asset_bytes;
  use.free_bytes = state_->database.number("PRAGMA freelist_count") * kPageBytes;
  use.limit_bytes = state_->limit;
  if (state_->limit) use.full_bytes = full_bytes(*state_);
  use.evicted = std::exchange(state_->evicted, {});
  return use;
}

Evicted Writer::evict(std::int64_t goal, Expendable up_to) {
  Evicted evicted;
  const auto excess = used_bytes(*state_) - goal;
  if (excess <= 0) return evicted;
  // What is deleted takes room in the search index before it gives any back.
  const auto slice = state_->limit ? std::min(excess, reserve_pages(*state_) * kPageBytes / kSliceShare) : excess;
  const Overdraft overdraft(*state_);
  for (const auto& group : kOrder) {
    if (group.what > up_to) break;
    drop_media_of(*state_, group.media, goal);
    if (used_bytes(*state_) <= goal) break;
    const auto ids = first_of(state_->database, group.articles);
    if (ids.empty()) continue;
    const auto before = used_bytes(*state_);
    const auto removal = remove_first(*state_, ids, slice);
    evicted.*group.count = removal.articles;
    if (before - used_bytes(*state_) < removal.bytes / 2) compact_index(*state_, goal);
    return_overdraft(*state_);
    break;
  }
  return evicted;
}

bool Writer::shrink(std::int64_t bytes) {
  const Overdraft overdraft(*state_);
  vacuum(*state_, std::max<std::int64_t>(bytes / kPageBytes, 1));
  return state_->database.number("PRAGMA freelist_count") > 0;
}

void Writer::checkpoint() { close(); }

void Writer::try_to_write() {
  Change change(*state_, Durability::synced);
  Query(change.database(), kProbe, std::to_string(model::raw(revision()))).run();
  change.commit();
}

}  // namespace newscache::store
