#pragma once
// XML as this module sees it: loaded within bounds, repaired when need be, read through elements that know their
// namespace, base URL and language. Entities are decoded here, exactly once: pugixml is told to leave them alone.

#include <functional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "feed/namespaces.hpp"
#include "feed/parse.hpp"

namespace newscache::feed {

// How often each thing occurs, counted before any tree is built.
struct MarkupCount {
  std::size_t nodes = 0;
  std::size_t attributes = 0;
  std::size_t depth = 0;
  std::size_t doctype = std::string_view::npos;  // where "<!DOCTYPE" starts
};
MarkupCount count_markup(std::string_view xml);

// Those that XML has none of (XML 1.0, section 2.2); white space stays.
void remove_control_characters(std::string& text);

class XmlDocument {
 public:
  XmlDocument() = default;
  XmlDocument(const XmlDocument&) = delete;
  XmlDocument& operator=(const XmlDocument&) = delete;

  // The text is parsed in place; `again` gives it once more should it need repair.
  // Cause::too_large; Cause::not_a_feed when nothing can be made of it.
  Result<void> load(std::string utf8, const std::function<std::string()>& again, const ParseLimits& limits);

  pugi::xml_node top() const { return tree_; }
  // The text directly inside an element, and an attribute's value; references decoded.
  std::string text(pugi::xml_node element);
  std::string decode(std::string_view raw);
  // `raw` appended with its references decoded.
  void append_decoded(std::string& out, std::string_view raw);
  // As above with internal entities only: what HTML itself decodes stays.
  void append_expanded(std::string& out, std::string_view raw);

  // What becomes of relative URLs where no base is known: see ParseOptions.
  bool keeps_relative() const { return keep_relative_; }
  void keep_relative(bool keep) { keep_relative_ = keep; }

  bool lenient() const { return lenient_; }
  void set_lenient() { lenient_ = true; }
  bool complete() const { return complete_; }

 private:
  struct Entity {
    std::string name;
    std::string value;
  };
  Result<void> check(const MarkupCount& count, const ParseLimits& limits) const;
  void read_entities(std::string_view doctype);
  const Entity* find_entity(std::string_view name) const;
  std::size_t append_other_reference(std::string& out, std::string_view raw);
  bool append_entity(std::string& out, std::string_view name, int depth);

  std::string buffer_;  // what the tree points into
  pugi::xml_document tree_;
  std::vector<Entity> entities_;            // of the internal subset
  std::size_t expansion_left_ = 256 << 10;  // bytes that they may still become
  bool keep_relative_ = false;
  bool lenient_ = false;
  bool complete_ = true;
};

// An element with what it inherits. Lives on the stack, its parent outlives it.
class Element {
 public:
  Element(XmlDocument& document, pugi::xml_node node, std::string_view base);
  Element(const Element& parent, pugi::xml_node node);
  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;

  pugi::xml_node node() const { return node_; }
  XmlDocument& document() const { return document_; }
  Ns ns() const { return ns_; }
  std::string_view name() const { return name_; }  // local
  std::string_view prefix() const { return prefix_; }
  bool is(Ns ns, std::string_view name) const;  // the name in any case
  // The URI as written; empty when undeclared.
  std::string_view ns_uri() const;
  std::string_view base() const { return base_; }
  std::string_view language() const { return language_; }
  bool own_language() const { return own_language_; }

  std::string text() const { return document_.text(node_); }
  std::string trimmed_text() const;
  // An attribute by local name, any case; decoded and trimmed.
  std::string attribute(std::string_view name) const;
  bool has_attribute(std::string_view name) const;
  bool has_child_elements() const;
  // The text as an absolute http(s) URL, else empty.
  std::string url() const;
  std::string url_attribute(std::string_view name) const;
  std::string resolve(std::string_view reference) const;

  // Elements without a namespace, or in the one that is the default here, count as `core`: for roots that declare a
  // wrong default namespace or none.
  void adopt(Ns core);

 private:
  struct Binding {
    std::string_view prefix;
    std::string_view uri;
    Ns ns;
  };
  void read_attributes();
  const Binding* binding(std::string_view prefix) const;
  Ns resolve_prefix(std::string_view prefix) const;
  pugi::xml_attribute find_attribute(std::string_view name) const;

  XmlDocument& document_;
  const Element* parent_ = nullptr;
  pugi::xml_node node_;
  std::string_view prefix_;
  std::string_view name_;
  Ns ns_ = Ns::none;
  Ns core_ = Ns::none;  // what elements without a prefix are, unless a namespace of ours says otherwise
  std::vector<Binding> bindings_;
  std::string_view base_;
  std::string own_base_;
  std::string language_;
  bool own_language_ = false;
};

// Calls visit(Element&) for each child element, in document order.
template <class Visit>
void for_each_child(const Element& parent, Visit visit) {
  for (pugi::xml_node node = parent.node().first_child(); node; node = node.next_sibling()) {
    if (node.type() != pugi::node_element) continue;
    Element child(parent, node);
    visit(child);
  }
}

}  // namespace newscache::feed
