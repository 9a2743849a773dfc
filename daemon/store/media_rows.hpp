#pragma once
// What articles refer to by URLs, and the assets behind them: table `media`. An asset has no row of its own: it is
// there as long as a row of media names its hash, and store.assets and store.asset_bytes count them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/offline.hpp"
#include "store/database.hpp"

namespace newscache::store {

class Change;
struct ArticleRow;

// The 32 bytes; nothing when it is not 64 lower-case hexadecimal digits.
std::optional<std::string> hash_bytes(std::string_view sha256);
std::string hex_of(std::string_view bytes);

std::vector<model::Media> media_of(Database& database, model::ArticleId id);
// What model::Article::offline_bytes says: of its page, and of the assets that it refers to, each once.
std::int64_t captured_bytes(Database& database, const ArticleRow& row);
std::optional<model::Asset> asset_by_hash(Database& database, std::string_view sha256);
std::optional<model::Asset> asset_by_url(Database& database, std::string_view url);
std::int64_t asset_bytes_of(Database& database, model::FeedId feed);

// --- these keep the count of assets, and tell the Change whose files may go ---
// Whether the article did not have it yet.
bool add_media(Change& change, model::ArticleId id, const model::Media& media);
void drop_media(Change& change, model::ArticleId id);
// Those go that it has under other URLs.
void keep_media(Change& change, model::ArticleId id, const std::vector<std::string>& urls);
// An asset whose file is missing: articles that had it no longer do. Which these are.
std::vector<model::ArticleId> drop_asset(Change& change, const model::Asset& asset);

// The room that so many bytes take in a file of their own.
std::int64_t room_of(std::int64_t bytes);

}  // namespace newscache::store
