#pragma once
// What publishers call the parts of their pages, in classes and ids: the words that tell an article from what is
// around.

#include <cstdint>
#include <string_view>

#include "html/dom.hpp"

namespace newscache::html {

enum class Hint : std::uint16_t {
  unlikely = 1,   // hardly ever part of an article
  maybe = 2,      // an unlikely one that has such a name too stays
  positive = 4,   // the article's own
  negative = 8,   // rather not
  byline = 16,    // who wrote it
  share = 32,     // buttons to pass it on
  aside = 64,     // links to others, newsletters, what readers say
  paywall = 128,  // what those who do not pay see, or what those who pay do
  unseen = 256    // only for screen readers
};

class Hints {
 public:
  constexpr Hints() = default;
  constexpr bool has(Hint hint) const { return (bits_ & static_cast<std::uint16_t>(hint)) != 0; }
  constexpr void add(Hints more) { bits_ = static_cast<std::uint16_t>(bits_ | more.bits_); }
  static constexpr Hints of(std::initializer_list<Hint> list) {
    Hints hints;
    for (const auto hint : list)
      hints.bits_ = static_cast<std::uint16_t>(hints.bits_ | static_cast<std::uint16_t>(hint));
    return hints;
  }

 private:
  std::uint16_t bits_ = 0;
};

// Of one attribute's value, in one pass.
Hints hints_of(std::string_view names);
// Of class and id; not of a heading's id, which is made of its words.
Hints hints_of(const Document& document, NodeId node);
// 25 for each of these whose names are positive, minus 25 for each whose names are negative.
int class_weight(const Document& document, NodeId node);

}  // namespace newscache::html
