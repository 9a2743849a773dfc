#pragma once
// What of the layout of MathML plain markup can say: exponents and indices, the stroke of a fraction, the sign of a
// root.

#include <cstddef>
#include <string_view>
#include <vector>

#include "html/tokenizer.hpp"

namespace newscache::html {

class MathLayout {
 public:
  struct Start {
    std::string_view text;              // to stand in front of it
    Element around = Element::unknown;  // to be opened around it
    std::string_view text_within;       // to start with
  };
  struct End {
    std::string_view text;              // to end with
    Element around = Element::unknown;  // to be closed
  };

  Start start(const Token& token);
  // Takes the innermost open part off when that end tag ends it; to be called until there is none.
  bool end(Element element, End& end);

 private:
  struct Part {
    Element element;
    std::size_t children;
    End at_end;
  };

  std::vector<Part> open_;
  std::size_t deeper_ = 0;  // than we follow
};

}  // namespace newscache::html
