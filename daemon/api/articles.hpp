#pragma once
// The query string of GET /v1/articles.

#include "api/request.hpp"
#include "model/query.hpp"

namespace newscache::api {

// Cause::invalid names the parameter.
Result<model::ArticleQuery> parse_article_query(const Parameters& parameters);
// Whether the search index answers it, which follows the articles.
inline bool asks_index(const model::ArticleQuery& query) { return !query.text.empty() || query.tag.has_value(); }

}  // namespace newscache::api
