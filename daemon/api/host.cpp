#include "api/host.hpp"

namespace newscache::api {
namespace {

// 64 lower-case hexadecimal digits.
bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// Whether the path is of that pattern; then `found` has what stands in its place.
bool match(std::string_view pattern, std::string_view path, RouteMatch& found) {
  const auto place = pattern.find('{');
  if (place == std::string_view::npos) return pattern == path;
  const auto end = pattern.find('}') + 1;
  const auto before = pattern.substr(0, place);
  const auto after = pattern.substr(end);
  if (path.size() < before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) return false;
  const auto value = path.substr(before.size(), path.size() - before.size() - after.size());
  if (pattern.substr(place, end - place) == "{sha256}") {
    found.sha256 = value;
    return is_sha256(value);
  }
  const auto id = parse_id(value);
  found.id = id.value_or(0);
  return id.has_value();
}

}  // namespace

RouteMatch find_route(std::span<const Route> routes, Method method, std::string_view path) {
  RouteMatch found;
  for (const auto& route : routes) {
    if (!match(route.pattern, path, found)) continue;
    if (route.method == method) {
      found.route = &route;
      return found;
    }
    if (!found.allow.empty()) found.allow += ", ";
    found.allow += route.method == Method::get ? "GET, HEAD" : method_name(route.method);
  }
  return found;
}

}  // namespace newscache::api
