#pragma once
// A client on a loop of its own, for tests.

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "net/client.hpp"

namespace newscache::test {

// Allows the publisher's address.
model::NetSettings loopback_settings();

class Fetching {
 public:
  struct Pending {
    std::optional<Result<net::Response>> result;
    bool aborted = false;  // ended by operation_aborted
    boost::asio::cancellation_signal cancellation;

    bool ended() const { return result || aborted; }
    void cancel() { cancellation.emit(boost::asio::cancellation_type::terminal); }
  };

  explicit Fetching(const model::NetSettings& settings = loopback_settings());

  net::Client& client() { return *client_; }
  void destroy_client() { client_.reset(); }
  // From any thread: `job` runs on the loop.
  void post(std::function<void()> job);

  // Stays where it is until this ends.
  Pending& start(net::Request request);
  Pending& start(const std::string& url);
  void run_until(const std::function<bool()>& done);

  Result<net::Response> get(net::Request request);
  Result<net::Response> get(const std::string& url);
  // The cause of the error that it must end with.
  Cause failure(const std::string& url);

 private:
  boost::asio::io_context io_{1};
  std::unique_ptr<net::Client> client_;
  std::list<Pending> pending_;
};

net::Request request_for(const std::string& url);

}  // namespace newscache::test
