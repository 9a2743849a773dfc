// Writer::complete, want_complete and the sweeps: articles that are to be read without a network.

#include <algorithm>
#include <utility>

#include "store/article_rows.hpp"
#include "store/asset_files.hpp"
#include "store/capture_rows.hpp"
#include "store/completion_rows.hpp"
#include "store/media_rows.hpp"
#include "store/times.hpp"
#include "store/traffic_rows.hpp"
#include "store/version_rows.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

using model::OfflineState;

constexpr std::string_view kEditedSince =
    "SELECT 1 FROM change WHERE revision > ? AND type = 0 AND op < 2 AND id = ? LIMIT 1";
constexpr std::string_view kOldestChange = "SELECT min(revision) FROM change";
constexpr std::string_view kWanted = R"sql(
SELECT a.id, a.feed_id, a.sort FROM article a JOIN feed f ON f.id = a.feed_id
WHERE a.read = ?1 AND a.sort >= ?2 AND a.offline NOT IN (1, 5) AND f.removed = 0 ORDER BY a.sort DESC, a.id DESC LIMIT ?3)sql";
constexpr std::string_view kWantedOfFeed = R"sql(
SELECT a.id, a.feed_id, a.sort FROM article a JOIN feed f ON f.id = a.feed_id
WHERE a.feed_id = ?4 AND a.read = ?1 AND a.sort >= ?2 AND a.offline NOT IN (1, 5) AND f.removed = 0
ORDER BY a.sort DESC, a.id DESC LIMIT ?3)sql";
constexpr std::string_view kSetPending = "UPDATE article SET offline = 1, revision = ? WHERE id = ?";

struct Wanted {
  model::ArticleId id{};
  model::FeedId feed{};
  std::int64_t sort = 0;
};

// Clients have seen that it was marked, which is no edit.
bool is_edited_since(Database& database, const ArticleRow& row, model::Revision revision) {
  if (row.revision <= revision) return false;
  if (model::raw(revision) + 1 < database.number(kOldestChange.data())) return true;
  return Query(database, kEditedSince, model::raw(revision), model::raw(row.id)).step();
}

// What several updates in one transaction bring.
class Completer {
 public:
  Completer(Change& change, Adoption& files, std::int64_t room) : change_(change), files_(files), room_(room) {}

  bool run(const model::CompletionUpdate& update) {
    const auto before = find_article(database(), update.article);
    if (!before || is_edited_since(database(), *before, update.revision)) return false;
    auto row = *before;
    completion_ = update.completion;
    const bool is_complete = completion_.state == OfflineState::complete;
    const bool drops = update.drop_page || (is_complete && row.page_is_stale);
    const bool content_differs = update.page ? take_page(*update.page, row) : drops && leave_page(row);
    take_media(update);
    if (is_complete && update.wants) keep_media(change_, row.id, *update.wants);
    row.offline = write_completion(database(), row.id, completion_);
    row.offline_bytes = captured_bytes(database(), row);
    const bool state_differs = offline_state(row.offline) != offline_state(before->offline);
    if (content_differs) change_.search_index().edited(row.id, before->shown());
    if (content_differs || state_differs || row.offline_bytes != before->offline_bytes) {
      const auto op = content_differs ? model::ChangeOp::updated : model::ChangeOp::state;
      row.revision = change_.changed(row.feed_id, row.id, op);
    } else if (row.offline == before->offline) {
      return true;
    }
    if (row.record.head != before->record.head) {
      renew_newest_version(database(), row.id, before->record, row.record);
    }
    update_captured(database(), row);
    return true;
  }

 private:
  Database& database() { return change_.database(); }

  // Whether clients see a difference.
  bool take_page(const model::CapturedPage& page, ArticleRow& row) {
    auto entry = stored_entry(database(), row);
    auto captured = as_entry(page);
    const auto record = database().codec().encode(captured);
    if (!entry || record.body.empty()) return false;
    const auto filled = fill_in(*entry, captured);
    const auto old_shown = row.shown();
    row.page = record.body;
    row.filled = filled;
    auto shown = database().codec().encode(*entry);
    const bool head_differs = !says_the_same(shown.head, row.record.head);
    const bool body_differs = !says_the_same_body(old_shown, {shown.head, record.body});
    if (head_differs) row.record.head = std::move(shown.head);
    write_page(database(), row.id, filled, record);
    return head_differs || body_differs;
  }

  bool leave_page(ArticleRow& row) {
    auto entry = row.page.empty() ? std::nullopt : stored_entry(database(), row);
    if (!entry) return false;
    if (row.filled != 0) row.record.head = database().codec().encode(*entry).head;
    delete_page(database(), row);
    return true;
  }

  // Equal bytes, or the same compressed by another dictionary.
  bool says_the_same(const std::string& head, const std::string& other) {
    if (head == other) return true;
    const auto one = database().codec().decode(head, {});
    const auto two = database().codec().decode(other, {});
    return one && two && *one == *two;
  }
  bool says_the_same_body(const Record& one, const Record& other) {
    if (one.body == other.body) return true;
    const auto first = database().codec().decode(one.head, one.body);
    const auto second = database().codec().decode(other.head, other.body);
    return first && second && first->content_html == second->content_html;
  }

  void take_media(const model::CompletionUpdate& update) {
    std::int64_t refused = 0;
    for (const auto& media : update.media) {
      if (!asset_by_hash(database(), media.asset.sha256)) {
        const auto room = room_of(media.asset.bytes);
        if (!media.file.empty() && room > room_) {
          ++refused;
          continue;
        }
        if (media.file.empty() || !files_.take(media.file, media.asset)) {  // it has gone since the caller looked
          if (!completion_.next) completion_ = {.state = OfflineState::pending};
          continue;
        }
        room_ -= room;
      }
      add_media(change_, update.article, media);
    }
    if (refused == 0 || completion_.state != OfflineState::complete) return;
    completion_.state = OfflineState::partial;
    completion_.cause = Cause::budget;
    completion_.detail = "store.limit leaves no room for " + std::to_string(refused) + " more files";
  }

  Change& change_;
  Adoption& files_;
  std::int64_t room_;
  model::Completion completion_;
};

// There is no room even for the text: what has been tried is known at least.
std::vector<model::CompletionUpdate> without_content(std::span<const model::CompletionUpdate> updates) {
  std::vector<model::CompletionUpdate> bare;
  for (const auto& update : updates) {
    auto& one = bare.emplace_back(update);
    one.page.reset();
    one.media.clear();
    one.completion = {
        OfflineState::partial, update.completion.attempts, {}, Cause::unavailable, "store.limit leaves no room for it"};
  }
  return bare;
}

// Those that were not taken over.
void remove_files(std::span<const model::CompletionUpdate> updates) {
  for (const auto& update : updates) {
    for (const auto& media : update.media) remove_finished(media.file);
  }
}

// A change of state alone. What it lacks is to be fetched again, or its cause says why not.
void set_completion(Change& change, ArticleRow& row, const model::Completion& completion) {
  row.offline = write_completion(change.database(), row.id, completion);
  row.offline_bytes = captured_bytes(change.database(), row);
  row.revision = change.changed(row.feed_id, row.id, model::ChangeOp::state);
  update_captured(change.database(), row);
}

}  // namespace

std::int64_t room_needed(Database& database, std::span<const model::CompletionUpdate> updates) {
  std::int64_t needed = 0;
  for (const auto& update : updates) {
    if (update.page) needed += static_cast<std::int64_t>(update.page->content_html.size());
    for (const auto& media : update.media) {
      if (!media.file.empty() && !asset_by_hash(database, media.asset.sha256)) needed += room_of(media.asset.bytes);
    }
  }
  return needed;
}

std::vector<bool> complete_once(WriterState& state, std::span<const model::CompletionUpdate> updates,
                                std::int64_t room) {
  std::vector<bool> taken;
  Adoption files(state.database.options());
  Change change(state, Durability::synced);
  Completer completer(change, files, room);
  for (const auto& update : updates) {
    taken.push_back(completer.run(update));
    if (update.bytes > 0) count_completing(state.database, update.day, update.bytes, update.metered_bytes);
  }
  files.sync();
  change.commit();
  files.keep();
  return taken;
}

void strip_article(Change& change, model::ArticleId id) {
  auto row = *find_article(change.database(), id);
  drop_media(change, id);
  auto completion = *load_completion(change.database(), id);
  if (completion.state == OfflineState::complete) {
    completion = {OfflineState::partial, 0, {}, Cause::budget, "its media were deleted to make room, see store.limit"};
  }
  if (row.offline == kPendingNow) completion = {OfflineState::pending};
  set_completion(change, row, completion);
}

std::vector<bool> Writer::complete(std::span<const model::CompletionUpdate> updates) {
  std::vector<bool> taken;
  try {
    const auto work = [&] {
      const auto room = make_room_for_assets(*state_, room_needed(state_->database, updates));
      return complete_once(*state_, updates, room);
    };
    taken = with_room(*this, *state_, work, Expendable::read);
  } catch (const StoreError& error) {
    if (error.shortage() != Shortage::limit || !state_->limit) throw;
    taken = complete_once(*state_, without_content(updates), 0);
  }
  remove_files(updates);
  return taken;
}

std::int64_t Writer::want_complete(std::optional<model::FeedId> feed, Instant since, std::int64_t limit) {
  Change change(*state_, Durability::synced);
  auto& database = change.database();
  std::vector<Wanted> wanted;
  for (const int read : {0, 1}) {
    Query query(database, feed ? kWantedOfFeed : kWanted, read, seconds(since), limit);
    if (feed) query.bind(model::raw(*feed));
    while (query.step()) {
      wanted.push_back({model::ArticleId{query.integer(0)}, model::FeedId{query.integer(1)}, query.integer(2)});
    }
  }
  std::stable_sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.sort > b.sort; });
  if (wanted.size() > static_cast<std::size_t>(limit)) wanted.resize(static_cast<std::size_t>(limit));
  for (const auto& one : wanted) {
    const auto revision = change.changed(one.feed, one.id, model::ChangeOp::state);
    Query(database, kSetPending, model::raw(revision), model::raw(one.id)).run();
    forget_completion(database, one.id);
  }
  change.commit();
  return static_cast<std::int64_t>(wanted.size());
}

namespace {

constexpr std::string_view kAssets = R"sql(
SELECT DISTINCT sha256 FROM media WHERE substr(sha256, 1, 8) >= ?1 AND substr(sha256, 1, 8) < ?2
ORDER BY substr(sha256, 1, 8))sql";

// Of those whose hash begins with that byte, what rows and what files there are without the other.
void compare(Database& database, unsigned byte, std::vector<model::Asset>& without_file) {
  const std::string from(1, static_cast<char>(byte));
  const std::string to = byte < 0xff ? std::string(1, static_cast<char>(byte + 1)) : std::string(9, '\xff');
  std::vector<std::string> hashes;
  {
    Query query(database, kAssets);
    for (query.bind_blob(from).bind_blob(to); query.step();) hashes.push_back(hex_of(query.blob(0)));
  }
  std::sort(hashes.begin(), hashes.end());
  const auto& options = database.options();
  for (const auto& file : asset_files(options, hex_of(from))) {
    if (!std::binary_search(hashes.begin(), hashes.end(), file.sha256)) remove_asset_file(options, file.sha256);
  }
  for (const auto& hash : hashes) {
    const auto asset = asset_by_hash(database, hash);
    if (!has_asset_file(options, hash, asset->bytes)) without_file.push_back(*asset);
  }
}

}  // namespace

void Writer::sweep_downloads(Instant before) { remove_stale_downloads(state_->database.options(), before); }

void Writer::sweep_assets(std::uint8_t byte) {
  auto& database = state_->database;
  std::vector<model::Asset> without_file;
  compare(database, byte, without_file);
  if (without_file.empty()) return;
  Change change(*state_, Durability::synced);
  for (const auto& asset : without_file) {
    for (const auto id : drop_asset(change, asset)) {
      auto row = *find_article(database, id);
      set_completion(change, row, {OfflineState::pending});
    }
  }
  change.commit();
}

}  // namespace newscache::store
