// A message bus of our own and a NetworkManager that says what it is told. Wants dbus-daemon.

#include "sys/network_manager.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <fcntl.h>

#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include "base/file.hpp"
#include "folder.hpp"
#include "support/catch.hpp"

using namespace newscache;
using sys::NetworkHint;
namespace asio = boost::asio;

namespace {

constexpr const char* service = "org.freedesktop.NetworkManager";
constexpr const char* object = "/org/freedesktop/NetworkManager";

// The system bus of this process while it lives.
class Bus {
 public:
  Bus() {
    const std::string config = folder_.path("bus.conf");
    std::ofstream(config) << "<busconfig><type>system</type><listen>unix:path=" << folder_.path("bus")
                          << "</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow user=\"*\"/>"
                             "<allow own=\"*\"/><allow send_destination=\"*\"/><allow send_type=\"signal\"/>"
                             "<allow receive_sender=\"*\"/></policy></busconfig>";
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const FileDescriptor reading(ends[0]);
    FileDescriptor writing(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, writing.get(), 1);
    // Without privileges it complains that it cannot have more descriptors.
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::string program = "dbus-daemon";
    std::string file = "--config-file=" + config;
    std::string nofork = "--nofork";
    std::string print = "--print-address=1";
    const std::array<char*, 5> arguments{program.data(), file.data(), nofork.data(), print.data(), nullptr};
    if (::posix_spawnp(&pid_, "dbus-daemon", &actions, nullptr, arguments.data(), environ) != 0) pid_ = -1;
    ::posix_spawn_file_actions_destroy(&actions);
    writing = FileDescriptor();
    // It says its address when it listens; it says nothing where it cannot run.
    std::array<char, 1024> line{};
    const auto size = running() ? ::read(reading.get(), line.data(), line.size()) : 0;
    if (size > 0) address_.assign(line.data(), static_cast<std::size_t>(size));
    if (!address_.empty()) address_.erase(address_.find_last_not_of('\n') + 1);
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", address_.c_str(), 1);
  }
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  ~Bus() { stop(); }

  bool running() const { return pid_ > 0; }
  // Stops the test with a message where there is no dbus-daemon.
  bool missing() const {
    if (!address_.empty()) return false;
    WARN("skipped: this test wants dbus-daemon");
    return true;
  }
  void stop() {
    if (!running()) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  Folder folder_;
  pid_t pid_ = -1;
  std::string address_;
};

// On a thread of its own. What it is told has been sent when the call returns.
class FakeNetworkManager {
 public:
  FakeNetworkManager(std::uint32_t metered, std::uint32_t connectivity)
      : properties_{metered, connectivity}, wake_(::eventfd(0, EFD_CLOEXEC)) {
    std::promise<bool> ready;
    auto is_ready = ready.get_future();
    thread_ = std::thread([this, ready = std::move(ready)]() mutable { run(ready); });
    started_ = is_ready.get();
  }
  FakeNetworkManager(const FakeNetworkManager&) = delete;
  FakeNetworkManager& operator=(const FakeNetworkManager&) = delete;
  ~FakeNetworkManager() {
    tell([this] { stopping_ = true; });
    thread_.join();
  }

  bool started() const { return started_; }
  void set_metered(std::uint32_t value) {
    tell([this, value] {
      properties_.metered = value;
      sd_bus_emit_properties_changed(bus_, object, service, "Metered", nullptr);
    });
  }
  void set_connectivity(std::uint32_t value) {
    tell([this, value] {
      properties_.connectivity = value;
      sd_bus_emit_properties_changed(bus_, object, service, "Version", "Connectivity", nullptr);
    });
  }
  void leave() {
    tell([this] { sd_bus_release_name(bus_, service); });
  }
  void come_back() {
    tell([this] { sd_bus_request_name(bus_, service, 0); });
  }

 private:
  static int version(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
    return sd_bus_message_append(reply, "s", "1.42");
  }

  void run(std::promise<bool>& ready) {
    const sd_bus_vtable table[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Version", "s", version, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Metered", "u", nullptr, offsetof(Properties, metered), SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Connectivity", "u", nullptr, offsetof(Properties, connectivity),
                        SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_VTABLE_END,
    };
    ready.set_value(sd_bus_open_system(&bus_) >= 0 &&
                    sd_bus_add_object_vtable(bus_, nullptr, object, service, table, &properties_) >= 0 &&
                    sd_bus_request_name(bus_, service, 0) >= 0);
    while (bus_ && !stopping_ && serve()) {
    }
    bus_ = sd_bus_flush_close_unref(bus_);
  }

  bool serve() {
    int worked = 0;
    while ((worked = sd_bus_process(bus_, nullptr)) > 0) {
    }
    if (worked < 0) return obey();
    std::array<pollfd, 2> ready{{{sd_bus_get_fd(bus_), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
    ::poll(ready.data(), ready.size(), -1);
    return !(ready[1].revents & POLLIN) || obey();
  }

  // Waits for an order and carries it out.
  bool obey() {
    eventfd_t count = 0;
    if (::eventfd_read(wake_.get(), &count) != 0) return false;
    order_();
    if (sd_bus_is_open(bus_) > 0) sd_bus_flush(bus_);
    done_.set_value();
    return true;
  }

  void tell(std::function<void()> order) {
    if (!started_) return;
    done_ = {};
    auto done = done_.get_future();
    order_ = std::move(order);
    ::eventfd_write(wake_.get(), 1);
    done.wait();
  }

  struct Properties {
    std::uint32_t metered;
    std::uint32_t connectivity;
  };
  Properties properties_;
  FileDescriptor wake_;
  sd_bus* bus_ = nullptr;
  bool stopping_ = false;
  bool started_ = false;
  std::function<void()> order_;
  std::promise<void> done_;
  std::thread thread_;
};

struct Fixture {
  Fixture() : manager(sys::NetworkManager::connect(io.get_executor())) {}

  static asio::awaitable<void> await(Fixture& f, NetworkHint wanted) {
    while (f.manager->hint() != wanted) f.last = co_await f.manager->next();
  }
  // The limit only ends a test that fails.
  bool comes_to(NetworkHint wanted, std::chrono::milliseconds limit = std::chrono::seconds(30)) {
    ended = false;
    asio::co_spawn(io, await(*this, wanted), [this](std::exception_ptr error) {
      ended = true;
      if (error) std::rethrow_exception(error);
    });
    io.restart();
    io.run_for(limit);
    return ended;
  }

  asio::io_context io;
  std::unique_ptr<sys::NetworkManager> manager;
  NetworkHint last;
  bool ended = false;
};

NetworkHint hint(std::optional<bool> metered, bool portal = false) { return {.metered = metered, .portal = portal}; }

}  // namespace

TEST_CASE("without a system bus there is no NetworkManager") {
  for (const char* address : {"unix:path=/nonexistent/bus", "unix:path=/", "nonsense"}) {
    INFO(address);
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
    asio::io_context io;
    CHECK(sys::NetworkManager::connect(io.get_executor()) == nullptr);
  }
}

TEST_CASE("what NetworkManager says about the link is understood") {
  Bus bus;
  if (bus.missing()) return;
  struct Case {
    std::uint32_t metered;
    std::uint32_t connectivity;
    NetworkHint expected;
  };
  const Case cases[] = {
      {1, 4, hint(true)},     {2, 4, hint(false)},      {3, 4, hint(true)},        {4, 4, hint(false)},
      {7, 2, hint({}, true)}, {1, 2, hint(true, true)}, {4, 2, hint(false, true)}, {1, 3, hint(true)},
  };
  for (const auto& c : cases) {
    INFO("Metered " << c.metered << ", Connectivity " << c.connectivity);
    const FakeNetworkManager manager(c.metered, c.connectivity);
    REQUIRE(manager.started());
    Fixture f;
    REQUIRE(f.manager);
    CHECK(f.manager->hint() == NetworkHint{});
    CHECK(f.comes_to(c.expected));
    CHECK(f.last == c.expected);
  }
}

TEST_CASE("a change is seen, and the end of NetworkManager, and its return") {
  Bus bus;
  if (bus.missing()) return;
  FakeNetworkManager manager(2, 4);
  REQUIRE(manager.started());
  Fixture f;
  REQUIRE(f.manager);
  REQUIRE(f.comes_to(hint(false)));
  manager.set_metered(3);
  REQUIRE(f.comes_to(hint(true)));
  manager.set_connectivity(2);
  REQUIRE(f.comes_to(hint(true, true)));
  manager.set_metered(0);
  REQUIRE(f.comes_to(hint({}, true)));
  manager.set_connectivity(4);
  REQUIRE(f.comes_to({}));
  manager.set_metered(1);
  REQUIRE(f.comes_to(hint(true)));
  manager.leave();
  REQUIRE(f.comes_to({}));
  manager.come_back();
  REQUIRE(f.comes_to(hint(true)));
}

TEST_CASE("a bus without NetworkManager gives no hint until it appears, and wakes nobody") {
  Bus bus;
  if (bus.missing()) return;
  Fixture f;
  REQUIRE(f.manager);
  CHECK_FALSE(f.comes_to(hint(true), std::chrono::milliseconds(200)));
  f.io.restart();
  CHECK(f.io.run_for(std::chrono::milliseconds(100)) == 0);
  FakeNetworkManager manager(1, 4);
  REQUIRE(manager.started());
  f.io.restart();
  f.io.run_for(std::chrono::seconds(30));
  CHECK(f.manager->hint() == hint(true));
}

TEST_CASE("a bus that dies ends the hint") {
  Bus bus;
  if (bus.missing()) return;
  FakeNetworkManager manager(1, 2);
  REQUIRE(manager.started());
  Fixture f;
  REQUIRE(f.manager);
  REQUIRE(f.comes_to(hint(true, true)));
  bus.stop();
  CHECK(f.comes_to({}));
}

TEST_CASE("waiting for a hint can be cancelled, before and after the end of the bus") {
  Bus bus;
  if (bus.missing()) return;
  for (const bool bus_lives : {true, false}) {
    Fixture f;
    REQUIRE(f.manager);
    if (!bus_lives) bus.stop();
    asio::cancellation_signal cancel;
    std::exception_ptr thrown;
    auto ended = [&](std::exception_ptr error) { thrown = error; };
    asio::co_spawn(f.io, Fixture::await(f, hint(true)), asio::bind_cancellation_slot(cancel.slot(), ended));
    f.io.run_for(std::chrono::milliseconds(100));
    cancel.emit(asio::cancellation_type::terminal);
    f.io.restart();
    f.io.run();
    REQUIRE(thrown);
    CHECK_THROWS_AS(std::rethrow_exception(thrown), boost::system::system_error);
  }
}
