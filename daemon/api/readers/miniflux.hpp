#pragma once
// The dialect of Miniflux, below /miniflux.

#include <span>

#include "api/host.hpp"

namespace newscache::api {

std::span<const Route> miniflux_routes();

}  // namespace newscache::api
