#include "client/reader/network.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "client/json.hpp"

namespace newscache::reader {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours quiet{1};
constexpr milliseconds pauses[] = {milliseconds(200), milliseconds(500), milliseconds(1'000), milliseconds(2'000)};
// Events that nobody takes, while a browser is in the foreground: after so many the reader reads everything anew
// anyway.
constexpr std::size_t most_news = 10'000;

FileDescriptor make_signal() {
  FileDescriptor signal(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!signal) throw std::runtime_error("cannot make an event descriptor");
  return signal;
}

void raise_signal(int descriptor) { ::eventfd_write(descriptor, 1); }

void clear_signal(int descriptor) {
  eventfd_t count = 0;
  ::eventfd_read(descriptor, &count);
}

}  // namespace

Network::Network(std::string socket_path)
    : socket_path_(std::move(socket_path)),
      connection_(socket_path_),
      call_signal_(make_signal()),
      news_signal_(make_signal()) {
  connection_.set_give_up([this] { return stopping_.load(); });
  thread_ = std::thread([this] {
    try {
      run();
    } catch (const std::exception& error) {
      tell(client::Failure(client::Exit::failed, error.what()));
    }
  });
}

Network::~Network() {
  stopping_ = true;
  raise_signal(call_signal_.get());
  thread_.join();
}

void Network::ask(Call call) {
  const std::lock_guard lock(mutex_);
  calls_.push_back(std::move(call));
  raise_signal(call_signal_.get());
}

std::vector<News> Network::take_news() {
  clear_signal(news_signal_.get());
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, {});
}

void Network::tell(News news) {
  const std::lock_guard lock(mutex_);
  if (news_.size() >= most_news && std::holds_alternative<client::Event>(news)) return;
  news_.push_back(std::move(news));
  raise_signal(news_signal_.get());
}

void Network::run() {
  std::size_t attempt = 0;
  while (!stopping_) {
    const auto status = connection_.get_object("/v1/status");
    client::Outcome<client::Exit> ended = client::Exit::done;
    if (status) {
      tell(Connected{*status});
      ended = listen(std::to_string(client::count_at(*status, "revision")));
    } else {
      ended = status.error();
    }
    if (stopping_) return;
    tell(ended ? client::Failure(client::Exit::unreachable, "the daemon has gone; trying again") : ended.error());
    if (ended) attempt = 0;  // there was a stream
    pause(pauses[attempt]);
    attempt = std::min(attempt + 1, std::size(pauses) - 1);
  }
}

// Until the stream ends.
client::Outcome<client::Exit> Network::listen(const std::string& since) {
  client::EventStream stream(socket_path_, since);
  while (!stopping_) {
    auto events = stream.wait(quiet, call_signal_.get());
    if (!events) return events.error();
    for (auto& event : *events) tell(std::move(event));
    answer_calls();
    if (events->empty() && stream.ended()) break;
  }
  return client::Exit::done;
}

void Network::answer_calls() {
  for (;;) {
    clear_signal(call_signal_.get());
    std::vector<Call> calls;
    {
      const std::lock_guard lock(mutex_);
      calls = std::exchange(calls_, {});
    }
    if (calls.empty() || stopping_) return;
    for (auto& call : calls) {
      auto answer = connection_.send(call.request);
      if (stopping_) return;
      tell(Answered{std::move(call), std::move(answer)});
    }
  }
}

// So long; what is asked meanwhile is answered, and shortens nothing.
void Network::pause(milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (!stopping_) {
    const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now()).count();
    if (left <= 0) return;
    pollfd waiting{call_signal_.get(), POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(left));
    answer_calls();
  }
}

}  // namespace newscache::reader
