// GET /v1/articles, GET /v1/articles/{id} and its history.

#include <boost/json/serialize.hpp>

#include "api/articles.hpp"
#include "api/handlers.hpp"
#include "api/shapes.hpp"

namespace newscache::api {

Result<model::ArticleQuery> parse_article_query(const Parameters& parameters) {
  constexpr std::int64_t max_id = 0x7fffffff;
  model::ArticleQuery query;
  ParameterReader reader(parameters);
  std::optional<std::int64_t> feed;
  std::size_t order = 0;
  std::size_t fields = 0;
  reader.integer("feed", 1, max_id, feed);
  reader.text("folder", query.folder);
  reader.text("tag", query.tag);
  reader.boolean("read", query.read);
  reader.boolean("starred", query.starred);
  reader.instant("since", query.since);
  reader.instant("until", query.until);
  reader.text("q", query.text);
  reader.word("order", {"newest", "oldest", "relevance"}, order);
  reader.integer("limit", 1, 1000, query.limit);
  reader.text("cursor", query.cursor);
  reader.word("fields", {"full", "summary"}, fields);
  if (feed) query.feed = model::FeedId{*feed};
  query.order = static_cast<model::ArticleOrder>(order);
  query.with_content = fields == 0;
  if (query.order == model::ArticleOrder::relevance && query.text.empty()) {
    reader.fail("order", "newest or oldest without 'q': there is no relevance to order by");
  }
  if (reader.error()) return *reader.error();
  return query;
}

loop::awaitable<Response> list_articles(Context& context, Request& request) {
  auto query = parse_article_query(request.parameters);
  if (!query) co_return problem(query.error());
  const bool by_index = !query->text.empty() || query->tag;
  const bool complete = !by_index || co_await context.services.indexer.catch_up();
  auto body = [query = std::move(*query)](store::Reader& reader) -> Result<std::string> {
    const auto page = reader.articles(query);
    if (!page) return page.error();
    return article_page_json(*page, query.with_content);
  };
  if (complete) co_return co_await answer_from_log(context, request.if_none_match, std::move(body));
  // The same question will soon have more answers, without a change of revision.
  auto response = co_await answer_from_log(context, std::string(), std::move(body));
  response.etag.clear();
  co_return response;
}

loop::awaitable<Response> get_article(Context& context, Request& request) {
  auto body = [id = model::ArticleId{request.id}](store::Reader& reader) -> Result<std::string> {
    const auto article = reader.article(id);
    if (!article) return article.error();
    return boost::json::serialize(article_json(*article, true));
  };
  co_return co_await answer_from_log(context, request.if_none_match, std::move(body));
}

loop::awaitable<Response> get_history(Context& context, Request& request) {
  auto body = [id = model::ArticleId{request.id}](store::Reader& reader) -> Result<std::string> {
    const auto versions = reader.history(id);
    if (!versions) return versions.error();
    return history_json(*versions);
  };
  co_return co_await answer_from_log(context, request.if_none_match, std::move(body));
}

}  // namespace newscache::api
