#include "api/readers/miniflux.hpp"

#include "api/context.hpp"
#include "text/json_writer.hpp"

namespace newscache::api {
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

using enum Method;
using enum Permission;

constexpr Route table[] = {
    {.method = get,
     .pattern = "/healthcheck",
     .permission = everyone,
     .body = Body::none,
     .handler = get_healthcheck,
     .is_open = true},
    {get, "/v1/version", everyone, Body::none, "", get_version},
};

}  // namespace

std::span<const Route> miniflux_routes() { return table; }

}  // namespace newscache::api
