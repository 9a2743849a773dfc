#pragma once
// A network of the test's own: the publishers live in one network namespace, the daemon in another, and a cable joins
// them that can be pulled. Names come from a server that can fall silent. Wants root and iproute2. Nothing has a name
// in the system, so that nothing is left behind, however the test ends.
//
//   if (!TestNetwork::available()) return;                        // says why
//   TestNetwork network;
//   network.name("one.example", "20.0.0.1");
//   auto one = network.publisher("20.0.0.1");                     // on port 80
//   daemon.set_before_start(network.entrance());
//   network.unplug();

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "support/daemon.hpp"
#include "support/publisher.hpp"

namespace newscache::test {

// Answers queries for IPv4 addresses of names that it knows; for others there is no such name.
class NameServer {
 public:
  explicit NameServer(const std::string& address);
  ~NameServer();
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  void name(const std::string& host, const std::string& address);
  // Takes queries and says nothing.
  void fall_silent(bool silent = true);
  // How often the address of this name was asked for.
  int queries(std::string_view host) const;
  // True as soon as it was asked for so often.
  bool wait_for_queries(std::string_view host, int count) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class TestNetwork {
 public:
  struct Options {
    std::string interface = "eth0";  // the daemon's
    bool route = true;               // there is a default route from the start
    std::string resolver_options = "timeout:2 attempts:1";
  };

  // Whether the test may and can do all this; when not, the reason is shown.
  static bool available();

  TestNetwork() : TestNetwork(Options{}) {}
  explicit TestNetwork(Options options);
  ~TestNetwork();

  // For Daemon::set_before_start; not longer than this lives.
  std::function<void()> entrance() const;
  // A server on that address, which becomes one of the net.
  std::unique_ptr<Publisher> publisher(const std::string& address, std::uint16_t port = 80);
  std::unique_ptr<Publisher> publisher(const std::string& address, Publisher::Options options);
  void name(const std::string& host, const std::string& address) { names_->name(host, address); }
  NameServer& names() { return *names_; }

  void unplug();  // the daemon's interface loses its carrier
  void plug_in();
  void add_route();
  // iproute2, in the daemon's namespace or in the publishers'.
  void ip_inside(const std::string& command) const { ip(inside_, command); }
  void ip_outside(const std::string& command) const { ip(outside_, command); }

 private:
  void await_carrier() const;
  static void ip(const FileDescriptor& where, const std::string& command);

  Options options_;
  TemporaryDirectory directory_;  // resolv.conf and the like
  FileDescriptor inside_;
  FileDescriptor outside_;
  std::unique_ptr<NameServer> names_;
};

}  // namespace newscache::test
