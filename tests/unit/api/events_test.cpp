#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "api/event_hub.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;

namespace {

std::shared_ptr<const std::string> text(std::string_view content) {
  return std::make_shared<const std::string>(content);
}

Subscriber subscriber(boost::asio::io_context& loop, std::size_t capacity = 100) {
  return Subscriber(nullptr, loop.get_executor(), capacity, model::Revision{0});
}

model::Change change(model::ChangeType type, model::ChangeOp op) { return {model::Revision{41}, type, op, 7}; }

}  // namespace

TEST_CASE("an event has the revision as its id and its data in one line") {
  CHECK(format_event(change(model::ChangeType::article, model::ChangeOp::added)) ==
        "id: 41\nevent: article.added\ndata: {\"revision\":41,\"type\":\"article\",\"op\":\"added\",\"id\":7}\n\n");
}

TEST_CASE("a feed's state is announced as an update of the feed") {
  using enum model::ChangeOp;
  const auto event_line = [](model::ChangeType type, model::ChangeOp op) {
    const auto event = format_event(change(type, op));
    const auto start = event.find("event: ") + 7;
    return event.substr(start, event.find('\n', start) - start);
  };
  CHECK(event_line(model::ChangeType::article, updated) == "article.updated");
  CHECK(event_line(model::ChangeType::article, state) == "article.state");
  CHECK(event_line(model::ChangeType::article, deleted) == "article.deleted");
  CHECK(event_line(model::ChangeType::feed, added) == "feed.added");
  CHECK(event_line(model::ChangeType::feed, updated) == "feed.updated");
  CHECK(event_line(model::ChangeType::feed, state) == "feed.updated");
  CHECK(event_line(model::ChangeType::feed, deleted) == "feed.deleted");
}

TEST_CASE("a network event is no place to resume from") {
  CHECK(format_network_event("offline", Instant{std::chrono::seconds(1764072000)}) ==
        "event: network\ndata: {\"state\":\"offline\",\"since\":\"2025-11-25T12:00:00Z\"}\n\n");
}

TEST_CASE("a backlog keeps its order and is empty after it was taken") {
  boost::asio::io_context loop;
  auto client = subscriber(loop);
  client.push(text("a"));
  client.push(text("b"));
  const auto taken = client.take();
  REQUIRE(taken.size() == 2);
  CHECK(*taken[0] == "a");
  CHECK(*taken[1] == "b");
  CHECK(client.take().empty());
}

TEST_CASE("a backlog takes whole texts only, and no more than it has room for") {
  boost::asio::io_context loop;
  auto reading = subscriber(loop);
  auto stalled = subscriber(loop);
  for (int i = 0; i < 20; ++i) {
    CHECK(reading.push(text("0123456789")));
    CHECK(stalled.push(text("0123456789")) == (i < 10));
    reading.take();
  }
  CHECK(stalled.take().size() == 10);
  CHECK(stalled.push(text("0123456789")));
}

TEST_CASE("a client is behind from half of its backlog on, and is not when it has gone") {
  boost::asio::io_context loop;
  auto client = subscriber(loop);
  bool drained = false;
  client.on_drained = [&drained] { drained = true; };
  client.push(text(std::string(50, 'x')));
  CHECK_FALSE(client.is_behind());
  client.push(text("x"));
  CHECK(client.is_behind());
  client.take();
  CHECK(drained);
  CHECK_FALSE(client.is_behind());
  client.push(text(std::string(60, 'x')));
  client.close();
  CHECK_FALSE(client.is_behind());
}

TEST_CASE("waiting ends with an event, with the end, and with the time") {
  boost::asio::io_context loop;
  auto client = subscriber(loop);
  std::vector<bool> quiet;
  const auto waiter = [](Subscriber& waiting, std::vector<bool>& results) -> loop::awaitable<void> {
    results.push_back(co_await waiting.wait(std::chrono::hours(1)));
    waiting.take();
    results.push_back(co_await waiting.wait(std::chrono::milliseconds(1)));
    results.push_back(co_await waiting.wait(std::chrono::hours(1)));
  };
  boost::asio::co_spawn(loop, waiter(client, quiet), [](std::exception_ptr error) { CHECK_FALSE(error); });
  loop.poll();
  CHECK(quiet.empty());
  client.push(text("a"));
  loop.restart();
  loop.run_one();
  while (quiet.size() < 2) loop.run_one();
  client.close();
  loop.restart();
  loop.run();
  CHECK(quiet == std::vector{false, true, false});
}
