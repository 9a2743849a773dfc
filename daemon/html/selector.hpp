#pragma once
// The part of CSS selectors that tells articles from what surrounds them: tag, *, .class, #id, [attr], [attr=v],
// [attr*=v], [attr^=v], [attr$=v], descendants, children (>), and lists of these.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "html/dom.hpp"

namespace newscache::html {

class Selector {
 public:
  // Cause::invalid: "at character N: what is wrong".
  static Result<Selector> parse(std::string_view text);

  enum class Test : std::uint8_t { tag, word, exists, equals, contains, starts, ends };
  struct Condition {
    Test test = Test::tag;
    std::string name;  // of the attribute, lower case
    std::string value;
  };
  // What one element must be like.
  struct Compound {
    std::vector<Condition> conditions;  // none: any element
    bool continues = false;             // the compound before this one must be met above: anywhere,
    bool directly = false;              // or by the parent
    bool ends = false;                  // an element that this matches is selected
  };
  const std::vector<Compound>& compounds() const { return compounds_; }

 private:
  std::vector<Compound> compounds_;  // at most 64
};

// The elements that it selects, in the document's order. One pass over the tree, whatever the selector.
std::vector<NodeId> find_all(const Document& document, const Selector& selector);

}  // namespace newscache::html
