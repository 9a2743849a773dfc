#include "api/readers/miniflux.hpp"

#include "api/readers/miniflux_handlers.hpp"
#include "api/shapes.hpp"
#include "text/json_writer.hpp"
#include "text/utf8.hpp"

namespace newscache::api {

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

Result<boost::json::object> lenient_object(const Request& request) {
  if (text::trim(request.body).empty()) return boost::json::object();
  return parse_object(request.body);
}

std::optional<bool> lenient_boolean(std::string_view text) {
  for (const std::string_view word : {"1", "t", "T", "true", "True", "TRUE"}) {
    if (text == word) return true;
  }
  for (const std::string_view word : {"0", "f", "F", "false", "False", "FALSE"}) {
    if (text == word) return false;
  }
  return std::nullopt;
}

namespace {

loop::awaitable<Response> get_healthcheck(Context&, Request&) {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = "OK";
  co_return response;
}

// Clients compare it to know what they may ask for.
loop::awaitable<Response> get_version(Context& context, Request&) {
  std::string out;
  text::JsonWriter json(out);
  json.open('{').key("version").text("2.2.0");
  json.key("commit").text("newscached " + context.services.status().version);
  for (const auto* name : {"build_date", "go_version", "compiler", "arch", "os"}) json.key(name).text("");
  json.close('}');
  co_return json_response(std::move(out));
}

loop::awaitable<Response> get_me(Context& context, Request&) {
  const auto& user = context.host.tcp.user();
  co_return json_response(miniflux_user_json(user.empty() ? "newscached" : user, context.services.clock.wall()));
}

loop::awaitable<Response> get_integrations(Context&, Request&) {
  co_return json_response(std::string(R"({"has_integrations":false})"));
}

loop::awaitable<Response> save_entry(Context&, Request&) {
  co_return problem(400, "no third-party integration enabled");
}

// The account is no administrator, and there is only the one.
loop::awaitable<Response> refuse(Context&, Request&) { co_return problem(403, "there is one account, and no other"); }

using enum Method;
using enum Permission;

constexpr Route table[] = {
    {get, "/healthcheck", everyone, Body::none, "", get_healthcheck, false, true},
    {get, "/v1/me", everyone, Body::none, "", get_me},
    {get, "/v1/version", everyone, Body::none, "", get_version},
    {get, "/v1/integrations/status", everyone, Body::none, "", get_integrations},
    {get, "/v1/categories", everyone, Body::none, "", miniflux_categories},
    {post, "/v1/categories", admin, Body::json, "", miniflux_add_category},
    {put, "/v1/categories/{id}", admin, Body::json, "", miniflux_change_category},
    {remove, "/v1/categories/{id}", admin, Body::none, "", miniflux_remove_category},
    {get, "/v1/categories/{id}/feeds", everyone, Body::none, "", miniflux_category_feeds},
    {get, "/v1/categories/{id}/entries", everyone, Body::none, "", miniflux_category_entries},
    {get, "/v1/categories/{id}/entries/{entry}", everyone, Body::none, "", miniflux_category_entry},
    {put, "/v1/categories/{id}/mark-all-as-read", everyone, Body::json, "", miniflux_mark_category},
    {put, "/v1/categories/{id}/refresh", everyone, Body::json, "", miniflux_refresh_category},
    {get, "/v1/feeds", everyone, Body::none, "", miniflux_feeds},
    {post, "/v1/feeds", admin, Body::json, "", miniflux_add_feed},
    {get, "/v1/feeds/counters", everyone, Body::none, "", miniflux_counters},
    {put, "/v1/feeds/refresh", everyone, Body::json, "", miniflux_refresh_all},
    {get, "/v1/feeds/{id}", everyone, Body::none, "", miniflux_feed},
    {put, "/v1/feeds/{id}", admin, Body::json, "", miniflux_change_feed},
    {remove, "/v1/feeds/{id}", admin, Body::none, "", miniflux_remove_feed},
    {get, "/v1/feeds/{id}/entries", everyone, Body::none, "", miniflux_feed_entries},
    {get, "/v1/feeds/{id}/entries/{entry}", everyone, Body::none, "", miniflux_feed_entry},
    {get, "/v1/feeds/{id}/icon", everyone, Body::none, "", miniflux_icon},
    {get, "/v1/icons/{id}", everyone, Body::none, "", miniflux_icon},
    {put, "/v1/feeds/{id}/mark-all-as-read", everyone, Body::json, "", miniflux_mark_feed},
    {put, "/v1/feeds/{id}/refresh", everyone, Body::json, "", miniflux_refresh_feed},
    {get, "/v1/entries", everyone, Body::none, "", miniflux_entries},
    {put, "/v1/entries", everyone, Body::json, "", miniflux_mark},
    {get, "/v1/entries/ids", everyone, Body::none, "", miniflux_entry_ids},
    {get, "/v1/entries/{id}", everyone, Body::none, "", miniflux_entry},
    {put, "/v1/entries/{id}", everyone, Body::json, "", refuse},
    {put, "/v1/entries/{id}/bookmark", everyone, Body::json, "", miniflux_toggle_star},
    {put, "/v1/entries/{id}/star", everyone, Body::json, "", miniflux_toggle_star},
    {post, "/v1/entries/{id}/save", everyone, Body::json, "", save_entry},
    {get, "/v1/entries/{id}/fetch-content", everyone, Body::none, "", miniflux_entry_content},
    {put, "/v1/users/{id}/mark-all-as-read", everyone, Body::json, "", miniflux_mark_all},
    {get, "/v1/users", everyone, Body::none, "", refuse},
    {post, "/v1/users", everyone, Body::json, "", refuse},
    {get, "/v1/users/{tail}", everyone, Body::none, "", refuse},
    {put, "/v1/users/{tail}", everyone, Body::json, "", refuse},
    {remove, "/v1/users/{tail}", everyone, Body::none, "", refuse},
    {get, "/v1/export", everyone, Body::none, "", miniflux_export},
    {post, "/v1/import", admin, Body::document, "", miniflux_import},
};

}  // namespace

std::span<const Route> miniflux_routes() { return table; }

}  // namespace newscache::api
