#include "html/dom.hpp"

#include <algorithm>
#include <cstring>

#include "html/tokenizer.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

Document::Document()
    : page_(std::make_unique<std::string>()), arena_(std::make_unique<std::pmr::monotonic_buffer_resource>(1 << 14)) {
  for (const std::string_view name : {"html", "head", "body"}) new_element(name);
  append(root, head);
  append(root, body);
}

NodeId Document::following_skipping(NodeId node, NodeId top) const {
  while (node != top) {
    if (nodes_[node].next != no_node) return nodes_[node].next;
    node = nodes_[node].parent;
    if (node == no_node) break;
  }
  return no_node;
}

bool Document::contains(NodeId ancestor, NodeId node) const {
  while (node != no_node && node != ancestor) node = nodes_[node].parent;
  return node == ancestor;
}

NodeId Document::find(std::string_view name, NodeId top) const {
  for (NodeId node = top; node != no_node; node = following(node, top)) {
    if (node != top && is(node, name)) return node;
  }
  return no_node;
}

std::string_view Document::attribute(NodeId node, std::string_view name) const {
  const auto* first = attributes_.data() + nodes_[node].attributes;
  for (const auto* at = first; at != first + nodes_[node].attribute_count; ++at) {
    if (at->name == name) return at->value;
  }
  return {};
}

NodeAttribute* Document::find_attribute(NodeId node, std::string_view name) {
  auto* first = attributes_.data() + nodes_[node].attributes;
  auto* end = first + nodes_[node].attribute_count;
  auto* found = std::find_if(first, end, [&](const auto& attribute) { return attribute.name == name; });
  return found == end ? nullptr : found;
}

bool Document::has_attribute(NodeId node, std::string_view name) const {
  return const_cast<Document*>(this)->find_attribute(node, name) != nullptr;
}

std::vector<NodeAttribute> Document::attributes(NodeId node) const {
  const auto* first = attributes_.data() + nodes_[node].attributes;
  return {first, first + nodes_[node].attribute_count};
}

std::string Document::text_of(NodeId top) const {
  std::string text;
  bool blank = false;
  const auto edge = [&](NodeId node) {
    blank = blank || is_block(nodes_[node].element) || nodes_[node].element == Element::br;
  };
  for (NodeId node = top; node != no_node;) {
    edge(node);
    for (const char c : nodes_[node].is_text ? nodes_[node].text : std::string_view()) {
      if (is_space(c)) {
        blank = true;
        continue;
      }
      if (blank && !text.empty()) text += ' ';
      blank = false;
      text += c;
    }
    const NodeId next = following(node, top);
    if (next == no_node) break;
    for (; nodes_[next].parent != node && nodes_[next].previous != node; node = nodes_[node].parent) edge(node);
    if (nodes_[next].previous == node) edge(node);
    node = next;
  }
  return text;
}

NodeId Document::new_element(std::string_view name) {
  Node node;
  node.element = find_element(name);
  node.text = keep(name);
  nodes_.push_back(node);
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId Document::new_text(std::string_view text) {
  Node node;
  node.is_text = true;
  node.text = keep(text);
  nodes_.push_back(node);
  return static_cast<NodeId>(nodes_.size() - 1);
}

void Document::unlink(NodeId id) {
  Node& node = nodes_[id];
  if (node.parent == no_node) return;
  Node& parent = nodes_[node.parent];
  (node.previous == no_node ? parent.first : nodes_[node.previous].next) = node.next;
  (node.next == no_node ? parent.last : nodes_[node.next].previous) = node.previous;
  node.parent = node.previous = node.next = no_node;
}

void Document::insert(NodeId parent_id, NodeId id, NodeId before) {
  unlink(id);
  Node& node = nodes_[id];
  Node& parent = nodes_[parent_id];
  node.parent = parent_id;
  node.next = before;
  node.previous = before == no_node ? parent.last : nodes_[before].previous;
  (node.previous == no_node ? parent.first : nodes_[node.previous].next) = id;
  (before == no_node ? parent.last : nodes_[before].previous) = id;
}

void Document::unwrap(NodeId node) {
  while (nodes_[node].first != no_node) insert_before(node, nodes_[node].first);
  unlink(node);
}

void Document::move_children(NodeId from, NodeId to) {
  while (nodes_[from].first != no_node) append(to, nodes_[from].first);
}

void Document::rename(NodeId node, std::string_view name) {
  nodes_[node].element = find_element(name);
  nodes_[node].text = keep(name);
}

void Document::set_attribute(NodeId id, std::string_view name, std::string_view value) {
  value = keep(value);
  if (auto* attribute = find_attribute(id, name)) {
    attribute->value = value;
    return;
  }
  Node& node = nodes_[id];
  const std::size_t first = node.attributes;
  node.attributes = static_cast<std::uint32_t>(attributes_.size());
  for (std::size_t i = 0; i < node.attribute_count; ++i) {
    const auto attribute = attributes_[first + i];
    attributes_.push_back(attribute);
  }
  attributes_.push_back({keep(name), value});
  ++node.attribute_count;
}

void Document::remove_attribute(NodeId node, std::string_view name) {
  if (auto* attribute = find_attribute(node, name)) {
    *attribute = attributes_[nodes_[node].attributes + nodes_[node].attribute_count - 1];
    --nodes_[node].attribute_count;
  }
}

std::string_view Document::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* copy = static_cast<char*>(arena_->allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

bool is_within(const Document& document, NodeId node, Element element) {
  int levels = 4;
  for (node = document[node].parent; node != no_node && levels > 0; node = document[node].parent, --levels) {
    if (document.is(node, element)) return true;
  }
  return false;
}

NodeId skip_blank_text(const Document& document, NodeId node) {
  while (node != no_node && document[node].is_text && is_all_space(document[node].text)) node = document[node].next;
  return node;
}

}  // namespace newscache::html
