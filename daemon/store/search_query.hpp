#pragma once
// What a person types into a search box: terms, and how they are connected.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/tokenizer.hpp"

namespace newscache::store {

enum class Field { any, title, author };

// A word or a phrase: units that follow each other.
struct SearchTerm {
  struct Part {
    std::string text;
    bool spaceless = false;
    bool paired = false;  // with the part before it, which is spaceless too and which it is joined to
  };
  Field field = Field::any;
  std::vector<Part> parts;  // at least one
  bool prefix = false;      // the last part is the beginning of a word
};

// Every one of `wanted` (or one of them, for any) and none of `excluded`.
struct SearchNode {
  enum class Kind { term, all, any };
  Kind kind = Kind::all;
  std::size_t term = 0;  // in SearchQuery::terms
  std::vector<SearchNode> wanted{};
  std::vector<SearchNode> excluded{};  // of all
};

// feed:12, feed:word, -feed:"two words".
struct FeedTerm {
  std::optional<std::int64_t> id;
  std::string name;  // without an id: a part of the feed's title or URL
  bool excluded = false;
};

struct SearchQuery {
  std::vector<SearchTerm> terms;  // none: no search
  SearchNode root;
  std::vector<FeedTerm> feeds;
};

// Words are all required; "a phrase"; prefix*; title:word and author:word; -word and NOT word exclude; OR separates
// alternatives; parentheses. NOT binds tightest, OR least. feed: limits the whole search. At most 512 bytes, 16 words
// and 8 parentheses deep. Cause::invalid names the position, counted in bytes from 1. No text: no search.
Result<SearchQuery> parse_search(std::string_view text, const Tokenizer& tokenizer);

}  // namespace newscache::store
