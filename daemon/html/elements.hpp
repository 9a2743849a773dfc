#pragma once
// The elements that we know, by what becomes of them. Several names may mean one element: <strike> is written as <s>.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace newscache::html {

// In the order of the table in elements.cpp.
enum class Element : std::uint8_t {
  unknown,
  // phrasing
  a,
  abbr,
  audio,
  b,
  bdi,
  bdo,
  cite,
  code,
  del,
  dfn,
  em,
  i,
  ins,
  kbd,
  mark,
  picture,
  q,
  rp,
  rt,
  ruby,
  s,
  samp,
  small,
  span,
  strong,
  sub,
  sup,
  time,
  u,
  var,
  video,
  // flow
  address,
  article,
  aside,
  blockquote,
  dd,
  details,
  div,
  dl,
  dt,
  figcaption,
  figure,
  footer,
  h1,
  h2,
  h3,
  h4,
  h5,
  h6,
  header,
  hgroup,
  li,
  main,
  nav,
  ol,
  p,
  pre,
  section,
  summary,
  ul,
  // no content, no end tag
  br,
  hr,
  img,
  source,
  track,
  wbr,
  // parts of tables, and tables
  table,
  caption,
  colgroup,
  col,
  tbody,
  thead,
  tfoot,
  tr,
  td,
  th,
  // their content is no markup
  script,
  style,
  textarea,
  title,
  xmp,
  plaintext,
  // go with their content
  svg,
  template_,
  select,
  annotation,
  // only their tags go, and what they mean is said in text
  math,
  math_part,
  mrow,
  mfrac,
  msqrt,
  msub,
  msup,
  msubsup,
  munder,
  mover,
  munderover,
  mtable,
  mtr,
  // only their tags go
  noscript,
  iframe,
  object,
  embed,
  svg_html,
  ignored,
};
inline constexpr std::size_t element_count = static_cast<std::size_t>(Element::ignored) + 1;

enum class ElementKind : std::uint8_t { unknown, phrasing, flow, empty, table, raw_text, dropped, math, unwrapped };

struct ElementInfo {
  std::string_view name;
  ElementKind kind = ElementKind::unknown;
};

const ElementInfo& info(Element element);
inline std::string_view name(Element element) { return info(element).name; }
inline ElementKind kind(Element element) { return info(element).kind; }

// "<p>" and "</p>".
std::string_view start_tag_text(Element element);
std::string_view end_tag_text(Element element);

// By name in any case; Element::unknown when we do not know it.
Element find_element(std::string_view name);

// Whether a tag of that name makes a text HTML; those of MathML's parts are too short to tell.
inline bool is_html(Element element) {
  return element != Element::unknown && (kind(element) != ElementKind::math || element == Element::math);
}

inline bool is_heading(Element element) { return element >= Element::h1 && element <= Element::h6; }
inline bool is_section_of_table(Element element) { return element >= Element::tbody && element <= Element::tfoot; }
inline bool is_media(Element element) {
  return element == Element::audio || element == Element::picture || element == Element::video;
}
inline bool is_cell(Element element) { return element == Element::td || element == Element::th; }
// Where a tree builder takes nothing but parts of tables; anything else would be moved out in front of the table.
inline bool is_table_context(Element element) {
  return element == Element::table || element == Element::colgroup || is_section_of_table(element) ||
         element == Element::tr;
}
// Start tags that end SVG when they stand in it (HTML Living Standard, 13.2.6.5).
bool ends_foreign_content(Element element);

}  // namespace newscache::html
