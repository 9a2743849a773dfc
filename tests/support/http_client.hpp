#pragma once
// A small blocking HTTP/1.1 client on a Unix socket, for tests: whole requests, raw bytes, and server-sent events. It
// gives up with an exception after a minute of silence, so that a broken daemon fails a test and does not hang it.
//
//   HttpClient client(daemon.socket());
//   const auto added = client.request("POST", "/v1/feeds", R"({"url": "..."})");
//   REQUIRE(added.status == 201);
//   EventReader events(daemon.socket(), "/v1/events");
//   CHECK(events.next()->name == "article.added");

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"

namespace newscache::test {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct HttpAnswer {
  int status = 0;
  HeaderList headers;  // verbatim, in order
  std::string body;    // without chunk framing

  // The first of that name, whatever its case; empty when absent.
  std::string header(std::string_view name) const;
};

class HttpClient {
 public:
  // Connects; throws std::runtime_error when nobody listens.
  explicit HttpClient(const std::string& socket_path);
  explicit HttpClient(FileDescriptor socket);

  HttpAnswer get(std::string_view target, const HeaderList& headers = {}) {
    return request("GET", target, {}, headers);
  }
  // Adds Host unless it is given, and Content-Length when there is a body. Throws when the connection ends without an answer.
  HttpAnswer request(std::string_view method, std::string_view target, std::string_view body = {},
                     const HeaderList& headers = {});

  // Raw bytes. False when the other side has closed.
  bool send(std::string_view bytes);
  // The next answer; none when the connection ends before one. `to_head`: it answers a HEAD and has no body.
  std::optional<HttpAnswer> receive(bool to_head = false);
  // The next answer's head only; its body stays to be read.
  std::optional<HttpAnswer> receive_head();
  // One chunk of a chunked body; none at its end, or when it is cut off.
  std::optional<std::string> receive_chunk();
  // True when the other side closes before it says another byte.
  bool at_end();
  void close() { socket_ = FileDescriptor(); }
  int descriptor() const { return socket_.get(); }

 private:
  bool fill();
  std::optional<std::string> read_line();
  std::optional<std::string> read_chunk();  // the last one is empty
  std::optional<std::string> read_exactly(std::size_t size);

  FileDescriptor socket_;
  std::string buffer_;
};

struct ServerEvent {
  std::string id;
  std::string name;
  std::string data;
};

class EventReader {
 public:
  EventReader(const std::string& socket_path, std::string_view target, const HeaderList& headers = {});
  // The answer's head.
  const HttpAnswer& head() const { return head_; }
  // Waits for the next event, passing over comments; none when the stream ends.
  std::optional<ServerEvent> next();
  int descriptor() const { return client_.descriptor(); }

 private:
  HttpClient client_;
  HttpAnswer head_;
  std::string text_;
  std::size_t read_ = 0;  // of it
};

}  // namespace newscache::test
