#pragma once
// Which part of a page its article is: elements with text score for those around them, as in Mozilla's Readability.

#include <vector>

#include "html/dom.hpp"

namespace newscache::html {

// `scored` is what prune() named. Moves the article's parts out of the tree, into a <div> that is returned.
NodeId find_article(Document& document, const std::vector<NodeId>& scored, bool weigh_classes);

}  // namespace newscache::html
