// POST /v1/reload.

#include <boost/json/array.hpp>

#include "api/handlers.hpp"

namespace newscache::api {

loop::awaitable<Response> reload(Context& context, Request&) {
  const auto waiting = co_await context.services.reload();
  if (!waiting && waiting.error().cause == Cause::invalid) co_return problem(422, waiting.error());
  if (!waiting) co_return problem(waiting.error());
  boost::json::object out;
  auto& keys = out["needs_restart"].emplace_array();
  for (const auto& key : *waiting) keys.push_back(boost::json::value(key));
  co_return json_response(boost::json::value(std::move(out)));
}

}  // namespace newscache::api
