#pragma once
// Which part of a page its article is: elements with text score for those around them, as in Mozilla's Readability.

#include <vector>

#include "html/dom.hpp"

namespace newscache::html {

struct FoundArticle {
  NodeId node = no_node;  // a <div> outside the tree that holds all of it
  double score = 0;
};

// `scored` is what prune() named. Moves the article's parts out of the tree.
FoundArticle find_article(Document& document, const std::vector<NodeId>& scored, bool weigh_classes);

}  // namespace newscache::html
