#pragma once
// What a publisher's current document has, by which deletion goes: the articles (feed_state.document) and, of those
// that have been deleted, when it last had them (tombstone.seen). Time is the feed's own, that of its documents: while
// none comes, nothing gets older.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "model/ids.hpp"
#include "store/article_rows.hpp"
#include "store/database.hpp"

namespace newscache::store {

// Sorted, each once; and back. Damaged bytes are no ids.
std::string encode_ids(const std::vector<std::int64_t>& ids);
std::vector<std::int64_t> decode_ids(std::string_view bytes);

// Sorted.
std::vector<std::int64_t> document_ids(Database& database, model::FeedId feed);
bool document_has(Database& database, model::FeedId feed, model::ArticleId article);

struct DocumentSeen {
  bool complete = true;           // false: more than that may be in it, as far as it is known
  std::vector<std::int64_t> ids;  // of the articles that it has
  std::vector<Uid> deleted;       // what else it has
  Instant received{};
};
void keep_document(Database& database, model::FeedId feed, DocumentSeen document);
// New articles have come.
void note_arrival(Database& database, model::FeedId feed, Instant received);

// A deleted article, and what else it was known as, must not come back.
void bury(Database& database, model::FeedId feed, const Uid& uid, model::ArticleId article, bool in_document);
// Down to their greatest number; those that the document has stay longest.
void trim_tombstones(Database& database, model::FeedId feed);

}  // namespace newscache::store
