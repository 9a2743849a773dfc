#pragma once
// When a page's article was published.

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "html/dom.hpp"

namespace newscache::html {

// A date that can be an article's; nothing for others, such as the first of January 1970.
std::optional<Instant> plausible_date(std::string_view text);
// As microdata (itemprop) states it.
std::optional<Instant> item_date(const Document& document);
// As people see it: the <time> next to the headline, or else the page's address, or a date in words there.
std::optional<Instant> shown_date(const Document& document, NodeId headline, std::string_view url);

}  // namespace newscache::html
