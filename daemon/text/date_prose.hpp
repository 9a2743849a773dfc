#pragma once
// The forgiving reader of dates, for what the quick ones in date.cpp do not know.

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace newscache::text {

// Numbers, names of months and zones in nearly any order, as long as they can mean one thing only.
std::optional<Instant> parse_date_prose(std::string_view text);

}  // namespace newscache::text
