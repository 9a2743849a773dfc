#pragma once
// The bytes of one connection: a Unix or TCP socket, plain or under TLS. Loop thread only.

#include <boost/asio/buffer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/deadline.hpp"
#include "base/result.hpp"
#include "loop/task.hpp"

namespace newscache::api {

class Transport {
 public:
  // `tls`: null for a plain connection.
  Transport(Socket socket, TlsContext tls);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Before anything else; at once when plain.
  loop::awaitable<bool> handshake();
  // 0 at the end, and when the connection broke or the wait was cancelled.
  loop::awaitable<std::size_t> read_some(boost::asio::mutable_buffer space);
  // As much as goes at once, and is taken off `parts`; false when nothing does any more.
  loop::awaitable<bool> write_some(std::vector<boost::asio::const_buffer>& parts);
  // Everything, or false.
  loop::awaitable<bool> write(std::vector<boost::asio::const_buffer> parts);
  // As much as goes without waiting; nothing under TLS.
  void write_now(std::string_view text);
  // Tells the other side that nothing more comes.
  void shut_down();
  // The end of TLS, without which an answer that ends with the connection looks cut off.
  loop::awaitable<void> finish();
  Socket& socket() { return socket_; }

 private:
  struct Tls;
  Socket socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace newscache::api
