#include "support/publisher.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <variant>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "support/wire.hpp"

namespace newscache::test {
namespace {

constexpr std::size_t kLongestRequest = 1 << 20;
constexpr std::size_t kLargestFile = 1 << 30;

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view without_query(std::string_view target) { return target.substr(0, target.find('?')); }

struct TypeOfEnding {
  std::string_view ending;
  std::string_view type;
};
constexpr std::array<TypeOfEnding, 14> kTypes{{
    {".xml", "application/xml"},
    {".rss", "application/rss+xml"},
    {".atom", "application/atom+xml"},
    {".rdf", "application/rdf+xml"},
    {".json", "application/feed+json"},
    {".html", "text/html; charset=utf-8"},
    {".opml", "text/x-opml"},
    {".txt", "text/plain"},
    {".jpg", "image/jpeg"},
    {".png", "image/png"},
    {".gif", "image/gif"},
    {".svg", "image/svg+xml"},
    {".css", "text/css"},
    {".mp3", "audio/mpeg"},
}};

std::string type_of(std::string_view path) {
  for (const auto& known : kTypes) {
    if (path.ends_with(known.ending)) return std::string(known.type);
  }
  return "application/octet-stream";
}

std::string http_date(std::time_t when) {
  std::tm parts{};
  ::gmtime_r(&when, &parts);
  std::array<char, 64> text{};
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return std::string(text.data(), size);
}

// "bytes=100-199" or "bytes=100-" (RFC 9110, section 14); what is no such range is ignored.
void cut_to_range(Answer& answer, const std::string& range) {
  std::size_t from = 0;
  std::size_t to = std::string::npos;
  if (std::sscanf(range.c_str(), "bytes=%zu-%zu", &from, &to) < 1) return;
  const auto size = std::to_string(answer.body.size());
  if (from >= answer.body.size()) {
    answer.status = 416;
    answer.headers.emplace_back("Content-Range", "bytes */" + size);
    answer.body.clear();
    return;
  }
  to = std::min(to, answer.body.size() - 1);
  answer.status = 206;
  answer.headers.emplace_back("Content-Range",
                              "bytes " + std::to_string(from) + "-" + std::to_string(to) + "/" + size);
  answer.body = answer.body.substr(from, to - from + 1);
}

// 200, or 304 when the request already has it: If-None-Match counts before If-Modified-Since (RFC 9110,
// section 13.2.2), and a date matches when it is ours to the letter, as most servers do it.
Answer conditional(const SeenRequest& request, std::string body, std::string type, std::string last_modified) {
  Answer answer;
  const auto etag = '"' + hex(sha256({body, last_modified}), 8) + '"';
  answer.headers = {{"ETag", etag}, {"Last-Modified", last_modified}};
  const auto if_none_match = request.header("If-None-Match");
  const bool known = if_none_match.empty() ? request.header("If-Modified-Since") == last_modified
                                           : if_none_match == "*" || if_none_match.find(etag) != std::string::npos;
  if (known) {
    answer.status = 304;
    return answer;
  }
  answer.body = std::move(body);
  answer.type = std::move(type);
  const auto if_range = request.header("If-Range");
  if (if_range.empty() || if_range == etag) cut_to_range(answer, request.header("Range"));
  return answer;
}

struct Document {
  std::string body;
  std::string type;
  std::string last_modified;
  int version = 0;
};
struct Sequence {
  std::vector<Answer> answers;
  std::size_t next = 0;
};
using Route = std::variant<Document, Sequence, Publisher::Callback>;

// One request off the front of `buffer`, once it is complete.
std::optional<SeenRequest> take_request(std::string& buffer) {
  const auto end = buffer.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  SeenRequest request;
  std::string_view head = std::string_view(buffer).substr(0, end + 2);
  for (bool first = true; !head.empty(); first = false) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    if (first) {
      request.method = line.substr(0, line.find(' '));
      const auto rest = line.substr(std::min(line.size(), request.method.size() + 1));
      request.target = rest.substr(0, rest.find(' '));
    } else {
      const auto colon = std::min(line.find(':'), line.size());
      auto value = line.substr(std::min(line.size(), colon + 1));
      if (value.starts_with(' ')) value.remove_prefix(1);
      request.headers.emplace_back(line.substr(0, colon), value);
    }
  }
  const auto length = static_cast<std::size_t>(std::strtoul(request.header("Content-Length").c_str(), nullptr, 10));
  if (buffer.size() - end - 4 < length) return std::nullopt;
  request.body = buffer.substr(end + 4, length);
  buffer.erase(0, end + 4 + length);
  return request;
}

std::string chunk(std::string_view body) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
  return std::string(size.data()).append(body).append("\r\n");
}

bool closes(const Answer& answer) {
  return answer.close || !answer.raw.empty() || answer.fault == Fault::truncate || answer.fault == Fault::short_length;
}

std::string head_of(const Answer& answer) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\n";
  for (const auto& [name, value] : answer.headers) head.append(name).append(": ").append(value).append("\r\n");
  if (!answer.type.empty()) head.append("Content-Type: ").append(answer.type).append("\r\n");
  if (answer.chunked || answer.fault == Fault::endless) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (answer.status != 304 && answer.status != 204) {
    const auto length = answer.fault == Fault::short_length ? answer.body.size() / 2 : answer.body.size();
    head.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
  }
  if (closes(answer)) head += "Connection: close\r\n";
  return head + "\r\n";
}

// What follows the head of an honest answer.
std::string body_of(const Answer& answer, bool head_only) {
  if (head_only || answer.status == 304 || answer.status == 204) return {};
  if (!answer.chunked) return answer.body;
  constexpr std::size_t kChunk = 1000;
  std::string body;
  for (std::size_t at = 0; at < answer.body.size(); at += kChunk) body += chunk(answer.body.substr(at, kChunk));
  return body + "0\r\n\r\n";
}

// The part before the fault.
std::string half_of(const Answer& answer) { return head_of(answer).append(answer.body, 0, answer.body.size() / 2); }

}  // namespace

std::string SeenRequest::header(std::string_view name) const {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const Header& h) { return same_name(h.first, name); });
  return found == headers.end() ? std::string() : found->second;
}

std::size_t SeenRequest::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(), [&](const Header& h) { return same_name(h.first, name); }));
}

struct Publisher::State {
  struct Connection {
    Connection(int number_of, FileDescriptor socket, SSL_CTX* tls) : number(number_of), wire(std::move(socket), tls) {}
    int number;
    Wire wire;
    bool ended = false;  // guarded by the mutex
    std::thread thread;
  };

  Options options;
  TlsContext tls;
  FileDescriptor listener;
  std::uint16_t port = 0;
  std::thread acceptor;

  mutable std::mutex mutex;  // guards what follows
  mutable std::condition_variable changed;
  bool stopping = false;
  std::map<std::string, Route, std::less<>> routes;
  std::set<std::string, std::less<>> released;
  std::string folder;
  std::vector<SeenRequest> seen;
  int connections = 0;
  int requests = 0;
  int under_way = 0;
  int most_at_once = 0;
  std::int64_t sent_and_gone = 0;  // by connections that are not in `open` any more
  std::list<Connection> open;

  void listen();
  void accept_all();
  void serve(Connection& connection);
  bool play(Connection& connection, const SeenRequest& request, const Answer& answer);
  void play_fault(Wire& wire, const Answer& answer);
  Answer choose(const SeenRequest& request);
  std::optional<Answer> from_folder(const SeenRequest& request) const;
  void begin(SeenRequest& request);
  void finish();
  void hold(std::string_view path);
  void stop();
};

void Publisher::State::listen() {
  listener = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (::inet_pton(AF_INET, options.address.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("publisher: '" + options.address + "' is no IPv4 address");
  }
  address.sin_port = htons(options.port);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), generic, size) != 0 || ::listen(listener.get(), 256) != 0 ||
      ::getsockname(listener.get(), generic, &size) != 0) {
    throw std::runtime_error("publisher: cannot listen on " + options.address + ":" + std::to_string(options.port) + ": " +
                             std::strerror(errno));
  }
  port = ntohs(address.sin_port);
}

void Publisher::State::accept_all() {
  while (true) {
    FileDescriptor socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const int error = errno;
    std::list<Connection> finished;
    const std::lock_guard lock(mutex);
    if (stopping) return;
    for (auto it = open.begin(); it != open.end();) {
      const auto current = it++;
      if (!current->ended) continue;
      sent_and_gone += current->wire.bytes_sent();
      finished.splice(finished.end(), open, current);
    }
    // An ended thread touches nothing any more, so it can be joined under the mutex.
    for (auto& connection : finished) connection.thread.join();
    if (!socket) {
      if (error == EINTR || error == ECONNABORTED) continue;
      return;
    }
    auto& connection = open.emplace_back(++connections, std::move(socket), tls.get());
    connection.thread = std::thread([this, &connection] { serve(connection); });
    changed.notify_all();
  }
}

void Publisher::State::serve(Connection& connection) {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  std::string buffer;
  bool open_still = connection.wire.shake_hands();
  while (open_still) {
    auto request = take_request(buffer);
    if (!request && !buffer.empty() && std::isupper(static_cast<unsigned char>(buffer.front())) == 0) {
      // Not HTTP: TLS on the plain port, mostly.
      connection.wire.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      break;
    }
    if (!request) {
      open_still = buffer.size() < kLongestRequest && connection.wire.read(buffer);
      continue;
    }
    request->connection = connection.number;
    begin(*request);
    const auto answer = choose(*request);
    if (options.on_request) options.on_request(*request, answer);
    open_still = play(connection, *request, answer) && !same_name(request->header("Connection"), "close");
  }
  const std::lock_guard lock(mutex);
  connection.wire.close();
  connection.ended = true;
  changed.notify_all();
}

void Publisher::State::begin(SeenRequest& request) {
  const std::lock_guard lock(mutex);
  request.number = ++requests;
  request.arrived = std::chrono::steady_clock::now();
  seen.push_back(request);
  most_at_once = std::max(most_at_once, ++under_way);
  changed.notify_all();
}

void Publisher::State::finish() {
  const std::lock_guard lock(mutex);
  --under_way;
}

Answer Publisher::State::choose(const SeenRequest& request) {
  Callback callback;
  {
    const std::lock_guard lock(mutex);
    auto route = routes.find(request.target);
    if (route == routes.end()) route = routes.find(without_query(request.target));
    if (route == routes.end()) {
      if (auto answer = from_folder(request)) return *answer;
      Answer missing;
      missing.status = 404;
      missing.type = "text/plain";
      missing.body = "nothing here\n";
      return missing;
    }
    if (const auto* document = std::get_if<Document>(&route->second)) {
      return conditional(request, document->body, document->type, document->last_modified);
    }
    if (auto* sequence = std::get_if<Sequence>(&route->second)) {
      const auto current = sequence->next;
      if (sequence->next + 1 < sequence->answers.size()) ++sequence->next;
      return sequence->answers.at(current);
    }
    callback = std::get<Callback>(route->second);
  }
  return callback(request);
}

std::optional<Answer> Publisher::State::from_folder(const SeenRequest& request) const {
  const auto path = without_query(request.target);
  if (folder.empty() || !path.starts_with('/') || path.find("..") != std::string_view::npos) return std::nullopt;
  const std::string file = folder + std::string(path) + (path.ends_with('/') ? "index.html" : "");
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  auto content = read_file(file, kLargestFile);
  if (!content) return std::nullopt;
  const auto written = std::filesystem::last_write_time(file, error);
  const auto when = std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(written));
  return conditional(request, std::move(*content), type_of(file),
                     http_date(std::chrono::system_clock::to_time_t(when)));
}

void Publisher::State::hold(std::string_view path) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return stopping || released.contains(path); });
}

// False when the connection ends with it.
bool Publisher::State::play(Connection& connection, const SeenRequest& request, const Answer& answer) {
  auto& wire = connection.wire;
  if (answer.fault == Fault::hold) hold(without_query(request.target));
  const bool faulty = answer.fault != Fault::none && answer.fault != Fault::hold && answer.fault != Fault::drip;
  if (faulty && answer.raw.empty()) {
    play_fault(wire, answer);
    finish();
    return false;
  }
  const auto bytes = answer.raw.empty() ? head_of(answer) + body_of(answer, request.method == "HEAD") : answer.raw;
  // Before the client can know, or it might begin its next request while this one still counts.
  finish();
  const bool sent = answer.fault == Fault::drip ? wire.write_byte_by_byte(bytes) : wire.write(bytes);
  return sent && !closes(answer);
}

void Publisher::State::play_fault(Wire& wire, const Answer& answer) {
  switch (answer.fault) {
    case Fault::stall_before_headers:
      wire.wait_for_end();
      break;
    case Fault::stall_in_body:
      if (wire.write(half_of(answer))) wire.wait_for_end();
      break;
    case Fault::truncate:
      wire.write(half_of(answer));
      break;
    case Fault::reset_before_headers:
      wire.reset_at_close();
      break;
    case Fault::reset_in_body:
      wire.write(half_of(answer));
      wire.reset_at_close();
      break;
    case Fault::short_length:
      wire.write(head_of(answer) + answer.body);
      break;
    case Fault::endless: {
      const auto piece = chunk(answer.body);
      for (bool reading = wire.write(head_of(answer)); reading;) reading = wire.write(piece);
      break;
    }
    case Fault::none:
    case Fault::hold:
    case Fault::drip:
    case Fault::close_before_headers:
      break;
  }
}

void Publisher::State::stop() {
  {
    const std::lock_guard lock(mutex);
    stopping = true;
    ::shutdown(listener.get(), SHUT_RDWR);
    for (auto& connection : open) connection.wire.interrupt();
    changed.notify_all();
  }
  acceptor.join();
  for (auto& connection : open) connection.thread.join();
}

Publisher::Publisher(Options options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  if (!state_->options.certificate_file.empty()) {
    state_->tls = tls_context(state_->options.certificate_file, state_->options.key_file);
  }
  state_->listen();
  state_->acceptor = std::thread([this] { state_->accept_all(); });
}

Publisher::~Publisher() { state_->stop(); }

std::uint16_t Publisher::port() const { return state_->port; }

std::string Publisher::url(std::string_view path) const {
  return (state_->tls ? "https://" : "http://") + state_->options.address + ":" + std::to_string(state_->port) + std::string(path);
}

void Publisher::serve_file(const std::string& path, std::string body, std::string type) {
  constexpr std::time_t kFirstVersion = 1767607200;  // Mon, 05 Jan 2026 10:00:00 GMT; a version a minute
  const std::lock_guard lock(state_->mutex);
  Document next;
  if (const auto old = state_->routes.find(path); old != state_->routes.end()) {
    if (const auto* document = std::get_if<Document>(&old->second)) {
      next.version = document->body == body ? document->version : document->version + 1;
    }
  }
  next.body = std::move(body);
  next.type = type.empty() ? type_of(path) : std::move(type);
  next.last_modified = http_date(kFirstVersion + 60 * next.version);
  state_->routes.insert_or_assign(path, std::move(next));
}

void Publisher::serve_folder(std::string folder) {
  const std::lock_guard lock(state_->mutex);
  state_->folder = std::move(folder);
}

void Publisher::answer(const std::string& path, Answer answer) {
  this->answer(path, std::vector<Answer>{std::move(answer)});
}

void Publisher::answer(const std::string& path, std::vector<Answer> answers) {
  if (answers.empty()) throw std::runtime_error("publisher: no answer for " + path);
  const std::lock_guard lock(state_->mutex);
  state_->routes.insert_or_assign(path, Sequence{std::move(answers), 0});
}

void Publisher::answer(const std::string& path, Callback callback) {
  const std::lock_guard lock(state_->mutex);
  state_->routes.insert_or_assign(path, std::move(callback));
}

void Publisher::forget(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  state_->routes.erase(path);
}

void Publisher::release(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  state_->released.insert(path);
  state_->changed.notify_all();
}

std::vector<SeenRequest> Publisher::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->seen;
}

std::vector<SeenRequest> Publisher::requests(std::string_view path) const {
  auto all = requests();
  std::erase_if(all, [&](const SeenRequest& request) { return without_query(request.target) != path; });
  return all;
}

void Publisher::clear_requests() {
  const std::lock_guard lock(state_->mutex);
  state_->seen.clear();
  state_->most_at_once = state_->under_way;
}

int Publisher::connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->connections;
}

int Publisher::open_connections() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<int>(
      std::count_if(state_->open.begin(), state_->open.end(), [](const auto& c) { return !c.ended; }));
}

std::int64_t Publisher::bytes_sent() const {
  const std::lock_guard lock(state_->mutex);
  std::int64_t sum = state_->sent_and_gone;
  for (const auto& connection : state_->open) sum += connection.wire.bytes_sent();
  return sum;
}

int Publisher::most_at_once() const {
  const std::lock_guard lock(state_->mutex);
  return state_->most_at_once;
}

bool Publisher::wait_for_requests(std::string_view path, std::size_t count, std::chrono::milliseconds deadline) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, deadline, [&] {
    const auto matches = [&](const SeenRequest& request) { return without_query(request.target) == path; };
    return static_cast<std::size_t>(std::count_if(state_->seen.begin(), state_->seen.end(), matches)) >= count;
  });
}

bool Publisher::wait_for_open_connections(int at_most, std::chrono::milliseconds deadline) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, deadline, [&] {
    return std::count_if(state_->open.begin(), state_->open.end(), [](const auto& c) { return !c.ended; }) <= at_most;
  });
}

}  // namespace newscache::test
