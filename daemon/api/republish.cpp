// GET /v1/feeds/{id}/feed.json and .atom, GET /v1/articles.json and .atom: what is cached, for any feed reader.

#include "feed/republish.hpp"

#include "api/articles.hpp"
#include "api/handlers.hpp"
#include "feed/identity.hpp"

namespace newscache::api {
namespace {

// Of contents in a page; the next page has what is past it.
constexpr std::size_t most_page_bytes = 1 << 20;

struct Format {
  std::string_view content_type;
  std::string (*write)(const feed::Republication& page);
};
constexpr Format json_feed{"application/feed+json", feed::republish_json};
constexpr Format atom{"application/atom+xml; charset=utf-8", feed::republish_atom};

// The page's own address without its cursor; all links are made of it.
struct Address {
  std::string path;   // absolute
  std::string query;  // without cursor
};

std::string with_cursor(const Address& address, std::string_view cursor) {
  std::string url = address.path;
  std::string query = address.query;
  if (!cursor.empty()) query.append(query.empty() ? "" : "&").append("cursor=").append(cursor);
  return query.empty() ? url : url.append("?").append(query);
}

// Of what is not one feed, as a person would call it.
std::string title_of(const model::ArticleQuery& query) {
  std::string title;
  const auto add = [&title](const std::string& part) { title.append(title.empty() ? "" : ", ").append(part); };
  if (query.folder) add(*query.folder);
  if (query.tag) add("#" + *query.tag);
  if (!query.text.empty()) add(query.text);
  if (query.read) add(*query.read ? "read" : "unread");
  if (query.starred) add(*query.starred ? "starred" : "not starred");
  return title.empty() ? "All articles" : title;
}

// Before a feed has been read its title may be empty, which Atom does not take for an author.
void name_by_url(model::Feed& feed) {
  if (feed.title.empty()) feed.title = feed.url;
}

void describe(feed::Republication& page, const model::Feed& feed) {
  page.id = feed::uuid_urn(feed.uid);
  page.title = feed.title;
  page.home_page_url = feed.home_page_url;
  page.description = feed.description;
  page.language = feed.language;
  page.icon = feed.icon;
  page.author = feed.title;
}

void add_sources(feed::Republication& page, store::Reader& reader) {
  for (const auto& article : page.articles) {
    if (page.sources.contains(article.feed_id)) continue;
    // A starred article may have outlived its feed.
    auto feed = reader.feed(article.feed_id);
    if (!feed) continue;
    name_by_url(*feed);
    page.sources.emplace(article.feed_id, std::move(*feed));
  }
}

Result<feed::Republication> read_page(store::Reader& reader, const model::ArticleQuery& query, bool of_one_feed,
                                      const Address& address, const std::string& identity) {
  feed::Republication page;
  if (of_one_feed) {
    auto feed = reader.feed(*query.feed);
    if (!feed) return feed.error();
    name_by_url(*feed);
    describe(page, *feed);
  } else {
    page.id = feed::uuid_urn(feed::article_uid(reader.epoch(), identity));
    page.title = title_of(query);
    page.author = "newscached";
  }
  auto found = reader.articles(query);
  if (!found) return found.error();
  page.articles = std::move(found->articles);
  if (!of_one_feed) add_sources(page, reader);
  page.first_url = with_cursor(address, {});
  page.self_url = with_cursor(address, query.cursor);
  if (!found->next_cursor.empty()) page.next_url = with_cursor(address, found->next_cursor);
  return page;
}

loop::awaitable<Response> republish(Context& context, Request& request, const Format& format) {
  auto query = parse_article_query(request.parameters);
  if (!query) co_return problem(query.error());
  const bool of_one_feed = request.id != 0;
  if (of_one_feed) query->feed = model::FeedId{request.id};
  query->max_bytes = most_page_bytes;
  Address address{origin_of(request.host, request.is_secure) + request.path, request.parameters.encoded("cursor")};
  const bool by_index = asks_index(*query);
  auto body = [query = std::move(*query), of_one_feed, write = format.write, address = std::move(address),
               identity = request.parameters.encoded("cursor limit")](store::Reader& reader) -> Result<std::string> {
    const auto page = read_page(reader, query, of_one_feed, address, identity);
    if (!page) return page.error();
    return write(*page);
  };
  auto response = co_await answer_query(context, request.if_none_match, by_index, std::move(body));
  if (response.status == 200) response.content_type = format.content_type;
  co_return response;
}

}  // namespace

loop::awaitable<Response> republish_json(Context& context, Request& request) {
  return republish(context, request, json_feed);
}

loop::awaitable<Response> republish_atom(Context& context, Request& request) {
  return republish(context, request, atom);
}

}  // namespace newscache::api
