#pragma once
// One connection: requests one after the other, each read whole and answered before the next is looked at.

#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <string_view>

#include "api/host.hpp"
#include "loop/task.hpp"

namespace newscache::api {

// Serves the connection until one of the two sides has enough of it.
loop::awaitable<void> serve_connection(std::shared_ptr<Host> host, Socket socket);
// Too many connections: says so and closes.
loop::awaitable<void> refuse_connection(std::shared_ptr<Host> host, Socket socket);

// For Host::sessions.
void wind_down(Session& session);

}  // namespace newscache::api
