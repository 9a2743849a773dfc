#include "support/http_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace newscache::test {
namespace {

constexpr timeval patience{60, 0};

bool same_name(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

FileDescriptor connect_to(const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path is too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (::connect(socket.get(), generic, sizeof address) != 0) {
    throw std::runtime_error("cannot connect to " + path + ": " + std::strerror(errno));
  }
  return socket;
}

}  // namespace

std::string HttpAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

HttpClient::HttpClient(const std::string& socket_path) : HttpClient(connect_to(socket_path)) {}

HttpClient::HttpClient(FileDescriptor socket) : socket_(std::move(socket)) {
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

HttpAnswer HttpClient::request(std::string_view method, std::string_view target, std::string_view body,
                               const HeaderList& headers) {
  std::string text(method);
  text.append(" ").append(target).append(" HTTP/1.1\r\n");
  const bool names_host =
      std::any_of(headers.begin(), headers.end(), [](const auto& one) { return one.first == "Host"; });
  if (!names_host) text += "Host: localhost\r\n";
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty()) text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  text.append("\r\n").append(body);
  send(text);
  auto answer = receive(method == "HEAD");
  if (!answer) throw std::runtime_error("no answer to " + std::string(method) + " " + std::string(target));
  return std::move(*answer);
}

bool HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
    if (sent < 0) throw std::runtime_error(std::string("cannot send: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpClient::fill() {
  char space[16384];
  const auto got = ::recv(socket_.get(), space, sizeof space, 0);
  if (got == 0 || (got < 0 && errno == ECONNRESET)) return false;
  if (got < 0) throw std::runtime_error(std::string("nothing received: ") + std::strerror(errno));
  buffer_.append(space, static_cast<std::size_t>(got));
  return true;
}

bool HttpClient::at_end() { return buffer_.empty() && !fill(); }

std::optional<std::string> HttpClient::read_line() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  auto line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::optional<std::string> HttpClient::read_exactly(std::size_t size) {
  while (buffer_.size() < size) {
    if (!fill()) return std::nullopt;
  }
  auto bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

std::optional<HttpAnswer> HttpClient::receive_head() {
  const auto status_line = read_line();
  if (!status_line) return std::nullopt;
  if (!status_line->starts_with("HTTP/1.1 ") || status_line->size() < 12) {
    throw std::runtime_error("not an HTTP answer: " + *status_line);
  }
  HttpAnswer answer;
  answer.status = std::stoi(status_line->substr(9, 3));
  for (;;) {
    const auto line = read_line();
    if (!line) throw std::runtime_error("the answer's head has no end");
    if (line->empty()) return answer;
    const auto colon = line->find(": ");
    if (colon == std::string::npos) throw std::runtime_error("not a header: " + *line);
    answer.headers.emplace_back(line->substr(0, colon), line->substr(colon + 2));
  }
}

std::optional<std::string> HttpClient::receive_chunk() {
  auto chunk = read_chunk();
  if (chunk && chunk->empty()) chunk.reset();
  return chunk;
}

std::optional<std::string> HttpClient::read_chunk() {
  const auto size_line = read_line();
  if (!size_line) return std::nullopt;
  const auto size = std::stoul(*size_line, nullptr, 16);
  auto chunk = read_exactly(size + 2);
  if (chunk) chunk->resize(size);
  return chunk;
}

std::optional<HttpAnswer> HttpClient::receive(bool to_head) {
  auto answer = receive_head();
  if (!answer || to_head || answer->status / 100 == 1 || answer->status == 204 || answer->status == 304) return answer;
  if (same_name(answer->header("Transfer-Encoding"), "chunked")) {
    for (;;) {
      const auto chunk = read_chunk();
      if (!chunk) throw std::runtime_error("the answer's body is cut off");
      if (chunk->empty()) return answer;
      answer->body += *chunk;
    }
  }
  const auto length = answer->header("Content-Length");
  if (length.empty()) {
    while (fill()) {
    }
    answer->body = std::exchange(buffer_, {});
    return answer;
  }
  auto body = read_exactly(std::stoul(length));
  if (!body) throw std::runtime_error("the answer's body is cut off");
  answer->body = std::move(*body);
  return answer;
}

EventReader::EventReader(const std::string& socket_path, std::string_view target, const HeaderList& headers)
    : client_(socket_path) {
  std::string text = "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n";
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append("\r\n");
  client_.send(text + "\r\n");
  auto head = client_.receive_head();
  if (!head) throw std::runtime_error("no answer to " + std::string(target));
  head_ = std::move(*head);
}

std::optional<ServerEvent> EventReader::next() {
  for (;;) {
    std::size_t end = 0;
    while ((end = text_.find("\n\n", read_)) == std::string::npos) {
      const auto chunk = client_.receive_chunk();
      if (!chunk) return std::nullopt;
      text_.erase(0, std::exchange(read_, 0));
      text_ += *chunk;
    }
    const auto block = text_.substr(read_, end + 1 - read_);
    read_ = end + 2;
    ServerEvent event;
    for (std::size_t start = 0; start < block.size();) {
      const auto line_end = block.find('\n', start);
      const auto line = block.substr(start, line_end - start);
      start = line_end + 1;
      if (line.starts_with("id: ")) event.id = line.substr(4);
      if (line.starts_with("event: ")) event.name = line.substr(7);
      if (line.starts_with("data: ")) event.data = line.substr(6);
    }
    if (!event.name.empty()) return event;
  }
}

}  // namespace newscache::test
