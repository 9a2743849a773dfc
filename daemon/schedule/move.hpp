#pragma once
// When the target of permanent redirects may take a feed's place. Pure. A portal, a misconfigured proxy or a bought
// domain can send 301 too, so that a move has to prove itself over days, by answers that are the same feed.

#include <string_view>

#include "base/clock.hpp"
#include "model/feed.hpp"

namespace newscache::schedule {

// A poll that reached the feed: by permanent redirects at `target`, or without (empty). Another target starts over.
void sight_move(model::Move& move, std::string_view target, Instant now);

// Three sightings over seven days; two over one day where only http became https.
bool is_proven(const model::Move& move, std::string_view url, Instant now);

}  // namespace newscache::schedule
