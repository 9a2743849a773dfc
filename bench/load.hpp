#pragma once
// A load generator for HTTP/1.1 over a Unix socket: one thread, keep-alive, one request at a time on each connection.
// It looks at no more of an answer than its status and where it ends, so that it takes little from the server that
// shares the machine with it.

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace newscache::bench {

inline std::string get_request(std::string_view target, std::string_view host = "localhost") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
}

// Finds the end of an answer, whose body has a length or comes in chunks.
class AnswerScan {
 public:
  // Takes what has arrived; whether the answer is complete.
  bool take(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!in_body_) {
        if (!take_head(bytes)) return false;
      } else if (left_ > 0) {
        const auto skipped = std::min(left_, bytes.size());
        left_ -= skipped;
        bytes.remove_prefix(skipped);
      }
      if (in_body_ && left_ == 0 && (!chunked_ || take_chunk_size(bytes))) return true;
    }
    return false;
  }
  void restart() { *this = AnswerScan(); }

 private:
  bool take_head(std::string_view& bytes) {
    const auto before = head_.size();
    head_.append(bytes);
    const auto end = head_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    bytes.remove_prefix(end + 4 - before);
    if (!head_.starts_with("HTTP/1.1 200")) throw std::runtime_error("not 200: " + head_);
    constexpr std::string_view length = "Content-Length: ";
    const auto at = head_.find(length);
    chunked_ = at == std::string::npos;
    if (!chunked_) std::from_chars(head_.data() + at + length.size(), head_.data() + end, left_);
    in_body_ = true;
    return true;
  }
  // The line before a chunk, whose own line's end counts as part of it; true behind the last chunk, which is empty.
  bool take_chunk_size(std::string_view& bytes) {
    while (!bytes.empty()) {
      line_ += bytes.front();
      bytes.remove_prefix(1);
      if (line_.back() != '\n') continue;
      if (last_) return true;
      std::from_chars(line_.data(), line_.data() + line_.size(), left_, 16);
      line_.clear();
      last_ = left_ == 0;
      if (last_) continue;
      left_ += 2;
      return false;
    }
    return false;
  }

  std::string head_;
  std::string line_;
  std::size_t left_ = 0;
  bool in_body_ = false;
  bool chunked_ = false;
  bool last_ = false;
};

class Connection {
 public:
  explicit Connection(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw std::runtime_error("cannot connect to " + path);
    }
  }
  ~Connection() { ::close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(const std::string& request) {
    scan_.restart();
    if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
      throw std::runtime_error("cannot send");
    }
  }
  // What is there now; whether the answer is complete.
  bool receive(std::vector<char>& space, std::int64_t& bytes, std::string* kept = nullptr) {
    const auto got = ::recv(fd_, space.data(), space.size(), 0);
    if (got <= 0) throw std::runtime_error("the server closed the connection");
    bytes += got;
    const std::string_view seen(space.data(), static_cast<std::size_t>(got));
    if (kept != nullptr) kept->append(seen);
    return scan_.take(seen);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
  AnswerScan scan_;
};

// One answer, with its head.
inline std::string fetch(const std::string& path, const std::string& request) {
  Connection connection(path);
  std::vector<char> space(std::size_t{64} << 10);
  std::string answer;
  std::int64_t bytes = 0;
  connection.send(request);
  while (!connection.receive(space, bytes, &answer)) {
  }
  return answer;
}

struct LoadResult {
  double seconds = 0;
  std::int64_t requests = 0;
  std::int64_t bytes = 0;
  double p50_us = 0;
  double p99_us = 0;
};

// The requests in turn, on so many connections, for that time.
inline LoadResult load(const std::string& path, const std::vector<std::string>& requests, int connections,
                       double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto us_since = [](Clock::time_point then) {
    return std::chrono::duration<float, std::micro>(Clock::now() - then).count();
  };
  const auto count = static_cast<std::size_t>(connections);
  std::vector<std::unique_ptr<Connection>> open;
  std::vector<Clock::time_point> sent(count);
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  for (std::size_t i = 0; i < count; ++i) {
    open.push_back(std::make_unique<Connection>(path));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, open.back()->fd(), &event);
  }
  LoadResult result;
  std::vector<float> times;
  times.reserve(1 << 20);
  std::vector<char> space(std::size_t{256} << 10);
  std::vector<epoll_event> events(count);
  std::size_t next = 0;
  const auto begin = Clock::now();
  const auto send = [&](std::size_t i) {
    sent[i] = Clock::now();
    open[i]->send(requests[next++ % requests.size()]);
  };
  for (std::size_t i = 0; i < count; ++i) send(i);
  for (auto busy = count; busy > 0;) {
    const int ready = ::epoll_wait(poll, events.data(), connections, -1);
    const bool over = Clock::now() - begin > std::chrono::duration<double>(seconds);
    for (int n = 0; n < ready; ++n) {
      const auto i = static_cast<std::size_t>(events[static_cast<std::size_t>(n)].data.u64);
      if (!open[i]->receive(space, result.bytes)) continue;
      times.push_back(us_since(sent[i]));
      if (over) {
        --busy;
      } else {
        send(i);
      }
    }
  }
  ::close(poll);
  result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  result.requests = static_cast<std::int64_t>(times.size());
  const auto percentile = [&](double part) {
    const auto at = times.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(times.size() - 1));
    std::nth_element(times.begin(), at, times.end());
    return double{*at};
  };
  result.p50_us = percentile(0.5);
  result.p99_us = percentile(0.99);
  return result;
}

}  // namespace newscache::bench
