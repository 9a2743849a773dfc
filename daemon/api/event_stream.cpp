#include "api/event_stream.hpp"

#include <poll.h>

namespace newscache::api {

using ErrorCode = boost::system::error_code;

namespace {

constexpr std::chrono::seconds heartbeat{30};

// Closes the subscriber when its client hangs up. One that only says that it will ask nothing more (shutdown) still
// listens.
void watch_for_hang_up(Socket& socket, const std::shared_ptr<Subscriber>& subscriber) {
  const int descriptor = socket.native_handle();
  // Over TCP a client that has gone looks like one that will ask nothing more.
  ErrorCode ignored;
  const bool is_unix = socket.local_endpoint(ignored).protocol().family() == AF_UNIX;
  const auto events = static_cast<short>(is_unix ? 0 : POLLRDHUP);
  socket.async_wait(Socket::wait_read, [descriptor, events, weak = std::weak_ptr(subscriber)](const ErrorCode& error) {
    const auto alive = weak.lock();
    if (error || !alive || alive->closed()) return;
    pollfd state{descriptor, events, 0};
    if (::poll(&state, 1, 0) > 0) alive->close();
  });
}

// An id without an event: where to resume from, also when nothing has happened that this client wants to hear of.
std::shared_ptr<const std::string> heartbeat_of(const Subscriber& subscriber) {
  const auto place = std::to_string(raw(subscriber.sent()));
  return std::make_shared<const std::string>("id: " + place + "\n: still here\n\n");
}

struct StreamEnd {
  std::shared_ptr<Subscriber> subscriber;
  ~StreamEnd() { subscriber->channel().remove(subscriber); }
};

loop::awaitable<bool> write_all(Host& host, Transport& transport, Deadline& deadline,
                                std::vector<boost::asio::const_buffer> parts) {
  bool going = true;
  while (going && !parts.empty()) {
    // Whoever takes a little now and then is slow, and not stalled.
    deadline.start(host.stopping ? std::chrono::seconds(1) : host.limits.stream_time);
    going = co_await transport.write_some(parts);
  }
  deadline.end();
  co_return going;
}

}  // namespace

loop::awaitable<void> stream_events(Host& host, Transport& transport, Deadline& deadline,
                                    std::shared_ptr<Subscriber> subscriber, std::string head, bool chunked) {
  const StreamEnd closed_at_the_end{subscriber};
  subscriber->push(heartbeat_of(*subscriber));
  std::vector<boost::asio::const_buffer> head_part{boost::asio::buffer(head)};
  bool alive = co_await write_all(host, transport, deadline, std::move(head_part));
  watch_for_hang_up(transport.socket(), subscriber);
  while (alive && !subscriber->closed() && !host.stopping) {
    bool quiet = false;
    if (subscriber->listens()) {
      quiet = co_await subscriber->wait(heartbeat);
    } else if (!subscriber->has_waiting()) {
      co_await subscriber->channel().catch_up(subscriber);
    }
    if (subscriber->closed()) break;
    auto events = subscriber->take();
    if (quiet) events.push_back(heartbeat_of(*subscriber));
    if (events.empty()) continue;
    std::size_t size = 0;
    for (const auto& text : events) size += text->size();
    const auto frame = chunk_head(size);
    std::vector<boost::asio::const_buffer> parts;
    if (chunked) parts.push_back(boost::asio::buffer(frame));
    for (const auto& text : events) parts.push_back(boost::asio::buffer(*text));
    if (chunked) parts.push_back(boost::asio::buffer(chunk_tail));
    alive = co_await write_all(host, transport, deadline, std::move(parts));
  }
  // The last chunk tells that the stream was ended and did not break; it must not wait.
  if (alive && chunked && host.stopping) transport.write_now(last_chunk);
}

}  // namespace newscache::api
