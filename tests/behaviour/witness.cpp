#include "behaviour/witness.hpp"

#include <boost/json/parse.hpp>
#include <cctype>
#include <stdexcept>

#include "support/catch.hpp"

namespace newscache::test {

namespace json = boost::json;

namespace {

std::string pointer_to(std::string_view path) { return "#/paths/" + pointer_part(path); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// What any answer may have, by HTTP itself, and need not be described one by one.
const std::set<std::string> usual_headers{
    "date", "content-type", "content-length",        "content-encoding", "connection", "transfer-encoding",
    "vary", "retry-after",  "x-content-type-options"};

bool is_endless(std::string_view target, int status) { return target.starts_with("/v1/events") && status == 200; }

}  // namespace

std::string pointer_part(std::string_view name) {
  std::string out;
  for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

HttpAnswer Witness::send(HttpClient& client, const Request& request, int expected) {
  INFO(request.method << " " << request.target << " " << request.body.substr(0, 200));
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: localhost\r\n";
  bool has_length = false;
  for (const auto& [name, value] : request.headers) {
    text += name + ": " + value + "\r\n";
    has_length = has_length || name == "Content-Length";
  }
  if (!has_length) text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  client.send(text + "\r\n" + request.body);
  auto answer = is_endless(request.target, expected) ? client.receive_head() : client.receive(request.method == "HEAD");
  REQUIRE(answer);
  INFO(answer->body.substr(0, 1000));
  CHECK(answer->status == expected);
  judge(request, *answer);
  return std::move(*answer);
}

void Witness::check_value(const json::value& value, const std::string& schema) {
  INFO(schema);
  for (const auto& mistake : schemas.check(value, schema)) {
    INFO(mistake);
    CHECK(false);
  }
}

std::set<std::string> Witness::unseen() const {
  auto missing = schemas.unshown();
  for (const auto& place : promised()) {
    if (!seen_.contains(place)) missing.insert(place);
  }
  for (const auto& schema : schemas.at("#/components/schemas").as_object()) {
    const auto place = "#/components/schemas/" + std::string(schema.key());
    if (!schemas.was_asked(place)) missing.insert(place);
  }
  return missing;
}

// "/v1/feeds/{id}" for "/v1/feeds/7?x=y", "/v1/assets/{sha256}" for one of these.
std::string Witness::pattern_of(std::string_view target) const {
  const std::string path(target.substr(0, target.find('?')));
  const auto& paths = schemas.at("#/paths").as_object();
  if (paths.contains(path)) return path;
  for (const auto& candidate : paths) {
    const std::string_view pattern(candidate.key());
    const auto at = pattern.find('{');
    if (at == std::string_view::npos) continue;
    const auto end = pattern.find('}') + 1;
    const auto digits = pattern.substr(at, end - at) == "{id}" ? "0123456789" : "0123456789abcdef";
    const auto before = pattern.substr(0, at);
    const auto after = pattern.substr(end);
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) continue;
    const auto id = path.substr(before.size(), path.size() - before.size() - after.size());
    if (id.find_first_not_of(digits) == std::string::npos) return std::string(pattern);
  }
  throw std::runtime_error("the document has no path for " + path);
}

void Witness::judge(const Request& request, const HttpAnswer& answer) {
  const auto path = pointer_to(pattern_of(request.target));
  const auto operation = path + "/" + (request.method == "HEAD" ? "get" : lower(request.method));
  note_parameters(operation, path, request);
  if (answer.status < 300 && !request.body.empty()) judge_body(operation, request.body);
  const auto status = std::to_string(answer.status);
  INFO(operation << ": is the status described?");
  REQUIRE(schemas.at(operation + "/responses").as_object().contains(status));
  const auto response = operation + "/responses/" + status;
  seen_.insert(response);
  judge_headers(response, answer);
  if (request.method != "HEAD") judge_content(response, answer);
}

void Witness::judge_headers(const std::string& response, const HttpAnswer& answer) {
  std::set<std::string> described;
  if (const auto* headers = schemas.at(response).as_object().if_contains("headers")) {
    for (const auto& header : headers->as_object()) described.insert(lower(header.key()));
  }
  for (const auto& header : answer.headers) {
    const auto name = lower(header.first);
    seen_.insert(response + " " + name);
    INFO(response << ": is the header " << name << " described?");
    CHECK((described.contains(name) || usual_headers.contains(name)));
  }
}

void Witness::judge_content(const std::string& response, const HttpAnswer& answer) {
  const auto* content = schemas.at(response).as_object().if_contains("content");
  if (content == nullptr) {
    INFO(response << ": is the body described?");
    CHECK(answer.body.empty());
    return;
  }
  const auto type = answer.header("Content-Type");
  const bool is_any = content->as_object().contains("*/*");
  const auto media = is_any ? "*/*" : type.substr(0, type.find(';'));
  INFO(response << ": is the type " << media << " described?");
  REQUIRE(content->as_object().contains(media));
  seen_.insert(response + " " + media);
  const auto schema = schemas.place_of(response) + "/content/" + pointer_part(media) + "/schema";
  check_value(media.ends_with("json") ? json::parse(answer.body) : json::value(answer.body), schema);
}

void Witness::judge_body(const std::string& operation, const std::string& body) {
  if (!schemas.at(operation + "/requestBody/content").as_object().contains("application/json")) return;
  check_value(json::parse(body), operation + "/requestBody/content/application~1json/schema");
}

std::map<std::string, const json::value*> Witness::parameters_of(const std::string& operation,
                                                                 const std::string& path) const {
  std::map<std::string, const json::value*> found;
  for (const auto& owner : {path, operation}) {
    const auto* list = schemas.at(owner).as_object().if_contains("parameters");
    if (list == nullptr) continue;
    for (std::size_t i = 0; i < list->as_array().size(); ++i) {
      const auto& parameter = schemas.at(owner + "/parameters/" + std::to_string(i));
      found[operation + " " + std::string(parameter.at("name").as_string())] = &parameter;
    }
  }
  return found;
}

void Witness::note_parameters(const std::string& operation, const std::string& path, const Request& request) {
  for (const auto& [place, parameter] : parameters_of(operation, path)) {
    const auto name = std::string(parameter->at("name").as_string());
    const auto& in = parameter->at("in").as_string();
    bool used = in == "path";
    for (const auto& header : request.headers) used = used || (in == "header" && lower(header.first) == lower(name));
    for (const char before : {'?', '&'}) {
      used = used || (in == "query" && request.target.find(before + name + "=") != std::string::npos);
    }
    if (used) seen_.insert(place);
  }
}

std::set<std::string> Witness::promised() const {
  std::set<std::string> places;
  const auto promise = [&](const std::string& operation, const std::string& status) {
    const auto response = operation + "/responses/" + status;
    places.insert(response);
    for (const auto* part : {"headers", "content"}) {
      const auto* members = schemas.at(response).as_object().if_contains(part);
      if (members == nullptr) continue;
      for (const auto& member : members->as_object()) places.insert(response + " " + lower(member.key()));
    }
  };
  for (const auto& path : schemas.at("#/paths").as_object()) {
    const auto place = pointer_to(path.key());
    for (const auto& method : path.value().as_object()) {
      if (method.key() == "parameters") continue;
      const auto operation = place + "/" + std::string(method.key());
      for (const auto& parameter : parameters_of(operation, place)) places.insert(parameter.first);
      for (const auto& status : method.value().at("responses").as_object())
        promise(operation, std::string(status.key()));
    }
  }
  return places;
}

}  // namespace newscache::test
