#pragma once
// Takes out of an article what is none of it: controls, boxes of links, sharing, advertisements.

#include "html/dom.hpp"

namespace newscache::html {

struct CleanRules {
  bool weigh_classes = true;
  bool by_content = true;  // blocks by what they hold
};

void clean_article(Document& document, NodeId article, const CleanRules& rules);

}  // namespace newscache::html
