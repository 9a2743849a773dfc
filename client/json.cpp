#include "client/json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace newscache::client {
namespace {

const boost::json::object no_object;
const boost::json::array no_array;

}  // namespace

Outcome<boost::json::object> parse_object(std::string_view body) {
  boost::json::error_code error;
  auto value = boost::json::parse(body, error);
  if (error || !value.is_object()) {
    return Failure{Exit::failed,
                   "the daemon's answer is no JSON object; is something else listening on this socket? See --socket"};
  }
  return std::move(value.get_object());
}

std::string text_at(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::int64_t> number_at(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value || !value->is_number()) return std::nullopt;
  boost::json::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

std::int64_t count_at(const boost::json::object& object, std::string_view key) {
  return number_at(object, key).value_or(0);
}

bool flag_at(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

const boost::json::object& object_at(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value ? as_object(*value) : no_object;
}

const boost::json::array& array_at(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_array() ? value->get_array() : no_array;
}

const boost::json::object& as_object(const boost::json::value& value) {
  return value.is_object() ? value.get_object() : no_object;
}

}  // namespace newscache::client
