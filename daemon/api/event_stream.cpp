#include "api/event_stream.hpp"

#include <poll.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "model/names.hpp"
#include "text/date.hpp"

namespace newscache::api {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

// So that a page of events fits into a backlog that is half full.
constexpr std::int64_t changes_per_page = 256;
constexpr std::chrono::seconds heartbeat{30};
constexpr std::chrono::seconds patience{1};

struct PumpEnd {
  bool& pumping;
  ~PumpEnd() { pumping = false; }
};

std::string_view event_op(const model::Change& change) {
  // A feed's state is part of the feed: there is no feed.state.
  if (change.type == model::ChangeType::feed && change.op == model::ChangeOp::state)
    return name(model::ChangeOp::updated);
  return name(change.op);
}

}  // namespace

std::string format_event(const model::Change& change) {
  const auto revision = std::to_string(raw(change.revision));
  const std::string type(name(change.type));
  std::string text = "id: " + revision + "\nevent: " + type + "." + std::string(event_op(change)) + "\ndata: ";
  text += R"({"revision":)" + revision + R"(,"type":")" + type + R"(","op":")" + std::string(name(change.op));
  text += R"(","id":)" + std::to_string(change.id) + "}\n\n";
  return text;
}

std::string format_network_event(std::string_view state, Instant since) {
  boost::json::object data;
  data["state"] = state;
  data["since"] = text::format_rfc3339(since);
  return "event: network\ndata: " + boost::json::serialize(data) + "\n\n";
}

std::string format_storage_event(std::string_view state) {
  boost::json::object data;
  data["state"] = state;
  return "event: storage\ndata: " + boost::json::serialize(data) + "\n\n";
}

void Subscriber::push(std::shared_ptr<const std::string> events) {
  if (closed_) return;
  if (waiting_bytes_ + events->size() > capacity_) {
    close();
    return;
  }
  waiting_bytes_ += events->size();
  waiting_.push_back(std::move(events));
  alarm_.cancel();
}

std::vector<std::shared_ptr<const std::string>> Subscriber::take() {
  std::vector<std::shared_ptr<const std::string>> taken(waiting_.begin(), waiting_.end());
  waiting_.clear();
  waiting_bytes_ = 0;
  if (!taken.empty() && on_drained) on_drained();
  return taken;
}

void Subscriber::close() {
  closed_ = true;
  alarm_.cancel();
}

loop::awaitable<bool> Subscriber::wait(std::chrono::steady_clock::duration time) {
  if (closed_ || !waiting_.empty()) co_return false;
  alarm_.expires_after(time);
  ErrorCode error;
  co_await alarm_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return !error && !closed_ && waiting_.empty();
}

loop::awaitable<void> EventHub::catch_up(std::shared_ptr<Subscriber> subscriber) {
  auto look = [since = subscriber->sent()](store::Reader& reader) { return reader.changes(since, changes_per_page); };
  const auto page = co_await reader_.run(std::move(look));
  if (!page) {
    subscriber->close();
    co_return;
  }
  std::string text;
  for (const auto& change : page->changes) text += format_event(change);
  if (!page->changes.empty()) {
    subscriber->push(std::make_shared<const std::string>(std::move(text)));
    subscriber->set_sent(page->changes.back().revision);
  }
  // Nobody else runs between the look at tail_ and joining, so that no page can fall between the two.
  const bool others_know_more = !subscribers_.empty() && tail_ > subscriber->sent();
  if (!page->more && !others_know_more) add(std::move(subscriber));
}

void EventHub::add(std::shared_ptr<Subscriber> subscriber) {
  if (subscribers_.empty()) tail_ = std::max(tail_, subscriber->sent());
  subscriber->set_listens();
  subscriber->on_drained = [this] { pace_.cancel(); };
  subscribers_.insert(std::move(subscriber));
  // A commit may have been announced between the client's last look at the log and now.
  notify();
}

void EventHub::notify() {
  drop_closed();
  if (subscribers_.empty()) return;
  moved_ = true;
  if (pumping_) return;
  pumping_ = true;
  tasks_.spawn("events", pump(shared_from_this()));
}

void EventHub::broadcast(std::string events) {
  const auto shared = std::make_shared<const std::string>(std::move(events));
  for (const auto& subscriber : subscribers_) subscriber->push(shared);
  drop_closed();
}

void EventHub::close() {
  for (const auto& subscriber : subscribers_) subscriber->close();
  drop_closed();
}

void EventHub::remove(const std::shared_ptr<Subscriber>& subscriber) {
  subscriber->close();
  subscriber->on_drained = nullptr;
  subscribers_.erase(subscriber);
  pace_.cancel();
}

void EventHub::drop_closed() {
  std::erase_if(subscribers_, [](const auto& subscriber) {
    if (subscriber->closed()) subscriber->on_drained = nullptr;
    return subscriber->closed();
  });
}

// `self` keeps the hub alive while this runs.
loop::awaitable<void> EventHub::pump(std::shared_ptr<EventHub> self) {
  const PumpEnd pumping_ends{self->pumping_};
  try {
    while (std::exchange(moved_, false)) {
      bool more = true;
      while (more && !subscribers_.empty()) {
        co_await let_them_read();
        more = co_await tell_next_page();
      }
    }
  } catch (...) {
    close();  // they would be behind and not know it
    throw;
  }
}

// One look at the log for everybody. True when there is more to tell.
loop::awaitable<bool> EventHub::tell_next_page() {
  auto look = [since = tail_](store::Reader& reader) { return reader.changes(since, changes_per_page); };
  auto page = co_await reader_.run(std::move(look));
  if (!page) {
    // The log was cut shorter than the listeners' place in it: they must start over, and find out when they come back.
    log_.notice("event streams ended", {{"reason", page.error().detail}});
    close();
    co_return false;
  }
  tell(page->changes);
  co_return page->more;
}

void EventHub::tell(const std::vector<model::Change>& changes) {
  if (changes.empty()) return;
  std::string text;
  for (const auto& change : changes) text += format_event(change);
  const auto shared = std::make_shared<const std::string>(std::move(text));
  for (const auto& subscriber : subscribers_) {
    if (subscriber->sent() < changes.front().revision) {
      subscriber->push(shared);
      continue;
    }
    // It came while this page was under way and has some of it already.
    std::string rest;
    for (const auto& change : changes) {
      if (change.revision > subscriber->sent()) rest += format_event(change);
    }
    if (!rest.empty()) subscriber->push(std::make_shared<const std::string>(std::move(rest)));
  }
  tail_ = std::max(tail_, changes.back().revision);
  drop_closed();
}

// Many changes at once are more than a backlog holds. Listeners that read get the moment that they need for it; one
// that does not is cut off here, so that it holds up the others once at most.
loop::awaitable<void> EventHub::let_them_read() {
  const auto is_behind = [](const auto& subscriber) { return subscriber->is_behind(); };
  const auto until = std::chrono::steady_clock::now() + patience;
  while (std::any_of(subscribers_.begin(), subscribers_.end(), is_behind)) {
    pace_.expires_at(until);
    ErrorCode error;
    co_await pace_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error) continue;
    for (const auto& subscriber : subscribers_) {
      if (subscriber->is_behind()) subscriber->close();
    }
    drop_closed();
  }
}

namespace {

// Closes the subscriber when its client hangs up. One that only says that it will ask nothing more (shutdown) still
// listens.
void watch_for_hang_up(Socket& socket, const std::shared_ptr<Subscriber>& subscriber) {
  const int descriptor = socket.native_handle();
  socket.async_wait(Socket::wait_read, [descriptor, weak = std::weak_ptr(subscriber)](const ErrorCode& error) {
    const auto alive = weak.lock();
    if (error || !alive || alive->closed()) return;
    pollfd state{descriptor, 0, 0};
    if (::poll(&state, 1, 0) > 0) alive->close();
  });
}

struct StreamEnd {
  std::shared_ptr<Subscriber> subscriber;
  ~StreamEnd() { subscriber->hub().remove(subscriber); }
};

loop::awaitable<bool> write_all(Host& host, Socket& socket, Deadline& deadline,
                                const std::vector<asio::const_buffer>& parts) {
  deadline.start(host.time_to_write(0));
  ErrorCode error;
  co_await asio::async_write(socket, parts, asio::redirect_error(asio::use_awaitable, error));
  deadline.end();
  co_return !error;
}

std::string chunk_head(std::size_t size) {
  char digits[16];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), size, 16).ptr;
  return std::string(std::begin(digits), end) + "\r\n";
}

}  // namespace

loop::awaitable<void> stream_events(Host& host, Socket& socket, Deadline& deadline,
                                    std::shared_ptr<Subscriber> subscriber, std::string head, bool chunked) {
  static const auto beat = std::make_shared<const std::string>(": still here\n\n");
  const StreamEnd closed_at_the_end{subscriber};
  const std::vector<asio::const_buffer> head_part{asio::buffer(head)};
  bool alive = co_await write_all(host, socket, deadline, head_part);
  watch_for_hang_up(socket, subscriber);
  while (alive && !subscriber->closed() && !host.stopping) {
    bool quiet = false;
    if (subscriber->listens()) {
      quiet = co_await subscriber->wait(heartbeat);
    } else {
      co_await subscriber->hub().catch_up(subscriber);
    }
    if (subscriber->closed()) break;
    auto events = subscriber->take();
    if (quiet) events.push_back(beat);
    if (events.empty()) continue;
    std::size_t size = 0;
    for (const auto& text : events) size += text->size();
    const auto frame = chunk_head(size);
    std::vector<asio::const_buffer> parts;
    if (chunked) parts.push_back(asio::buffer(frame));
    for (const auto& text : events) parts.push_back(asio::buffer(*text));
    if (chunked) parts.push_back(asio::buffer("\r\n", 2));
    alive = co_await write_all(host, socket, deadline, parts);
  }
  // The last chunk tells that the stream was ended and did not break; it must not wait.
  if (alive && chunked && host.stopping) {
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer("0\r\n\r\n", 5), ignored);
  }
}

}  // namespace newscache::api
