#include "client/connection.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "client/json.hpp"

namespace newscache::client {
namespace {

constexpr std::size_t most_answer_bytes = 512u << 20;
constexpr std::size_t most_problem_bytes = 64u << 10;
constexpr std::size_t most_candidates = 5;
constexpr std::chrono::hours longest_wait{24};  // in one go; libcurl counts milliseconds in an int
constexpr long connect_ms = 5'000;
// Subscribing makes the daemon fetch the feed first, redirects and all.
constexpr long answer_ms = 180'000;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct HeadersDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;
using Headers = std::unique_ptr<curl_slist, HeadersDeleter>;

Easy make_easy() {
  Easy easy(curl_easy_init());
  if (!easy) throw std::runtime_error("libcurl cannot be initialised");
  return easy;
}

// So that no program which this one starts keeps the daemon's connection open.
int close_on_exec(void*, curl_socket_t socket, curlsocktype) {
  return ::fcntl(socket, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}

void aim(CURL* easy, const std::string& socket_path, const std::string& target) {
  const auto url = "http://localhost" + target;
  curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket_path.c_str());
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, close_on_exec);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // http_proxy is for the network
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "newscache/" NEWSCACHE_VERSION);
}

// What keeps us from the daemon, and what to do about it.
Failure unreachable(const std::string& socket_path, CURLcode code, long os_error) {
  const auto start = "cannot reach newscached at " + socket_path + ": ";
  if (socket_path.size() >= sizeof(sockaddr_un::sun_path)) {
    return {Exit::unreachable, start + "the path is too long for a socket; choose a shorter one with --socket"};
  }
  if (code != CURLE_COULDNT_CONNECT) {
    const auto what = code == CURLE_OPERATION_TIMEDOUT ? "it does not answer" : "the connection broke";
    return {Exit::unreachable, start + what + "; see its log, for example with 'journalctl -u newscached'"};
  }
  if (os_error == EACCES || os_error == EPERM) {
    return {Exit::unreachable, start + "permission denied; use sudo, or join the group that 'newscache doctor' names"};
  }
  const auto reason = os_error ? std::strerror(static_cast<int>(os_error)) : "no connection";
  return {Exit::unreachable,
          start + reason + "; start it with 'systemctl start newscached', or name its socket with --socket"};
}

Failure unreachable(const std::string& socket_path, CURLcode code, CURL* easy) {
  long os_error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
  return unreachable(socket_path, code, os_error);
}

long status_of(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::size_t append_bounded(char* data, std::size_t, std::size_t size, void* target) {
  auto& body = *static_cast<std::string*>(target);
  if (body.size() + size > most_answer_bytes) return 0;
  body.append(data, size);
  return size;
}

int ask_give_up(void* give_up, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return (*static_cast<const std::function<bool()>*>(give_up))() ? 1 : 0;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::string with_query(std::string_view path,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> parameters) {
  std::string target(path);
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    target += std::exchange(separator, '&');
    target.append(name).append("=").append(percent_encoded(value));
  }
  return target;
}

Failure refusal(std::string_view target, long status, std::string_view body) {
  boost::json::object problem;
  if (auto parsed = parse_object(body)) problem = std::move(*parsed);
  auto message = text_at(problem, "detail");
  if (message.empty()) message = text_at(problem, "title");
  for (const auto& reason : array_at(problem, "reasons")) {  // of /healthz
    if (reason.is_string()) message.append(message.empty() ? "" : "; ").append(reason.get_string());
  }
  if (message.empty()) message = "the daemon answered with status " + std::to_string(status);

  std::size_t shown = 0;
  for (const auto& value : array_at(problem, "candidates")) {
    if (shown == most_candidates) break;
    const auto& candidate = as_object(value);
    const auto title = text_at(candidate, "title");
    message += (shown++ == 0 ? "; add one of these instead: " : ", ") + text_at(candidate, "url");
    if (!title.empty()) message += " (" + title + ")";
  }
  const bool names_thing = target.starts_with("/v1/feeds/") || target.starts_with("/v1/articles");
  return {status == 404 && names_thing ? Exit::not_found : Exit::failed, std::move(message), status};
}

struct Connection::Handle {
  Easy easy = make_easy();
};

Connection::Connection(std::string socket_path) : socket_path_(std::move(socket_path)) {}
Connection::~Connection() = default;

Outcome<std::string> Connection::send(const Request& request) {
  if (!handle_) handle_ = std::make_unique<Handle>();
  CURL* easy = handle_->easy.get();
  curl_easy_reset(easy);  // keeps the connection
  aim(easy, socket_path_, request.target);
  std::string body;
  Headers headers;
  if (!request.body.empty() || request.method == "POST" || request.method == "PATCH") {
    const auto type = "Content-Type: " + request.content_type;
    headers.reset(curl_slist_append(nullptr, type.c_str()));
    curl_slist_append(headers.get(), "Expect:");  // the daemon is near: no 100-continue
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, answer_ms);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append_bounded);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
  if (give_up_) {
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, ask_give_up);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &give_up_);
  }
  const auto code = curl_easy_perform(easy);
  const auto status = status_of(easy);
  // A daemon that refuses a body answers and closes while we are still sending: the answer counts.
  const bool answered = status >= 400 && (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR);
  if (code == CURLE_WRITE_ERROR) {
    return Failure{Exit::failed, "the answer is larger than 512 MiB; ask for less, for example with -n"};
  }
  if (code != CURLE_OK && !answered) return unreachable(socket_path_, code, easy);
  if (status < 200 || status > 299) return refusal(request.target, status, body);
  return body;
}

Outcome<std::string> Connection::get(std::string target) {
  Request request;
  request.target = std::move(target);
  return send(request);
}

namespace {

// What is handed on when the status is a good one.
struct Fetching {
  CURL* easy;
  const std::function<bool(std::string_view)>& take;
  std::string problem;
  bool given_up = false;
};

std::size_t hand_on(char* data, std::size_t, std::size_t size, void* target) {
  auto& fetching = *static_cast<Fetching*>(target);
  if (const auto status = status_of(fetching.easy); status < 200 || status > 299) {
    if (fetching.problem.size() + size > most_problem_bytes) return 0;
    fetching.problem.append(data, size);
    return size;
  }
  fetching.given_up = !fetching.take({data, size});
  return fetching.given_up ? 0 : size;
}

struct Sending {
  int fd;
  std::int64_t position = 0;
  const std::function<void(std::int64_t)>& sent;
};

std::size_t read_on(char* space, std::size_t size, std::size_t count, void* source) {
  auto& sending = *static_cast<Sending*>(source);
  const auto got = ::pread(sending.fd, space, size * count, sending.position);
  if (got < 0) return CURL_READFUNC_ABORT;
  sending.position += got;
  sending.sent(sending.position);
  return static_cast<std::size_t>(got);
}

}  // namespace

Outcome<void> Connection::fetch(const std::string& target, const std::function<bool(std::string_view)>& take) {
  if (!handle_) handle_ = std::make_unique<Handle>();
  CURL* easy = handle_->easy.get();
  curl_easy_reset(easy);
  aim(easy, socket_path_, target);
  Fetching fetching{easy, take, {}};
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, hand_on);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &fetching);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, answer_ms / 1000);
  const auto code = curl_easy_perform(easy);
  if (fetching.given_up) return Failure{Exit::failed, {}};
  if (code != CURLE_OK) return unreachable(socket_path_, code, easy);
  const auto status = status_of(easy);
  if (status < 200 || status > 299) return refusal(target, status, fetching.problem);
  return {};
}

Outcome<std::string> Connection::post_file(const std::string& target, int fd, std::int64_t bytes,
                                           const std::function<void(std::int64_t)>& sent) {
  if (!handle_) handle_ = std::make_unique<Handle>();
  CURL* easy = handle_->easy.get();
  curl_easy_reset(easy);
  aim(easy, socket_path_, target);
  std::string body;
  Sending sending{fd, 0, sent};
  Headers headers(curl_slist_append(nullptr, "Content-Type: application/octet-stream"));
  curl_slist_append(headers.get(), "Expect: 100-continue");  // a refusal comes before gigabytes have gone
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(bytes));
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_on);
  curl_easy_setopt(easy, CURLOPT_READDATA, &sending);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append_bounded);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
  const auto code = curl_easy_perform(easy);
  const auto status = status_of(easy);
  if (code == CURLE_ABORTED_BY_CALLBACK) return Failure{Exit::failed, "the file cannot be read"};
  const bool answered = status >= 400 && (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR);
  if (code != CURLE_OK && !answered) return unreachable(socket_path_, code, easy);
  if (status < 200 || status > 299) return refusal(target, status, body);
  return body;
}

Outcome<boost::json::object> Connection::get_object(std::string target) {
  auto body = get(std::move(target));
  if (!body) return body.error();
  return parse_object(*body);
}

struct EventStream::State {
  std::string socket_path;
  std::string target;
  Multi multi{curl_multi_init()};
  Easy easy = make_easy();
  Headers headers;
  EventParser parser;
  std::vector<Event> events;
  std::string problem;
  bool ended = false;
  CURLcode code = CURLE_OK;

  static std::size_t take(char* data, std::size_t, std::size_t size, void* state);
  void run();
};

std::size_t EventStream::State::take(char* data, std::size_t, std::size_t size, void* state) {
  auto& self = *static_cast<State*>(state);
  if (status_of(self.easy.get()) == 200) {
    for (auto& event : self.parser.feed({data, size})) self.events.push_back(std::move(event));
    return self.parser.overflowed() ? 0 : size;
  }
  if (self.problem.size() + size > most_problem_bytes) return 0;
  self.problem.append(data, size);
  return size;
}

// Does what can be done without waiting.
void EventStream::State::run() {
  int running = 0;
  curl_multi_perform(multi.get(), &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    ended = true;
    code = message->data.result;
  }
}

EventStream::EventStream(const std::string& socket_path, std::string_view since, const EventFilter& filter)
    : state_(std::make_unique<State>()) {
  state_->socket_path = socket_path;
  state_->target = with_query(
      "/v1/events", {{"since", since}, {"epoch", filter.epoch}, {"feed", filter.feed}, {"folder", filter.folder}});
  CURL* easy = state_->easy.get();
  aim(easy, socket_path, state_->target);
  state_->headers.reset(curl_slist_append(nullptr, "Accept: text/event-stream"));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, state_->headers.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, State::take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, state_.get());
  curl_multi_add_handle(state_->multi.get(), easy);
}

EventStream::~EventStream() { curl_multi_remove_handle(state_->multi.get(), state_->easy.get()); }

Outcome<std::vector<Event>> EventStream::wait(std::chrono::milliseconds longest, int also) {
  const auto deadline = std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(longest, longest_wait);
  curl_waitfd other{also, CURL_WAIT_POLLIN, 0};
  state_->run();
  while (!state_->ended && state_->events.empty() && other.revents == 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) break;
    curl_multi_poll(state_->multi.get(), &other, also < 0 ? 0 : 1, static_cast<int>(left), nullptr);
    state_->run();
  }
  auto events = std::exchange(state_->events, {});
  if (!state_->ended || !events.empty()) return events;
  const auto status = status_of(state_->easy.get());
  if (status == 0) return unreachable(state_->socket_path, state_->code, state_->easy.get());
  if (status != 200) return refusal(state_->target, status, state_->problem);
  return events;
}

bool EventStream::ended() const { return state_->ended; }
const std::string& EventStream::last_id() const { return state_->parser.last_id(); }

}  // namespace newscache::client
