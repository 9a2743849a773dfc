#include "api/host.hpp"

namespace newscache::api {
namespace {

// The id in the path, 0 for a pattern without one; none when the path is another.
std::optional<std::int64_t> match(std::string_view pattern, std::string_view path) {
  constexpr std::string_view placeholder = "{id}";
  const auto place = pattern.find(placeholder);
  if (place == std::string_view::npos) {
    if (pattern != path) return std::nullopt;
    return 0;
  }
  const auto before = pattern.substr(0, place);
  const auto after = pattern.substr(place + placeholder.size());
  if (path.size() < before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) {
    return std::nullopt;
  }
  return parse_id(path.substr(before.size(), path.size() - before.size() - after.size()));
}

}  // namespace

RouteMatch find_route(std::span<const Route> routes, Method method, std::string_view path) {
  RouteMatch found;
  for (const auto& route : routes) {
    const auto id = match(route.pattern, path);
    if (!id) continue;
    if (route.method == method) {
      found.route = &route;
      found.id = *id;
      return found;
    }
    if (!found.allow.empty()) found.allow += ", ";
    found.allow += route.method == Method::get ? "GET, HEAD" : method_name(route.method);
  }
  return found;
}

}  // namespace newscache::api
