#include "html/math.hpp"

namespace newscache::html {

namespace {

constexpr std::size_t max_depth = 64;

// What a child, by its number, gets from its parent.
MathLayout::Start layout(Element parent, std::size_t child) {
  const bool second = child == 2;
  switch (parent) {
    case Element::msub:
    case Element::munder:
      return {"", second ? Element::sub : Element::unknown, ""};
    case Element::msup:
    case Element::mover:
      return {"", second ? Element::sup : Element::unknown, ""};
    case Element::msubsup:
    case Element::munderover:
      return {"", second ? Element::sub : child == 3 ? Element::sup : Element::unknown, ""};
    case Element::mfrac:
      return {second ? "/" : "", Element::unknown, ""};
    case Element::mtable:
      return {child > 1 ? "; " : "", Element::unknown, ""};
    case Element::mtr:
      return {child > 1 ? " " : "", Element::unknown, ""};
    default:
      return {};
  }
}

}  // namespace

MathLayout::Start MathLayout::start(const Token& token) {
  if (open_.empty() && token.element != Element::math) return {};
  Start start;
  if (deeper_ == 0 && !open_.empty()) {
    auto& parent = open_.back();
    start = layout(parent.element, ++parent.children);
    if (parent.element == Element::mfrac && token.element == Element::mrow) start.text_within = "(";
  }
  if (token.element == Element::msqrt) start.text_within = "\xE2\x88\x9A(";
  if (token.self_closing) return {start.text, Element::unknown, ""};
  if (open_.size() >= max_depth) {
    ++deeper_;
    return {};
  }
  open_.push_back({token.element, 0, {start.text_within.empty() ? "" : ")", start.around}});
  return start;
}

bool MathLayout::end(Element element, End& end) {
  if (open_.empty()) return false;
  const bool all = element == Element::math;
  if (all) deeper_ = 0;
  if (deeper_ > 0) {
    --deeper_;
    return false;
  }
  if (!all && open_.back().element != element) return false;
  end = open_.back().at_end;
  open_.pop_back();
  return true;
}

}  // namespace newscache::html
