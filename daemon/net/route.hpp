#pragma once
// Whether this machine has any way out.

namespace newscache::net {

// Asks the routing table, and sends nothing. Without a route, names do not resolve and nothing can be told about them.
bool has_route();

}  // namespace newscache::net
