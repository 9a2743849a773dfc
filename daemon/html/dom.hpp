#pragma once
// A web page as a tree, in three arrays: nodes that name each other by index, their attributes, and the bytes of the
// page that both point into. Made in one pass by our tokenizer and the rules of HTML5's tree construction that matter
// to an article, without those that would cost more than linear time; whoever walks it never recurses.
//
// What no reader is shown is left out: comments, styles, scripts (but JSON-LD), <svg>, <template>, <select>.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "html/elements.hpp"

namespace newscache::html {

struct PageOptions;

using NodeId = std::uint32_t;
inline constexpr NodeId no_node = ~NodeId{0};

struct NodeAttribute {
  std::string_view name;   // in lower case
  std::string_view value;  // decoded
};

struct Node {
  NodeId parent = no_node;
  NodeId previous = no_node;  // sibling
  NodeId next = no_node;
  NodeId first = no_node;  // child
  NodeId last = no_node;
  std::uint32_t attributes = 0;  // where they begin
  std::uint16_t attribute_count = 0;
  Element element = Element::unknown;  // as elements.hpp knows it, so that <form> is a div: see `text` for the name
  bool is_text = false;
  std::string_view text;  // of a text decoded, of an element its name in lower case
};

class Document {
 public:
  Document();
  Document(Document&&) = default;
  Document& operator=(Document&&) = default;

  // <html>, <head> and <body>: always there.
  static constexpr NodeId root = 0;
  static constexpr NodeId head = 1;
  static constexpr NodeId body = 2;

  const Node& operator[](NodeId node) const { return nodes_[node]; }
  std::size_t size() const { return nodes_.size(); }
  bool is(NodeId node, Element element) const { return nodes_[node].element == element; }
  bool is(NodeId node, std::string_view name) const { return !nodes_[node].is_text && nodes_[node].text == name; }

  // The nodes of the tree under `top` in the document's order, `top` first; no_node at the end:
  //   for (NodeId node = top; node != no_node; node = document.following(node, top))
  NodeId following(NodeId node, NodeId top) const {
    return nodes_[node].first != no_node ? nodes_[node].first : following_skipping(node, top);
  }
  // The same without what is under `node`.
  NodeId following_skipping(NodeId node, NodeId top) const;
  bool contains(NodeId ancestor, NodeId node) const;  // itself included
  // The next element under `top` of that name.
  NodeId find(std::string_view name, NodeId top = root) const;

  // Empty when there is none.
  std::string_view attribute(NodeId node, std::string_view name) const;
  bool has_attribute(NodeId node, std::string_view name) const;
  std::vector<NodeAttribute> attributes(NodeId node) const;
  // The text under it, white space collapsed, a blank where a block or line ends.
  std::string text_of(NodeId node) const;

  NodeId new_element(std::string_view name);
  NodeId new_text(std::string_view text);
  // Takes the node with all under it out of the tree; it may be put back elsewhere.
  void unlink(NodeId node);
  void append(NodeId parent, NodeId node) { insert(parent, node, no_node); }
  void insert_before(NodeId sibling, NodeId node) { insert(nodes_[sibling].parent, node, sibling); }
  // Takes the elements under `top` out that the predicate names, with all under them, in the document's order.
  template <typename Goes>
  void remove_if(NodeId top, Goes goes) {
    for (NodeId node = nodes_[top].first; node != no_node;) {
      const bool gone = !nodes_[node].is_text && goes(node);
      const NodeId next = gone ? following_skipping(node, top) : following(node, top);
      if (gone) unlink(node);
      node = next;
    }
  }
  // Its children take its place.
  void unwrap(NodeId node);
  // Moves all children to the end of the other node's.
  void move_children(NodeId from, NodeId to);
  void rename(NodeId node, std::string_view name);
  void set_text(NodeId node, std::string_view text) { nodes_[node].text = keep(text); }
  void set_attribute(NodeId node, std::string_view name, std::string_view value);
  void remove_attribute(NodeId node, std::string_view name);

  // The tree as it is, and to be again after changes of it; changes of attributes stay.
  using State = std::vector<Node>;
  const State& state() const { return nodes_; }
  void restore(const State& state) { nodes_ = state; }

 private:
  friend class TreeBuilder;
  void insert(NodeId parent, NodeId node, NodeId before);
  NodeAttribute* find_attribute(NodeId node, std::string_view name);
  // A copy that lives as long as the document.
  std::string_view keep(std::string_view text);

  std::unique_ptr<std::string> page_;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> arena_;
  std::vector<Node> nodes_;
  std::vector<NodeAttribute> attributes_;
};

// Whether it begins and ends lines: not so what stands in running text, as <b> and unknown elements do.
inline bool is_block(Element element) {
  return kind(element) == ElementKind::flow || kind(element) == ElementKind::table || element == Element::hr;
}

// Whether one of the four nearest elements around it is such a one.
bool is_within(const Document& document, NodeId node, Element element);
// The first of the node and its siblings behind that is no text of blanks.
NodeId skip_blank_text(const Document& document, NodeId node);

// Decodes and parses; what lies beyond the bounds on bytes, nodes, depth and attributes is left out.
Document parse_page(std::string_view bytes, const PageOptions& options);

}  // namespace newscache::html
