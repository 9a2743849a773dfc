#pragma once
// The query string of GET /v1/articles.

#include "api/request.hpp"
#include "model/query.hpp"

namespace newscache::api {

// Cause::invalid names the parameter.
Result<model::ArticleQuery> parse_article_query(const Parameters& parameters);

}  // namespace newscache::api
