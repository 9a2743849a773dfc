#pragma once
// A libcurl multi handle driven by an Asio loop: libcurl says which sockets and which time to wait for, we wait and
// tell it what happened. Loop thread only.

#include <curl/curl.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <set>
#include <unordered_map>

namespace newscache::net {

class CurlLoop : public std::enable_shared_from_this<CurlLoop> {
 public:
  static std::shared_ptr<CurlLoop> create(boost::asio::any_io_executor executor);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  void limit_connections(long total);
  // Runs a prepared handle, which must stay alive, to its end. Throws operation_aborted, with the transfer gone, when
  // the caller is cancelled or close() is called.
  static boost::asio::awaitable<CURLcode> perform(std::shared_ptr<CurlLoop> loop, CURL* easy);
  // Aborts all transfers, and those to come.
  void close();

 private:
  struct Watch;
  class Running;

  explicit CurlLoop(boost::asio::any_io_executor executor);
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  void forget(curl_socket_t socket);
  void await_readable(const std::shared_ptr<Watch>& watch);
  void await_writable(const std::shared_ptr<Watch>& watch);
  void ready(const std::shared_ptr<Watch>& watch, int event);
  bool is_current(const std::shared_ptr<Watch>& watch) const;
  void act(curl_socket_t socket, int event);
  void act_soon();
  void collect_finished();

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer timer_;
  // libcurl owns and closes the sockets; a Watch only waits for one. An operation that completes after libcurl has
  // closed its socket, and perhaps opened another of the same number, finds another Watch here or none.
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::set<Running*> running_;
  bool acts_soon_ = false;
  bool closed_ = false;
  CURLM* multi_;
};

}  // namespace newscache::net
