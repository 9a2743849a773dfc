#include "offline/extractor.hpp"

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "html/sanitise.hpp"
#include "offline/extract_pages.hpp"
#include "text/decode.hpp"
#include "text/url.hpp"

namespace newscache::offline {
namespace {

namespace asio = boost::asio;

// Starts the program with that descriptor as its input and output, and no other but that of its messages.
Result<pid_t> spawn(const std::vector<std::string>& program, int descriptor) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, descriptor, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, descriptor, STDOUT_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  sigset_t broken_pipe;
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &broken_pipe);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (const auto& argument : program) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  char* no_environment[] = {nullptr};
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, arguments[0], &actions, &attributes, arguments.data(), no_environment);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error == 0) return pid;
  return Error{Cause::unavailable,
               "cannot start a process to read pages in: " + std::error_code(error, std::generic_category()).message()};
}

// In UTF-8, so that the process needs no tables of other encodings, which are files.
std::string encode_decoded(PageRequest& request) {
  const std::string_view bytes = std::string_view(request.page).substr(0, html::PageOptions().max_bytes);
  request.page = text::decode_html(bytes, request.content_type).utf8;
  request.content_type = "text/html; charset=utf-8";
  return encode(request);
}

// A page that has taken that process over can have made it answer anything.
void make_safe(html::PageArticle& article, std::string_view url) {
  html::SanitiseOptions options;
  options.base_url = url;
  article.content_html = html::sanitise(article.content_html, options);
  for (auto* address : {&article.image, &article.next_url, &article.amp_url}) {
    *address = text::resolve_url({}, *address);
  }
}

}  // namespace

// The process; it ends with this.
class Extractor::Child {
 public:
  Child(asio::local::stream_protocol::socket its_socket, pid_t pid, const Clock& clock)
      : socket(std::move(its_socket)), alarm(socket.get_executor(), clock), pid_(pid) {}
  ~Child() { end(); }

  bool has_ended() const { return pid_ == 0; }
  void begin_page() { used_before_ = used(); }
  // By now without having computed much: it was waiting for the machine, which slept or was busy.
  bool had_no_time() const { return used() - used_before_ < most_page_cpu / 2; }
  void ring_after(const Clock& clock, std::chrono::milliseconds time) {
    deadline = clock.boot() + time;
    alarm.wake();
  }
  // Ends it. Returns how it had come to an end by itself, if it had.
  std::string end() {
    if (pid_ == 0) return {};
    ::kill(pid_, SIGKILL);  // of no effect when it has ended
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    boost::system::error_code ignored;
    socket.close(ignored);
    alarm.wake();
    if (!WIFSIGNALED(status)) return "ended with code " + std::to_string(WEXITSTATUS(status));
    if (WTERMSIG(status) == SIGXCPU) return "took too long to compute";
    was_killed = WTERMSIG(status) == SIGKILL;
    return was_killed ? "was ended" : "crashed with signal " + std::to_string(WTERMSIG(status));
  }

  asio::local::stream_protocol::socket socket;
  loop::Alarm alarm;  // rings at `deadline`
  BootInstant deadline;
  bool is_late = false;
  bool is_excused = false;  // for being late
  bool was_killed = false;

 private:
  std::chrono::nanoseconds used() const {
    clockid_t its_clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid_, &its_clock) == 0) ::clock_gettime(its_clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

  pid_t pid_;
  std::chrono::nanoseconds used_before_{};
};

Extractor::Extractor(loop::Tasks& tasks, asio::any_io_executor executor, const Clock& clock, loop::Thread& worker,
                     ExtractorOptions options)
    : tasks_(tasks), executor_(std::move(executor)), clock_(clock), worker_(worker), options_(std::move(options)) {}

Extractor::~Extractor() = default;

Result<std::shared_ptr<Extractor::Child>> Extractor::start() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return Error{Cause::unavailable, "cannot connect a process to read pages in: " +
                                         std::error_code(errno, std::generic_category()).message()};
  }
  FileDescriptor ours(ends[0]);
  const FileDescriptor theirs(ends[1]);
  const auto pid = spawn(options_.program, theirs.get());
  if (!pid) return pid.error();
  asio::local::stream_protocol::socket socket(executor_, asio::local::stream_protocol(), ours.release());
  auto child = std::make_shared<Child>(std::move(socket), *pid, clock_);
  child->ring_after(clock_, options_.page_time);
  tasks_.spawn("watch over extraction", watch(child));
  return child;
}

// Ends it at its deadline: it is stuck in a page, or has had nothing to do for long.
loop::awaitable<void> Extractor::watch(std::shared_ptr<Child> child) {
  while (!child->has_ended()) {
    const bool has_come = co_await child->alarm.wait_until(child->deadline);
    if (!has_come || clock_.boot() < child->deadline) continue;
    child->is_late = idle_ != child;
    child->is_excused = child->had_no_time();
    if (!child->is_late) idle_.reset();
    child->end();
  }
}

loop::awaitable<Result<std::string>> Extractor::ask(std::shared_ptr<Child> child, const std::string& request) {
  boost::system::error_code error;
  co_await asio::async_write(child->socket, asio::buffer(request), asio::redirect_error(asio::use_awaitable, error));
  std::string frame(length_bytes, '\0');
  if (!error) {
    co_await asio::async_read(child->socket, asio::buffer(frame), asio::redirect_error(asio::use_awaitable, error));
  }
  const std::size_t size = error ? 0 : frame_length(frame);
  if (!error && size > longest_frame) {
    child->end();
    co_return Error{Cause::no_article, "the process that read the page answered too much"};
  }
  frame.resize(size);
  if (!error) {
    co_await asio::async_read(child->socket, asio::buffer(frame), asio::redirect_error(asio::use_awaitable, error));
  }
  if (!error) co_return std::move(frame);
  const std::string how = child->end();
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  if (child->is_late && child->is_excused) {
    co_return Error{Cause::unavailable, "the machine slept, or had no time to read the page"};
  }
  if (child->is_late) co_return Error{Cause::no_article, "the page took too long to read"};
  co_return Error{Cause::no_article, "the process that read the page " + how};
}

loop::awaitable<Result<html::PageArticle>> Extractor::extract(PageRequest request) {
  auto prepare = [&request] { return encode_decoded(request); };
  const std::string encoded = co_await loop::offload(worker_, prepare);
  for (;;) {
    std::shared_ptr<Child> child = std::exchange(idle_, nullptr);
    const bool has_waited = child != nullptr;
    if (has_waited) {
      child->ring_after(clock_, options_.page_time);
    } else {
      auto started = start();
      if (!started) co_return started.error();
      child = std::move(*started);
    }
    child->begin_page();
    const auto frame = co_await ask(child, encoded);
    if (!frame && has_waited && child->was_killed && !child->is_late) continue;  // not for the sake of this page
    if (!frame) co_return frame.error();
    auto judge = [&frame, &request] {
      auto decoded = decode_answer(*frame);
      if (decoded && *decoded) make_safe(**decoded, request.url);
      return decoded;
    };
    auto answer = co_await loop::offload(worker_, judge);
    if (!answer) {
      child->end();
      co_return Error{Cause::no_article, "the process that read the page answered nonsense"};
    }
    if (idle_ || child->has_ended()) {
      child->end();  // another has come first, or its time has passed meanwhile
    } else {
      child->ring_after(clock_, options_.idle_time);
      idle_ = std::move(child);
    }
    co_return std::move(*answer);
  }
}

}  // namespace newscache::offline
