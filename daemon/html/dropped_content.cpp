#include "html/dropped_content.hpp"

namespace newscache::html {

bool DroppedContent::lies_within(Tokenizer& tokenizer) {
  const auto& token = tokenizer.token();
  const bool start = token.kind == TokenKind::start_tag;
  if (!start && token.kind != TokenKind::end_tag) return true;
  const bool svg = element_ == Element::svg;
  const bool foreign = svg && html_depth_ == 0;
  if (start && (foreign || element_ == Element::select) && ends_foreign_content(token.element)) {
    end(tokenizer);
    return false;
  }
  const bool opens = start && !(svg && token.self_closing);
  if (token.element == element_) {
    if (opens) ++depth_;
    if (!start && --depth_ == 0) end(tokenizer);
  } else if (svg && (token.element == Element::svg_html || token.element == Element::title)) {
    if (opens && token.element == Element::title && !foreign) {
      tokenizer.raw_text();
    } else if (opens) {
      ++html_depth_;
    } else if (!start && html_depth_ > 0) {
      --html_depth_;
    }
  } else if (start && !foreign && kind(token.element) == ElementKind::raw_text) {
    tokenizer.raw_text();
  }
  return true;
}

bool DroppedContent::starts(Tokenizer& tokenizer) {
  const auto& token = tokenizer.token();
  if (token.kind != TokenKind::start_tag || kind(token.element) != ElementKind::dropped) return false;
  const bool svg = token.element == Element::svg;
  if (svg && token.self_closing) return true;
  element_ = token.element;
  depth_ = 1;
  html_depth_ = 0;
  tokenizer.set_foreign(svg);
  return true;
}

void DroppedContent::end(Tokenizer& tokenizer) {
  element_ = Element::unknown;
  tokenizer.set_foreign(false);
}

}  // namespace newscache::html
