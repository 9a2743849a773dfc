#pragma once
// The dialect of Google Reader, as FreshRSS speaks it: at /accounts and /reader, and both below /api/greader.php.

#include <span>

#include "api/host.hpp"

namespace newscache::api {

std::span<const Route> google_reader_routes();

}  // namespace newscache::api
