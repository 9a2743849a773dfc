#pragma once
// What a person types into a search box, translated into an FTS5 expression in which every word is quoted.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace newscache::store {

// feed:12, feed:word, -feed:"two words".
struct FeedTerm {
  std::optional<std::int64_t> id;
  std::string name;  // without an id: a part of the feed's title or URL
  bool excluded = false;
};

struct SearchQuery {
  std::string match;  // empty: no search
  std::vector<FeedTerm> feeds;
};

// Words are all required; "a phrase"; prefix*; title:word and author:word; -word and NOT word exclude; OR separates
// alternatives; parentheses. NOT binds tightest, OR least. feed: limits the whole search. At most 512 bytes, 16 words
// and 8 parentheses deep. Cause::invalid names the position, counted in bytes from 1. No text: no search.
Result<SearchQuery> parse_search(std::string_view text);

}  // namespace newscache::store
