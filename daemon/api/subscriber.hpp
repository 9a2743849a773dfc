#pragma once
// What waits for one client of the event streams: bounded, and nobody waits for it. Loop thread only.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loop/task.hpp"
#include "model/ids.hpp"

namespace newscache::api {

class Channel;

class Subscriber {
 public:
  // `sent`: the revision up to which the client has everything. `capacity`: bytes that may wait.
  Subscriber(std::shared_ptr<Channel> channel, boost::asio::any_io_executor executor, std::size_t capacity,
             model::Revision sent)
      : channel_(std::move(channel)), capacity_(capacity), sent_(sent), alarm_(std::move(executor)) {}

  // Text of whole events. False when they do not fit: then they are not taken.
  bool push(std::shared_ptr<const std::string> events);
  // Everything that waits, oldest first.
  std::vector<std::shared_ptr<const std::string>> take();
  void close();

  bool closed() const { return closed_; }
  bool has_waiting() const { return !waiting_.empty(); }
  bool is_behind() const { return !closed_ && waiting_bytes_ > capacity_ / 2; }
  // Up to where everything has been pushed.
  model::Revision sent() const { return sent_; }
  void set_sent(model::Revision revision) { sent_ = revision; }
  // Ends when something waits, when closed, or after `time`; true when it was the time.
  loop::awaitable<bool> wait(std::chrono::steady_clock::duration time);

  // Called when take() has emptied the backlog.
  std::function<void()> on_drained;

  // Listens with the others, or reads by itself what it missed.
  bool listens() const { return listens_; }
  void set_listens(bool listens) { listens_ = listens; }
  // The last state of network or storage that it has been told.
  std::int64_t told() const { return told_; }
  void set_told(std::int64_t number) { told_ = number; }
  Channel& channel() { return *channel_; }

 private:
  std::shared_ptr<Channel> channel_;
  bool listens_ = false;
  std::size_t capacity_;
  std::size_t waiting_bytes_ = 0;
  std::deque<std::shared_ptr<const std::string>> waiting_;
  model::Revision sent_;
  std::int64_t told_ = 0;
  bool closed_ = false;
  boost::asio::steady_timer alarm_;
};

}  // namespace newscache::api
