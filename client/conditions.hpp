#pragma once
// What the API's status says of network and traffic, in words.

#include <boost/json/object.hpp>
#include <string>

namespace newscache::client {

// "online since 2026-11-25 06:00", and of any other state what it means.
std::string network_text(const boost::json::object& network);
// "3.1 MiB received since midnight UTC, the budget of a day is 4.8 MiB".
std::string traffic_text(const boost::json::object& traffic);

}  // namespace newscache::client
