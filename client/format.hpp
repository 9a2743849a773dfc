#pragma once
// Sizes, times and values as people read and type them.

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "client/outcome.hpp"
#include "newscache/client.hpp"

namespace newscache::client {

std::string size_text(std::int64_t bytes);                      // "523 B", "12.3 MiB"
std::string duration_text(std::int64_t seconds);                // "42 s", "3 h 12 min", "5 d 1 h"
std::string milliseconds_text(std::int64_t milliseconds);       // "95 ms", "1.83 s", "2 min 5 s"
std::string plural(std::int64_t count, std::string_view noun);  // "1 feed", "2 feeds"
// The API's time as local time, "2026-11-25 09:27"; empty for an empty or odd one.
std::string local_time(std::string_view rfc3339);
std::string local_time(Instant instant);
// The same for a person who knows what day it is: "09:27" today, "Mon 09:27" in the last days, "12 Nov", "12 Nov 2024".
std::string short_time(Instant instant, Instant now);
// "Wed 25 Nov 2026, 09:27 (3 h ago)", "(in 40 min)"; without that when it is more than a month away.
std::string long_time(Instant instant, Instant now);
// "3 h 12 min ago", "in 40 min", "now"
std::string relative_time(Instant instant, Instant now);

// Its title; without one the start of its text, else its address.
std::string article_title(const Article& article);
// "one, two"
std::string joined(const std::vector<std::string>& texts);

// What a person types as a point in time, as RFC 3339: that itself, a local day "2026-11-25", or how long ago: "2d",
// "12h", "1w2d".
Outcome<std::string> point_in_time(std::string_view typed, Instant now);

// "paused=true", "title=News" and "keep_days=30" as the body of a PATCH: the feed's own fields by name, everything else
// into `settings`; true, false and integers are typed. An empty value is null in `settings`: back to the
// configuration's.
Outcome<boost::json::object> feed_patch(const std::vector<std::string>& assignments);

}  // namespace newscache::client
