// GET /v1/articles, GET /v1/articles/{id} and its history.

#include <stdexcept>

#include "api/articles.hpp"
#include "api/handlers.hpp"
#include "api/shapes.hpp"
#include "text/json_writer.hpp"

namespace newscache::api {

Result<model::ArticleQuery> parse_article_query(const Parameters& parameters) {
  model::ArticleQuery query;
  ParameterReader reader(parameters);
  std::size_t order = 0;
  std::size_t fields = 0;
  reader.feed_id("feed", query.feed);
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
  query.order = static_cast<model::ArticleOrder>(order);
  query.with_content = fields == 0;
  if (query.order == model::ArticleOrder::relevance && query.text.empty()) {
    reader.fail("order", "newest or oldest without 'q': there is no relevance to order by");
  }
  if (reader.error()) return *reader.error();
  return query;
}

namespace {

// Of their JSON, roughly.
std::size_t expected_bytes(const std::vector<model::Article>& articles) {
  constexpr std::size_t kUsual = 800;  // without the content
  std::size_t bytes = articles.size() * kUsual;
  for (const auto& article : articles) bytes += article.entry.content_html.size() * 17 / 16;
  return bytes;
}

// A list that may be too long to be held: it is read and sent piece by piece.
class Listing {
 public:
  Listing(model::ArticleQuery query, std::size_t piece_bytes) : query_(std::move(query)) {
    query_.max_bytes = piece_bytes;
  }

  // The next part of {"articles": [...], "next_cursor": "..."}; empty after the last.
  Result<std::string> next(store::Reader& reader) {
    std::string out = began_ ? "" : "{\"articles\":[";
    began_ = true;
    // A page may be empty and not the last: its articles were damaged.
    while (!ended_ && (out.empty() || !has_articles_)) {
      const auto page = reader.articles(query_);
      if (!page) return page.error();
      add(*page, out);
    }
    return out;
  }
  bool ended() const { return ended_; }

 private:
  void add(const model::ArticlePage& page, std::string& out) {
    out.reserve(out.size() + expected_bytes(page.articles));
    if (has_articles_ && !page.articles.empty()) out += ',';
    has_articles_ = has_articles_ || !page.articles.empty();
    for (const auto& article : page.articles) append_article(out, article, query_.with_content);
    query_.limit -= static_cast<std::int64_t>(page.articles.size());
    query_.cursor = page.next_cursor;
    ended_ = query_.cursor.empty() || query_.limit <= 0;
    if (ended_) text::JsonWriter(out).close(']').text_unless_empty("next_cursor", query_.cursor).close('}');
  }

  model::ArticleQuery query_;  // of what is left
  bool began_ = false;
  bool has_articles_ = false;
  bool ended_ = false;
};

loop::awaitable<std::string> next_piece(loop::OnThread<store::Reader>& reader, std::shared_ptr<Listing> listing) {
  auto read = [listing](store::Reader& store_reader) { return listing->next(store_reader); };
  auto piece = co_await reader.run(std::move(read));
  if (!piece) throw std::runtime_error("a list of articles broke off: " + piece.error().detail);
  co_return std::move(*piece);
}

}  // namespace

loop::awaitable<Response> list_articles(Context& context, Request& request) {
  auto query = parse_article_query(request.parameters);
  if (!query) co_return problem(query.error());
  const bool by_index = asks_index(*query);
  auto listing = std::make_shared<Listing>(std::move(*query), context.host.limits.piece_bytes);
  auto body = [listing](store::Reader& reader) { return listing->next(reader); };
  auto response = co_await answer_query(context, request.if_none_match, by_index, std::move(body));
  if (response.status == 200 && !listing->ended()) {
    response.rest = [&reader = context.services.reader, listing] { return next_piece(reader, listing); };
  }
  co_return response;
}

loop::awaitable<Response> get_article(Context& context, Request& request) {
  auto read = [id = model::ArticleId{request.id}, known = request.if_none_match](store::Reader& reader) {
    const store::Reader::View view(reader);
    auto etag = position_etag(log_position(reader));
    const auto completion = reader.completion(id);
    if (!completion) return problem(completion.error());
    // Another failed attempt at completing it moves no change log.
    if (completion->attempts > 0 || completion->cause) etag.clear();
    if (matches_etag(known, etag)) return not_modified(std::move(etag));
    const auto article = reader.article(id);
    if (!article) return problem(article.error());
    auto response = json_response(article_json(*article, true, &*completion));
    response.etag = std::move(etag);
    return response;
  };
  co_return co_await context.services.reader.run(std::move(read));
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
