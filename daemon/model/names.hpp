#pragma once
// The words that the API and the database use for the model's enumerations.

#include <string_view>

#include "model/article.hpp"
#include "model/feed.hpp"
#include "model/query.hpp"

namespace newscache::model {

std::string_view name(FeedStatus status);       // new, ok, failing, gone, paused, auth
std::string_view name(OfflineState state);      // off, pending, partial, complete, failed
std::string_view name(ChangeType type);         // article, feed
std::string_view name(ChangeOp op);             // added, updated, state, deleted
std::string_view name(FeedFormat format);       // rss, rdf, atom, json

}  // namespace newscache::model
