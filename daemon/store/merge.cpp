// Writer::merge: what a bundle brought from another device is added where it is missing, and nothing else is changed.

#include <algorithm>
#include <map>
#include <set>

#include "store/article_rows.hpp"
#include "store/carried.hpp"
#include "store/completion_rows.hpp"
#include "store/feed_rows.hpp"
#include "store/media_rows.hpp"
#include "store/recogniser.hpp"
#include "store/times.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

// Time is the feed's own, and does not go back; see document_rows.hpp.
constexpr std::string_view kArrival =
    "UPDATE feed_state SET newest_arrival = ?1 WHERE feed_id = ?2 AND newest_arrival < ?1";

std::optional<model::FeedId> known_feed(Database& database, const model::Feed& feed) {
  const auto by_uid = find_feed_by_uid(database, feed.uid);
  if (by_uid && !by_uid->removed) return by_uid->feed.id;
  const auto by_url = find_feed_by_url(database, feed.url);
  if (by_url) return by_url->feed.id;
  return std::nullopt;
}

model::FeedId subscribe_as(Change& change, const model::Feed& feed, Instant now) {
  const auto id = subscribe(change, {feed.url, feed.custom_title, feed.folder, feed.settings}, feed.uid, now)->id;
  auto stored = find_feed(change.database(), id);
  if (feed.custom_title.empty()) stored->publisher_title = feed.title;
  stored->feed.home_page_url = feed.home_page_url;
  stored->feed.description = feed.description;
  stored->feed.language = feed.language;
  stored->feed.icon = feed.icon;
  update_feed(change.database(), *stored);
  return id;
}

// The articles of one feed, by their places in the batch.
struct Share {
  std::vector<std::size_t> places;
  std::vector<model::IncomingEntry> entries;
  std::set<std::string> uids;
};

model::ArticleId add(Change& change, const CarriedArticle& article, model::IncomingEntry& incoming,
                     const ContentHash& hash, Instant now) {
  auto& database = change.database();
  ArticleRow row;
  row.id = change.new_article_id();
  row.feed_id = article.feed;
  row.uid = uid_from_hex(incoming.uid);
  row.link = link_key(incoming.link);
  row.received = std::min(article.received, now);
  row.sort = sort_date(incoming.entry, row.received);
  row.read = article.read;
  row.starred = article.starred;
  row.hash = hash;
  row.revision = change.changed(row.feed_id, row.id, model::ChangeOp::added);
  row.record = database.codec().encode(incoming.entry);
  insert_article(database, row);
  change.dated(row.id, row.sort);
  change.count_articles(row.feed_id, 1, row.read ? 0 : 1, row.starred ? 1 : 0);
  Query(database, kArrival, seconds(row.received), model::raw(row.feed_id)).run();
  return row.id;
}

// What the article lacks of what the bundle has; nothing when it lacks nothing.
std::optional<model::CompletionUpdate> lacking(Database& database, CarriedArticle& carried, bool is_fresh) {
  using enum model::OfflineState;
  const auto row = find_article(database, carried.id);
  model::CompletionUpdate update;
  update.article = row->id;
  update.revision = row->revision;
  if (row->page.empty()) update.page = std::move(carried.page);
  const auto known = media_of(database, row->id);
  bool all_there = true;
  for (auto& media : carried.media) {
    const auto is_same = [&](const auto& one) { return one.url == media.url; };
    if (std::any_of(known.begin(), known.end(), is_same)) continue;
    // Its file may have come with an article before.
    if (const auto asset = asset_by_hash(database, media.asset.sha256)) media.asset = *asset;
    const bool is_there = !media.asset.type.empty();
    all_there = all_there && is_there;
    if (is_there) update.media.push_back(std::move(media));
  }
  if (!update.page && update.media.empty() && !(is_fresh && carried.offline != off)) return std::nullopt;
  if (all_there && carried.offline == complete && !row->page_is_stale) {
    update.completion.state = complete;
  } else if (!is_fresh) {
    update.completion = *load_completion(database, row->id);
  } else if (carried.offline != off) {
    update.completion.state = pending;  // here it may succeed
  }
  return update;
}

// Each article's id becomes that which it has here, 0 for none; `added` has the places of those that are new.
Merged add_missing(WriterState& state, std::span<CarriedArticle> articles, std::set<std::size_t>& added, Instant now) {
  const Ration ration(state);
  Change change(state, Durability::synced);
  std::map<model::FeedId, Share> shares;
  for (std::size_t i = 0; i < articles.size(); ++i) {
    articles[i].id = {};
    auto& share = shares[articles[i].feed];
    if (!share.uids.insert(articles[i].incoming.uid).second) continue;
    share.places.push_back(i);
    share.entries.push_back(std::move(articles[i].incoming));
  }
  Merged merged;
  std::map<std::size_t, std::pair<model::IncomingEntry*, ContentHash>> fresh;
  for (auto& [feed, share] : shares) {
    const auto stored = find_feed(change.database(), feed);
    if (!stored || stored->removed) continue;  // unsubscribed meanwhile
    Recogniser recogniser(change.database(), feed, share.entries);
    const auto recognised = recogniser.run();
    for (std::size_t i = 0; i < recognised.size(); ++i) {
      if (recognised[i].as == Recognised::As::article) {
        articles[share.places[i]].id = recognised[i].article.id;
        ++merged.existing;
      }
      if (recognised[i].as == Recognised::As::fresh) {
        fresh.emplace(share.places[i], std::pair(&share.entries[i], recognised[i].hash));
      }
    }
    merged.deleted += static_cast<std::int64_t>(recogniser.deleted().size());
  }
  // In the order in which they came to the other device, whichever feed they are of.
  for (auto& [place, entry] : fresh) {
    articles[place].id = add(change, articles[place], *entry.first, entry.second, now);
    added.insert(place);
  }
  merged.added = static_cast<std::int64_t>(fresh.size());
  change.commit();
  return merged;
}

}  // namespace

MergedFeeds Writer::merge_feeds(std::span<const model::Feed> feeds, Instant now) {
  const Ration ration(*state_);
  Change change(*state_, Durability::synced);
  MergedFeeds merged;
  for (const auto& feed : feeds) {
    auto id = known_feed(change.database(), feed);
    if (!id) {
      id = subscribe_as(change, feed, now);
      ++merged.added;
    }
    merged.ids.push_back(*id);
  }
  change.commit();
  return merged;
}

Merged Writer::merge(std::span<CarriedArticle> articles, Instant now) {
  std::set<std::size_t> fresh;
  auto merged = add_missing(*state_, articles, fresh, now);
  std::vector<model::CompletionUpdate> updates;
  for (std::size_t i = 0; i < articles.size(); ++i) {
    if (articles[i].id == model::ArticleId{}) continue;
    if (auto update = lacking(state_->database, articles[i], fresh.contains(i))) updates.push_back(std::move(*update));
  }
  if (updates.empty()) return merged;
  const auto room = store::room_for_assets(*state_);
  if (room_needed(state_->database, updates) > room) {
    throw StoreError(Cause::unavailable, "store.limit leaves no room for more pages, pictures and files",
                     Shortage::limit);
  }
  const Ration ration(*state_);
  for (const bool taken : complete_once(*state_, updates, room)) merged.completed += taken ? 1 : 0;
  return merged;
}

}  // namespace newscache::store
