#pragma once
// Takes out of an article what is none of it: controls, boxes of links, sharing, advertisements.

#include <vector>

#include "html/dom.hpp"

namespace newscache::html {

struct CleanRules {
  bool weigh_classes = true;
  bool by_content = true;      // blocks by what they hold
  std::vector<NodeId> spared;  // that are none to be dropped by what they are: somebody has chosen them
};

void clean_article(Document& document, NodeId article, const CleanRules& rules);

}  // namespace newscache::html
