#pragma once
// Content that goes with its element: <svg>, <template>, <select>, the annotations of MathML.

#include <cstddef>

#include "html/tokenizer.hpp"

namespace newscache::html {

class DroppedContent {
 public:
  // Whether the token just read starts such content or lies in it; raw text that starts in it is consumed too.
  bool takes(Tokenizer& tokenizer) { return element_ == Element::unknown ? starts(tokenizer) : lies_within(tokenizer); }

 private:
  bool lies_within(Tokenizer& tokenizer);
  bool starts(Tokenizer& tokenizer);
  void end(Tokenizer& tokenizer);

  Element element_ = Element::unknown;
  std::size_t depth_ = 0;       // of elements of that name
  std::size_t html_depth_ = 0;  // of <foreignObject>, <desc> and <title> in SVG, which hold HTML
};

}  // namespace newscache::html
