#include "api/routes.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <set>

#include "api/openapi.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;

namespace json = boost::json;

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::set<std::string> words(std::string_view list) {
  std::set<std::string> out;
  while (!list.empty()) {
    const auto end = std::min(list.find(' '), list.size());
    out.emplace(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

json::value api_document() {
  return json::parse(boost::json::string_view(openapi_document.data(), openapi_document.size()));
}

}  // namespace

TEST_CASE("a path finds its route, with its id") {
  const auto match = find_route(routes(), Method::patch, "/v1/feeds/17");
  REQUIRE(match.route != nullptr);
  CHECK(match.route->pattern == "/v1/feeds/{id}");
  CHECK(match.id == 17);
  CHECK(find_route(routes(), Method::post, "/v1/feeds/17/refresh").id == 17);
  CHECK(find_route(routes(), Method::post, "/v1/articles/mark").route->pattern == "/v1/articles/mark");
}

TEST_CASE("an unknown path has no route") {
  for (const std::string_view path : {"/", "/v1", "/v1/", "/v1/feeds/", "/v1/feeds/0", "/v1/feeds/x", "/v1/feeds/1/",
                                      "/v1/feeds/1/x", "/v1/feeds/1/1/refresh", "/v1/feeds//refresh",
                                      "/v1/feeds/refresh", "/v2/status", "/V1/status", "/v1/feeds/2147483648"}) {
    INFO(path);
    const auto match = find_route(routes(), Method::get, path);
    CHECK(match.route == nullptr);
    CHECK(match.allow.empty());
  }
}

TEST_CASE("a known path with another method says what it allows") {
  CHECK(find_route(routes(), Method::remove, "/v1/status").allow == "GET, HEAD");
  CHECK(find_route(routes(), Method::post, "/v1/feeds/7").allow == "GET, HEAD, PATCH, DELETE");
  CHECK(find_route(routes(), Method::other, "/v1/refresh").allow == "POST");
}

TEST_CASE("whatever changes subscriptions is for administrators, and reading and marking is for everyone") {
  for (const auto& route : routes()) {
    INFO(method_name(route.method) << " " << route.pattern);
    const bool harmless =
        route.method == Method::get || route.pattern.ends_with("refresh") || route.pattern.starts_with("/v1/articles");
    CHECK((route.permission == Permission::everyone) == harmless);
  }
}

TEST_CASE("what is kept is what everybody may read and what changes with the database alone") {
  std::set<std::string_view> kept;
  for (const auto& route : routes()) {
    if (!route.is_kept) continue;
    INFO(route.pattern);
    CHECK(route.method == Method::get);
    CHECK(route.permission == Permission::everyone);
    kept.insert(route.pattern);
  }
  CHECK(kept.contains("/v1/articles"));
  // How polling goes, how much room is left, how long the daemon has run: none of it is committed.
  for (const std::string_view lives : {"/v1/status", "/healthz", "/metrics", "/v1/feeds", "/v1/feeds/{id}",
                                       "/v1/feeds/{id}/journal", "/v1/events", "/v1/assets/{sha256}"}) {
    INFO(lives);
    CHECK_FALSE(kept.contains(lives));
  }
}

TEST_CASE("the OpenAPI document describes every route with its parameters, and nothing else") {
  const auto document = api_document();
  CHECK(document.at("openapi").as_string().starts_with("3.1"));
  const auto& paths = document.at("paths").as_object();
  std::size_t operations = 0;
  for (const auto& route : routes()) {
    INFO(method_name(route.method) << " " << route.pattern);
    const auto* path = paths.if_contains(boost::json::string_view(route.pattern.data(), route.pattern.size()));
    REQUIRE(path != nullptr);
    const auto* operation = path->as_object().if_contains(lower(method_name(route.method)));
    REQUIRE(operation != nullptr);
    ++operations;
    std::set<std::string> described;
    if (const auto* parameters = operation->as_object().if_contains("parameters")) {
      for (const auto& parameter : parameters->as_array()) {
        const auto* place = parameter.as_object().if_contains("in");  // absent: a reference to a header
        if (place != nullptr && *place == "query") described.emplace(parameter.at("name").as_string().c_str());
      }
    }
    CHECK(described == words(route.parameters));
    CHECK(operation->as_object().contains("requestBody") == (route.body != Body::none));
    const bool may_be_forbidden = operation->at("responses").as_object().contains("403");
    if (route.permission == Permission::admin) CHECK(may_be_forbidden);
  }
  std::size_t described_operations = 0;
  for (const auto& path : paths) {
    for (const auto& member : path.value().as_object()) {
      if (member.key() != "parameters") ++described_operations;
    }
  }
  CHECK(described_operations == operations);
}

namespace {

void check_references(const json::value& value, const json::object& document, std::size_t& found) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      if (member.key() != "$ref") {
        check_references(member.value(), document, found);
        continue;
      }
      ++found;
      const auto target = member.value().as_string();
      INFO(target.c_str());
      REQUIRE(target.starts_with("#"));
      boost::system::error_code error;
      CHECK(json::value(document).find_pointer(target.subview(1), error) != nullptr);
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) check_references(element, document, found);
  }
}

}  // namespace

TEST_CASE("every reference in the OpenAPI document leads somewhere") {
  const auto document = api_document();
  std::size_t found = 0;
  check_references(document, document.as_object(), found);
  CHECK(found > 20);
}
