// Writer::apply: what polls brought becomes articles. Which entry is which article: see recogniser.hpp.

#include <algorithm>
#include <utility>

#include "store/article_rows.hpp"
#include "store/attempt_rows.hpp"
#include "store/capture_rows.hpp"
#include "store/completion_rows.hpp"
#include "store/document_rows.hpp"
#include "store/feed_rows.hpp"
#include "store/media_rows.hpp"
#include "store/recogniser.hpp"
#include "store/traffic_rows.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

// An edited entry keeps what identifies the article and what the publisher has only stopped repeating.
void keep_what_stays(model::Entry& entry, const model::Entry& old) {
  entry.guid = old.guid;
  if (entry.content_html.empty()) entry.content_html = old.content_html;
  // Where a publisher gives the date of the edit alone, it stands for the date of publication too.
  const bool only_modified = !entry.date_published || entry.date_published == entry.date_modified;
  if (only_modified && old.date_published) entry.date_published = old.date_published;
  if (old.date_modified && entry.date_modified && *entry.date_modified <= *old.date_modified) {
    entry.date_modified.reset();
  }
}

// One document's entries applied to one feed.
class Applier {
 public:
  Applier(Change& change, model::FeedUpdate& update) : change_(change), update_(update) {}

  model::UpdateResult run() {
    model::UpdateResult result{update_.feed_id, 0, 0, update_.state.unreliable, update_.state.gap};
    Recogniser recogniser(change_.database(), update_.feed_id, update_.entries);
    const auto recognised = recogniser.run();
    if (recogniser.guids_keep_changing()) result.unreliable.guids = true;
    if (update_.gap_if_disjoint && recogniser.all_are_new() && has_articles(change_.database(), update_.feed_id)) {
      result.gap = update_.gap_if_disjoint;
    }
    DocumentSeen seen{true, {}, recogniser.deleted(), update_.received};
    for (std::size_t i = 0; i < recognised.size(); ++i) {
      const auto& [as, known, hash] = recognised[i];
      if (as == Recognised::As::article) seen.ids.push_back(model::raw(known.id));
      if (as != Recognised::As::article || known.hash == hash) continue;
      if (edit(update_.entries[i], known, hash)) ++result.updated;
    }
    // Documents begin with the newest; of articles with equal dates the one with the higher id is the newer.
    for (std::size_t i = recognised.size(); i-- > 0;) {
      if (recognised[i].as != Recognised::As::fresh) continue;
      const auto id = add(update_.entries[i], uid_from_hex(update_.entries[i].uid), recognised[i].hash);
      seen.ids.push_back(model::raw(id));
      ++result.added;
    }
    if (result.added > 0) note_arrival(change_.database(), update_.feed_id, update_.received);
    if (update_.document) {
      seen.complete = update_.document->complete;
      keep_document(change_.database(), update_.feed_id, std::move(seen));
    }
    return result;
  }

 private:
  model::ArticleId add(model::IncomingEntry& incoming, const Uid& uid, const ContentHash& hash) {
    ArticleRow row;
    row.id = change_.new_article_id();
    row.feed_id = update_.feed_id;
    row.uid = uid;
    row.link = link_key(incoming.link);
    row.sort = sort_date(incoming.entry, update_.received);
    row.received = update_.received;
    row.hash = hash;
    if (incoming.to_complete) row.offline = kPendingNow;
    row.revision = change_.changed(row.feed_id, row.id, model::ChangeOp::added);
    row.record = change_.database().codec().encode(incoming.entry);
    insert_article(change_.database(), row);
    change_.dated(row.id, row.sort);
    change_.count_articles(row.feed_id, 1, 1, 0);
    return row.id;
  }

  // Whether there is a difference to what is stored.
  bool edit(model::IncomingEntry& incoming, const KnownArticle& known, const ContentHash& hash) {
    auto& database = change_.database();
    const auto old = find_article(database, known.id);
    const auto old_entry = stored_entry(database, *old);
    auto& entry = incoming.entry;
    if (old_entry) keep_what_stays(entry, *old_entry);
    if (!entry.date_modified) entry.date_modified = update_.received;
    ArticleRow row = *old;
    row.hash = hash;
    if (const auto link = link_key(incoming.link)) row.link = link;
    if (old_entry && row.link == old->link &&
        content_hash(entry, incoming.link) == content_hash(*old_entry, incoming.link)) {
      set_hash(database, row.id, hash);
      return false;
    }
    if (!row.page.empty()) edit_page(row, incoming);
    if (incoming.to_complete) {
      row.offline = kPendingNow;
      forget_completion(database, row.id);
    }
    row.revision = change_.changed(row.feed_id, row.id, model::ChangeOp::updated);
    row.record = database.codec().encode(entry);
    replace_article(database, change_.search_index(), *old, row, update_.received);
    return true;
  }

  // The page is of what the article said before: it stays while it is to be fetched anew, and says more than the feed.
  void edit_page(ArticleRow& row, model::IncomingEntry& incoming) {
    auto& database = change_.database();
    const auto head = captured_head(database, row.id);
    const auto content = database.codec().decode(row.record.head, row.page);
    const auto length = [&](const model::Entry& entry) {
      return database.options().plain_text(entry.content_html).size();
    };
    if (incoming.to_complete && head && content && length(incoming.entry) <= length(*content)) {
      set_stale(database, row.id, fill_in(incoming.entry, *head));
    } else {
      delete_page(database, row);
      row.offline_bytes = captured_bytes(database, row);
    }
  }

  Change& change_;
  model::FeedUpdate& update_;
};

// What the document says replaces what was known; what it is silent about stays.
bool take_over(std::string& known, const std::string& said) {
  if (said.empty() || said == known) return false;
  known = said;
  return true;
}

bool take_over(StoredFeed& stored, const model::ParsedFeed& document) {
  bool changed = take_over(stored.publisher_title, document.title);
  changed |= take_over(stored.feed.home_page_url, document.home_page_url);
  changed |= take_over(stored.feed.description, document.description);
  changed |= take_over(stored.feed.language, document.language);
  changed |= take_over(stored.feed.icon, document.icon);
  return changed;
}

// Not how far filling it has come.
bool looks_different(const std::optional<model::Gap>& before, const std::optional<model::Gap>& after) {
  if (!before || !after) return before.has_value() != after.has_value();
  return before->after != after->after || before->before != after->before;
}

// Whether a client would see a difference: not the times of attempts, the count of failures, or the validators.
bool looks_different(const model::FeedState& before, const model::FeedState& after) {
  if (before.status != after.status || before.error.has_value() != after.error.has_value()) return true;
  if (looks_different(before.gap, after.gap)) return true;
  return before.error && (before.error->cause != after.error->cause || before.error->detail != after.error->detail);
}

model::UpdateResult apply_update(Change& change, model::FeedUpdate& update) {
  auto stored = find_feed(change.database(), update.feed_id);
  if (!stored || stored->removed) return {update.feed_id, 0, 0, {}, {}};
  // The subscription has moved while the old address was fetched.
  if (!update.url.empty() && update.url != stored->feed.url) return {update.feed_id, 0, 0, {}, {}};
  const auto result = Applier(change, update).run();
  update.state.unreliable = result.unreliable;
  update.state.gap = result.gap;
  if (!update.attempts.empty()) {
    update.attempts.back().added = result.added;
    update.attempts.back().updated = result.updated;
    record_attempts(change.database(), update.feed_id, update.attempts);
  }
  const bool described = update.document && take_over(*stored, *update.document);
  if (described) update_feed(change.database(), *stored);
  update_feed_state(change.database(), update.feed_id, stored->feed.state, update.state);
  if (described || looks_different(stored->feed.state, update.state)) {
    change.changed(update.feed_id, model::ChangeOp::updated);
  }
  return result;
}

// Journals may grow by so many attempts a feed, and some, before they are trimmed.
constexpr std::int64_t kUntrimmed = 10;
constexpr std::int64_t kUntrimmedAtLeast = 50;

void trim_journals(WriterState& state, std::span<const model::FeedUpdate> updates) {
  std::int64_t attempts = 0;
  for (const auto& update : updates) attempts += static_cast<std::int64_t>(update.attempts.size());
  if (attempts == 0) return;
  if (state.new_attempts) {
    *state.new_attempts += attempts;
    if (*state.new_attempts < kUntrimmedAtLeast + kUntrimmed * state.totals.feeds) return;
  }
  trim_attempts(state.database);
  state.new_attempts = 0;
}

// Bytes have been received, also for a feed that is no longer there.
void record_traffic(WriterState& state, std::span<const model::FeedUpdate> updates) {
  auto days = traffic_of(updates);
  if (days.empty()) return;
  if (const auto& written = state.database.options().written_bytes) {
    const auto so_far = written();
    days.back().written_bytes = so_far - std::exchange(state.counted_written, so_far);
  }
  count_traffic(state.database, days);
  if (state.traffic_day == days.back().day) return;
  trim_traffic(state.database, days.back().day);
  state.traffic_day = days.back().day;
}

}  // namespace

std::vector<model::UpdateResult> Writer::apply(std::span<model::FeedUpdate> updates, Durability durability) {
  return with_room(*this, *state_, [&] {
    std::vector<model::UpdateResult> results;
    results.reserve(updates.size());
    Change change(*state_, durability);
    for (auto& update : updates) results.push_back(apply_update(change, update));
    trim_journals(*state_, updates);
    record_traffic(*state_, updates);
    change.commit();
    return results;
  });
}

}  // namespace newscache::store
