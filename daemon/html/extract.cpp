#include <algorithm>

#include "html/article_cleaner.hpp"
#include "html/article_finder.hpp"
#include "html/article_trimmer.hpp"
#include "html/dom.hpp"
#include "html/measures.hpp"
#include "html/page.hpp"
#include "html/page_links.hpp"
#include "html/page_metadata.hpp"
#include "html/page_pictures.hpp"
#include "html/page_pruner.hpp"
#include "html/page_verdict.hpp"
#include "html/page_writer.hpp"
#include "html/plain_text.hpp"
#include "html/safe_text.hpp"
#include "html/sanitise.hpp"
#include "html/selector.hpp"

namespace newscache::html {

namespace {

constexpr std::size_t excerpt_bytes = 300;
constexpr double much_more = 1.5;
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
  const NodeId article = find_article(document, pruned.scored, how.weigh_classes);
  CleanRules clean_rules;
  clean_rules.weigh_classes = how.weigh_classes;
  clean_rules.by_content = how.clean_by_content;
  clean_article(document, article, clean_rules);
  trim_article(document, article);
  Attempt result;
  result.shape = article_shape(document, article);
  result.shape.headline = pruned.headline;
  result.html = write_content(document, article);
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
    // what looser rules let in is worth it only when it is much
    if (best.html.empty() || next.shape.prose > much_more * best.shape.prose) best = std::move(next);
    if (enough) break;
  }
  return best;
}

// Everything that the selectors find, in their order; Cause::invalid when one is none.
Result<std::vector<NodeId>> select(const Document& document, const std::vector<std::string>& selectors) {
  std::vector<NodeId> found;
  for (const auto& text : selectors) {
    auto selector = Selector::parse(text);
    if (!selector) {
      return Error{Cause::invalid, "the selector \"" + text + "\" cannot be read: " + selector.error().detail};
    }
    const auto nodes = find_all(document, *selector);
    found.insert(found.end(), nodes.begin(), nodes.end());
  }
  return found;
}

// The article by the words of a site's settings.
Attempt kept(Document& document, const std::vector<NodeId>& nodes) {
  const NodeId article = document.new_element("div");
  for (const NodeId node : nodes) {
    if (!document.contains(article, node) && !document.contains(node, Document::body)) document.append(article, node);
  }
  CleanRules rules;
  rules.weigh_classes = rules.by_content = false;
  rules.spared = nodes;
  clean_article(document, article, rules);
  Attempt result;
  result.shape = article_shape(document, article);
  result.html = write_content(document, article);
  return result;
}

// What the page says of itself for machines: a text of lines.
Attempt from_linked_data(std::string_view body) {
  Attempt result;
  result.shape.chars = result.shape.prose = measure_text(body).chars;
  while (!body.empty()) {
    const auto line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    if (line.empty()) continue;
    result.html += "<p>";
    append_safe_text(result.html, line, false);
    result.html += "</p>";
  }
  return result;
}

Result<Attempt> find(Document& document, const PageOptions& options, const PageMetadata& metadata) {
  auto dropped = select(document, options.drop);
  if (!dropped) return dropped.error();
  for (const NodeId node : *dropped) {
    if (node != Document::root && node != Document::body) document.unlink(node);
  }
  auto wanted = select(document, options.keep);
  if (!wanted) return wanted.error();
  if (!wanted->empty()) return kept(document, *wanted);
  drop_further_articles(document, metadata.title);
  split_at_breaks(document);
  auto best = best_attempt(document, metadata.title);
  // not where the page asks to be paid for it
  if (!metadata.for_subscribers && metadata.body.size() > 2 * best.shape.prose) {
    if (auto told = from_linked_data(metadata.body); told.shape.prose > 2 * best.shape.prose) best = std::move(told);
  }
  return best;
}

}  // namespace

Result<PageArticle> extract(std::string_view page, const PageOptions& options) {
  Document document = parse_page(page, options);
  auto metadata = page_metadata(document, options.url);
  const auto base = page_base(document, options.url);
  settle_pictures(document, base, options.image_width);
  document.remove_if(Document::root, [&](NodeId node) { return document.is(node, "noscript"); });
  const auto signs = page_signs(document);
  auto found = find(document, options, metadata);
  if (!found) return found.error();

  PageArticle article;
  SanitiseOptions safe;
  safe.base_url = base;
  article.content_html = sanitise(found->html, safe);
  article.content_text = to_text(article.content_html);
  const auto verdict = judge(signs, found->shape, metadata, article.content_text, options.url);
  if (!verdict.refusal.empty()) return Error{Cause::no_article, "the page is " + std::string(verdict.refusal)};
  article.confidence = verdict.confidence;
  article.is_teaser = verdict.is_teaser;
  article.title = std::move(metadata.title);
  article.byline = std::move(metadata.byline.empty() ? found->byline : metadata.byline);
  article.site_name = std::move(metadata.site_name);
  article.excerpt = std::move(metadata.excerpt);
  if (article.excerpt.empty()) article.excerpt = excerpt(article.content_html, excerpt_bytes);
  article.image = std::move(metadata.image);
  article.language = std::move(metadata.language);
  article.published = metadata.published;
  article.next_url = std::move(metadata.next_url);
  article.amp_url = std::move(metadata.amp_url);
  return article;
}

}  // namespace newscache::html
