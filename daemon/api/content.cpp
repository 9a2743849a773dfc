// GET /v1/articles/{id}/content: the article as a page to read.

#include <array>

#include "api/content_page.hpp"
#include "api/handlers.hpp"
#include "api/negotiate.hpp"

namespace newscache::api {
namespace {

constexpr std::array<std::string_view, 2> offers{"text/html", "text/plain"};

Response page(const model::Article& article, const model::Feed* feed, const std::vector<model::Media>& media,
              bool as_html) {
  Response response;
  response.content_type = as_html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
  response.body = as_html ? content_page(article, feed, media) : content_text(article, feed);
  response.headers.emplace_back("Content-Security-Policy", content_policy);
  return response;
}

}  // namespace

loop::awaitable<Response> get_content(Context& context, Request& request) {
  const auto wanted = negotiate(request.accept, offers);
  auto read = [id = model::ArticleId{request.id}, wanted, known = request.if_none_match](store::Reader& reader) {
    const store::Reader::View view(reader);
    auto etag = position_etag(log_position(reader));
    const auto article = reader.article(id);
    if (!article) return problem(article.error());
    auto response = problem(406, "only text/html and text/plain are to be had");
    if (wanted) {
      // Each representation has one of its own.
      etag.insert(etag.size() - 1, *wanted == 0 ? "-html" : "-text");
      if (matches_etag(known, etag)) {
        response = not_modified(etag);
      } else {
        const auto feed = reader.feed(article->feed_id);
        response = page(*article, feed ? &*feed : nullptr, reader.media(id), *wanted == 0);
        response.etag = std::move(etag);
      }
    }
    response.headers.emplace_back("Vary", "Accept");
    return response;
  };
  co_return co_await context.services.reader.run(std::move(read));
}

}  // namespace newscache::api
