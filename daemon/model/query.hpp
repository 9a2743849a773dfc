#pragma once
// What a client may ask of the store, and the shapes of the answers.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "model/article.hpp"
#include "model/ids.hpp"

namespace newscache::model {

enum class ArticleOrder { newest, oldest, relevance };

struct ArticleQuery {
  std::optional<FeedId> feed;
  std::optional<std::string> folder;
  std::optional<std::string> tag;
  std::optional<bool> read;
  std::optional<bool> starred;
  std::optional<Instant> since;  // by date of order: published, else received; inclusive
  std::optional<Instant> until;  // exclusive
  std::string text;              // full-text query; empty: none
  ArticleOrder order = ArticleOrder::newest;
  std::int64_t limit = 50;
  std::string cursor;  // opaque, from ArticlePage::next_cursor of the same query
  bool with_content = true;
  std::size_t max_bytes = 16 << 20;  // of summaries and contents; past it the page ends, with a cursor
};

// What is listed by ids first, of which the articles are read in a second step: the lists of other dialects, that are
// paged by offset or by id and may be long. Articles of feeds that are not subscribed any more are in none of them.
enum class EntryOrder {
  arrival,    // by id
  published,  // Article::date
  changed,    // by revision
  received,
  read,  // what is unread first
  title,
  author,
  rank,  // EntryQuery::ranks of the feeds
};

struct EntryQuery {
  std::optional<std::vector<FeedId>> feeds;  // any of these; absent: all
  std::optional<bool> read;
  std::optional<bool> starred;
  std::vector<std::string> tags;           // all of them
  std::string text;                        // full-text query; empty: none
  std::optional<Instant> published_after;  // exclusive, as is the next
  std::optional<Instant> published_before;
  std::optional<Instant> received_since;  // inclusive, as is the next
  std::optional<Instant> received_until;
  std::optional<Moment> changed_after;  // exclusive, as is the next; by what is known, see Article::changed
  std::optional<Moment> changed_before;
  std::optional<ArticleId> after;  // of higher ids, whatever the order
  std::optional<ArticleId> before;
  EntryOrder order = EntryOrder::arrival;
  bool descending = false;  // equal ones by id, in the same direction
  std::vector<std::pair<FeedId, std::int64_t>> ranks;
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};

struct EntryIds {
  std::vector<ArticleId> ids;
  std::int64_t total = 0;  // without limit and offset
};

// The first of a list of articles, as many as were asked for at a time.
struct ArticleBatch {
  std::vector<Article> articles;
  std::size_t taken = 0;  // of the ids; some may have had no article
};

struct ArticlePage {
  std::vector<Article> articles;
  std::string next_cursor;  // empty: that was all
};

// Which articles to mark: the ids, or everything that the filters admit.
struct MarkRequest {
  std::vector<ArticleId> ids;
  bool all = false;           // true: by the filters below instead of by ids
  bool skip_unknown = false;  // ids
  std::optional<FeedId> feed;
  std::optional<std::string> folder;
  std::optional<Instant> before;  // received before
  std::string text;
  std::optional<bool> read;
  std::optional<bool> starred;
};

enum class ChangeType { article, feed };
enum class ChangeOp { added, updated, state, deleted };

struct Change {
  Revision revision{};
  ChangeType type = ChangeType::article;
  ChangeOp op = ChangeOp::added;
  std::int64_t id = 0;
  friend bool operator==(const Change&, const Change&) = default;
};

// What is not known to be of another feed or folder passes: deletions from a feed that is gone are such. For a folder
// so do changes of all feeds, which may have come from it or go to it.
struct ChangeFilter {
  std::optional<FeedId> feed;
  std::optional<std::string> folder;
  friend auto operator<=>(const ChangeFilter&, const ChangeFilter&) = default;
};

struct ChangePage {
  std::string epoch;
  std::vector<Change> changes;
  Revision revision{};  // the newest of the whole log
  bool more = false;
};

struct Counts {
  std::int64_t feeds = 0;
  std::int64_t articles = 0;
  std::int64_t unread = 0;
  std::int64_t starred = 0;
};

}  // namespace newscache::model
