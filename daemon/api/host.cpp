#include "api/host.hpp"

#include <algorithm>

namespace newscache::api {
namespace {

// 64 lower-case hexadecimal digits.
bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// Whether the path is of that pattern; then `found` has what stands in its places.
bool match(std::string_view pattern, std::string_view path, RouteMatch& found) {
  bool has_odd_id = false;
  for (;;) {
    const auto place = std::min(pattern.find('{'), pattern.size());
    if (place == pattern.size() && path != pattern) return false;
    if (place == pattern.size()) break;
    if (!path.starts_with(pattern.substr(0, place))) return false;
    path.remove_prefix(place);
    const auto end = pattern.find('}') + 1;
    const auto kind = pattern.substr(place, end - place);
    pattern.remove_prefix(end);
    if (kind == "{tail}") {
      found.tail = path;
      return !has_odd_id;
    }
    const auto value = path.substr(0, std::min(path.find('/'), path.size()));
    path.remove_prefix(value.size());
    if (kind == "{sha256}") {
      if (!is_sha256(value)) return false;
      found.sha256 = value;
      continue;
    }
    if (value.empty()) return false;
    const auto id = parse_id(value);
    (kind == "{entry}" ? found.entry_id : found.id) = id.value_or(0);
    has_odd_id = has_odd_id || !id;
  }
  found.has_odd_id = found.has_odd_id || has_odd_id;
  return !has_odd_id;
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
