#include <algorithm>

#include "html/article_cleaner.hpp"
#include "html/article_finder.hpp"
#include "html/dom.hpp"
#include "html/measures.hpp"
#include "html/page.hpp"
#include "html/page_pruner.hpp"
#include "html/page_writer.hpp"
#include "html/plain_text.hpp"
#include "html/sanitise.hpp"
#include "text/url.hpp"

namespace newscache::html {

namespace {

constexpr std::uint32_t enough_chars = 500;  // with less the next, looser attempt may be better

struct Attempt {
  std::string html;  // unsafe
  std::string byline;
  Measures text;
};

struct Looseness {
  bool drop_unlikely;
  bool weigh_classes;
  bool clean_by_content;
};
constexpr Looseness attempts[] = {{true, true, true}, {false, true, true}, {false, false, true}, {false, false, false}};

Attempt attempt(Document& document, const Looseness& how, std::string_view title, bool has_byline) {
  PruneRules prune_rules;
  prune_rules.title = title;
  prune_rules.has_byline = has_byline;
  prune_rules.drop_unlikely = how.drop_unlikely;
  auto pruned = prune(document, prune_rules);
  const auto found = find_article(document, pruned.scored, how.weigh_classes);
  CleanRules clean_rules;
  clean_rules.weigh_classes = how.weigh_classes;
  clean_rules.by_content = how.clean_by_content;
  clean_article(document, found.node, clean_rules);
  Attempt result;
  result.text = PageMeasures(document, found.node)[found.node];
  result.html = write_content(document, found.node);
  result.byline = std::move(pruned.byline);
  return result;
}

Attempt best_attempt(Document& document, std::string_view title, bool has_byline) {
  const auto state = document.state();
  Attempt best;
  for (const auto& how : attempts) {
    if (&how != attempts) document.restore(state);
    auto next = attempt(document, how, title, has_byline);
    const bool enough = next.text.chars >= enough_chars;
    if (enough || next.text.chars > best.text.chars) best = std::move(next);
    if (enough) break;
  }
  return best;
}

void drop_all(Document& document, std::string_view name) {
  for (NodeId node = Document::root; node != no_node;) {
    if (document.is(node, name)) {
      const NodeId next = document.following_skipping(node, Document::root);
      document.unlink(node);
      node = next;
    } else {
      node = document.following(node, Document::root);
    }
  }
}

std::string meta(const Document& d, std::string_view key) {
  for (NodeId n = 0; n != no_node; n = d.following(n, 0)) {
    if (!d.is(n, "meta")) continue;
    if ((d.attribute(n, "property").find(key) != std::string_view::npos || d.attribute(n, "name") == key) &&
        !d.attribute(n, "content").empty())
      return std::string(d.attribute(n, "content"));
  }
  return {};
}

}  // namespace

Result<PageArticle> extract(std::string_view page, const PageOptions& options) {
  Document document = parse_page(page, options);
  PageArticle article;
  std::string base(options.url);
  if (const NodeId node = document.find("base"); node != no_node) {
    if (auto url = text::resolve_url(base, document.attribute(node, "href")); !url.empty()) base = std::move(url);
  }
  for (const auto* k : {"dc:title", "og:title", "twitter:title"})
    if (article.title.empty()) article.title = meta(document, k);
  if (article.title.empty())
    if (auto t = document.find("title"); t != no_node) article.title = document.text_of(t);
  for (const auto* k : {"dc:creator", "author", "article:author"})
    if (article.byline.empty()) article.byline = meta(document, k);
  drop_all(document, "noscript");
  split_at_breaks(document);
  auto best = best_attempt(document, article.title, !article.byline.empty());
  if (article.byline.empty()) article.byline = std::move(best.byline);
  SanitiseOptions safe;
  safe.base_url = base;
  article.content_html = sanitise(best.html, safe);
  article.content_text = to_text(article.content_html);
  if (article.content_text.empty()) return Error{Cause::no_article, "the page holds no text"};
  return article;
}

}  // namespace newscache::html
