#include "html/measures.hpp"

#include <algorithm>

#include "html/media.hpp"
#include "html/tokenizer.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

bool is_comma(std::uint32_t c) {
  switch (c) {
    case ',':
    case 0x060C:
    case 0x2E32:
    case 0x2E34:
    case 0x2E41:
    case 0xFE10:
    case 0xFE11:
    case 0xFE50:
    case 0xFF0C:
      return true;
    default:
      return false;
  }
}

// Elements that may stand in running text and leave it such.
bool is_phrasing(const Document& document, NodeId node) {
  switch (document[node].element) {
    case Element::abbr:
    case Element::audio:
    case Element::b:
    case Element::bdo:
    case Element::br:
    case Element::cite:
    case Element::code:
    case Element::dfn:
    case Element::em:
    case Element::embed:
    case Element::i:
    case Element::img:
    case Element::kbd:
    case Element::mark:
    case Element::math:
    case Element::noscript:
    case Element::object:
    case Element::q:
    case Element::ruby:
    case Element::samp:
    case Element::small:
    case Element::span:
    case Element::strong:
    case Element::sub:
    case Element::sup:
    case Element::time:
    case Element::var:
    case Element::wbr:
      return true;
    case Element::ignored:
      return document.is(node, "button") || document.is(node, "data") || document.is(node, "input") ||
             document.is(node, "label") || document.is(node, "meter") || document.is(node, "output") ||
             document.is(node, "progress");
    default:
      return false;
  }
}

bool is_textish(Element element) {
  switch (element) {
    case Element::blockquote:
    case Element::div:
    case Element::dl:
    case Element::img:
    case Element::li:
    case Element::ol:
    case Element::p:
    case Element::pre:
    case Element::span:
    case Element::table:
    case Element::td:
    case Element::ul:
      return true;
    default:
      return false;
  }
}

bool makes_block(const Document& document, NodeId node) {
  const Element element = document[node].element;
  if (element == Element::div) return document.is(node, "div");
  return is_textish(element) && element != Element::li && element != Element::span && element != Element::td;
}

// `m` is of what is under it.
bool is_data_table(const Document& document, NodeId table, const Measures& m) {
  if (document.attribute(table, "role") == "presentation" || document.attribute(table, "datatable") == "0")
    return false;
  if (m.table_head || !document.attribute(table, "summary").empty()) return true;
  if (m.table || m.rows <= 1 || m.columns <= 1) return false;
  return m.rows >= 10 || m.columns > 4 || m.rows * m.columns > 10;
}

}  // namespace

void Measures::add(const Measures& child) {
  chars += child.chars;
  commas += child.commas;
  link_chars += child.link_chars;
  heading_chars += child.heading_chars;
  list_chars += child.list_chars;
  textish_chars += child.textish_chars;
  paragraphs = static_cast<std::uint16_t>(paragraphs + child.paragraphs);
  images = static_cast<std::uint16_t>(images + child.images);
  items = static_cast<std::uint16_t>(items + child.items);
  inputs = static_cast<std::uint16_t>(inputs + child.inputs);
  embeds = static_cast<std::uint16_t>(embeds + child.embeds);
  data_tables = data_tables || child.data_tables;
  table = table || child.table;
  table_head = table_head || child.table_head;
  cells = static_cast<std::uint16_t>(cells + child.cells);
  columns = std::max(columns, child.columns);
  rows += child.rows;
  block = block || child.block;
  leaf = leaf && child.leaf;
  phrasing = phrasing && child.phrasing;
}

Measures measure_text(std::string_view text) {
  Measures measures;
  measures.phrasing = true;
  bool space = false;
  bool seen = false;
  while (!text.empty()) {
    const char byte = text.front();
    if (is_space(byte)) {
      space = true;
      text.remove_prefix(1);
      continue;
    }
    std::uint32_t c = static_cast<unsigned char>(byte);
    if (c < 0x80) {
      text.remove_prefix(1);
    } else {
      c = text::next_code_point(text);
    }
    if (c == 0xA0) {
      space = true;
      continue;
    }
    if (space) ++measures.chars;
    space = false;
    seen = true;
    measures.chars += c >= 0x2E80 && c < 0xD7B0 ? 3 : 1;
    if (is_comma(c)) ++measures.commas;
  }
  if (!seen) measures.chars = 0;
  return measures;
}

void measure_element(const Document& document, NodeId node, Measures& m) {
  const Element element = document[node].element;
  const bool inline_element =
      is_phrasing(document, node) || element == Element::a || element == Element::del || element == Element::ins;
  const bool leaf = inline_element && element != Element::a && element != Element::del && element != Element::ins;
  m.phrasing = inline_element && (leaf || m.phrasing);
  const bool form = element == Element::div && !document.is(node, "div");
  if (is_textish(element) && !form) m.textish_chars += m.chars;
  switch (element) {
    case Element::a: {
      const auto href = document.attribute(node, "href");
      m.link_chars =
          static_cast<float>(m.chars) * (href.starts_with('#') || href.starts_with("javascript:") ? 0.3F : 1.0F);
      break;
    }
    case Element::p:
      ++m.paragraphs;
      break;
    case Element::img:
      ++m.images;
      break;
    case Element::li:
      ++m.items;
      break;
    case Element::ul:
    case Element::ol:
      m.list_chars += m.chars;
      break;
    case Element::iframe:
    case Element::embed:
    case Element::object:
      ++m.embeds;
      break;
    case Element::table:
      m.data_table = is_data_table(document, node, m);
      m.data_tables = m.data_tables || m.data_table;
      m.table = true;
      break;
    case Element::tr:
      m.columns = std::max(m.columns, m.cells);
      m.cells = 0;
      ++m.rows;
      break;
    case Element::td:
      m.cells = 1;
      break;
    case Element::caption:
      m.table_head = m.table_head || document[node].first != no_node;
      break;
    case Element::col:
    case Element::colgroup:
    case Element::tfoot:
    case Element::thead:
    case Element::th:
      m.table_head = true;
      break;
    case Element::ignored:
      if (document.is(node, "input")) ++m.inputs;
      break;
    default:
      if (is_heading(element)) m.heading_chars += m.chars;
  }
}

PageMeasures::PageMeasures(const Document& document, NodeId top) : by_node_(document.size()) {
  for (NodeId node = top; node != no_node;) {
    auto& own = by_node_[node];
    if (document[node].is_text) {
      own = measure_text(document[node].text);
    } else {
      own.phrasing = true;
    }
    if (document[node].first != no_node) {
      node = document[node].first;
      continue;
    }
    // upwards as long as nodes are complete
    while (true) {
      if (!document[node].is_text) measure_element(document, node, by_node_[node]);
      if (node == top) return;
      auto& parent = by_node_[document[node].parent];
      parent.add(by_node_[node]);
      parent.block = parent.block || makes_block(document, node);
      parent.leaf = parent.leaf && !is_block(document[node].element);
      if (document[node].next != no_node) break;
      node = document[node].parent;
    }
    node = document[node].next;
  }
}

bool shows_video(const Document& document, NodeId node) {
  for (const auto& attribute : document.attributes(node)) {
    const auto at = attribute.value.find("//");
    if (at == std::string_view::npos || at > 8) continue;
    if (!video_page("https:" + std::string(attribute.value.substr(at))).empty()) return true;
  }
  return false;
}

}  // namespace newscache::html
