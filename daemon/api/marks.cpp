// PATCH /v1/articles/{id} and POST /v1/articles/mark.

#include "api/handlers.hpp"
#include "api/marking.hpp"
#include "api/shapes.hpp"

namespace newscache::api {

loop::awaitable<Result<std::int64_t>> mark(Context& context, model::MarkRequest request) {
  auto write = [request = std::move(request)](store::Writer& writer) { return writer.mark(request); };
  auto changed = co_await context.services.writer.run(std::move(write));
  if (changed && *changed > 0) context.events->notify();
  co_return changed;
}

loop::awaitable<Response> change_article(Context& context, Request& request) {
  const model::ArticleId id{request.id};
  const auto body = parse_object(request.body);
  if (!body) co_return problem(body.error());
  auto patch = parse_article_patch(*body, id);
  if (!patch) co_return problem(422, patch.error());
  const auto changed = co_await mark(context, std::move(*patch));
  if (!changed) co_return problem(changed.error());
  auto read = [id](store::Reader& reader) -> Result<std::string> {
    const auto article = reader.article(id);
    if (!article) return article.error();
    return article_json(*article, true);
  };
  auto article = co_await context.services.reader.run(std::move(read));
  if (!article) co_return problem(article.error());
  co_return json_response(std::move(*article));
}

loop::awaitable<Response> mark_articles(Context& context, Request& request) {
  const auto body = parse_object(request.body);
  if (!body) co_return problem(body.error());
  auto marks = parse_mark_request(*body);
  if (!marks) co_return problem(422, marks.error());
  const auto changed = co_await mark(context, std::move(*marks));
  if (!changed) co_return problem(changed.error());
  boost::json::object out;
  out["changed"] = *changed;
  co_return json_response(boost::json::value(std::move(out)));
}

}  // namespace newscache::api
