#pragma once
// The daemon as the reader sees it: a thread that asks and listens, so that the screen never waits. It reconnects.

#include <atomic>
#include <boost/json/object.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/file.hpp"
#include "client/connection.hpp"
#include "client/reader/reader.hpp"

namespace newscache::reader {

struct Answered {
  Call call;
  client::Outcome<std::string> answer;
};
struct Connected {
  boost::json::object status;  // events follow from here on
};
using News = std::variant<Answered, Connected, client::Failure, client::Event>;

// Threads: everything public is for one thread.
class Network {
 public:
  explicit Network(std::string socket_path);
  ~Network();  // within a second or so, whatever the daemon does
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  void ask(Call call);
  // In the order of their arrival; descriptor() is readable when there are some.
  std::vector<News> take_news();
  int descriptor() const { return news_signal_.get(); }

 private:
  void run();
  client::Outcome<client::Exit> listen(const std::string& since);
  void answer_calls();
  void tell(News news);
  void pause(std::chrono::milliseconds time);

  std::string socket_path_;
  client::Connection connection_;  // the thread's
  std::mutex mutex_;
  std::vector<Call> calls_;  // under mutex_
  std::vector<News> news_;   // under mutex_
  FileDescriptor call_signal_;
  FileDescriptor news_signal_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace newscache::reader
