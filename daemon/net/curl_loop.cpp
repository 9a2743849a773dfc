#include "net/curl_loop.hpp"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <optional>
#include <stdexcept>
#include <string>

namespace newscache::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Connections that are kept for the next request. A feed's site is asked once an hour, so this is for redirects, pages
// and images, not for polls.
constexpr long kKeptConnections = 16;
// Only the last resort: who fetches decides how many requests a host gets at once.
constexpr long kConnectionsPerHost = 6;

void check(CURLMcode code, const char* what) {
  if (code != CURLM_OK) throw std::runtime_error(std::string(what) + ": " + curl_multi_strerror(code));
}

}  // namespace

struct CurlLoop::Watch {
  Watch(const asio::any_io_executor& executor, curl_socket_t socket_to_watch)
      : socket(socket_to_watch), descriptor(executor) {}
  ~Watch() { release(); }
  // Gives the socket back to libcurl, its owner; what waits for it ends with an error.
  void release() {
    if (descriptor.is_open()) descriptor.release();
  }

  const curl_socket_t socket;
  asio::posix::stream_descriptor descriptor;
  int wanted = 0;  // CURL_POLL_IN, CURL_POLL_OUT
  bool reading = false;
  bool writing = false;
};

// A transfer between start and end; leaving the scope removes it from libcurl.
class CurlLoop::Running {
 public:
  Running(CurlLoop& loop, CURL* easy) : ended(loop.executor_), easy_(easy), loop_(loop) {
    ended.expires_at(asio::steady_timer::time_point::max());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, static_cast<void*>(this));
    check(curl_multi_add_handle(loop.multi_, easy), "libcurl: cannot start a transfer");
    loop.running_.insert(this);
  }
  ~Running() { remove(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void end(CURLcode with) {
    code = with;
    remove();
    ended.cancel();
  }
  void abort() {
    aborted = true;
    remove();
    ended.cancel();
  }

  asio::steady_timer ended;  // never expires; cancelled to wake the waiter
  std::optional<CURLcode> code;
  bool aborted = false;

 private:
  void remove() {
    if (loop_.running_.erase(this) != 0) curl_multi_remove_handle(loop_.multi_, easy_);
  }
  CURL* easy_;
  CurlLoop& loop_;
};

std::shared_ptr<CurlLoop> CurlLoop::create(asio::any_io_executor executor) {
  return std::shared_ptr<CurlLoop>(new CurlLoop(std::move(executor)));
}

CurlLoop::CurlLoop(asio::any_io_executor executor) : executor_(std::move(executor)), timer_(executor_) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::runtime_error("libcurl: cannot be initialised");
  multi_ = curl_multi_init();
  if (multi_ == nullptr) throw std::runtime_error("libcurl: no memory for a multi handle");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeptConnections);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, kConnectionsPerHost);
}

CurlLoop::~CurlLoop() {
  close();
  curl_multi_cleanup(multi_);
}

void CurlLoop::limit_connections(long total) { curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, total); }

asio::awaitable<CURLcode> CurlLoop::perform(std::shared_ptr<CurlLoop> loop, CURL* easy) {
  if (loop->closed_) throw boost::system::system_error(asio::error::operation_aborted);
  Running running(*loop, easy);
  while (!running.code && !running.aborted) {
    error_code ignored;
    co_await running.ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
    if (cancelled != asio::cancellation_type::none) throw boost::system::system_error(asio::error::operation_aborted);
  }
  if (running.aborted) throw boost::system::system_error(asio::error::operation_aborted);
  co_return *running.code;
}

void CurlLoop::close() {
  closed_ = true;
  while (!running_.empty()) (*running_.begin())->abort();
  timer_.cancel();
}

// Called by libcurl, so libcurl must not be called from here.
int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (what == CURL_POLL_REMOVE) {
    loop.forget(socket);
    return 0;
  }
  if (known == nullptr) loop.forget(socket);
  auto& watch = loop.watches_[socket];
  if (!watch) {
    watch = std::make_shared<Watch>(loop.executor_, socket);
    error_code error;
    watch->descriptor.assign(socket, error);
    if (error) return -1;
    // The one call that is allowed here: it only stores the pointer.
    curl_multi_assign(loop.multi_, socket, watch.get());
  }
  watch->wanted = what;
  loop.await_readable(watch);
  loop.await_writable(watch);
  return 0;
}

int CurlLoop::on_timer(CURLM*, long milliseconds, void* self) {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (milliseconds < 0) {
    loop.timer_.cancel();
    return 0;
  }
  if (milliseconds == 0) {
    loop.act_soon();
    return 0;
  }
  loop.timer_.expires_after(std::chrono::milliseconds(milliseconds));
  loop.timer_.async_wait([weak = loop.weak_from_this()](error_code error) {
    if (error) return;
    if (const auto self_again = weak.lock()) self_again->act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

// From the loop, after what is ready now; a timer would cost two system calls for each transfer.
void CurlLoop::act_soon() {
  timer_.cancel();
  if (std::exchange(acts_soon_, true)) return;
  asio::post(executor_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->closed_) return;
    self->acts_soon_ = false;
    self->act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlLoop::forget(curl_socket_t socket) {
  const auto found = watches_.find(socket);
  if (found == watches_.end()) return;
  found->second->release();
  watches_.erase(found);
}

void CurlLoop::await_readable(const std::shared_ptr<Watch>& watch) {
  if ((watch->wanted & CURL_POLL_IN) == 0 || std::exchange(watch->reading, true)) return;
  watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                               [weak = weak_from_this(), watch](error_code error) {
                                 watch->reading = false;
                                 const auto self = weak.lock();
                                 if (!error && self && self->is_current(watch)) self->ready(watch, CURL_CSELECT_IN);
                               });
}

void CurlLoop::await_writable(const std::shared_ptr<Watch>& watch) {
  if ((watch->wanted & CURL_POLL_OUT) == 0 || std::exchange(watch->writing, true)) return;
  watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_write,
                               [weak = weak_from_this(), watch](error_code error) {
                                 watch->writing = false;
                                 const auto self = weak.lock();
                                 if (!error && self && self->is_current(watch)) self->ready(watch, CURL_CSELECT_OUT);
                               });
}

void CurlLoop::ready(const std::shared_ptr<Watch>& watch, int event) {
  const int wanted = event == CURL_CSELECT_IN ? CURL_POLL_IN : CURL_POLL_OUT;
  if ((watch->wanted & wanted) == 0) return;
  act(watch->socket, event);
  if (!is_current(watch)) return;
  await_readable(watch);
  await_writable(watch);
}

bool CurlLoop::is_current(const std::shared_ptr<Watch>& watch) const {
  const auto found = watches_.find(watch->socket);
  return found != watches_.end() && found->second == watch;
}

void CurlLoop::act(curl_socket_t socket, int event) {
  int still_running = 0;
  check(curl_multi_socket_action(multi_, socket, event, &still_running), "libcurl: cannot go on");
  collect_finished();
}

void CurlLoop::collect_finished() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // The message dies when its transfer is removed.
    const auto code = message->data.result;
    char* running = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &running);
    // The waiter resumes later, from the loop.
    reinterpret_cast<Running*>(running)->end(code);
  }
}

}  // namespace newscache::net
