#pragma once
// Reading the daemon's JSON without trusting its shape: what is absent or of another type is empty.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/outcome.hpp"

namespace newscache::client {

Outcome<boost::json::object> parse_object(std::string_view body);

std::string text_at(const boost::json::object& object, std::string_view key);
std::optional<std::int64_t> number_at(const boost::json::object& object, std::string_view key);
std::int64_t count_at(const boost::json::object& object, std::string_view key);  // 0 when absent
bool flag_at(const boost::json::object& object, std::string_view key);           // false when absent
const boost::json::object& object_at(const boost::json::object& object, std::string_view key);
const boost::json::array& array_at(const boost::json::object& object, std::string_view key);
// The element as an object; an empty one when it is none.
const boost::json::object& as_object(const boost::json::value& value);

}  // namespace newscache::client
