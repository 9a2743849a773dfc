#include "api/dialect.hpp"

#include <algorithm>
#include <string_view>

#include "text/json_writer.hpp"

namespace newscache::api {
namespace {

struct Place {
  std::string_view prefix;
  Dialect dialect;
  bool is_part_of_the_path;  // else it is taken away
};
constexpr Place places[] = {
    {"/miniflux", Dialect::miniflux, false},
    {"/api/greader.php", Dialect::google_reader, false},
    {"/reader", Dialect::google_reader, true},
    {"/accounts", Dialect::google_reader, true},
};

// But one.
void take_slashes(std::string& path) {
  const auto start = path.find_first_not_of('/');
  if (start != std::string::npos && start > 1) path.erase(0, start - 1);
}

// Of Miniflux itself, where clients look at it.
std::string_view miniflux_message(const Response& problem) {
  switch (problem.status) {
    case 401:
      return "access unauthorized";
    case 403:
      return "access forbidden";
    case 404:
      return "resource not found";
    default:
      return *problem.problem;
  }
}

// Those that a Miniflux gives; its clients know no others.
int miniflux_status(int status) {
  switch (status) {
    case 406:
    case 409:
    case 410:
    case 415:
    case 417:
    case 422:
      return 400;
    case 502:
    case 504:
      return 500;
    default:
      return status;
  }
}

}  // namespace

Dialect take_dialect(std::string& path) {
  const auto start = path.find_first_not_of('/');
  if (start == std::string::npos || start == 0) return Dialect::native;
  const auto place = std::find_if(std::begin(places), std::end(places), [&](const Place& one) {
    const auto rest = std::string_view(path).substr(start - 1);
    return rest.starts_with(one.prefix) && (rest.size() == one.prefix.size() || rest[one.prefix.size()] == '/');
  });
  if (place == std::end(places)) return Dialect::native;
  path.erase(0, start - 1);
  if (!place->is_part_of_the_path) path.erase(0, place->prefix.size());
  take_slashes(path);
  return place->dialect;
}

Response in_dialect(Dialect dialect, Response problem) {
  if (dialect == Dialect::native || !problem.problem) return problem;
  if (dialect == Dialect::miniflux) {
    problem.body.clear();
    text::JsonWriter(problem.body).open('{').key("error_message").text(miniflux_message(problem)).close('}');
    problem.status = miniflux_status(problem.status);
    problem.content_type = "application/json";
    if (problem.status == 401) problem.headers.emplace_back("WWW-Authenticate", R"(Basic realm="Restricted")");
    return problem;
  }
  problem.body = problem.status == 401 ? "Unauthorized" : *problem.problem;
  problem.content_type = "text/plain; charset=utf-8";
  if (problem.status == 401) {
    // By which clients know that they need another token, and not another password.
    problem.headers.emplace_back("X-Reader-Google-Bad-Token", "true");
    problem.headers.emplace_back("Google-Bad-Token", "true");
  }
  return problem;
}

}  // namespace newscache::api
