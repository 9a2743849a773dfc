// newscached whose outside world is the test at the other end of descriptor 3: time passes when the test says so, and
// the test answers what is fetched. All else is the real thing.

#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "app/app.hpp"
#include "app/outside.hpp"
#include "base/leaping_clock.hpp"
#include "channel.hpp"
#include "offline/extract_pages.hpp"

namespace newscache::test {
namespace {

using std::chrono::milliseconds;

class Stage final : public app::Outside, private net::Fetcher {
 public:
  Stage(boost::asio::io_context& io, Channel& channel, LeapingClock& clock, const Message& beginning)
      : io_(io),
        channel_(channel),
        clock_(clock),
        arrivals_(io, ::dup(channel.descriptor())),
        seed_(static_cast<std::uint64_t>(beginning.number("seed"))),
        link_up_(beginning.number("link") != 0) {}

  const Clock& clock() const override { return clock_; }
  net::Fetcher& fetcher() override { return *this; }
  void reconfigure(const model::NetSettings&) override {}
  std::uint64_t seed() const override { return seed_; }
  std::string secret() const override { return "the stage's"; }
  void listen(loop::Tasks& tasks, const Log&, Listener listener) override {
    listener_ = std::move(listener);
    tell_link();
    tasks.spawn("stage", follow());
  }

 private:
  struct Awaited {
    explicit Awaited(boost::asio::io_context& io) : arrived(io.get_executor()) {}
    loop::Event arrived;
    Message answer;
  };

  void tell_link() {
    ingest::LinkReport report;
    report.up = link_up_;
    if (link_up_) report.interface = "eth0";
    listener_.link(report);
  }

  loop::awaitable<void> follow() {
    for (;;) {
      co_await arrivals_.async_wait(boost::asio::posix::stream_descriptor::wait_read, boost::asio::use_awaitable);
      while (std::optional<Message> message = channel_.receive(false)) {
        // Whoever is about to wait has to, before time goes on.
        for (int turn = 0; turn < turns_to_rest && message->text("op") == "go"; ++turn) {
          co_await boost::asio::post(io_, boost::asio::use_awaitable);
        }
        take(std::move(*message));
      }
    }
  }

  void take(Message message) {
    const std::string op = message.text("op");
    if (op == "answer") {
      const auto awaited = awaited_.find(message.number("id"));
      if (awaited == awaited_.end()) return;  // nobody wants it any more
      awaited->second->answer = std::move(message);
      awaited->second->arrived.set();
      return;
    }
    if (op == "go") {
      clock_.leap(BootInstant(milliseconds(message.number("to"))));
    } else if (op == "wall") {
      clock_.set_wall(Instant(std::chrono::seconds(message.number("wall"))));
      listener_.clock_set();
    } else if (op == "link") {
      link_up_ = message.number("up") != 0;
      tell_link();
    }
    channel_.send({{"op", "at"}, {"boot", clock_.boot().time_since_epoch().count()}});
  }

  loop::awaitable<Result<net::Response>> fetch(net::Request request) override {
    const std::int64_t id = ++last_id_;
    const auto awaited = std::make_shared<Awaited>(io_);
    awaited_.emplace(id, awaited);
    const std::shared_ptr<void> leaves(nullptr, [this, id](void*) { awaited_.erase(id); });
    boost::json::object head;
    head["op"] = "fetch";
    head["id"] = id;
    head["url"] = request.url;
    head["etag"] = request.validators.etag;
    head["last_modified"] = request.validators.last_modified;
    channel_.send(head);
    co_await awaited->arrived.wait();
    co_return take_answer(request, id, awaited->answer);
  }

  Result<net::Response> take_answer(const net::Request& request, std::int64_t id, Message& answer) {
    const auto is_metered = [&](std::int64_t bytes) { return !request.meter || request.meter(bytes); };
    if (answer.head.contains("cause")) {
      if (!is_metered(0)) return Error{Cause::budget, "a budget is used up"};
      return Error{static_cast<Cause>(answer.number("cause")), answer.text("detail")};
    }
    net::Response response;
    response.status = static_cast<int>(answer.number("status"));
    response.url = answer.text("url");
    response.permanent_url = answer.text("permanent_url");
    if (const auto* hops = answer.head.if_contains("hops")) {
      for (const auto& hop : hops->as_array()) {
        response.hops.push_back(
            {static_cast<int>(hop.at("status").as_int64()), std::string(hop.at("to").as_string()), {}});
      }
    }
    response.from_public_host = true;
    response.content_type = answer.text("content_type");
    response.validators = {answer.text("etag"), answer.text("last_modified")};
    response.cache_control = answer.text("cache_control");
    response.date = answer.text("date");
    response.retry_after = answer.text("retry_after");
    response.body = std::move(answer.body);
    constexpr std::size_t piece = 16 * 1024;  // in which documents arrive
    for (std::size_t end = piece; request.is_enough && response.status == 200 && end < response.body.size();
         end += piece) {
      if (!request.is_enough(std::string_view(response.body).substr(0, end))) continue;
      response.body.resize(end);
      response.cut_off = true;
      channel_.send({{"op", "cut"}, {"id", id}});
    }
    constexpr std::int64_t head_bytes = 400;
    response.wire_bytes = head_bytes + static_cast<std::int64_t>(response.body.size());
    if (!is_metered(response.wire_bytes)) return Error{Cause::budget, "a budget is used up"};
    return response;
  }

  static constexpr int turns_to_rest = 32;
  boost::asio::io_context& io_;
  Channel& channel_;
  LeapingClock& clock_;
  boost::asio::posix::stream_descriptor arrivals_;
  std::uint64_t seed_;
  bool link_up_;
  Listener listener_;
  std::int64_t last_id_ = 0;
  std::map<std::int64_t, std::shared_ptr<Awaited>> awaited_;
};

// What Daemon passes, and what an offline::Extractor does.
int run(int argc, char** argv) {
  app::CommandLine line;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--extract-pages") return offline::extract_pages(STDIN_FILENO, STDOUT_FILENO);
    if (++i == argc) return 2;
    if (option == "--config") line.config_file = argv[i];
    if (option == "--state-dir") line.state_dir = argv[i];
    if (option == "--socket") line.socket = argv[i];
  }
  line.log_level = LogLevel::notice;
  constexpr int from_test = 3;
  Channel channel{FileDescriptor(from_test)};
  const std::optional<Message> beginning = channel.receive(true);
  if (!beginning) return 2;
  LeapingClock clock(BootInstant(milliseconds(beginning->number("boot"))),
                     Instant(std::chrono::seconds(beginning->number("wall"))));
  const app::MakeOutside stage = [&](boost::asio::io_context& io, const model::NetSettings&) {
    return std::make_unique<Stage>(io, channel, clock, *beginning);
  };
  auto settings = app::load_settings(line);
  if (!settings) throw std::runtime_error(settings.error().detail);
  for (std::shared_ptr<app::Estate> estate;;) {
    auto app = app::App::create(line, *settings, std::move(estate), stage);
    if (!app) throw std::runtime_error(app.error().detail);
    const int code = (*app)->run();
    estate = (*app)->estate();
    if (!estate) return code;
  }
}

}  // namespace
}  // namespace newscache::test

int main(int argc, char** argv) {
  try {
    return newscache::test::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "newscached-soak: %s\n", error.what());
    return 1;
  }
}
