#pragma once
// The test publisher: a real HTTP/1.1 server on 127.0.0.1 that serves what a test tells it to, lies and breaks off on
// request, and records everything that it was asked.
//
//   Publisher publisher;
//   publisher.serve_file("/feed.xml", rss);                                  // ETag, Last-Modified, 304
//   publisher.answer("/old", redirect(301, "/feed.xml"));
//   publisher.answer("/busy", {Answer{.status = 503}, Answer{.body = rss}});  // first, then; the last one stays
//   publisher.answer("/stuck", Answer{.body = rss, .fault = Fault::stall_in_body});
//   ... fetch publisher.url("/feed.xml") ...
//   CHECK(publisher.requests("/feed.xml").at(1).header("If-None-Match") == etag);
//
// A connection has a thread of its own, so that a stalled answer holds up nobody else. A stall lasts until the client
// goes away or the publisher stops: no outcome depends on timing. Everything here is safe from every thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace newscache::test {

using Header = std::pair<std::string, std::string>;

// A request as it arrived.
struct SeenRequest {
  int number = 0;      // from 1, in order of arrival over all connections
  int connection = 0;  // from 1, in order of acceptance
  std::chrono::steady_clock::time_point arrived{};
  std::string method;
  std::string target;           // verbatim: "/feed.xml?page=2", or a whole URL when we are used as a proxy
  std::vector<Header> headers;  // verbatim, in order
  std::string body;

  // The first of that name, whatever its case; empty when absent.
  std::string header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

enum class Fault {
  none,
  stall_before_headers,  // reads the request and says nothing
  stall_in_body,         // headers and half of the body, then nothing
  hold,                  // answers properly, but only after release()
  drip,                  // a proper answer, each byte in a segment of its own
  truncate,              // announces the whole body, sends half of it and closes
  close_before_headers,  // closes without a word
  reset_before_headers,  // a TCP reset instead of an answer
  reset_in_body,         // headers, half of the body, a TCP reset
  short_length,          // announces half of the body and sends it all
  endless,               // the body again and again, chunked, for as long as the client reads
};

struct Answer {
  int status = 200;
  std::vector<Header> headers = {};  // besides Content-Length and Connection, which are added
  std::string body = {};
  std::string type = {};  // Content-Type; empty: none
  Fault fault = Fault::none;
  bool chunked = false;  // Transfer-Encoding instead of Content-Length
  bool close = false;    // ends the connection after the answer
  std::string raw = {};  // not empty: these bytes and nothing else, then the connection is closed
};

Answer redirect(int status, std::string_view location);
// 429 or 503; an empty retry_after sends no such header.
Answer busy(int status, std::string_view retry_after);
// `bytes` zeros, which are some thousandth of that on the wire.
Answer zstd_bomb(std::uint64_t bytes);
Answer gzip_bomb(std::uint64_t bytes);
// A 200 with `lines` header lines, or with one of `bytes` bytes.
Answer header_flood(int lines);
Answer huge_header(std::size_t bytes);
// Valid gzip that does not compress.
std::string gzip_stored(std::string_view body);

class Publisher {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one
    // PEM files; not empty: https.
    std::string certificate_file = {};
    std::string key_file = {};
    // Called for each request after its answer was chosen, on the connection's thread.
    std::function<void(const SeenRequest&, const Answer&)> on_request = {};
  };
  using Callback = std::function<Answer(const SeenRequest&)>;

  // Throws std::runtime_error when the port is taken.
  Publisher() : Publisher(Options{}) {}
  explicit Publisher(Options options);
  ~Publisher();

  std::uint16_t port() const;
  // "http://127.0.0.1:PORT" (or what the address is) and the path.
  std::string url(std::string_view path = "/") const;

  // A document with validators, answered with 304 when a request has them, and with 206 when it asks for a range. Another body under the same path is a new
  // version: its ETag and its Last-Modified differ. An empty type is guessed from the path.
  void serve_file(const std::string& path, std::string body, std::string type = {});
  // The files of a folder, read at each request. Explicit answers count before it.
  void serve_folder(std::string folder);

  // `path` is compared with the whole target first, then with the target without its query.
  void answer(const std::string& path, Answer answer);
  // One after the other; the last one stays.
  void answer(const std::string& path, std::vector<Answer> answers);
  // Called on the connection's thread.
  void answer(const std::string& path, Callback callback);
  // 404 again, and what is recorded stays.
  void forget(const std::string& path);
  // Lets go what Fault::hold holds back, now and later.
  void release(const std::string& path);

  // All of them, or those of one path (the target without its query).
  std::vector<SeenRequest> requests() const;
  std::vector<SeenRequest> requests(std::string_view path) const;
  void clear_requests();
  int connections() const;
  // How many connections are open now.
  int open_connections() const;
  // What was handed to the kernel for clients, TLS not counted: somewhat more than they have read.
  std::int64_t bytes_sent() const;
  // The highest number of requests that were being answered at the same time.
  int most_at_once() const;

  // True as soon as that many requests for the path have arrived; false when they have not within the deadline.
  bool wait_for_requests(std::string_view path, std::size_t count,
                         std::chrono::milliseconds deadline = std::chrono::seconds(30)) const;
  // True as soon as at most that many connections are open.
  bool wait_for_open_connections(int at_most, std::chrono::milliseconds deadline = std::chrono::seconds(30)) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::test
