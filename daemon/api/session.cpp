#include "api/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "api/deadline.hpp"
#include "api/event_stream.hpp"
#include "text/utf8.hpp"

namespace newscache::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

namespace {

std::string_view view(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

std::string_view view(boost::core::string_view text) { return {text.data(), text.size()}; }

std::string field_of(const http::fields& fields, http::field name) { return std::string(view(fields[name])); }

// A browser's page, whichever site it comes from, has no business on this socket.
bool comes_from_a_browser(const http::fields& fields) {
  return fields.count(http::field::origin) != 0 || fields.count(http::field::referer) != 0 ||
         fields.count("Sec-Fetch-Site") != 0;
}

bool is_json_type(std::string_view content_type) {
  const auto type = text::to_lower(text::trim(content_type.substr(0, content_type.find(';'))));
  // `curl -d` says x-www-form-urlencoded whatever it sends; on a Unix socket there is no form that could be meant.
  return type.empty() || type == "application/json" || type.ends_with("+json") ||
         type == "application/x-www-form-urlencoded";
}

struct Counted {
  explicit Counted(std::size_t& c) : counter(c) { ++counter; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --counter; }
  std::size_t& counter;
};

}  // namespace

class Session {
 public:
  Session(std::shared_ptr<Host> host, Socket socket)
      : host_(std::move(host)),
        socket_(std::move(socket)),
        deadline_(socket_),
        // A head, and what comes with it; the rest of a body is read as it is parsed.
        buffer_(host_->limits.header_bytes + (std::size_t{64} << 10)) {
    host_->sessions.insert(this);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { host_->sessions.erase(this); }

  loop::awaitable<void> run();
  void wind_down();
  loop::awaitable<bool> write(Response response);
  loop::awaitable<void> linger();

 private:
  using Parser = http::request_parser<http::string_body>;
  // What became of an attempt to read: a request to answer, an answer to give instead, or the end of the connection.
  enum class Step { request, refusal, closed };
  // What a stop of the daemon does to this connection depends on it.
  enum class Phase { reading_head, working, writing, streaming };

  loop::awaitable<Step> read_request();
  loop::awaitable<Step> read_head();
  loop::awaitable<Step> read_body();
  loop::awaitable<bool> receive(std::chrono::steady_clock::duration time);
  Step parse_head();
  Step check_policy();
  Step check_route(std::string_view target);
  Step check_body(const Route& route);
  std::size_t body_limit() const;
  loop::awaitable<Response> handle();
  loop::awaitable<void> stream(Response response);
  Step refuse(Response response);
  Step refuse(int status, std::string_view detail) { return refuse(problem(status, detail)); }

  std::shared_ptr<Host> host_;
  Socket socket_;
  Deadline deadline_;
  sys::Peer peer_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::size_t head_size_ = 0;
  const Route* route_ = nullptr;
  Request request_;
  Response refusal_;
  bool head_only_ = false;
  bool keep_alive_ = true;
  Phase phase_ = Phase::working;
};

Session::Step Session::refuse(Response response) {
  refusal_ = std::move(response);
  return Step::refusal;
}

loop::awaitable<bool> Session::receive(std::chrono::steady_clock::duration time) {
  constexpr std::size_t chunk = 8 << 10;
  const auto room = std::min(chunk, buffer_.max_size() - buffer_.size());
  const auto space = buffer_.prepare(room);
  ErrorCode error;
  if (time.count() > 0) deadline_.start(time);
  const auto got = co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return false;
  buffer_.commit(got);
  co_return true;
}

loop::awaitable<Session::Step> Session::read_head() {
  std::size_t checked = 0;
  const auto& limits = host_->limits;
  bool started = false;
  for (;;) {
    // An empty line before a request is let pass (RFC 9112, section 2.2).
    while (checked == 0 && view(buffer_).starts_with("\r\n")) buffer_.consume(2);
    const auto seen = view(buffer_);
    const auto end = seen.find("\r\n\r\n", checked < 3 ? 0 : checked - 3);
    const auto length = end == std::string_view::npos ? seen.size() : end + 4;
    // The body may have arrived with the head, and may hold anything.
    const auto fault = stray_byte(seen.substr(0, length), checked);
    if (fault) co_return refuse(fault->status, fault->detail);
    if (length > limits.header_bytes) {
      co_return refuse(431, "the head is longer than " + std::to_string(limits.header_bytes) + " bytes");
    }
    if (end != std::string_view::npos) {
      head_size_ = length;
      co_return Step::request;
    }
    // A CR at the end is looked at again, with what follows it.
    checked = seen.ends_with('\r') ? seen.size() - 1 : seen.size();
    if (host_->stopping) co_return Step::closed;
    // The time for a head runs from its first byte and is not extended by further ones.
    const bool starts_now = !seen.empty() && !started;
    started = started || starts_now;
    std::chrono::seconds time{0};
    if (!started) time = limits.idle_time;
    if (starts_now) time = limits.header_time;
    phase_ = Phase::reading_head;
    const bool received = co_await receive(time);
    phase_ = Phase::working;
    if (!received) {
      if (started && deadline_.passed()) co_return refuse(408, "the request's head did not arrive in time");
      co_return Step::closed;
    }
  }
}

Session::Step Session::parse_head() {
  if (const auto fault = check_head(view(buffer_).substr(0, head_size_))) return refuse(fault->status, fault->detail);
  const auto line = view(buffer_).substr(0, view(buffer_).find("\r\n"));
  const bool has_http_version = line.rfind(" HTTP/") != std::string_view::npos;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(host_->limits.header_bytes + 1024));
  parser_->body_limit(boost::none);  // the route says later
  while (!parser_->is_header_done()) {
    ErrorCode error;
    const auto used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error == http::error::bad_version && has_http_version)
      return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    if (error || used == 0) return refuse(400, "malformed request: " + error.message());
  }
  return Step::request;
}

Session::Step Session::check_policy() {
  const auto& head = parser_->get();
  request_ = Request();
  request_.chunks_understood = head.version() == 11;
  if (head.version() != 11 && head.version() != 10) return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  keep_alive_ = head.keep_alive() && head.version() == 11;
  head_only_ = head.method() == http::verb::head;
  request_.method = method_from(view(head.method_string()));
  request_.if_none_match = field_of(head, http::field::if_none_match);
  request_.last_event_id = std::string(view(head["Last-Event-ID"]));
  if (comes_from_a_browser(head))
    return refuse(403, "requests of web pages (Origin, Referer, Sec-Fetch-Site) are refused");
  return check_route(view(head.target()));
}

Session::Step Session::check_route(std::string_view target_text) {
  auto target = parse_target(target_text);
  if (!target) return refuse(problem(target.error()));
  const auto match = find_route(host_->routes, request_.method, target->path);
  if (match.route == nullptr && match.allow.empty()) return refuse(404, "there is no " + target->path);
  if (match.route == nullptr) {
    auto response = problem(405, target->path + " knows only " + match.allow);
    response.headers.emplace_back("Allow", match.allow);
    return refuse(std::move(response));
  }
  route_ = match.route;
  request_.id = match.id;
  request_.path = std::move(target->path);
  request_.is_admin = host_->is_admin(peer_);
  if (route_->permission == Permission::admin && !request_.is_admin) {
    return refuse(403, "only root, the daemon's own user and members of socket.admin_group may do this");
  }
  auto parameters = Parameters::parse(target->query);
  if (!parameters) return refuse(problem(parameters.error()));
  request_.parameters = std::move(*parameters);
  if (const auto unknown = request_.parameters.unknown(route_->parameters); !unknown.empty()) {
    const std::string known = route_->parameters.empty() ? "none" : std::string(route_->parameters);
    return refuse(400, "unknown parameter '" + std::string(unknown) + "': " + request_.path + " knows " + known);
  }
  return check_body(*route_);
}

std::size_t Session::body_limit() const {
  return route_->body == Body::document ? host_->limits.import_bytes : host_->limits.body_bytes;
}

Session::Step Session::check_body(const Route& route) {
  const auto& head = parser_->get();
  if (route.body == Body::json && !is_json_type(view(head[http::field::content_type]))) {
    return refuse(415, "the body must be application/json");
  }
  const auto limit = body_limit();
  if (parser_->content_length().value_or(0) > limit) {
    return refuse(413, "the body is longer than " + std::to_string(limit) + " bytes");
  }
  parser_->body_limit(limit);
  const auto expected = view(head[http::field::expect]);
  if (!expected.empty() && !text::equal_ignoring_case(expected, "100-continue")) {
    return refuse(417, "only 100-continue may be expected");
  }
  return Step::request;
}

loop::awaitable<Session::Step> Session::read_body() {
  if (parser_->is_done()) co_return Step::request;
  ErrorCode error;
  deadline_.start(host_->limits.body_time);
  if (parser_->get().count(http::field::expect) != 0 && buffer_.size() == 0 && request_.chunks_understood) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(socket_, asio::buffer(go_on), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Step::closed;
  }
  co_await http::async_read(socket_, buffer_, *parser_, asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return Step::request;
  if (deadline_.passed()) co_return refuse(408, "the request's body did not arrive in time");
  if (error == http::error::body_limit) {
    co_return refuse(413, "the body is longer than " + std::to_string(body_limit()) + " bytes");
  }
  const bool malformed = error.category() == make_error_code(http::error::bad_chunk).category();
  if (malformed && error != http::error::partial_message && error != http::error::end_of_stream) {
    co_return refuse(400, "malformed body: " + error.message());
  }
  co_return Step::closed;
}

loop::awaitable<Session::Step> Session::read_request() {
  parser_.reset();
  head_only_ = false;
  keep_alive_ = true;
  Step step = co_await read_head();
  if (step == Step::request) step = parse_head();
  if (step == Step::request) step = check_policy();
  if (step == Step::request) step = co_await read_body();
  deadline_.end();
  if (step == Step::request) request_.body = std::move(parser_->get().body());
  // After a refusal the connection is only of use when it is known where the next request begins.
  if (step == Step::refusal && (!parser_ || !parser_->is_done())) keep_alive_ = false;
  co_return step;
}

loop::awaitable<Response> Session::handle() {
  std::exception_ptr thrown;
  Response response;
  try {
    response = co_await host_->answer(*route_, request_);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown && host_->stopping) {
    response = problem(503, "the daemon is stopping: ask again when it is back");
  } else if (thrown) {
    response = problem_from_exception(thrown, host_->log);
  }
  co_return response;
}

loop::awaitable<bool> Session::write(Response response) {
  if (host_->stopping) keep_alive_ = false;
  const auto head = response_head(response, keep_alive_, request_.chunks_understood, host_->clock.wall());
  std::vector<asio::const_buffer> parts{asio::buffer(head)};
  if (!head_only_ && response.status != 304) parts.push_back(asio::buffer(response.body));
  deadline_.start(host_->time_to_write(response.body.size()));
  phase_ = Phase::writing;
  ErrorCode error;
  co_await asio::async_write(socket_, parts, asio::redirect_error(asio::use_awaitable, error));
  phase_ = Phase::working;
  deadline_.end();
  co_return !error;
}

loop::awaitable<void> Session::stream(Response response) {
  const auto subscriber = response.stream;
  const auto head = response_head(response, false, request_.chunks_understood, host_->clock.wall());
  const Counted counted(host_->streams);
  phase_ = Phase::streaming;
  co_await stream_events(*host_, socket_, deadline_, subscriber, head, request_.chunks_understood);
}

// Closing with unread bytes would reset the connection, and the client might never see why: what it still sends is
// taken and thrown away, for a moment.
loop::awaitable<void> Session::linger() {
  ErrorCode error;
  socket_.shutdown(Socket::shutdown_send, error);
  std::vector<char> sink(std::size_t{16} << 10);
  std::size_t left = host_->limits.import_bytes;
  deadline_.start(std::chrono::seconds(1));
  while (!error && left > 0) {
    const auto space = asio::buffer(sink);
    const auto got = co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    left -= std::min(left, got);
  }
  deadline_.end();
}

loop::awaitable<void> Session::run() {
  auto peer = sys::peer_of(socket_.native_handle());
  if (!peer) {
    host_->log.warning("a client was turned away", {{"reason", peer.error().detail}});
    co_return;
  }
  peer_ = std::move(*peer);
  for (;;) {
    const Step step = co_await read_request();
    if (step == Step::closed) break;
    Response response = std::move(refusal_);
    if (step == Step::request) response = co_await handle();
    // The daemon may be stopping and have cancelled this task; what has been done is still told.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (response.stream != nullptr && !head_only_) {
      co_await stream(std::move(response));
      break;
    }
    const bool written = co_await write(std::move(response));
    if (!written) break;
    if (!keep_alive_) {
      const bool unread = step == Step::refusal && (!parser_ || !parser_->is_done());
      if (unread) co_await linger();
      break;
    }
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  }
}

void Session::wind_down() {
  ErrorCode ignored;
  if (phase_ == Phase::reading_head || phase_ == Phase::streaming) socket_.cancel(ignored);
  // Its answer is on the way; a client that does not take it is not waited for.
  if (phase_ == Phase::writing) deadline_.start(std::chrono::seconds(1));
}

void wind_down(Session& session) { session.wind_down(); }

loop::awaitable<void> serve_connection(std::shared_ptr<Host> host, Socket socket) {
  Session session(std::move(host), std::move(socket));
  co_await session.run();
}

loop::awaitable<void> refuse_connection(std::shared_ptr<Host> host, Socket socket) {
  const Counted counted(host->refusals);
  auto response = problem(503, "too many connections: close some, or raise socket.max_connections");
  response.headers.emplace_back("Retry-After", "1");
  const auto head = response_head(response, false, true, host->clock.wall());
  Deadline deadline(socket);
  deadline.start(std::chrono::seconds(1));
  const std::string text = head + response.body;
  ErrorCode error;
  // Without waiting: this much fits into any fresh socket's buffer.
  socket.non_blocking(true, error);
  socket.write_some(asio::buffer(text), error);
  socket.shutdown(Socket::shutdown_send, error);
  std::vector<char> sink(4096);
  while (!error) {
    const auto space = asio::buffer(sink);
    co_await socket.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace newscache::api
