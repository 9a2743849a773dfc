#pragma once
// Sends requests to the real daemon, holds each answer against docs/openapi.json, and keeps what has been seen of that.

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "support/http_client.hpp"
#include "support/json_schema.hpp"

namespace newscache::test {

class Witness {
 public:
  explicit Witness(boost::json::value document) : schemas(std::move(document)) {}

  struct Request {
    std::string method;
    std::string target;
    std::string body = {};
    HeaderList headers = {};  // a Content-Length of its own is taken
  };

  // Checks status, headers and body; the body of an answer without an end stays to be read.
  HttpAnswer send(HttpClient& client, const Request& request, int expected);
  // `schema` is a pointer into the document.
  void check_value(const boost::json::value& value, const std::string& schema);
  // What the document promises and nobody has seen: operations' parameters, statuses, headers and media types; schemas
  // and their properties.
  std::set<std::string> unseen() const;

  SchemaCheck schemas;

 private:
  std::string pattern_of(std::string_view target) const;
  void judge(const Request& request, const HttpAnswer& answer);
  void judge_headers(const std::string& response, const HttpAnswer& answer);
  void judge_content(const std::string& response, const HttpAnswer& answer);
  void judge_body(const std::string& operation, const std::string& body);
  std::map<std::string, const boost::json::value*> parameters_of(const std::string& operation,
                                                                 const std::string& path) const;
  void note_parameters(const std::string& operation, const std::string& path, const Request& request);
  std::set<std::string> promised() const;

  std::set<std::string> seen_;
};

// As one name in a pointer.
std::string pointer_part(std::string_view name);

}  // namespace newscache::test
