#include "api/event_hub.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "model/names.hpp"
#include "text/date.hpp"

namespace newscache::api {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

// So that a page of events fits into a backlog that is half full.
constexpr std::int64_t changes_per_page = 256;
// What the others wait for one that is behind, before it goes on alone.
constexpr std::chrono::milliseconds patience{50};

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

// None when there is nothing after `since`.
std::shared_ptr<const std::string> format_events(const std::vector<model::Change>& changes, model::Revision since) {
  std::string text;
  for (const auto& change : changes) {
    if (change.revision > since) text += format_event(change);
  }
  return text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text));
}

// Up to where the log has been read.
model::Revision end_of(const model::ChangePage& page) {
  return page.more ? page.changes.back().revision : page.revision;
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

Channel::Channel(std::shared_ptr<EventHub> hub, model::ChangeFilter filter)
    : hub_(std::move(hub)), filter_(std::move(filter)), pace_(hub_->executor_) {}

loop::awaitable<Result<model::ChangePage>> Channel::read(model::Revision since) {
  auto look = [since, filter = filter_](store::Reader& reader) {
    return reader.changes(since, changes_per_page, filter);
  };
  co_return co_await hub_->reader_.run(std::move(look));
}

loop::awaitable<void> Channel::catch_up(std::shared_ptr<Subscriber> subscriber) {
  const auto page = co_await read(subscriber->sent());
  if (!page) {
    subscriber->close();
    co_return;
  }
  if (const auto events = format_events(page->changes, subscriber->sent())) subscriber->push(events);
  subscriber->set_sent(end_of(*page));
  // The reader's thread answers in order, so that the others cannot have been told more than this one knows now.
  if (!page->more) add(std::move(subscriber));
}

void Channel::add(std::shared_ptr<Subscriber> subscriber) {
  if (subscribers_.empty()) tail_ = subscriber->sent();
  subscriber->set_listens(true);
  subscriber->on_drained = [this] { pace_.cancel(); };
  for (const auto& [kind, broadcast] : hub_->last_broadcasts_) {
    if (broadcast.number > subscriber->told()) subscriber->push(broadcast.event);
  }
  subscriber->set_told(hub_->broadcasts());
  subscribers_.insert(std::move(subscriber));
  // A commit may have been announced between the client's last look at the log and now.
  notify();
}

void Channel::notify() {
  if (subscribers_.empty()) return;
  moved_ = true;
  if (pumping_) return;
  pumping_ = true;
  hub_->tasks_.spawn("events", pump(shared_from_this()));
}

// Those that meet the condition go on by themselves, from where they are.
template <class Condition>
void Channel::leave_behind(Condition condition) {
  std::erase_if(subscribers_, [&](const auto& subscriber) {
    if (!condition(*subscriber)) return false;
    subscriber->on_drained = nullptr;
    subscriber->set_listens(false);
    return true;
  });
}

void Channel::broadcast(const std::shared_ptr<const std::string>& events, std::int64_t number) {
  leave_behind([&](Subscriber& subscriber) {
    const bool fits = subscriber.push(events);
    if (fits) subscriber.set_told(number);
    return !fits;
  });
}

void Channel::close() {
  for (const auto& subscriber : subscribers_) subscriber->close();
}

void Channel::remove(const std::shared_ptr<Subscriber>& subscriber) {
  subscriber->close();
  subscriber->on_drained = nullptr;
  subscribers_.erase(subscriber);
  pace_.cancel();
}

// `self` keeps the channel alive while this runs.
loop::awaitable<void> Channel::pump(std::shared_ptr<Channel> self) {
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
loop::awaitable<bool> Channel::tell_next_page() {
  const auto page = co_await read(tail_);
  if (!page) {
    // The log was cut shorter than the listeners' place in it: they must start over, and find out when they come back.
    hub_->log_.notice("event streams ended", {{"reason", page.error().detail}});
    close();
    co_return false;
  }
  tell(*page);
  co_return page->more;
}

void Channel::tell(const model::ChangePage& page) {
  const auto end = end_of(page);
  const auto everything = format_events(page.changes, tail_);
  leave_behind([&](Subscriber& subscriber) {
    if (subscriber.sent() >= end) return false;
    // One that came while this page was under way has some of it already.
    const auto events = subscriber.sent() <= tail_ ? everything : format_events(page.changes, subscriber.sent());
    if (events && !subscriber.push(events)) return true;
    subscriber.set_sent(end);
    return false;
  });
  tail_ = std::max(tail_, end);
}

// Many changes at once are more than a backlog holds. Listeners that read get the moment that they need for it.
loop::awaitable<void> Channel::let_them_read() {
  const auto is_behind = [](const auto& subscriber) { return subscriber->is_behind(); };
  const auto until = std::chrono::steady_clock::now() + patience;
  bool passed = false;
  while (!passed && std::any_of(subscribers_.begin(), subscribers_.end(), is_behind)) {
    pace_.expires_at(until);
    ErrorCode error;
    co_await pace_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    passed = !error;
  }
  leave_behind([](Subscriber& subscriber) { return subscriber.is_behind(); });
}

std::shared_ptr<Channel> EventHub::channel(const model::ChangeFilter& filter) {
  std::erase_if(channels_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = channels_[filter];
  auto channel = known.lock();
  if (!channel) {
    channel = std::make_shared<Channel>(shared_from_this(), filter);
    known = channel;
  }
  return channel;
}

std::vector<std::shared_ptr<Channel>> EventHub::channels_in_use() {
  std::vector<std::shared_ptr<Channel>> in_use;
  for (const auto& [filter, known] : channels_) {
    if (auto channel = known.lock()) in_use.push_back(std::move(channel));
  }
  return in_use;
}

void EventHub::notify() {
  for (const auto& channel : channels_in_use()) channel->notify();
}

void EventHub::broadcast(std::string_view kind, std::string event) {
  const auto shared = std::make_shared<const std::string>(std::move(event));
  last_broadcasts_[std::string(kind)] = {++broadcasts_, shared};
  for (const auto& channel : channels_in_use()) channel->broadcast(shared, broadcasts_);
}

void EventHub::close() {
  for (const auto& channel : channels_in_use()) channel->close();
}

}  // namespace newscache::api
