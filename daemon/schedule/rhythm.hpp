#pragma once
// How often a feed publishes, by the dates in its document. Pure.

#include <chrono>
#include <optional>
#include <vector>

#include "base/clock.hpp"

namespace newscache::schedule {

// The time between two articles: that of the newer half of the document until now, so that neither one old article at
// the end nor a silence since the newest misleads. Dates in the future, before 1990 and repeated ones do not count;
// where nothing is left to judge by, there is no rhythm. `now` is the publisher's clock, if its answer told it.
std::optional<std::chrono::seconds> rhythm(std::vector<Instant> dates, Instant now);

}  // namespace newscache::schedule
