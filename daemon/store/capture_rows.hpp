#pragma once
// The captured page of an article: table `page`. Its content is shown in place of the feed's, which stays as it is, for
// polls to compare with. What else it knows stands in the article's own head where the feed says nothing, so that lists
// need not look here; the bits of `filled` tell what that is. It is stale once the feed has edited the article: shown
// until the next completion, where it says more than the feed does.

#include <cstdint>
#include <optional>

#include "model/article.hpp"
#include "model/offline.hpp"
#include "store/database.hpp"

namespace newscache::store {

struct ArticleRow;

model::Entry as_entry(const model::CapturedPage& page);
// What the page filled in, without its content; nothing when there is no page or it is damaged.
std::optional<model::Entry> captured_head(Database& database, model::ArticleId id);

// All that is known of it.
std::optional<model::CapturedPage> captured_page(Database& database, const ArticleRow& row);

// Fills in what the entry leaves out; what that was.
std::int64_t fill_in(model::Entry& entry, const model::Entry& page);
// The entry as the feed has it.
void take_out(model::Entry& entry, std::int64_t filled);

void write_page(Database& database, model::ArticleId id, std::int64_t filled, const Record& record);
void set_stale(Database& database, model::ArticleId id, std::int64_t filled);
// The article's own record and column `offline_bytes` are the caller's to write.
void delete_page(Database& database, ArticleRow& row);

}  // namespace newscache::store
