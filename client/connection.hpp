#pragma once
// The daemon's HTTP API over its Unix socket: requests, and the live event stream. One thread.

#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/outcome.hpp"
#include "client/sse.hpp"

namespace newscache::client {

struct Request {
  std::string method = "GET";
  std::string target;
  std::string body;
  std::string content_type = "application/json";
};

// "/v1/articles?feed=7&q=two%20words"; parameters with an empty value are left out.
std::string with_query(std::string_view path,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> parameters);

// What a request that the daemon refused means to the caller: exit code and one line, from status and problem document.
Failure refusal(std::string_view target, long status, std::string_view body);

class Connection {
 public:
  explicit Connection(std::string socket_path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The body of a 2xx answer.
  Outcome<std::string> send(const Request& request);
  Outcome<std::string> get(std::string target);
  Outcome<boost::json::object> get_object(std::string target);
  // A 2xx answer of any size, handed on as it comes; false from `take` ends it, which is a failure without a message.
  Outcome<void> fetch(const std::string& target, const std::function<bool(std::string_view)>& take);
  // POST of so many bytes of a file, from its beginning. `sent` is told how many have gone; the answer may take long.
  Outcome<std::string> post_file(const std::string& target, int fd, std::int64_t bytes,
                                 const std::function<void(std::int64_t)>& sent);
  const std::string& socket_path() const { return socket_path_; }
  // Asked about once a second while an answer is awaited; true ends that.
  void set_give_up(std::function<bool()> give_up) { give_up_ = std::move(give_up); }

 private:
  struct Handle;
  std::function<bool()> give_up_;
  std::string socket_path_;
  std::unique_ptr<Handle> handle_;
};

// What may narrow GET /v1/events; what is empty does not.
struct EventFilter {
  std::string epoch;  // of `since`: another one now is refused with 410
  std::string feed;   // an id
  std::string folder;
};

// GET /v1/events. Lasts until the daemon ends it.
class EventStream {
 public:
  // Events after `since`; from now on when that is empty.
  EventStream(const std::string& socket_path, std::string_view since, const EventFilter& filter = {});
  ~EventStream();
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  // Returns as soon as there are events, when the stream ended, when `also` can be read, or after `longest`.
  Outcome<std::vector<Event>> wait(std::chrono::milliseconds longest, int also = -1);
  bool ended() const;
  // Up to where everything has been told, events or not.
  const std::string& last_id() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::client
