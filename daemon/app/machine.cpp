#include <random>
#include <utility>

#include "app/app.hpp"
#include "app/outside.hpp"
#include "base/hash.hpp"
#include "net/client.hpp"
#include "sys/clock_jumps.hpp"
#include "sys/link.hpp"
#include "sys/network_manager.hpp"

namespace newscache::app {
namespace {

class Machine final : public Outside {
 public:
  Machine(boost::asio::io_context& io, const model::NetSettings& settings)
      : executor_(io.get_executor()),
        clock_jumps_(executor_),
        network_manager_(sys::NetworkManager::connect(executor_)),
        client_(executor_, settings) {}

  const Clock& clock() const override { return clock_; }
  net::Fetcher& fetcher() override { return client_; }
  void reconfigure(const model::NetSettings& settings) override { client_.reconfigure(settings); }
  std::uint64_t seed() const override { return std::random_device{}(); }
  std::string secret() const override {
    constexpr int words = 8;  // of 32 bits
    std::random_device random;
    std::string bytes;
    for (int i = 0; i < words; ++i) bytes += std::to_string(random()) + ' ';
    return hex(sha256({bytes}));
  }

  void listen(loop::Tasks& tasks, const Log& log, Listener listener) override {
    listener_ = std::move(listener);
    tasks.spawn("link", watch_link(log));
    if (network_manager_) tasks.spawn("network manager", watch_network_manager());
    tasks.spawn("clock", watch_clock());
  }

 private:
  loop::awaitable<void> watch_link(const Log& log) {
    auto monitor = sys::LinkMonitor::open(executor_, clock_);
    if (!monitor) {
      log.notice("the kernel does not tell about links; only fetches will", {{"detail", monitor.error().detail}});
      co_return;
    }
    link_ = std::move(*monitor);
    for (sys::LinkState state = link_->state();; state = co_await link_->next()) {
      report_.up = state.up;
      report_.interface = state.interface;
      listener_.link(report_);
    }
  }

  loop::awaitable<void> watch_network_manager() {
    for (;;) {
      const sys::NetworkHint hint = co_await network_manager_->next();
      report_.metered = hint.metered;
      report_.portal = hint.portal;
      listener_.link(report_);
    }
  }

  loop::awaitable<void> watch_clock() {
    for (;;) {
      co_await clock_jumps_.next();
      listener_.clock_set();
    }
  }

  boost::asio::any_io_executor executor_;
  SystemClock clock_;
  sys::ClockJumps clock_jumps_;
  std::unique_ptr<sys::LinkMonitor> link_;                // null: the kernel does not tell
  std::unique_ptr<sys::NetworkManager> network_manager_;  // null: there is no system bus
  net::Client client_;
  ingest::LinkReport report_;
  Listener listener_;
};

}  // namespace

std::unique_ptr<Outside> machine(boost::asio::io_context& io, const model::NetSettings& settings) {
  return std::make_unique<Machine>(io, settings);
}

}  // namespace newscache::app
