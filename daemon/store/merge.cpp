// Writer::merge: what a bundle brought from another device is added where it is missing, and nothing else is changed.

#include <algorithm>
#include <map>
#include <set>

#include "store/article_rows.hpp"
#include "store/carried.hpp"
#include "store/feed_rows.hpp"
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

void add(Change& change, const CarriedArticle& article, model::IncomingEntry& incoming, const ContentHash& hash,
         Instant now) {
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
  const Ration ration(*state_);
  Change change(*state_, Durability::synced);
  std::map<model::FeedId, Share> shares;
  for (std::size_t i = 0; i < articles.size(); ++i) {
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
      if (recognised[i].as == Recognised::As::article) ++merged.existing;
      if (recognised[i].as == Recognised::As::fresh) {
        fresh.emplace(share.places[i], std::pair(&share.entries[i], recognised[i].hash));
      }
    }
    merged.deleted += static_cast<std::int64_t>(recogniser.deleted().size());
  }
  // In the order in which they came to the other device, whichever feed they are of.
  for (auto& [place, entry] : fresh) add(change, articles[place], *entry.first, entry.second, now);
  merged.added = static_cast<std::int64_t>(fresh.size());
  change.commit();
  return merged;
}

}  // namespace newscache::store
