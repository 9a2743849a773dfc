#pragma once
// The JSON of the Google Reader dialect, as FreshRSS's clients take it: what they break on is told where it is written.

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "model/article.hpp"
#include "model/feed.hpp"

namespace newscache::api::google {

// Where a feed's icon is to be loaded from; empty: it has none.
using IconOf = std::function<std::string(const model::Feed& feed)>;

std::string subscriptions_json(std::span<const model::Feed> feeds, const IconOf& icon_of);
// Every label that a feed has, the default one, and those of folders that have no feed yet.
std::string tags_json(std::span<const model::Feed> feeds, const std::set<std::string>& empty_folders = {});
// When each feed's newest article came; of one without any, nothing.
using Arrivals = std::unordered_map<model::FeedId, Instant>;
std::string unread_counts_json(std::span<const model::Feed> feeds, const Arrivals& arrivals);
std::string user_json(std::string_view name);

// `more`: others follow after the last.
std::string item_refs_json(std::span<const model::ArticleId> ids, bool more);

// A list of items, written piece by piece: this, then items, then the end.
std::string items_opening(std::string_view stream, Instant now);
std::string items_end(std::optional<model::ArticleId> continuation);
// Liferea looks for a text that nobody else would take for a state, and for stars in a member of its own.
enum class Client { usual, liferea };
// To a list that is being written. `content`: what is shown of it. `feed` may be null: it may just have gone.
void append_item(std::string& out, const model::Article& article, const std::string& content, const model::Feed* feed,
                 Client client);

// `url`: of the feed.
std::string quickadd_json(std::string_view url, const model::Feed& feed);
std::string quickadd_failure_json(std::string_view detail);

// Never empty: the title, else the first words, else the address.
std::string title_of(const model::Article& article);
const std::string& title_of(const model::Feed& feed);

}  // namespace newscache::api::google
