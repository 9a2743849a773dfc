#pragma once
// The Fetcher of the daemon: one libcurl multi handle on the Asio loop. Loop thread only.

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "model/settings.hpp"
#include "net/fetch.hpp"

namespace newscache::net {

class Client final : public Fetcher {
 public:
  // Copies what it needs of the settings; an empty user_agent becomes "newscached/VERSION (+contact URL)".
  Client(boost::asio::any_io_executor executor, const model::NetSettings& settings);
  ~Client() override;
  boost::asio::awaitable<Result<Response>> fetch(Request request) override;
  // From the next request on.
  void reconfigure(const model::NetSettings& settings);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::net
