#pragma once
// A poller with a scripted network and a manual clock, over a real database: weeks pass in no time.

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feed/identity.hpp"
#include "html/plain_text.hpp"
#include "ingest/poller.hpp"
#include "support/catch.hpp"
#include "support/daemon.hpp"

namespace newscache::test {

using namespace std::chrono_literals;

// Answers from a table, and records who asked what when.
class ScriptedFetcher final : public net::Fetcher {
 public:
  explicit ScriptedFetcher(const Clock& clock) : clock_(clock) {}
  struct Asked {
    net::Request request;
    BootInstant at;
  };
  std::function<Result<net::Response>(const net::Request&)> answer;
  std::vector<Asked> asked;
  std::map<std::string, std::shared_ptr<loop::Event>> held;  // by URL: no answer before the event
  int at_once = 0;
  int most_at_once = 0;
  int most_at_host = 0;  // of one host

  boost::asio::awaitable<Result<net::Response>> fetch(net::Request request) override {
    asked.push_back({request, clock_.boot()});
    most_at_once = std::max(most_at_once, ++at_once);
    int& at_host = at_host_[ingest::host_of(request.url)];
    most_at_host = std::max(most_at_host, ++at_host);
    if (const auto hold = held.find(request.url); hold != held.end()) {
      const std::shared_ptr<loop::Event> event = hold->second;
      co_await event->wait();
    }
    for (int turn = 0; turn < 3; ++turn) co_await boost::asio::post(boost::asio::use_awaitable);
    --at_once;
    --at_host;
    Result<net::Response> given = answer(request);
    if (request.meter && !request.meter(given ? given->wire_bytes : 0)) co_return Error{Cause::budget, "stopped"};
    co_return given;
  }
  std::vector<BootInstant> times(std::string_view url) const {
    std::vector<BootInstant> found;
    for (const Asked& a : asked) {
      if (a.request.url == url) found.push_back(a.at);
    }
    return found;
  }

 private:
  const Clock& clock_;
  std::map<std::string, int> at_host_;
};

inline Result<net::Response> unchanged(const net::Request& request) {
  net::Response response;
  response.url = request.url;
  response.validators = {"\"1\"", ""};
  if (!request.validators.empty()) {
    response.status = 304;
  } else {
    response.status = 200;
    response.body = "<rss version=\"2.0\"><channel><title>" + request.url + "</title><item><guid>" + request.url +
                    "</guid><title>t</title></item></channel></rss>";
  }
  return response;
}

struct World {
  World() {
    store::Options options;
    options.path = (directory.path() / "news.db").string();
    options.plain_text = [](std::string_view html) { return html::to_text(html); };
    writer_connection = store::Writer::open(options).value();
    reader_connection = store::Reader::open(options).value();
    writer.emplace(*writer_connection);
    reader.emplace(*reader_connection);
    fetcher.answer = unchanged;
    settings.store.commit_interval = 0ms;
    settings.poll.burst = 0s;
    clock.on_change = [this] {
      if (poller) poller->wake();
    };
  }
  ~World() { shut_down(); }

  ingest::Services services() {
    return {io.get_executor(), clock, log, *tasks, fetcher, worker, *writer, *reader, [this] { return clock_trusted; },
            seed};
  }

  model::FeedId add(const std::string& url) {
    model::NewFeed feed;
    feed.url = url;
    return writer_connection->add_feed(feed, feed::feed_uid(url), clock.wall()).value().id;
  }
  void start() {
    tasks.emplace(io.get_executor(), log);
    poller.emplace(services(), settings);
    await(poller->load());
    tasks->spawn_vital("poller", poller->run());
    io.poll();
    settle();
  }
  // What the kernel says of the link.
  void link_up(std::string interface = "eth0") {
    poller->link_reported({.up = true, .interface = std::move(interface), .metered = {}, .portal = false});
  }
  void link_down() { poller->link_reported({.up = false, .interface = "", .metered = {}, .portal = false}); }
  // Runs the task to its end.
  void await(boost::asio::awaitable<void> task) {
    const std::size_t before = tasks->count();
    tasks->spawn("awaited", std::move(task));
    run_until([&] { return tasks->count() == before; });
  }
  // Runs the loop, waiting for the other threads where needed.
  void run_until(const std::function<bool()>& done) {
    io.restart();
    while (!done()) io.run_one();
  }
  // Until everything that can happen without time passing has happened.
  void settle() {
    do {
      // Only the poller and its committer are left, and they wait.
      run_until([this] { return poller->activity().active == 0 && tasks->count() <= 2; });
    } while (io.poll() > 0);
  }
  void pass(std::chrono::milliseconds time, std::chrono::milliseconds step = 1min) {
    for (; time > 0ms; time -= step) {
      clock.advance(std::min(step, time));
      io.restart();
      io.poll();
      settle();
    }
  }
  // As pass(), but from one time at which something may happen to the next: for weeks with many feeds.
  void leap(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds longest = 5min;  // bookkeeping waits no longer
    for (const BootInstant end = clock.boot() + time; clock.boot() < end;) {
      const ingest::Activity activity = poller->activity();
      std::chrono::milliseconds step = longest;
      if (activity.next_at)
        step = std::clamp<std::chrono::milliseconds>(*activity.next_at - clock.wall(), 250ms, longest);
      // Those in a queue wait for their host's gap, or for a network.
      if (activity.queued > 0) step = poller->network().state == ingest::NetworkState::online ? 500ms : 5s;
      pass(std::min(step, end - clock.boot()), longest);
    }
  }
  // What was deferred may be on its way to the disk.
  model::Feed stored(model::FeedId id) {
    if (poller) await(written());
    return reader_connection->feed(id).value();
  }
  boost::asio::awaitable<void> written() {
    auto nothing = [](store::Writer&) {};
    co_await writer->run(nothing);
  }
  void shut_down() {
    if (!poller) return;
    tasks->cancel_all();
    run_until([this] { return tasks->count() == 0; });
    poller.reset();
  }

  TemporaryDirectory directory;
  ManualClock clock{Instant{std::chrono::sys_days{std::chrono::year(2026) / 11 / 25}}};
  Log log = Log::silent();
  model::Settings settings;
  boost::asio::io_context io{1};
  std::optional<loop::Tasks> tasks;
  loop::Thread worker;
  std::unique_ptr<store::Writer> writer_connection;
  std::unique_ptr<store::Reader> reader_connection;
  std::optional<loop::OnThread<store::Writer>> writer;
  std::optional<loop::OnThread<store::Reader>> reader;
  ScriptedFetcher fetcher{clock};
  std::optional<ingest::Poller> poller;
  bool clock_trusted = true;
  std::uint64_t seed = 1;
};

}  // namespace newscache::test
