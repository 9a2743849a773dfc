#include "html/page_writer.hpp"

#include "html/safe_text.hpp"

namespace newscache::html {

namespace {

bool is_empty_element(const Node& node) {
  return kind(node.element) == ElementKind::empty || node.element == Element::embed;
}

void write_start(const Document& document, NodeId node, std::string& out) {
  if (document[node].is_text) {
    append_safe_text(out, document[node].text, false);
    return;
  }
  out.append("<").append(document[node].text);
  for (const auto& attribute : document.attributes(node)) {
    out.append(" ").append(attribute.name).append("=\"");
    append_safe_value(out, attribute.value);
    out += '"';
  }
  out += '>';
}

void write_end(const Node& node, std::string& out) {
  if (node.is_text || is_empty_element(node)) return;
  out.append("</").append(node.text).append(">");
}

}  // namespace

std::string write_content(const Document& document, NodeId top) {
  std::string out;
  NodeId node = document[top].first;
  while (node != no_node) {
    write_start(document, node, out);
    if (document[node].first != no_node) {
      node = document[node].first;
      continue;
    }
    while (node != top) {
      write_end(document[node], out);
      if (document[node].next != no_node) break;
      node = document[node].parent;
    }
    node = node == top ? no_node : document[node].next;
  }
  return out;
}

}  // namespace newscache::html
