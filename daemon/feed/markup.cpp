#include "feed/markup.hpp"

#include "feed/names.hpp"
#include "text/entities.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr std::string_view kVoid[] = {"area",  "base", "br",    "col",    "embed", "hr", "img",
                                      "input", "link", "param", "source", "track", "wbr"};
constexpr std::string_view kUrlAttributes[] = {"href", "src", "cite", "poster", "longdesc"};

class Writer {
 public:
  Writer(const Element& parent, MarkupIn markup) : document_(parent.document()), markup_(markup) {
    bases_.push_back({std::string(parent.base()), 0});
    out_.reserve(256);
  }

  // Walks with pugixml's own pointers instead of recursion.
  std::string run(pugi::xml_node root) {
    text(root.value());
    pugi::xml_node node = root.first_child();
    while (node) {
      open(node);
      if (node.type() == pugi::node_element && node.first_child()) {
        ++depth_;
        node = node.first_child();
        continue;
      }
      close(node);
      while (node && !node.next_sibling()) {
        node = node.parent();
        if (node == root) return std::move(out_);
        --depth_;
        close(node);
      }
      node = node.next_sibling();
    }
    return std::move(out_);
  }

 private:
  struct Base {
    std::string url;
    std::size_t depth;
  };

  void open(pugi::xml_node node) {
    if (node.type() == pugi::node_pcdata) {
      text(node.value());
    } else if (node.type() == pugi::node_cdata) {
      if (markup_ == MarkupIn::nothing) {
        text::append_escaped(out_, node.value());
      } else {
        out_ += node.value();
      }
    } else if (node.type() == pugi::node_element) {
      start_tag(node);
      text(node.value());
    }
  }

  void text(std::string_view raw) {
    if (markup_ == MarkupIn::all_text) {
      document_.append_decoded(out_, raw);
    } else {
      document_.append_expanded(out_, raw);
    }
  }

  void start_tag(pugi::xml_node node) {
    for (pugi::xml_attribute attribute : node.attributes()) {
      if (std::string_view(attribute.name()) != "xml:base") continue;
      std::string url = text::resolve_url(bases_.back().url, document_.decode(attribute.value()));
      if (!url.empty()) bases_.push_back({std::move(url), depth_ + 1});
    }
    out_ += '<';
    out_ += local_name(node.name());
    for (pugi::xml_attribute attribute : node.attributes()) {
      std::string_view name = attribute.name();
      if (name.starts_with("xml")) continue;
      out_ += ' ';
      out_ += local_name(name);
      out_ += "=\"";
      attribute_value(local_name(name), attribute.value());
      out_ += '"';
    }
    out_ += '>';
  }

  void attribute_value(std::string_view name, std::string_view raw) {
    if (bases_.size() > 1 && contains(kUrlAttributes, name)) {
      std::string value = document_.decode(raw);
      std::string resolved = text::resolve_link(bases_.back().url, value);
      text::append_escaped(out_, resolved.empty() ? value : resolved);
      return;
    }
    for (;;) {
      auto quote = raw.find('"');
      document_.append_expanded(out_, raw.substr(0, quote));
      if (quote == std::string_view::npos) return;
      out_ += "&quot;";
      raw.remove_prefix(quote + 1);
    }
  }

  // At the end of `node`, whose depth is depth_ + 1 for its content.
  void close(pugi::xml_node node) {
    if (node.type() != pugi::node_element) return;
    while (bases_.size() > 1 && bases_.back().depth == depth_ + 1) bases_.pop_back();
    std::string_view name = local_name(node.name());
    if (contains(kVoid, name)) return;
    out_ += "</";
    out_ += name;
    out_ += '>';
  }

  XmlDocument& document_;
  MarkupIn markup_;
  std::string out_;
  std::size_t depth_ = 0;
  std::vector<Base> bases_;
};

bool is_blank(std::string_view text) { return text::trim(text).empty(); }

// The only child, when there is nothing beside it but white space and when it is one of XHTML's wrappers.
pugi::xml_node wrapper(pugi::xml_node parent) {
  if (!is_blank(parent.value())) return {};
  pugi::xml_node found;
  for (pugi::xml_node child = parent.first_child(); child; child = child.next_sibling()) {
    if (child.type() == pugi::node_element) {
      if (found) return {};
      found = child;
    } else if (!is_blank(child.value())) {
      return {};
    }
  }
  std::string_view name = found ? local_name(found.name()) : std::string_view();
  bool wraps = text::equal_ignoring_case(name, "div") || text::equal_ignoring_case(name, "body");
  return wraps ? found : pugi::xml_node();
}

}  // namespace

std::string inner_html(const Element& parent, MarkupIn markup) { return Writer(parent, markup).run(parent.node()); }

std::string unwrapped_html(const Element& parent, MarkupIn markup) {
  pugi::xml_node inner = wrapper(parent.node());
  if (!inner) return inner_html(parent, markup);
  return inner_html(Element(parent, inner), markup);
}

}  // namespace newscache::feed
