#include "api/routes.hpp"

#include "api/handlers.hpp"
#include "api/readers/google_reader.hpp"
#include "api/readers/miniflux.hpp"

namespace newscache::api {
namespace {

using enum Method;
using enum Permission;

constexpr bool kept = true;

constexpr Route table[] = {
    {get, "/healthz", everyone, Body::none, "", get_health},
    {get, "/metrics", everyone, Body::none, "", get_metrics},
    {get, "/v1/openapi.json", everyone, Body::none, "", get_openapi, kept},
    {get, "/v1/status", everyone, Body::none, "", get_status},
    {get, "/v1/feeds", everyone, Body::none, "", list_feeds},
    {post, "/v1/feeds", admin, Body::json, "validate", add_feed},
    {get, "/v1/feeds/{id}", everyone, Body::none, "", get_feed},
    {patch, "/v1/feeds/{id}", admin, Body::json, "", change_feed},
    {remove, "/v1/feeds/{id}", admin, Body::none, "purge", remove_feed},
    {get, "/v1/feeds/{id}/journal", everyone, Body::none, "limit", get_journal},
    {get, "/v1/feeds/{id}/feed.json", everyone, Body::none, "tag read starred since until q order limit cursor",
     republish_json, kept},
    {get, "/v1/feeds/{id}/feed.atom", everyone, Body::none, "tag read starred since until q order limit cursor",
     republish_atom, kept},
    {post, "/v1/feeds/{id}/refresh", everyone, Body::none, "force", refresh_feed},
    {post, "/v1/refresh", everyone, Body::none, "force", refresh_all},
    {get, "/v1/articles", everyone, Body::none, "feed folder tag read starred since until q order limit cursor fields",
     list_articles, kept},
    {get, "/v1/articles.json", everyone, Body::none, "feed folder tag read starred since until q order limit cursor",
     republish_json, kept},
    {get, "/v1/articles.atom", everyone, Body::none, "feed folder tag read starred since until q order limit cursor",
     republish_atom, kept},
    {post, "/v1/articles/mark", everyone, Body::json, "", mark_articles},
    {get, "/v1/articles/{id}", everyone, Body::none, "", get_article, kept},
    {get, "/v1/articles/{id}/content", everyone, Body::none, "", get_content, kept},
    {get, "/v1/articles/{id}/history", everyone, Body::none, "", get_history, kept},
    {patch, "/v1/articles/{id}", everyone, Body::json, "", change_article},
    {get, "/v1/assets/{sha256}", everyone, Body::none, "key", get_asset},
    {get, "/v1/changes", everyone, Body::none, "since limit epoch feed folder", get_changes, kept},
    {get, "/v1/events", everyone, Body::none, "since epoch feed folder", get_events},
    {post, "/v1/reload", admin, Body::none, "", reload},
    {get, "/v1/opml", everyone, Body::none, "", export_opml},
    {post, "/v1/opml", admin, Body::document, "", import_opml},
    {post, "/v1/import", admin, Body::document, "feed name", import_document},
    {get, "/v1/bundle", everyone, Body::none, "since after states media max_bytes", export_bundle},
    {post, "/v1/bundle", admin, Body::file, "states signer", import_bundle},
};

}  // namespace

std::span<const Route> routes(Dialect dialect) {
  switch (dialect) {
    case Dialect::native:
      return table;
    case Dialect::miniflux:
      return miniflux_routes();
    case Dialect::google_reader:
      return google_reader_routes();
  }
  return {};
}

}  // namespace newscache::api
