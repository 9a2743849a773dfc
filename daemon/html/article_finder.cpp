#include "html/article_finder.hpp"

#include <algorithm>
#include <cmath>

#include "html/class_words.hpp"
#include "html/measures.hpp"

namespace newscache::html {

namespace {

constexpr std::size_t max_levels = 5;          // of ancestors that an element scores for
constexpr std::uint32_t shortest_scored = 25;  // characters
constexpr std::size_t best_count = 5;
constexpr double nearly_as_good = 0.75;
constexpr std::size_t enough_alternatives = 3;

double start_score(const Document& document, NodeId node) {
  const Element element = document[node].element;
  if (element == Element::div) return document.is(node, "div") ? 5 : document.is(node, "form") ? -3 : 0;
  switch (element) {
    case Element::pre:
    case Element::td:
    case Element::blockquote:
      return 3;
    case Element::address:
    case Element::ol:
    case Element::ul:
    case Element::dl:
    case Element::dd:
    case Element::dt:
    case Element::li:
      return -3;
    case Element::th:
      return -5;
    default:
      return is_heading(element) ? -5 : 0;
  }
}

class Finder {
 public:
  Finder(Document& document, bool weigh_classes)
      : document_(document),
        weigh_classes_(weigh_classes),
        measures_(document, Document::root),
        scores_(document.size()),
        has_score_(document.size()) {}

  NodeId run(const std::vector<NodeId>& scored) {
    for (const NodeId node : scored) score(node);
    for (const NodeId node : candidates_) scores_[node] *= 1 - measures_[node].link_density();
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [&](NodeId a, NodeId b) { return scores_[a] > scores_[b]; });
    if (candidates_.size() > best_count) candidates_.resize(best_count);
    if (candidates_.empty() || candidates_.front() == Document::body) return whole_body();
    return gather(climb(candidates_.front()));
  }

 private:
  void score(NodeId node) {
    const auto& text = measures_[node];
    if (text.chars < shortest_scored || document_[node].parent == no_node) return;
    const double points = 1 + (text.commas + 1) + std::min(std::floor(text.chars / 100.0), 3.0);
    std::size_t level = 0;
    for (NodeId around = document_[node].parent; around != Document::root && around != no_node && level < max_levels;
         around = document_[around].parent, ++level) {
      start(around);
      const double share = level == 0 ? 1 : level == 1 ? 2 : static_cast<double>(level) * 3;
      scores_[around] += points / share;
    }
  }

  void start(NodeId node) {
    if (has_score_[node]) return;
    has_score_[node] = true;
    scores_[node] = start_score(document_, node) + (weigh_classes_ ? class_weight(document_, node) : 0);
    candidates_.push_back(node);
  }

  NodeId whole_body() {
    const NodeId article = document_.new_element("div");
    document_.move_children(Document::body, article);
    return article;
  }

  NodeId climb(NodeId top) const {
    const NodeId shared = shared_ancestor(top);
    top = shared;
    double last = score_of(top);
    const double least = last / 3;
    for (NodeId around = document_[top].parent; is_inner(around); around = document_[around].parent) {
      if (!has_score_[around]) continue;
      if (scores_[around] < least) break;
      if (scores_[around] > last) {
        top = around;
        break;
      }
      last = scores_[around];
    }
    for (NodeId around = document_[top].parent; is_inner(around) && is_only_child(top);
         around = document_[top].parent) {
      top = around;
    }
    return top;
  }

  // Of at least three that are nearly as good as the best.
  NodeId shared_ancestor(NodeId top) const {
    std::vector<NodeId> alternatives;
    for (std::size_t i = 1; i < candidates_.size(); ++i) {
      if (scores_[candidates_[i]] >= scores_[top] * nearly_as_good) alternatives.push_back(candidates_[i]);
    }
    if (alternatives.size() < enough_alternatives) return top;
    for (NodeId around = document_[top].parent; is_inner(around); around = document_[around].parent) {
      std::size_t inside = 0;
      for (const NodeId node : alternatives) inside += node != around && document_.contains(around, node) ? 1 : 0;
      if (inside >= enough_alternatives) return around;
    }
    return top;
  }

  bool is_inner(NodeId node) const { return node != no_node && node != Document::body && node != Document::root; }

  bool is_only_child(NodeId node) const {
    const NodeId parent = document_[node].parent;
    for (NodeId child = document_[parent].first; child != no_node; child = document_[child].next) {
      if (child != node && !document_[child].is_text) return false;
    }
    return true;
  }

  double score_of(NodeId node) const {
    return has_score_[node] ? scores_[node]
                            : start_score(document_, node) + (weigh_classes_ ? class_weight(document_, node) : 0);
  }

  // The best one, and what stands beside it and is of its kind.
  NodeId gather(NodeId top) {
    const double score = score_of(top);
    const double enough = std::max(10.0, score * 0.2);
    const auto name = document_.attribute(top, "class");
    const NodeId article = document_.new_element("div");
    for (NodeId sibling = document_[document_[top].parent].first; sibling != no_node;) {
      const NodeId next = document_[sibling].next;
      if (sibling == top || (!document_[sibling].is_text && belongs(sibling, name, score, enough))) {
        document_.append(article, sibling);
      }
      sibling = next;
    }
    return article;
  }

  bool belongs(NodeId sibling, std::string_view name, double top_score, double enough) const {
    const bool same = !name.empty() && document_.attribute(sibling, "class") == name;
    if (has_score_[sibling] && scores_[sibling] + (same ? top_score * 0.2 : 0) >= enough) return true;
    if (!document_.is(sibling, Element::p)) return false;
    const auto& text = measures_[sibling];
    if (text.chars > 80) return text.link_density() < 0.25;
    return text.chars > 0 && text.link_chars == 0 && has_full_stop(document_.text_of(sibling));
  }

  static bool has_full_stop(std::string_view text) {
    return text.ends_with('.') || text.find(". ") != std::string_view::npos;
  }

  Document& document_;
  bool weigh_classes_;
  PageMeasures measures_;
  std::vector<double> scores_;
  std::vector<bool> has_score_;
  std::vector<NodeId> candidates_;
};

}  // namespace

NodeId find_article(Document& document, const std::vector<NodeId>& scored, bool weigh_classes) {
  return Finder(document, weigh_classes).run(scored);
}

}  // namespace newscache::html
