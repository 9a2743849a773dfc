#pragma once
// Dates of feeds and HTTP to instants and back. No clock here: an undated or impossible date is std::nullopt, never
// "now".

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace newscache::text {

// Anything that feeds contain: RFC 822/2822/5322, RFC 3339 and W3C-DTF in every precision, asctime, Unix times, and the
// usual misspellings of them. A missing zone means UTC. An impossible date, or a year outside 1970..9999, is none.
std::optional<Instant> parse_date(std::string_view text);
// An HTTP-date (RFC 9110, section 5.6.7), all three forms.
std::optional<Instant> parse_http_date(std::string_view text);

std::string format_rfc3339(Instant instant);  // "2026-11-25T09:27:00Z"
std::string format_rfc822(Instant instant);   // "Wed, 25 Nov 2026 09:27:00 GMT"

}  // namespace newscache::text
