#include "html/article_trimmer.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "html/class_words.hpp"
#include "html/measures.hpp"
#include "html/page_pruner.hpp"
#include "html/page_verdict.hpp"
#include "html/tokenizer.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

constexpr std::uint32_t most_aside_prose = 600;  // of what is dropped for its name
constexpr std::uint32_t longest_label = 60;
constexpr std::uint32_t longest_notice = 300;
constexpr std::uint32_t shortest_repeat = 120;
constexpr std::uint32_t shortest_prose = 80;
constexpr double mostly_links = 0.5;

// What announces links to other articles, alone or before a colon and a link. In lower case.
constexpr std::string_view labels[] = {
    "advertisement",
    "also read",
    "also see",
    "article continues below",
    "aussi sur",
    "auch interessant",
    "das könnte sie auch interessieren",
    "don't miss",
    "editor's picks",
    "editors' picks",
    "follow us",
    "further reading",
    "in this article",
    "keep reading",
    "latest news",
    "lea también",
    "leer más",
    "leer también",
    "leggi anche",
    "lees ook",
    "leia mais",
    "leia também",
    "lesen sie auch",
    "lesen sie mehr",
    "lire aussi",
    "mehr zum thema",
    "more coverage",
    "more from",
    "more in",
    "more like this",
    "more news",
    "more on this",
    "more stories",
    "more:",
    "most popular",
    "most read",
    "must read",
    "newsletter",
    "now read",
    "popular stories",
    "previously",
    "read also",
    "read more",
    "read next",
    "read this",
    "read:",
    "recommended",
    "related",
    "see also",
    "share this",
    "sponsored",
    "story continues below",
    "sur le même sujet",
    "te puede interesar",
    "top stories",
    "trending",
    "up next",
    "voir aussi",
    "watch:",
    "watch now",
    "what to read next",
    "you may also like",
    "you might also like",
    "zum thema",
    "à lire aussi",
    "читайте также",
    "по теме",
    "延伸阅读",
    "相关阅读",
    "相关新闻",
    "相關新聞",
    "関連記事",
    "あわせて読みたい",
};

// How short paragraphs begin that are about the publisher and not its subject; an article's own may as well, so that
// where they stand counts too.
constexpr std::string_view notices[] = {
    "additional reporting by",
    "advertisement",
    "all rights reserved",
    "already a subscriber",
    "article continues",
    "click here to",
    "click here for",
    "do you have a news tip",
    "editing by",
    "email the author",
    "enter your email",
    "follow him on",
    "follow her on",
    "follow me on",
    "follow them on",
    "follow us on",
    "follow @",
    "for more news",
    "get our free",
    "get the best of",
    "get the latest",
    "get today's",
    "have a tip",
    "have a news tip",
    "join our",
    "join the conversation",
    "like us on facebook",
    "never miss a",
    "our standards:",
    "please enable javascript",
    "please subscribe",
    "receive our",
    "reporting by",
    "scroll down for",
    "share on facebook",
    "share this",
    "sign up for",
    "sign up here",
    "sign up to",
    "story continues",
    "subscribe to",
    "subscribe now",
    "support our journalism",
    "thank you for subscribing",
    "thanks for signing up",
    "to comment on this",
    "want more",
    "we welcome your",
    "your email address",
    "(reporting by",
    "(additional reporting",
    "(editing by",
};

// How lines begin that say when an article was published.
constexpr std::string_view date_words[] = {
    "actualizado",  "aggiornato", "aktualisiert", "atualizado",     "first published", "gepubliceerd", "last modified",
    "last updated", "mis à jour", "posted",       "published",      "publicado",       "publicerad",   "pubblicato",
    "publié",       "stand:",     "updated",      "veröffentlicht", "опубликовано",    "发布时间",
};

bool begins_with_any(std::string_view lower, const auto& list) {
  return std::any_of(std::begin(list), std::end(list), [&](auto start) { return lower.starts_with(start); });
}

class Trimmer {
 public:
  Trimmer(Document& document, NodeId article)
      : document_(document), article_(article), measures_(document, article), all_(measures_[article].chars) {}

  void run() {
    const NodeId last = last_paragraph();
    document_.remove_if(article_, [&](NodeId node) {
      const bool gone = goes(node);
      behind_text_ = behind_text_ || node == last;
      return gone;
    });
    trim_edges();
  }

 private:
  // Of prose.
  NodeId last_paragraph() const {
    std::vector<NodeId> paragraphs;
    for (NodeId node = article_; node != no_node; node = document_.following(node, article_)) {
      if (document_.is(node, Element::p) && is_prose(node)) paragraphs.push_back(node);
    }
    while (!paragraphs.empty() && is_notice(paragraphs.back())) paragraphs.pop_back();
    return paragraphs.empty() ? no_node : paragraphs.back();
  }

  bool is_prose(NodeId node) const {
    return measures_[node].chars >= shortest_prose && measures_[node].link_density() < mostly_links;
  }

  bool is_notice(NodeId node) const {
    return measures_[node].chars <= longest_notice && begins_with_any(text::to_lower(document_.text_of(node)), notices);
  }

  // Links before the first paragraph are a way through the site, those behind the last one lead out of the article;
  // lines in front say when it was published.
  void trim_edges() {
    std::vector<NodeId> leaves;
    for (NodeId node = document_[article_].first; node != no_node; node = document_.following(node, article_)) {
      const auto& m = measures_[node];
      if (is_block(document_[node].element) && m.leaf && m.chars > 0) leaves.push_back(node);
    }
    const auto first = std::find_if(leaves.begin(), leaves.end(), [&](NodeId node) { return is_prose(node); });
    if (first == leaves.end()) return;
    for (auto leaf = leaves.begin(); leaf != first; ++leaf) {
      if (is_link(*leaf) || is_date_line(*leaf)) document_.unlink(*leaf);
    }
    for (auto leaf = leaves.rbegin(); is_link(*leaf); ++leaf) document_.unlink(*leaf);
  }

  // A list may be what its heading promises.
  bool is_link(NodeId node) const {
    const Element element = document_[node].element;
    if (is_heading(element) || element == Element::li) return false;
    if (measures_[node].link_density() < 0.8 || measures_[node].images > 0) return false;
    while (node != article_ && !document_.is(node, Element::table)) node = document_[node].parent;
    return node == article_;
  }

  bool is_date_line(NodeId node) const {
    if (measures_[node].chars > longest_label || is_heading(document_[node].element)) return false;
    const NodeId time = document_.find("time", node);
    if (time != no_node && measures_[time].chars * 2 > measures_[node].chars) return true;
    return begins_with_any(text::to_lower(document_.text_of(node)), date_words);
  }

  bool goes(NodeId node) {
    const auto& m = measures_[node];
    if (m.chars == 0 || m.data_tables) return false;
    if (goes_by_name(node)) return true;
    const Element element = document_[node].element;
    if (!is_block(element) || !m.leaf) return false;
    if (m.chars > longest_notice) return repeats(node);
    const auto lower = text::to_lower(document_.text_of(node));
    if (m.chars <= longest_label && labels_links(node, lower)) return true;
    if (m.link_density() > mostly_links && m.link_density() < 1.01 && begins_with_any(lower, labels)) return true;
    if (element == Element::p && begins_with_any(lower, notices) && stands_aside(node, lower)) return true;
    return repeats(node);
  }

  bool stands_aside(NodeId node, std::string_view lower) const {
    if (behind_text_ || measures_[node].link_density() > mostly_links || lower == "advertisement") return true;
    int levels = 4;
    for (node = document_[node].parent; node != article_ && levels > 0; node = document_[node].parent, --levels) {
      if (hints_of(document_.attribute(node, "class")).has(Hint::aside)) return true;
    }
    return false;
  }

  bool goes_by_name(NodeId node) const {
    const auto& m = measures_[node];
    const auto prose = static_cast<float>(m.chars) - m.link_chars;
    if (prose > static_cast<float>(most_aside_prose) || m.chars * 3 > all_) return false;
    const auto hints =
        m.link_density() > mostly_links ? hints_of(document_, node) : hints_of(document_.attribute(node, "class"));
    if (hints.has(Hint::unseen)) return true;
    if (!is_block(document_[node].element)) return false;
    return hints.has(Hint::aside) ||
           (hints.has(Hint::paywall) && m.chars <= most_aside_prose && appeals_to_pay(document_.text_of(node)));
  }

  // A heading over links, which go with it.
  bool labels_links(NodeId node, std::string_view lower) {
    // an encyclopaedia's own section of that name stays
    if (!begins_with_any(lower, labels) || lower.starts_with("see also") || lower.starts_with("further reading")) {
      return false;
    }
    bool links = false;
    NodeId sibling = document_[node].next;
    while (sibling != no_node) {
      const NodeId next = document_[sibling].next;
      const auto& m = measures_[sibling];
      const bool blank =
          document_[sibling].is_text ? is_all_space(document_[sibling].text) : m.chars == 0 && m.images == 0;
      if (!blank && (m.link_density() <= mostly_links || m.chars * 3 > all_)) break;
      links = links || !blank;
      if (!blank) document_.unlink(sibling);
      sibling = next;
    }
    return links;
  }

  bool repeats(NodeId node) {
    if (measures_[node].chars < shortest_repeat) return false;
    const auto [first, is_new] = seen_.try_emplace(document_.text_of(node), node);
    return !is_new && !looks_like(node, first->second);
  }

  // Refrains and forms repeat themselves in the same clothes; summaries, quotes and captions in others.
  bool looks_like(NodeId node, NodeId other) const {
    const NodeId parent = document_[node].parent;
    const NodeId other_parent = document_[other].parent;
    return document_[node].element == document_[other].element &&
           document_.attribute(node, "class") == document_.attribute(other, "class") &&
           document_[parent].element == document_[other_parent].element &&
           document_.attribute(parent, "class") == document_.attribute(other_parent, "class");
  }

  Document& document_;
  NodeId article_;
  PageMeasures measures_;
  std::uint32_t all_;
  bool behind_text_ = false;  // the last long paragraph has been seen
  std::unordered_map<std::string, NodeId> seen_;
};

// Its first headline, within the article itself.
NodeId headline(const Document& document, NodeId article) {
  for (NodeId node = article; node != no_node; node = document.following(node, article)) {
    if (document.is(node, Element::h1)) return node;
  }
  return no_node;
}

}  // namespace

void drop_further_articles(Document& document, std::string_view title) {
  const TitleWords words(title);
  bool found = false;
  for (NodeId node = Document::body; node != no_node;) {
    const NodeId next = document.following_skipping(node, Document::root);
    if (!document.is(node, Element::article)) {
      node = document.following(node, Document::root);
      continue;
    }
    const NodeId heading = headline(document, node);
    const bool ours = heading != no_node && words.share_of(document, heading) > 0.6;
    if (found && heading != no_node && !ours) document.unlink(node);
    found = found || ours;
    node = next;
  }
}

void trim_article(Document& document, NodeId article) { Trimmer(document, article).run(); }

}  // namespace newscache::html
