#pragma once
// A first walk over a page: what nobody sees or no article has goes, and what is left becomes paragraphs that can be
// weighed.

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "html/dom.hpp"
#include "html/measures.hpp"

namespace newscache::html {

struct PruneRules {
  std::string_view title;     // a heading that repeats it goes
  bool drop_unlikely = true;  // by what it is called
};

struct Pruned {
  std::vector<NodeId> scored;  // the elements whose text counts, in order
  std::string byline;          // as the page shows it
  bool headline = false;       // a heading that repeats the title was there
};

// As far as its own attributes tell.
bool is_visible(const Document& document, NodeId node);
// Runs of <br> become paragraphs.
void split_at_breaks(Document& document);
Pruned prune(Document& document, const PruneRules& rules);

// The words of a title, each once.
class TitleWords {
 public:
  explicit TitleWords(std::string_view title);
  // How much of the heading's words they are: 0 to 1; 0 too for a heading that is longer than any title.
  double share_of(const Document& document, NodeId heading) const;

 private:
  std::unordered_set<std::string> words_;
};

}  // namespace newscache::html
