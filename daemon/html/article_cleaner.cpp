#include "html/article_cleaner.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "html/class_words.hpp"
#include "html/measures.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

constexpr std::uint32_t most_share_chars = 500;

constexpr std::string_view notices[] = {"ad",       "advertisement", "advertising", "pub",     "publicité", "werbung",
                                        "werb",     "广告",          "реклама",     "anuncio", "loading",   "正在加载",
                                        "загрузка", "chargement",    "cargando",    "Реклама", "Загрузка"};

// A text that only announces something else.
bool is_notice(std::string_view text) {
  for (const std::string_view dots : {"…", "..."}) {
    if (text.ends_with(dots)) text.remove_suffix(dots.size());
  }
  return std::any_of(std::begin(notices), std::end(notices),
                     [&](auto notice) { return text::equal_ignoring_case(text, notice); });
}

class Cleaner {
 public:
  Cleaner(Document& document, NodeId article, const CleanRules& rules)
      : document_(document), article_(article), rules_(rules), data_(document.size()) {
    const PageMeasures measures(document, article);
    for (NodeId node = article; node != no_node; node = document.following(node, article)) {
      const NodeId parent = document[node].parent;
      data_[node] = measures[node].data_table || (parent != no_node && data_[parent]);
    }
  }

  void run() {
    drop_embeds();
    if (rules_.by_content) drop_by_content({"form", "fieldset"});
    drop_by_name();
    drop_share_boxes();
    if (rules_.by_content) drop_by_content({"table"});
    if (rules_.by_content) drop_by_content({"ul", "ol", "menu", "dir"});
    if (rules_.by_content) drop_by_content({"div"});
    drop_empty_paragraphs();
    unwrap_single_cells();
  }

 private:
  // All but videos.
  void drop_embeds() {
    document_.remove_if(article_, [&](NodeId node) {
      const Element element = document_[node].element;
      const bool embed = element == Element::object || element == Element::embed || element == Element::iframe;
      return embed && !shows_video(document_, node);
    });
  }

  void drop_by_name() {
    document_.remove_if(article_, [&](NodeId node) {
      switch (document_[node].element) {
        case Element::footer:
        case Element::aside:
          return std::find(rules_.spared.begin(), rules_.spared.end(), node) == rules_.spared.end();
        case Element::h1:
        case Element::h2:
          return rules_.weigh_classes && class_weight(document_, node) < 0;
        case Element::ignored:
          return document_.is(node, "input") || document_.is(node, "button") || document_.is(node, "link");
        default:
          return false;
      }
    });
  }

  void drop_share_boxes() {
    const PageMeasures measures(document_, article_);
    document_.remove_if(article_, [&](NodeId node) {
      return document_[node].parent != article_ && hints_of(document_, node).has(Hint::share) &&
             measures[node].chars < most_share_chars;
    });
  }

  void drop_by_content(std::initializer_list<std::string_view> names);
  bool goes(NodeId node, const Measures& m) const;
  bool is_bad(NodeId node, const Measures& m, int weight, bool list) const;
  bool is_picture_list(NodeId node, const Measures& m) const;

  void drop_empty_paragraphs() {
    const PageMeasures measures(document_, article_);
    document_.remove_if(article_, [&](NodeId node) {
      const auto& m = measures[node];
      if (document_.is(node, Element::br)) {
        const NodeId next = skip_blank_text(document_, document_[node].next);
        return next != no_node && document_.is(next, Element::p);
      }
      return document_.is(node, Element::p) && m.chars == 0 && m.images == 0 && m.embeds == 0;
    });
  }

  void unwrap_single_cells();

  Document& document_;
  NodeId article_;
  const CleanRules& rules_;
  std::vector<bool> data_;  // whether a node is a table of data, or in one
};

// From the leaves up, so that what goes counts no more for what is around it.
void Cleaner::drop_by_content(std::initializer_list<std::string_view> names) {
  const auto wanted = [&](NodeId node) {
    return std::any_of(names.begin(), names.end(), [&](auto name) { return document_.is(node, name); });
  };
  std::vector<Measures> measures(document_.size());
  NodeId node = article_;
  while (node != no_node) {
    auto& own = measures[node];
    own = document_[node].is_text ? measure_text(document_[node].text) : Measures();
    if (document_[node].first != no_node) {
      node = document_[node].first;
      continue;
    }
    NodeId next = no_node;
    while (node != article_) {
      const NodeId parent = document_[node].parent;
      next = document_[node].next;
      const Measures content = measures[node];
      if (!document_[node].is_text) measure_element(document_, node, measures[node]);
      if (!document_[node].is_text && wanted(node) && goes(node, content)) {
        document_.unlink(node);
      } else {
        measures[parent].add(measures[node]);
      }
      if (next != no_node) break;
      node = parent;
    }
    node = node == article_ ? no_node : next;
  }
}

// `m` is of what is under the node.
bool Cleaner::goes(NodeId node, const Measures& m) const {
  const Element element = document_[node].element;
  bool list = element == Element::ul || element == Element::ol;
  if (!list) list = m.chars > 0 && m.list_chars > 0.9 * m.chars;
  if (data_[node] || m.data_tables || is_within(document_, node, Element::code)) return false;
  const int weight = rules_.weigh_classes ? class_weight(document_, node) : 0;
  if (weight < 0) return true;
  if (m.commas >= 10 || m.embeds > 0) return false;
  if (m.chars < 20 && is_notice(document_.text_of(node))) return true;
  return is_bad(node, m, weight, list) && !(list && is_picture_list(node, m));
}

bool Cleaner::is_bad(NodeId node, const Measures& m, int weight, bool list) const {
  const bool in_figure = is_within(document_, node, Element::figure);
  const double links = m.link_density();
  const double headings = m.chars == 0 ? 0 : static_cast<double>(m.heading_chars) / m.chars;
  if (!in_figure && m.images > 1 && 2 * m.paragraphs < m.images) return true;
  if (!list && m.items > m.paragraphs + 100) return true;
  if (m.inputs > m.paragraphs / 3) return true;
  if (!list && !in_figure && headings < 0.9 && m.chars < 25 && (m.images == 0 || m.images > 2) && links > 0)
    return true;
  if (!list && weight < 25 && links > 0.2) return true;
  if (weight >= 25 && links > 0.5) return true;
  return m.images == 0 && m.textish_chars == 0;
}

// A list of which every item is a picture and no more.
bool Cleaner::is_picture_list(NodeId node, const Measures& m) const {
  for (NodeId child = document_[node].first; child != no_node; child = document_[child].next) {
    std::size_t elements = 0;
    for (NodeId part = document_[child].first; part != no_node; part = document_[part].next) {
      if (!document_[part].is_text) ++elements;
    }
    if (elements > 1) return false;
  }
  return m.items == m.images;
}

// A table of one cell is a block.
void Cleaner::unwrap_single_cells() {
  const auto only_child = [&](NodeId node) {
    NodeId found = no_node;
    for (NodeId child = document_[node].first; child != no_node; child = document_[child].next) {
      if (document_[child].is_text) continue;
      if (found != no_node) return no_node;
      found = child;
    }
    return found;
  };
  for (NodeId node = article_; node != no_node; node = document_.following(node, article_)) {
    if (!document_.is(node, Element::table)) continue;
    NodeId cell = only_child(node);
    for (const auto part : {Element::tbody, Element::tr}) {
      cell = cell != no_node && document_.is(cell, part) ? only_child(cell) : no_node;
    }
    if (cell == no_node || !document_.is(cell, Element::td)) continue;
    const NodeId section = only_child(node);
    document_.move_children(cell, node);
    document_.unlink(section);
    document_.rename(node, "div");
  }
}

}  // namespace

void clean_article(Document& document, NodeId article, const CleanRules& rules) {
  Cleaner(document, article, rules).run();
}

}  // namespace newscache::html
