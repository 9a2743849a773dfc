#pragma once
// Live events (server-sent events, as the HTML standard has them): the change log's tail, read once a commit and
// formatted once for all who listen. Each has a bounded backlog; who does not read is cut off. Loop thread only.

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "api/deadline.hpp"
#include "api/host.hpp"
#include "loop/task.hpp"
#include "model/query.hpp"
#include "store/store.hpp"

namespace newscache::api {

// `event: article.added`, with its id and its data in one line of JSON.
std::string format_event(const model::Change& change);
// Has no id: it is no place to resume from.
std::string format_network_event(std::string_view state, Instant since);
std::string format_storage_event(std::string_view state);

class EventHub;

// What waits for one client.
class Subscriber {
 public:
  // `sent`: the revision up to which the client has everything.
  Subscriber(std::shared_ptr<EventHub> hub, boost::asio::any_io_executor executor, std::size_t capacity,
             model::Revision sent)
      : hub_(std::move(hub)), capacity_(capacity), sent_(sent), alarm_(std::move(executor)) {}

  // Text of whole events. Too much of it waiting closes the subscriber.
  void push(std::shared_ptr<const std::string> events);
  // Everything that waits, oldest first.
  std::vector<std::shared_ptr<const std::string>> take();
  void close();

  bool closed() const { return closed_; }
  bool is_behind() const { return !closed_ && waiting_bytes_ > capacity_ / 2; }
  model::Revision sent() const { return sent_; }
  void set_sent(model::Revision revision) { sent_ = revision; }
  // Ends when something waits, when closed, or after `time`; true when it was the time.
  loop::awaitable<bool> wait(std::chrono::steady_clock::duration time);

  // Called when take() has emptied the backlog.
  std::function<void()> on_drained;

  // Listens with the others already, or still reads what it missed.
  bool listens() const { return listens_; }
  void set_listens() { listens_ = true; }
  EventHub& hub() { return *hub_; }

 private:
  std::shared_ptr<EventHub> hub_;
  bool listens_ = false;
  std::size_t capacity_;
  std::size_t waiting_bytes_ = 0;
  std::deque<std::shared_ptr<const std::string>> waiting_;
  model::Revision sent_;
  bool closed_ = false;
  boost::asio::steady_timer alarm_;
};

class EventHub : public std::enable_shared_from_this<EventHub> {
 public:
  EventHub(boost::asio::any_io_executor executor, const Log& log, loop::Tasks& tasks,
           loop::OnThread<store::Reader>& reader)
      : executor_(std::move(executor)), log_(log), tasks_(tasks), reader_(reader), pace_(executor_) {}

  // The change log moved.
  void notify();
  void broadcast(std::string events);
  // Gives the subscriber its next page of what it missed; when that was the last, it listens with the others from here
  // on.
  loop::awaitable<void> catch_up(std::shared_ptr<Subscriber> subscriber);
  void remove(const std::shared_ptr<Subscriber>& subscriber);
  void close();

 private:
  loop::awaitable<void> pump(std::shared_ptr<EventHub> self);
  loop::awaitable<bool> tell_next_page();
  loop::awaitable<void> let_them_read();
  void add(std::shared_ptr<Subscriber> subscriber);
  void tell(const std::vector<model::Change>& changes);
  void drop_closed();

  boost::asio::any_io_executor executor_;
  const Log& log_;
  loop::Tasks& tasks_;
  loop::OnThread<store::Reader>& reader_;
  std::set<std::shared_ptr<Subscriber>> subscribers_;
  model::Revision tail_{};
  bool pumping_ = false;
  bool moved_ = false;
  boost::asio::steady_timer pace_;
};

// Writes `head`, then the subscriber's events as they come, until one side ends.
loop::awaitable<void> stream_events(Host& host, Socket& socket, Deadline& deadline,
                                    std::shared_ptr<Subscriber> subscriber, std::string head, bool chunked);

}  // namespace newscache::api
