#include "api/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

#include "api/answer_cache.hpp"
#include "api/deadline.hpp"
#include "api/event_stream.hpp"
#include "api/form.hpp"
#include "api/gzip.hpp"
#include "api/negotiate.hpp"
#include "api/piece_body.hpp"
#include "api/spool.hpp"
#include "api/transport.hpp"
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

// Smaller answers are not compressed.
constexpr std::size_t least_compressed = 4096;
// Of a body that goes into a file, written at a time.
constexpr std::size_t spool_piece = 256 << 10;

// A browser's page, whichever site it comes from, has no business on a Unix socket.
bool comes_from_a_browser(const http::fields& fields) {
  return fields.count(http::field::origin) != 0 || fields.count(http::field::referer) != 0 ||
         fields.count("Sec-Fetch-Site") != 0;
}

bool is_json_type(std::string_view content_type, bool strictly) {
  const auto type = text::to_lower(text::trim(content_type.substr(0, content_type.find(';'))));
  if (type == "application/json" || type.ends_with("+json")) return true;
  // `curl -d` says x-www-form-urlencoded whatever it sends; on a Unix socket there is no form that could be meant.
  return !strictly && (type.empty() || type == "application/x-www-form-urlencoded");
}

struct Counted {
  explicit Counted(std::size_t& c) : counter(c) { ++counter; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --counter; }
  std::size_t& counter;
};

// How much of an answer is held in memory right now.
class Held {
 public:
  explicit Held(std::size_t& sum) : sum_(sum) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { set(0); }
  void set(std::size_t bytes) {
    sum_ += bytes - bytes_;
    bytes_ = bytes;
  }

 private:
  std::size_t& sum_;
  std::size_t bytes_ = 0;
};

}  // namespace

class Session {
 public:
  Session(std::shared_ptr<Host> host, Socket socket, const Door& door, Caller caller)
      : host_(std::move(host)),
        door_(door),
        caller_(std::move(caller)),
        transport_(std::move(socket), door.tls),
        deadline_(transport_.socket()),
        // A head, and what comes with it; the rest of a body is read as it is parsed.
        buffer_(host_->limits.header_bytes + (std::size_t{64} << 10)) {
    host_->sessions.insert(this);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { host_->sessions.erase(this); }

  loop::awaitable<void> run();
  void wind_down();
  const Caller& caller() const { return caller_; }
  bool is_streaming() const { return phase_ == Phase::streaming; }

 private:
  using Parser = http::request_parser<PieceBody>;
  // What became of an attempt to read: a request to answer, one that has been answered before, an answer to give
  // instead, or the end of the connection.
  enum class Step { request, answered, refusal, closed };
  // What a stop of the daemon does to this connection depends on it.
  enum class Phase { reading_head, reading, working, writing, streaming };

  loop::awaitable<Step> read_request();
  loop::awaitable<Step> read_head();
  loop::awaitable<Step> read_body();
  loop::awaitable<Result<void>> spool(std::size_t at_least);
  loop::awaitable<bool> receive(std::chrono::steady_clock::duration time);
  void read_within(std::chrono::steady_clock::duration time);
  Step parse_head();
  Step check_policy();
  Step check_access(std::string_view query);
  bool was_answered();
  Step check_route(const Target& target);
  Step check_body(const Route& route);
  Step take_form();
  void note_wrong_secret() const;
  std::uint64_t body_limit() const;
  loop::awaitable<Response> handle();
  loop::awaitable<bool> write(Response response);
  loop::awaitable<bool> write_pieces(Response response, bool compressed);
  loop::awaitable<bool> write_answer(std::shared_ptr<const Answer> answer);
  loop::awaitable<bool> send(std::vector<asio::const_buffer> parts);
  loop::awaitable<void> stream(Response response);
  loop::awaitable<void> linger();
  bool takes_too_many_streams() const;
  bool wants_compressed(const Response& response) const;
  Step refuse(Response response);
  Step refuse(int status, std::string_view detail) { return refuse(problem(status, detail)); }

  std::shared_ptr<Host> host_;
  const Door door_;
  const Caller caller_;
  Transport transport_;
  Deadline deadline_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::size_t head_size_ = 0;
  RouteMatch match_;
  const Route* route_ = nullptr;
  bool is_unproven_ = false;  // its secret may be in its form
  Request request_;
  std::optional<Spool> spool_;
  Response refusal_;
  std::string key_;                        // what its answer is kept as,
  std::shared_ptr<const Answer> answer_;   // when it has been answered before;
  std::optional<store::Edition> edition_;  // else of when the new one is; none: it is not kept
  bool head_only_ = false;
  bool keep_alive_ = true;
  bool gzip_accepted_ = false;
  bool has_asked_ = false;
  bool last_chance_given_ = false;
  bool last_write_begun_ = false;
  Phase phase_ = Phase::working;
};

Session::Step Session::refuse(Response response) {
  refusal_ = std::move(response);
  return Step::refusal;
}

// While the daemon stops, all that is still to be read has one short time together.
void Session::read_within(std::chrono::steady_clock::duration time) {
  if (!host_->stopping) {
    deadline_.start(time);
  } else if (!std::exchange(last_chance_given_, true)) {
    deadline_.start(host_->limits.last_chance);
  }
}

loop::awaitable<bool> Session::receive(std::chrono::steady_clock::duration time) {
  constexpr std::size_t chunk = 8 << 10;
  const auto room = std::min(chunk, buffer_.max_size() - buffer_.size());
  const auto space = buffer_.prepare(room);
  if (time.count() > 0) read_within(time);
  const auto got = co_await transport_.read_some(space);
  buffer_.commit(got);
  co_return got > 0;
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
    if (host_->stopping && has_asked_) co_return Step::closed;
    // The time for a head runs from its first byte and is not extended by further ones.
    const bool starts_now = !seen.empty() && !started;
    started = started || starts_now;
    std::chrono::steady_clock::duration time{0};
    if (!started) time = limits.idle_time;
    if (starts_now) time = limits.header_time;
    if (host_->stopping) time = limits.last_chance;  // see read_within()
    phase_ = Phase::reading_head;
    const bool received = co_await receive(time);
    phase_ = Phase::working;
    if (!received) {
      if (started && deadline_.passed() && !host_->stopping)
        co_return refuse(408, "the request's head did not arrive in time");
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
  request_.chunks_understood = head.version() == 11;
  if (head.version() != 11 && head.version() != 10) return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  keep_alive_ = head.keep_alive() && head.version() == 11;
  head_only_ = head.method() == http::verb::head;
  request_.method = method_from(view(head.method_string()));
  request_.host = field_of(head, http::field::host);
  request_.is_secure = door_.tls != nullptr;
  request_.is_admin = caller_.is_admin;
  request_.accept = field_of(head, http::field::accept);
  request_.if_none_match = field_of(head, http::field::if_none_match);
  request_.range = field_of(head, http::field::range);
  request_.if_range = field_of(head, http::field::if_range);
  request_.last_event_id = std::string(view(head["Last-Event-ID"]));
  request_.user_agent = field_of(head, http::field::user_agent);
  request_.content_type = field_of(head, http::field::content_type);
  request_.is_tcp = door_.is_tcp;
  gzip_accepted_ = accepts_gzip(view(head[http::field::accept_encoding]));
  is_unproven_ = false;
  match_ = RouteMatch();
  const auto target = parse_target(view(head.target()));
  if (target) {
    request_.dialect = target->dialect;
    match_ = find_route(host_->routes[target->dialect], request_.method, target->path);
  }
  if (const Step step = check_access(target ? target->query : std::string_view()); step != Step::request) return step;
  if (!target) return refuse(problem(target.error()));
  if (door_.is_tcp && was_answered()) return Step::answered;
  // With a body a request is more than its head.
  if (parser_->is_done()) edition_ = host_->answers.edition();
  return check_route(*target);
}

// Before anything is told of what there is.
Session::Step Session::check_access(std::string_view query) {
  const auto& head = parser_->get();
  const auto authorization = view(head[http::field::authorization]);
  if (const auto token = google_login(authorization)) request_.reader_token = *token;
  if (!door_.is_tcp) {
    if (!comes_from_a_browser(head)) return Step::request;
    return refuse(403, "requests of web pages (Origin, Referer, Sec-Fetch-Site) are refused");
  }
  Credentials credentials{request_.dialect,
                          view(head[http::field::host]),
                          authorization,
                          view(head[http::field::origin]),
                          view(head[http::field::referer]),
                          view(head["Sec-Fetch-Site"]),
                          view(head["X-Auth-Token"])};
  // Some of Google Reader's clients show their token in the form that they post, and only there.
  is_unproven_ = request_.dialect == Dialect::google_reader && request_.method == Method::post && authorization.empty();
  const bool is_open = match_.route != nullptr && match_.route->is_open;
  credentials.is_open = is_open || is_unproven_;
  is_unproven_ = is_unproven_ && !is_open;
  credentials.picture = match_.sha256;
  const auto parameters = match_.sha256.empty() ? Result<Parameters>(Parameters()) : Parameters::parse(query);
  const auto* key = parameters ? parameters->find("key") : nullptr;
  if (key != nullptr) credentials.picture_key = *key;
  auto refusal = host_->tcp.refuse(credentials, door_.is_loopback);
  if (!refusal) return Step::request;
  keep_alive_ = false;  // a guess costs a connection
  const bool has_guessed = !authorization.empty() || !credentials.auth_token.empty();
  if (refusal->status == 401 && has_guessed) note_wrong_secret();
  return refuse(std::move(*refusal));
}

bool Session::was_answered() {
  answer_ = host_->answers.find(key_);
  return answer_ != nullptr;
}

// Once a minute at most: a log must not grow with somebody's guesses.
void Session::note_wrong_secret() const {
  const auto now = host_->clock.boot();
  if (now < host_->quiet_about_secrets_until) return;
  host_->quiet_about_secrets_until = now + std::chrono::minutes(1);
  host_->log.warning("a client came over TCP with a wrong token or password");
}

Session::Step Session::check_route(const Target& target) {
  const bool is_native = request_.dialect == Dialect::native;
  if (match_.route == nullptr && match_.has_odd_id && !is_native) return refuse(400, "an id is a positive integer");
  if (match_.route == nullptr && match_.allow.empty()) return refuse(404, "there is no " + target.path);
  if (match_.route == nullptr) {
    auto response = problem(405, target.path + " knows only " + match_.allow);
    response.headers.emplace_back("Allow", match_.allow);
    return refuse(std::move(response));
  }
  route_ = match_.route;
  request_.id = match_.id;
  request_.entry_id = match_.entry_id;
  request_.sha256 = match_.sha256;
  request_.tail = match_.tail;
  request_.path = target.path;
  if (route_->permission == Permission::admin && !request_.is_admin) {
    return refuse(403, door_.is_tcp ? "this is for the Unix socket only, or http.admin must be set"
                                    : "only root, the daemon's own user and members of socket.admin_group may do this");
  }
  if (!is_native) {
    const auto added = request_.parameters.add_leniently(target.query);
    return added ? check_body(*route_) : refuse(problem(added.error()));
  }
  auto parameters = Parameters::parse(target.query);
  if (!parameters) return refuse(problem(parameters.error()));
  request_.parameters = std::move(*parameters);
  if (const auto unknown = request_.parameters.unknown(route_->parameters); !unknown.empty()) {
    const std::string known = route_->parameters.empty() ? "none" : std::string(route_->parameters);
    return refuse(400, "unknown parameter '" + std::string(unknown) + "': " + request_.path + " knows " + known);
  }
  return check_body(*route_);
}

std::uint64_t Session::body_limit() const {
  if (is_unproven_ || route_->is_open) return host_->limits.unproven_form_bytes;
  if (route_->body == Body::form) return host_->limits.form_bytes;
  if (route_->body == Body::file) return host_->spool_bytes();
  return route_->body == Body::document ? host_->limits.import_bytes : host_->limits.body_bytes;
}

Session::Step Session::check_body(const Route& route) {
  const auto& head = parser_->get();
  const bool is_labelled = request_.dialect == Dialect::native;  // other dialects' clients label theirs as they like
  if (route.body == Body::json && is_labelled && !is_json_type(request_.content_type, door_.is_tcp)) {
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

// Moves what has arrived into the file, when it is that much.
loop::awaitable<Result<void>> Session::spool(std::size_t at_least) {
  auto& body = parser_->get().body();
  if (body.size() < at_least) co_return Result<void>();
  auto work = [this, bytes = std::exchange(body, {})]() -> Result<void> {
    if (!spool_) {
      auto opened = Spool::open(host_->spool_folder);
      if (!opened) return opened.error();
      spool_ = std::move(*opened);
    }
    return spool_->add(bytes);
  };
  co_return co_await loop::offload(host_->worker, std::move(work));
}

loop::awaitable<Session::Step> Session::read_body() {
  if (parser_->is_done() && route_->body != Body::file) co_return Step::request;
  ErrorCode error;
  read_within(host_->limits.body_time);
  phase_ = Phase::reading;
  if (parser_->get().count(http::field::expect) != 0 && buffer_.size() == 0 && request_.chunks_understood) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    std::vector<asio::const_buffer> parts{asio::buffer(go_on)};
    if (!co_await transport_.write(std::move(parts))) co_return Step::closed;
  }
  const bool into_file = route_->body == Body::file;
  parser_->eager(true);
  while (!parser_->is_done()) {
    std::size_t used = 0;
    if (buffer_.size() > 0) used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error == http::error::need_more) error = {};
    if (error || parser_->is_done()) break;
    if (used > 0 && buffer_.size() > 0) continue;
    if (into_file) {
      const auto kept = co_await spool(spool_piece);
      if (!kept) co_return refuse(problem(kept.error()));
    }
    // A file may take long to arrive, as long as something does.
    if (co_await receive(into_file ? host_->limits.body_time : std::chrono::seconds{0})) continue;
    if (deadline_.passed() && !host_->stopping) co_return refuse(408, "the request's body did not arrive in time");
    co_return Step::closed;
  }
  phase_ = Phase::working;
  if (error == http::error::body_limit) {
    co_return refuse(413, "the body is longer than " + std::to_string(body_limit()) + " bytes");
  }
  if (error) co_return refuse(400, "malformed body: " + error.message());
  if (into_file) {
    const auto kept = co_await spool(0);
    if (!kept) co_return refuse(problem(kept.error()));
    request_.body_file = spool_->take();
    spool_.reset();
  }
  co_return Step::request;
}

Session::Step Session::take_form() {
  if (route_->body == Body::form) {
    const auto added = add_form(request_.parameters, request_.content_type, request_.body);
    if (!added) return refuse(problem(added.error()));
  }
  if (!is_unproven_) return Step::request;
  const auto* token = request_.parameters.find("T");
  if (token != nullptr && host_->tcp.knows_reader_token(*token)) {
    request_.reader_token = *token;
    return Step::request;
  }
  keep_alive_ = false;
  if (token != nullptr) note_wrong_secret();
  return refuse(401, "wrong or no credentials");
}

loop::awaitable<Session::Step> Session::read_request() {
  parser_.reset();
  spool_.reset();
  edition_.reset();
  request_ = Request();
  head_only_ = false;
  keep_alive_ = true;
  gzip_accepted_ = false;
  Step step = co_await read_head();
  if (step == Step::request) {
    key_ = answer_key(view(buffer_).substr(0, head_size_), door_.is_tcp, door_.tls != nullptr, caller_.is_admin);
    // Over TCP the secret is looked at first.
    if (!door_.is_tcp && was_answered()) {
      buffer_.consume(head_size_);
      step = Step::answered;
    }
  }
  if (step == Step::request) step = parse_head();
  if (step == Step::request) step = check_policy();
  if (step == Step::request) step = co_await read_body();
  deadline_.end();
  phase_ = Phase::working;
  if (step == Step::request) {
    request_.body = std::move(parser_->get().body());
    step = take_form();
  }
  // After a refusal the connection is only of use when it is known where the next request begins.
  if (step == Step::refusal && (!parser_ || !parser_->is_done())) keep_alive_ = false;
  co_return step;
}

loop::awaitable<Response> Session::handle() {
  // Nothing that could take long begins any more; it would hold up the stop.
  const auto stopping = "the daemon is stopping: ask again when it is back";
  if (host_->stopping && request_.method != Method::get) co_return problem(503, stopping);
  if (host_->held > host_->limits.held_bytes && !caller_.is_admin) {
    auto busy = problem(503, "too much is being sent to clients that do not read: ask again later");
    busy.headers.emplace_back("Retry-After", "1");
    co_return busy;
  }
  std::exception_ptr thrown;
  Response response;
  try {
    response = co_await host_->answer(*route_, request_);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown && host_->stopping) {
    response = problem(503, stopping);
  } else if (thrown) {
    response = problem_from_exception(thrown, host_->log);
  }
  if (response.status == 401) {  // somebody could not log in
    keep_alive_ = false;
    note_wrong_secret();
  }
  co_return response;
}

bool Session::wants_compressed(const Response& response) const {
  const bool is_large = response.rest || response.body.size() >= least_compressed;
  return is_large && !response.length && response.stream == nullptr && response.status != 206 &&
         is_compressible(response.content_type);
}

loop::awaitable<bool> Session::write(Response response) {
  response = in_dialect(request_.dialect, std::move(response));
  if (host_->stopping || (!response.has_known_length() && !request_.chunks_understood)) keep_alive_ = false;
  // 200, or 304: nothing else of such a route has a tag.
  const bool is_kept = !response.etag.empty() && edition_ && route_->is_kept && !response.rest;
  bool compressed = false;
  if (wants_compressed(response)) {
    response.headers.emplace_back("Vary", "Accept-Encoding");
    compressed = gzip_accepted_;
  }
  if (compressed) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    // The bytes are others, what they mean is the same.
    if (!response.etag.empty() && !response.etag.starts_with("W/")) response.etag.insert(0, "W/");
  }
  if (response.rest && !head_only_) co_return co_await write_pieces(std::move(response), compressed);
  // Also for a HEAD, which tells the length.
  if (compressed && !response.rest) {
    auto job = [body = std::move(response.body)] { return Gzip().add(body, true); };
    response.body = co_await loop::offload(host_->worker, std::move(job));
  }
  auto answer = std::make_shared<Answer>();
  answer->status = response.status;
  answer->keep_alive = keep_alive_;
  answer->fields = head_fields(response, request_.chunks_understood);
  if (!head_only_) answer->body = std::move(response.body);
  if (is_kept) {
    answer->body.shrink_to_fit();
    host_->answers.keep(std::move(key_), *edition_, answer);
  }
  co_return co_await write_answer(std::move(answer));
}

loop::awaitable<bool> Session::write_answer(std::shared_ptr<const Answer> answer) {
  keep_alive_ = answer->keep_alive && !host_->stopping;
  const auto opening = head_opening(answer->status, keep_alive_, host_->clock.wall());
  std::vector<asio::const_buffer> parts{asio::buffer(opening), asio::buffer(answer->fields),
                                        asio::buffer(answer->body)};
  Held held(host_->held);
  held.set(answer->body.size());
  co_return co_await send(std::move(parts));
}

loop::awaitable<bool> Session::write_pieces(Response response, bool compressed) {
  auto head = response_head(response, keep_alive_, request_.chunks_understood, host_->clock.wall());
  std::optional<Gzip> gzip;
  if (compressed) gzip.emplace();
  const bool chunked = !response.length && request_.chunks_understood;
  Held held(host_->held);
  std::string piece = std::move(response.body);
  for (bool last = false;; last = piece.empty()) {
    if (compressed) {
      auto job = [&gzip, last, piece = std::move(piece)] { return gzip->add(piece, last); };
      piece = co_await loop::offload(host_->worker, std::move(job));
    }
    held.set(piece.size());
    const auto frame = chunked && !piece.empty() ? chunk_head(piece.size()) : std::string();
    std::vector<asio::const_buffer> parts{asio::buffer(head), asio::buffer(frame), asio::buffer(piece)};
    if (!frame.empty()) parts.push_back(asio::buffer(chunk_tail));
    if (last && chunked) parts.push_back(asio::buffer(last_chunk));
    const bool sent = co_await send(std::move(parts));
    if (last || !sent) co_return sent;
    head.clear();
    piece = co_await response.rest();
  }
}

loop::awaitable<bool> Session::send(std::vector<asio::const_buffer> parts) {
  std::size_t size = 0;
  for (const auto& part : parts) size += part.size();
  // While the daemon stops, all that is left has the time for one.
  if (!std::exchange(last_write_begun_, host_->stopping)) deadline_.start(host_->time_to_write(size));
  phase_ = Phase::writing;
  const bool written = co_await transport_.write(std::move(parts));
  phase_ = Phase::working;
  if (!last_write_begun_) deadline_.end();
  co_return written;
}

loop::awaitable<void> Session::stream(Response response) {
  const auto subscriber = response.stream;
  auto head = response_head(response, false, request_.chunks_understood, host_->clock.wall());
  const Counted counted(host_->streams);
  phase_ = Phase::streaming;
  parser_.reset();
  // There may be a thousand streams, and nothing more is read from them.
  buffer_ = beast::flat_buffer();
  key_ = {};
  co_await stream_events(*host_, transport_, deadline_, subscriber, std::move(head), request_.chunks_understood);
}

// Closing with unread bytes would reset the connection, and the client might never see why: what it still sends is
// taken and thrown away, for a moment.
loop::awaitable<void> Session::linger() {
  transport_.shut_down();
  std::vector<char> sink(std::size_t{16} << 10);
  std::size_t left = host_->limits.import_bytes;
  deadline_.start(std::chrono::seconds(1));
  while (left > 0) {
    const auto got = co_await transport_.read_some(asio::buffer(sink));
    if (got == 0) break;
    left -= std::min(left, got);
  }
  deadline_.end();
}

loop::awaitable<void> Session::run() {
  // Who has connected is served, also when the daemon stops at this moment.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  read_within(host_->limits.header_time);
  phase_ = Phase::reading;
  if (!co_await transport_.handshake()) co_return;
  deadline_.end();
  for (;;) {
    const Step step = co_await read_request();
    if (step == Step::closed) break;
    has_asked_ = true;
    // What may wait for the network is not waited for when the daemon stops; what only reads is.
    if (step == Step::request && request_.method != Method::get) {
      co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    }
    Response response = std::move(refusal_);
    if (step == Step::request) response = co_await handle();
    // The daemon may be stopping and have cancelled this task; what has been done is still told.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (response.stream != nullptr && takes_too_many_streams()) {
      response = problem(503, "too many event streams of one user: close some");
    }
    if (response.stream != nullptr && !head_only_) {
      co_await stream(std::move(response));
      break;
    }
    bool written = false;
    if (step == Step::answered) {
      written = co_await write_answer(std::move(answer_));
    } else {
      written = co_await write(std::move(response));
    }
    if (!written) break;
    if (!keep_alive_) {
      const bool unread = step == Step::refusal && (!parser_ || !parser_->is_done());
      if (unread) co_await linger();
      break;
    }
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  deadline_.start(std::chrono::seconds(1));
  co_await transport_.finish();
}

void Session::wind_down() {
  const bool is_idle = phase_ == Phase::reading_head && has_asked_;
  ErrorCode ignored;
  if (is_idle || phase_ == Phase::streaming) transport_.socket().cancel(ignored);
  if (phase_ == Phase::reading || (phase_ == Phase::reading_head && !has_asked_)) read_within({});
  // Its answer is on the way; a client that does not take it is not waited for.
  if (phase_ != Phase::writing) return;
  last_write_begun_ = true;
  deadline_.start(std::chrono::seconds(1));
}

bool Session::takes_too_many_streams() const {
  const auto theirs = std::count_if(host_->sessions.begin(), host_->sessions.end(), [this](const auto* session) {
    return session->is_streaming() && session->caller().uid == caller_.uid;
  });
  return !caller_.is_trusted() && theirs >= host_->limits.event_streams / 2;
}

void wind_down(Session& session) { session.wind_down(); }

std::size_t busy_of(const Host& host, const Caller& caller) {
  return static_cast<std::size_t>(std::count_if(host.sessions.begin(), host.sessions.end(), [&](const auto* session) {
    return !session->is_streaming() && session->caller().uid == caller.uid;
  }));
}

loop::awaitable<void> serve_connection(std::shared_ptr<Host> host, Socket socket, Door door, Caller caller) {
  Session session(std::move(host), std::move(socket), door, caller);
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
