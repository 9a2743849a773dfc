#include "html/page_pruner.hpp"

#include <algorithm>

#include "html/class_words.hpp"
#include "html/page_words.hpp"
#include "html/tokenizer.hpp"
#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

constexpr std::size_t max_byline = 100;
constexpr double max_link_density = 0.25;  // of a paragraph
constexpr double mostly_links = 0.5;
constexpr double same_title = 0.75;
constexpr std::size_t longest_heading = 1000;

bool contains_word(std::string_view style, std::string_view property, std::string_view value) {
  for (auto at = style.find(property); at != std::string_view::npos; at = style.find(property, at + 1)) {
    auto rest = style.substr(at + property.size());
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.empty() || rest.front() != ':') continue;
    rest.remove_prefix(1);
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.starts_with(value)) return true;
  }
  return false;
}

bool has_unlikely_role(std::string_view role) {
  for (const std::string_view unlikely :
       {"menu", "menubar", "complementary", "navigation", "alert", "alertdialog", "dialog"}) {
    if (role == unlikely) return true;
  }
  return false;
}

std::unordered_set<std::string> words_of(std::string_view text) {
  std::unordered_set<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.insert(word);
    word.clear();
  };
  for (const char c : text) {
    if (text::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 || c == '_') {
      word += text::lower(c);
    } else {
      end_word();
    }
  }
  end_word();
  return words;
}

class Pruner {
 public:
  Pruner(Document& document, const PruneRules& rules)
      : document_(document), rules_(rules), measures_(document, Document::root) {}

  Pruned run() {
    NodeId node = Document::root;
    while (node != no_node) {
      const bool keep = node == Document::root || node == Document::body || document_[node].is_text ||
                        (node != Document::head && !goes(node));
      if (!keep) {
        const NodeId next = document_.following_skipping(node, Document::root);
        document_.unlink(node);
        node = next;
        continue;
      }
      if (!document_[node].is_text) node = weigh(node);
      node = document_.following(node, Document::root);
    }
    return std::move(result_);
  }

 private:
  bool goes(NodeId node) {
    if (!is_visible(document_, node)) return true;
    const auto role = document_.attribute(node, "role");
    if (role == "dialog" && document_.attribute(node, "aria-modal") == "true") return true;
    const auto hints = hints_for(node);
    if (result_.byline.empty() && take_byline(node, hints)) return true;
    if (!result_.headline && repeats_title(node)) return result_.headline = true;
    if (rules_.drop_unlikely) {
      const bool unlikely = hints.has(Hint::unlikely) && !hints.has(Hint::maybe) && !document_.is(node, Element::a) &&
                            !document_.is(node, Element::blockquote);
      if (unlikely && !is_within(document_, node, Element::table) && !is_within(document_, node, Element::code)) {
        return true;
      }
      if (has_unlikely_role(role)) return true;
    }
    return is_empty_block(node);
  }

  // The id of a section may be made of its heading's words: "social-impact" has no buttons.
  Hints hints_for(NodeId node) const {
    const bool is_slug = document_.is(node, "section") && measures_[node].link_density() <= mostly_links &&
                         !contains_any(document_.attribute(node, "id"), {"comment", "disqus", "footer", "sidebar"});
    return is_slug ? hints_of(document_.attribute(node, "class")) : hints_of(document_, node);
  }

  bool take_byline(NodeId node, Hints hints) {
    const bool says_so = hints.has(Hint::byline) || document_.attribute(node, "rel") == "author" ||
                         document_.attribute(node, "itemprop").find("author") != std::string_view::npos;
    if (!says_so || measures_[node].chars == 0 || measures_[node].chars >= max_byline) return false;
    NodeId name = node;
    for (NodeId part = node; part != no_node; part = document_.following(part, node)) {
      if (document_.attribute(part, "itemprop").find("name") != std::string_view::npos) name = part;
      if (name != node) break;
    }
    result_.byline = document_.text_of(name);
    return true;
  }

  bool repeats_title(NodeId node) const {
    if (!document_.is(node, Element::h1) && !document_.is(node, Element::h2)) return false;
    return title_.share_of(document_, node) > same_title;
  }

  bool is_empty_block(NodeId node) const {
    const Element element = document_[node].element;
    const bool block =
        document_.is(node, "div") || element == Element::section || element == Element::header || is_heading(element);
    if (!block || measures_[node].chars > 0) return false;
    for (NodeId child = document_[node].first; child != no_node; child = document_[child].next) {
      const Node& part = document_[child];
      if (!part.is_text && part.element != Element::br && part.element != Element::hr) return false;
    }
    return true;
  }

  // Makes paragraphs of running text directly in a <div>; returns the node that stands in its place.
  NodeId weigh(NodeId node) {
    switch (document_[node].element) {
      case Element::section:
      case Element::h2:
      case Element::h3:
      case Element::h4:
      case Element::h5:
      case Element::h6:
      case Element::p:
      case Element::td:
      case Element::pre:
        result_.scored.push_back(node);
        return node;
      case Element::div:
        return document_.is(node, "div") ? weigh_division(node) : node;
      default:
        return node;
    }
  }

  NodeId weigh_division(NodeId node) {
    const bool wrapped = wrap_running_text(node);
    if (const NodeId paragraph = only_paragraph(node);
        paragraph != no_node && measures_[node].link_density() < max_link_density) {
      // what the box was called tells what it holds
      const auto name = document_.attribute(node, "class");
      if (!name.empty() && !document_.has_attribute(paragraph, "class"))
        document_.set_attribute(paragraph, "class", name);
      document_.insert_before(node, paragraph);
      document_.unlink(node);
      result_.scored.push_back(paragraph);
      return paragraph;
    }
    if (!wrapped && !measures_[node].block) {
      document_.rename(node, "p");
      result_.scored.push_back(node);
    }
    return node;
  }

  bool is_running_text(NodeId node) const {
    // a node of ours is a paragraph
    return document_[node].is_text || (node < measured_ && measures_[node].phrasing);
  }

  bool is_blank(NodeId node) const {
    return document_[node].is_text ? is_all_space(document_[node].text) : document_.is(node, Element::br);
  }

  bool wrap_running_text(NodeId node) {
    bool wrapped = false;
    NodeId paragraph = no_node;
    for (NodeId child = document_[node].first; child != no_node;) {
      const NodeId next = document_[child].next;
      if (!is_running_text(child)) {
        end_paragraph(paragraph);
        paragraph = no_node;
      } else if (paragraph != no_node) {
        document_.append(paragraph, child);
      } else if (!is_blank(child)) {
        paragraph = document_.new_element("p");
        document_.insert_before(child, paragraph);
        document_.append(paragraph, child);
        wrapped = true;
      }
      child = next;
    }
    end_paragraph(paragraph);
    return wrapped;
  }

  void end_paragraph(NodeId paragraph) {
    if (paragraph == no_node) return;
    while (document_[paragraph].last != no_node && is_blank(document_[paragraph].last)) {
      document_.unlink(document_[paragraph].last);
    }
  }

  NodeId only_paragraph(NodeId node) const {
    NodeId found = no_node;
    for (NodeId child = document_[node].first; child != no_node; child = document_[child].next) {
      if (document_[child].is_text) {
        if (!is_all_space(document_[child].text)) return no_node;
      } else if (found != no_node || !document_.is(child, Element::p)) {
        return no_node;
      } else {
        found = child;
      }
    }
    return found;
  }

  Document& document_;
  const PruneRules& rules_;
  const TitleWords title_{rules_.title};
  PageMeasures measures_;
  const NodeId measured_ = static_cast<NodeId>(document_.size());
  Pruned result_;
};

// Takes the breaks after the first one out of the tree; whether there were any.
bool drop_further_breaks(Document& document, NodeId first) {
  bool dropped = false;
  while (true) {
    const NodeId next = skip_blank_text(document, document[first].next);
    if (next == no_node || !document.is(next, Element::br)) return dropped;
    while (document[first].next != next) document.unlink(document[first].next);
    document.unlink(next);
    dropped = true;
  }
}

}  // namespace

bool is_visible(const Document& document, NodeId node) {
  if (document[node].attribute_count == 0) return true;
  if (document.has_attribute(node, "hidden")) return false;
  if (document.attribute(node, "aria-hidden") == "true") {
    return document.attribute(node, "class").find("fallback-image") != std::string_view::npos;
  }
  const auto style = document.attribute(node, "style");
  if (style.empty()) return true;
  const auto lower = text::to_lower(style);
  return !contains_word(lower, "display", "none") && !contains_word(lower, "visibility", "hidden");
}

void split_at_breaks(Document& document) {
  const PageMeasures measures(document, Document::root);
  const auto measured = static_cast<NodeId>(document.size());
  for (NodeId node = Document::body; node != no_node; node = document.following(node, Document::root)) {
    if (!document.is(node, Element::br) || !drop_further_breaks(document, node)) continue;
    const NodeId paragraph = document.new_element("p");
    document.insert_before(node, paragraph);
    document.unlink(node);
    NodeId next = document[paragraph].next;
    while (next != no_node && next < measured && measures[next].phrasing) {
      if (document.is(next, Element::br)) {
        const NodeId after = skip_blank_text(document, document[next].next);
        if (after != no_node && document.is(after, Element::br)) break;
      }
      const NodeId sibling = document[next].next;
      document.append(paragraph, next);
      next = sibling;
    }
    while (document[paragraph].last != no_node) {
      const NodeId last = document[paragraph].last;
      if (document[last].is_text ? !is_all_space(document[last].text) : !document.is(last, Element::br)) break;
      document.unlink(last);
    }
    if (document.is(document[paragraph].parent, Element::p)) document.rename(document[paragraph].parent, "div");
    node = paragraph;
  }
}

TitleWords::TitleWords(std::string_view title) : words_(words_of(title)) {}

double TitleWords::share_of(const Document& document, NodeId heading) const {
  std::size_t all = 0;
  std::size_t shared = 0;
  if (words_.empty()) return 0;
  for (const auto& word : words_of(short_text_of(document, heading, longest_heading))) {
    all += word.size() + 1;
    if (words_.contains(word)) shared += word.size() + 1;
  }
  return all == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(all);
}

Pruned prune(Document& document, const PruneRules& rules) { return Pruner(document, rules).run(); }

}  // namespace newscache::html
