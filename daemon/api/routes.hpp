#pragma once
// The table of everything that is served.

#include <span>

#include "api/host.hpp"

namespace newscache::api {

std::span<const Route> routes(Dialect dialect = Dialect::native);

}  // namespace newscache::api
