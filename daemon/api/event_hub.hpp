#pragma once
// Live events: the change log's tail, read once a commit and formatted once for all who listen to the same of it. Who
// does not keep pace reads the log by itself, holding up nobody. Loop thread only.

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/subscriber.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "loop/task.hpp"
#include "model/query.hpp"
#include "store/store.hpp"

namespace newscache::api {

// `event: article.added`, with its id and its data in one line of JSON.
std::string format_event(const model::Change& change);
// Have no id: they are no place to resume from.
std::string format_network_event(std::string_view state, Instant since);
std::string format_storage_event(std::string_view state);

class EventHub;

// All who listen with the same filter.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  Channel(std::shared_ptr<EventHub> hub, model::ChangeFilter filter);

  // The change log moved.
  void notify();
  void broadcast(const std::shared_ptr<const std::string>& events, std::int64_t number);
  // Gives the subscriber its next page of what it missed, once it has taken what waits; when that was the last, it
  // listens with the others from here on.
  loop::awaitable<void> catch_up(std::shared_ptr<Subscriber> subscriber);
  void remove(const std::shared_ptr<Subscriber>& subscriber);
  void close();

 private:
  loop::awaitable<void> pump(std::shared_ptr<Channel> self);
  loop::awaitable<bool> tell_next_page();
  loop::awaitable<void> let_them_read();
  loop::awaitable<Result<model::ChangePage>> read(model::Revision since);
  void add(std::shared_ptr<Subscriber> subscriber);
  void tell(const model::ChangePage& page);
  template <class Condition>
  void leave_behind(Condition condition);

  std::shared_ptr<EventHub> hub_;
  model::ChangeFilter filter_;
  std::set<std::shared_ptr<Subscriber>> subscribers_;  // who listens
  model::Revision tail_{};
  bool pumping_ = false;
  bool moved_ = false;
  boost::asio::steady_timer pace_;
};

class EventHub : public std::enable_shared_from_this<EventHub> {
 public:
  EventHub(boost::asio::any_io_executor executor, const Log& log, loop::Tasks& tasks,
           loop::OnThread<store::Reader>& reader)
      : executor_(std::move(executor)), log_(log), tasks_(tasks), reader_(reader) {}

  // The one with this filter, made when there is none.
  std::shared_ptr<Channel> channel(const model::ChangeFilter& filter);
  // The change log moved.
  void notify();
  // Something changed that is in no log; `kind`: the later one of a kind replaces the earlier.
  void broadcast(std::string_view kind, std::string event);
  // How many broadcasts there have been.
  std::int64_t broadcasts() const { return broadcasts_; }
  void close();

 private:
  friend class Channel;
  struct Broadcast {
    std::int64_t number = 0;
    std::shared_ptr<const std::string> event;
  };
  std::vector<std::shared_ptr<Channel>> channels_in_use();

  boost::asio::any_io_executor executor_;
  const Log& log_;
  loop::Tasks& tasks_;
  loop::OnThread<store::Reader>& reader_;
  std::map<model::ChangeFilter, std::weak_ptr<Channel>> channels_;
  std::map<std::string, Broadcast, std::less<>> last_broadcasts_;  // by kind
  std::int64_t broadcasts_ = 0;
};

}  // namespace newscache::api
