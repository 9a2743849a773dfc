#include <algorithm>

#include "html/article_cleaner.hpp"
#include "html/article_finder.hpp"
#include "html/article_trimmer.hpp"
#include "html/dom.hpp"
#include "html/page.hpp"
#include "html/page_links.hpp"
#include "html/page_metadata.hpp"
#include "html/page_pictures.hpp"
#include "html/page_pruner.hpp"
#include "html/page_verdict.hpp"
#include "html/page_writer.hpp"
#include "html/plain_text.hpp"
#include "html/sanitise.hpp"

namespace newscache::html {

namespace {

constexpr std::size_t excerpt_bytes = 300;
constexpr std::uint32_t enough_chars = 500;  // with less the next, looser attempt may be better

struct Attempt {
  std::string html;  // unsafe
  std::string byline;
  ArticleShape shape;
};

struct Looseness {
  bool drop_unlikely;
  bool weigh_classes;
  bool clean_by_content;
};
constexpr Looseness attempts[] = {{true, true, true}, {false, true, true}, {false, false, true}, {false, false, false}};

Attempt attempt(Document& document, const Looseness& how, std::string_view title) {
  PruneRules prune_rules;
  prune_rules.title = title;
  prune_rules.drop_unlikely = how.drop_unlikely;
  auto pruned = prune(document, prune_rules);
  const auto found = find_article(document, pruned.scored, how.weigh_classes);
  CleanRules clean_rules;
  clean_rules.weigh_classes = how.weigh_classes;
  clean_rules.by_content = how.clean_by_content;
  clean_article(document, found.node, clean_rules);
  if (how.clean_by_content) trim_article(document, found.node);
  Attempt result;
  result.shape = article_shape(document, found.node);
  result.html = write_content(document, found.node);
  result.byline = std::move(pruned.byline);
  return result;
}

Attempt best_attempt(Document& document, std::string_view title) {
  const auto state = document.state();
  Attempt best;
  for (const auto& how : attempts) {
    if (&how != attempts) document.restore(state);
    auto next = attempt(document, how, title);
    const bool enough = next.shape.chars >= enough_chars;
    if (enough || next.shape.chars > best.shape.chars) best = std::move(next);
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

}  // namespace

Result<PageArticle> extract(std::string_view page, const PageOptions& options) {
  Document document = parse_page(page, options);
  auto metadata = page_metadata(document, options.url);
  const auto base = page_base(document, options.url);
  settle_pictures(document, base, options.image_width);
  drop_all(document, "noscript");
  const auto signs = page_signs(document);
  drop_further_articles(document, metadata.title);
  split_at_breaks(document);
  auto best = best_attempt(document, metadata.title);
  SanitiseOptions safe;
  safe.base_url = base;
  PageArticle article;
  article.content_html = sanitise(best.html, safe);
  article.content_text = to_text(article.content_html);
  const auto verdict = judge(signs, best.shape, metadata, article.content_text, options.url);
  if (!verdict.refusal.empty()) return Error{Cause::no_article, "the page is " + std::string(verdict.refusal)};
  article.confidence = verdict.confidence;
  article.is_teaser = verdict.is_teaser;
  article.title = std::move(metadata.title);
  article.byline = metadata.byline.empty() ? std::move(best.byline) : std::move(metadata.byline);
  article.site_name = std::move(metadata.site_name);
  article.image = std::move(metadata.image);
  article.language = std::move(metadata.language);
  article.published = metadata.published;
  article.next_url = std::move(metadata.next_url);
  article.amp_url = std::move(metadata.amp_url);
  article.excerpt =
      metadata.excerpt.empty() ? excerpt(article.content_html, excerpt_bytes) : std::move(metadata.excerpt);
  return article;
}

}  // namespace newscache::html
