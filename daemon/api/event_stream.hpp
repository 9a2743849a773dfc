#pragma once
// Server-sent events (as the HTML standard has them) over one connection.

#include <memory>
#include <string>

#include "api/deadline.hpp"
#include "api/event_hub.hpp"
#include "api/host.hpp"
#include "api/transport.hpp"
#include "loop/task.hpp"

namespace newscache::api {

// Writes `head`, then the subscriber's events as they come, until one side ends. A client that takes nothing for
// Limits::stream_time is cut off.
loop::awaitable<void> stream_events(Host& host, Transport& transport, Deadline& deadline,
                                    std::shared_ptr<Subscriber> subscriber, std::string head, bool chunked);

}  // namespace newscache::api
