#include "support/json_schema.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <regex>
#include <stdexcept>

namespace newscache::test {

namespace json = boost::json;

namespace {

std::string text_of(std::string_view text) { return std::string(text); }

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_bool();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  if (type == "null") return value.is_null();
  throw std::runtime_error("no such type: " + text_of(type));
}

bool matches(const json::value& value, const std::string& pattern) {
  const auto text = std::string(value.as_string());
  return std::regex_search(text, std::regex(pattern));
}

bool contains(const json::array& list, const json::value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

constexpr std::string_view annotations[] = {"description", "default", "examples", "example", "title"};
constexpr std::string_view of_objects[] = {"properties", "additionalProperties", "required", "minProperties"};

// A path's slash is written "~1" in a pointer.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

}  // namespace

std::pair<std::string, const json::value&> SchemaCheck::resolve(std::string pointer) const {
  for (int steps = 0; steps < 10; ++steps) {
    boost::system::error_code error;
    const auto* found = document_.find_pointer(pointer.substr(1), error);
    if (found == nullptr) throw std::runtime_error("the document has no " + pointer);
    const auto* reference = found->is_object() ? found->as_object().if_contains("$ref") : nullptr;
    if (reference == nullptr) return {pointer, *found};
    pointer = std::string(reference->as_string());
  }
  throw std::runtime_error("references in a circle: " + pointer);
}

std::vector<std::string> SchemaCheck::check(const json::value& value, const std::string& schema) {
  Mistakes mistakes;
  check_at(value, schema, "", mistakes);
  return mistakes;
}

void SchemaCheck::check_at(const json::value& value, const std::string& pointer, const std::string& where,
                           Mistakes& mistakes) {
  const auto [target, schema] = resolve(pointer);
  asked_.insert(target);
  const auto& keywords = schema.as_object();
  if (value.is_object()) check_members(value.as_object(), keywords, target, where, mistakes);
  for (const auto& keyword : keywords) {
    check_keyword(value, keyword.key(), keyword.value(), target, where, mistakes);
  }
}

void SchemaCheck::check_members(const json::object& object, const json::object& schema, const std::string& pointer,
                                const std::string& where, Mistakes& mistakes) {
  const auto* properties = schema.if_contains("properties");
  const auto* additional = schema.if_contains("additionalProperties");
  // The document of the API itself, say: nothing is said about its members.
  if (properties == nullptr && additional == nullptr) return;
  for (const auto& member : object) {
    const auto name = text_of(member.key());
    const auto place = where + "." + name;
    if (properties != nullptr && properties->as_object().contains(name)) {
      const auto property = pointer + "/properties/" + escaped(name);
      if (!member.value().is_null()) shown_.insert(property);
      check_at(member.value(), property, place, mistakes);
    } else if (additional != nullptr && additional->is_object()) {
      check_at(member.value(), pointer + "/additionalProperties", place, mistakes);
    } else {
      mistakes.push_back(place + " is not described");
    }
  }
  const auto* required = schema.if_contains("required");
  if (required == nullptr) return;
  for (const auto& name : required->as_array()) {
    if (!object.contains(name.as_string())) mistakes.push_back(where + "." + text_of(name.as_string()) + " is missing");
  }
}

void SchemaCheck::check_keyword(const json::value& value, std::string_view keyword, const json::value& argument,
                                const std::string& pointer, const std::string& where, Mistakes& mistakes) {
  const auto demand = [&](bool fulfilled) {
    if (fulfilled) return;
    mistakes.push_back(where + ": " + json::serialize(value) + " is not as " + text_of(keyword) + " " +
                       json::serialize(argument) + " says");
  };
  const auto number = [](const json::value& of) { return of.to_number<double>(); };
  const auto among = [&](const auto& list) {
    return std::find(std::begin(list), std::end(list), keyword) != std::end(list);
  };
  if (keyword == "type" && argument.is_string()) return demand(is_of_type(value, argument.as_string()));
  if (keyword == "type") {
    const auto& types = argument.as_array();
    return demand(
        std::any_of(types.begin(), types.end(), [&](const auto& type) { return is_of_type(value, type.as_string()); }));
  }
  if (keyword == "enum") return demand(contains(argument.as_array(), value));
  if (keyword == "const") return demand(value == argument);
  if (keyword == "minimum") return demand(!value.is_number() || number(value) >= number(argument));
  if (keyword == "maximum") return demand(!value.is_number() || number(value) <= number(argument));
  if (keyword == "maxLength")
    return demand(!value.is_string() || value.as_string().size() <= argument.to_number<std::size_t>());
  if (keyword == "pattern") return demand(!value.is_string() || matches(value, std::string(argument.as_string())));
  if (keyword == "format" && argument == "date-time") {
    return demand(!value.is_string() || matches(value, R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$)"));
  }
  if (keyword == "minProperties" && value.is_object()) {
    return demand(value.as_object().size() >= argument.to_number<std::size_t>());
  }
  if (keyword == "items") {
    if (!value.is_array()) return;
    for (std::size_t i = 0; i < value.as_array().size(); ++i) {
      check_at(value.as_array()[i], pointer + "/items", where + "[" + std::to_string(i) + "]", mistakes);
    }
    return;
  }
  if (keyword == "anyOf") {
    Mistakes all;
    for (std::size_t i = 0; i < argument.as_array().size(); ++i) {
      Mistakes one;
      check_at(value, pointer + "/anyOf/" + std::to_string(i), where, one);
      if (one.empty()) return;
      all.insert(all.end(), one.begin(), one.end());
    }
    mistakes.insert(mistakes.end(), all.begin(), all.end());
    return;
  }
  if (among(annotations) || among(of_objects)) return;
  mistakes.push_back(pointer + ": the keyword " + text_of(keyword) + " is not known to this check");
}

void SchemaCheck::collect(const std::string& pointer, std::set<std::string>& reached) const {
  const auto [target, schema] = resolve(pointer);
  if (!reached.insert(target).second) return;
  for (const auto& keyword : schema.as_object()) {
    const auto below = target + "/" + escaped(keyword.key());
    if (keyword.key() == "properties") {
      for (const auto& member : keyword.value().as_object()) collect(below + "/" + escaped(member.key()), reached);
    } else if (keyword.key() == "anyOf") {
      for (std::size_t i = 0; i < keyword.value().as_array().size(); ++i) {
        collect(below + "/" + std::to_string(i), reached);
      }
    } else if (keyword.key() == "items" || (keyword.key() == "additionalProperties" && keyword.value().is_object())) {
      collect(below, reached);
    }
  }
}

std::set<std::string> SchemaCheck::unshown() const {
  std::set<std::string> reached;
  for (const auto& pointer : asked_) collect(pointer, reached);
  std::set<std::string> missing;
  for (const auto& pointer : reached) {
    const auto* properties = at(pointer).as_object().if_contains("properties");
    if (properties == nullptr) continue;
    for (const auto& property : properties->as_object()) {
      auto name = pointer + "/properties/" + escaped(property.key());
      if (!shown_.contains(name)) missing.insert(std::move(name));
    }
  }
  return missing;
}

}  // namespace newscache::test
