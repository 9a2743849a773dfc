#pragma once
// A client on a loop of its own, for tests that fetch one thing after the other.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "net/client.hpp"
#include "support/publisher.hpp"

namespace newscache::test {

inline model::NetSettings loopback_settings() {
  model::NetSettings settings;
  settings.allow_private = {"127.0.0.0/8"};
  return settings;
}

class Fetching {
 public:
  explicit Fetching(const model::NetSettings& settings = loopback_settings())
      : client_(std::make_unique<net::Client>(io_.get_executor(), settings)) {}

  boost::asio::io_context& io() { return io_; }
  net::Client& client() { return *client_; }

  // Runs the loop until the fetch has ended.
  Result<net::Response> get(net::Request request) {
    std::optional<Result<net::Response>> result;
    boost::asio::co_spawn(io_, client_->fetch(std::move(request)),
                          [&](std::exception_ptr error, Result<net::Response> fetched) {
                            if (error) std::rethrow_exception(error);
                            result.emplace(std::move(fetched));
                          });
    io_.restart();
    while (!result) {
      if (io_.run_one() == 0) throw std::logic_error("the fetch neither ended nor waits for anything");
    }
    return std::move(*result);
  }
  Result<net::Response> get(const std::string& url) {
    net::Request request;
    request.url = url;
    return get(std::move(request));
  }

 private:
  boost::asio::io_context io_{1};
  std::unique_ptr<net::Client> client_;
};

}  // namespace newscache::test
