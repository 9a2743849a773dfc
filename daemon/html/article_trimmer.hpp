#pragma once
// Takes out of an article what its publisher put between and behind its paragraphs: links to other articles,
// newsletters, who reported, the same text again. Only where a name, a phrase or the place says so.

#include "html/dom.hpp"

namespace newscache::html {

// In the whole page, before the article is looked for: articles below that of this title, each with a headline of its
// own, as endless pages have them.
void drop_further_articles(Document& document, std::string_view title);

void trim_article(Document& document, NodeId article);

}  // namespace newscache::html
