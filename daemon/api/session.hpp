#pragma once
// One connection: requests one after the other, each read whole and answered before the next is looked at.

#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <string_view>

#include "api/host.hpp"
#include "loop/task.hpp"

namespace newscache::api {

// Serves the connection until one of the two sides has enough of it.
loop::awaitable<void> serve_connection(std::shared_ptr<Host> host, Socket socket, Door door, Caller caller);
// Too many connections: says so and closes.
loop::awaitable<void> refuse_connection(std::shared_ptr<Host> host, Socket socket);

// For Host::sessions. The daemon stops: what is idle ends, what is being answered gets its answer.
void wind_down(Session& session);
// How many connections of the same user there are, without event streams.
std::size_t busy_of(const Host& host, const Caller& caller);

}  // namespace newscache::api
