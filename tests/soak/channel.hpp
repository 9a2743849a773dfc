#pragma once
// What the test and the daemon in its hands tell each other: messages of a line of JSON and some bytes.
//
//   test to daemon                                daemon to test
//   {"boot", "wall", "seed", "link"}, first
//   {"op": "go", "to"}: the clock leaps there,    {"op": "at", "boot"}: where it is now
//     or to where somebody waits for it sooner
//   {"op": "wall", "wall"}: it was set            {"op": "at", "boot"}
//   {"op": "link", "up"}                          {"op": "at", "boot"}
//                                                 {"op": "fetch", "id", "url", "etag", "last_modified"}
//   {"op": "answer", "id", ...}, and the body     {"op": "cut", "id"}: only its beginning was read

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.hpp"

namespace newscache::test {

struct Message {
  boost::json::object head;
  std::string body;

  std::string text(std::string_view key) const;     // empty when absent
  std::int64_t number(std::string_view key) const;  // 0 when absent
};

class Channel {
 public:
  explicit Channel(FileDescriptor socket) : socket_(std::move(socket)) {}
  static std::pair<FileDescriptor, FileDescriptor> make_ends();

  // Throws std::exception when the other side has gone.
  void send(const boost::json::object& head, std::string_view body = {});
  // The next one, waiting for it or not. Throws likewise.
  std::optional<Message> receive(bool wait);
  int descriptor() const { return socket_.get(); }

 private:
  FileDescriptor socket_;
  std::string buffer_;
};

}  // namespace newscache::test
