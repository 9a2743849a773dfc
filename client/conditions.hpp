#pragma once
// What the API's status says of network and traffic, in words.

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace newscache::client {

// "online since 2026-11-25 06:00", and of any other state what it means.
// With `now` its time is told as long_time() has it.
std::string network_text(const boost::json::object& network, std::optional<Instant> now = {});
// "3.1 MiB received since midnight UTC, the budget of a day is 4.8 MiB".
std::string traffic_text(const boost::json::object& traffic);

}  // namespace newscache::client
