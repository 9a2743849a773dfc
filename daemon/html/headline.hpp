#pragma once
// The heading of a page's article, and the search for what stands around it.

#include <string_view>

#include "html/dom.hpp"
#include "html/page_words.hpp"

namespace newscache::html {

// The <h1> or <h2> that has the title's words, or else what is likely to be the heading or to hold it.
NodeId find_headline(const Document& document, std::string_view title);

// Calls `visit(NodeId)` for what stands around the headline, the nearest first, until it returns something; leaves out
// what surrounds the article rather than belongs to it. Each node is visited once.
template <typename Visit>
auto search_around(const Document& document, NodeId headline, Visit visit) {
  constexpr int most_levels = 8;
  NodeId around = headline;
  NodeId seen = no_node;
  for (int level = 0; level < most_levels && around != Document::root; ++level) {
    for (NodeId node = around; node != no_node;) {
      const bool beside = node == seen || (node != around && surrounds_article(document, node));
      if (!beside) {
        if (auto found = visit(node)) return found;
      }
      node = beside ? document.following_skipping(node, around) : document.following(node, around);
    }
    seen = around;
    around = document[around].parent;
  }
  return decltype(visit(headline))();
}

}  // namespace newscache::html
