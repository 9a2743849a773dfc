#pragma once
// Checks values against the schemas of an OpenAPI document, as far as docs/openapi.json uses JSON Schema, and keeps
// what they have shown. Stricter than JSON Schema: a member that is not described is a mistake, and so is a keyword
// that is not known here.

#include <boost/json/value.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace newscache::test {

class SchemaCheck {
 public:
  explicit SchemaCheck(boost::json::value document) : document_(std::move(document)) {}

  // The value at "#/..." with references followed; throws when there is none.
  const boost::json::value& at(const std::string& pointer) const { return resolve(pointer).second; }
  // Where references lead from there.
  std::string place_of(const std::string& pointer) const { return resolve(pointer).first; }

  // `schema` is a pointer into the document, "#/...". What is wrong with the value, a line each.
  std::vector<std::string> check(const boost::json::value& value, const std::string& schema);

  // Of the schemas that were asked and of those that they contain, the properties that no value had, or only null:
  // "#/.../properties/name".
  std::set<std::string> unshown() const;
  bool was_asked(const std::string& schema) const { return asked_.contains(schema); }

 private:
  using Mistakes = std::vector<std::string>;
  std::pair<std::string, const boost::json::value&> resolve(std::string pointer) const;
  void collect(const std::string& pointer, std::set<std::string>& reached) const;
  void check_at(const boost::json::value& value, const std::string& pointer, const std::string& where,
                Mistakes& mistakes);
  void check_keyword(const boost::json::value& value, std::string_view keyword, const boost::json::value& argument,
                     const std::string& pointer, const std::string& where, Mistakes& mistakes);
  void check_members(const boost::json::object& object, const boost::json::object& schema, const std::string& pointer,
                     const std::string& where, Mistakes& mistakes);

  boost::json::value document_;
  std::set<std::string> asked_;  // schemas
  std::set<std::string> shown_;  // properties
};

}  // namespace newscache::test
