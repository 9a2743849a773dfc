// read: the loop between keyboard, signals, daemon and screen.

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>

#include "base/file.hpp"
#include "client/commands.hpp"
#include "client/reader/browser.hpp"
#include "client/reader/network.hpp"
#include "client/reader/reader.hpp"
#include "client/reader/screen.hpp"

namespace newscache::reader {
namespace {

using client::Exit;
using client::Failure;
using client::Outcome;
using client::Session;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds slow_after{300};

struct ReadOptions {
  std::string feed;
};

// These signals as a descriptor, while it lives.
class Signals {
 public:
  Signals() {
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}) ::sigaddset(&wanted, signal);
    ::pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    descriptor_ = FileDescriptor(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ~Signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int descriptor() const { return descriptor_.get(); }
  // One that ends the program; 0: none has come.
  int take_fatal() {
    signalfd_siginfo info{};
    while (::read(descriptor_.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
      if (info.ssi_signo != SIGWINCH) return static_cast<int>(info.ssi_signo);
    }
    return 0;
  }
  void forget_interrupts() {
    sigset_t interrupt;
    ::sigemptyset(&interrupt);
    ::sigaddset(&interrupt, SIGINT);
    const timespec at_once{};
    while (::sigtimedwait(&interrupt, nullptr, &at_once) == SIGINT) {
    }
  }

 private:
  sigset_t before_{};
  FileDescriptor descriptor_;
};

class Loop {
 public:
  Loop(Signals& signals, std::unique_ptr<Screen> screen, const std::string& socket_path, std::int64_t feed)
      : signals_(signals), network_(socket_path), reader_(feed), screen_(std::move(screen)) {}

  // The signal that ended it; 0: a key.
  int run();

 private:
  bool carry_out();
  void open_link(const std::string& url);
  void take_news();
  void take_time();
  int wait();

  Signals& signals_;
  Network network_;
  Reader reader_;
  std::unique_ptr<Screen> screen_;  // last: the terminal is free before we wait for the network's thread
  std::optional<Clock::time_point> reload_at_;
  std::optional<Clock::time_point> slow_at_;
};

int Loop::run() {
  for (;;) {
    reader_.resize(screen_->size());
    bool going_on = carry_out();
    while (going_on && !reader_.keys_wait()) {
      const auto key = screen_->key();
      if (!key) break;
      reader_.press(*key);
      going_on = carry_out();
    }
    if (!going_on) return 0;
    screen_->draw(reader_.frame());
    const int signal = wait();
    if (signal != 0 && !(signal == SIGINT && reader_.interrupt())) return signal;
    take_news();
    take_time();
  }
}

// False: the wish to end.
bool Loop::carry_out() {
  for (auto& wish : reader_.take_wishes()) {
    if (std::holds_alternative<Quit>(wish)) return false;
    if (std::holds_alternative<Redraw>(wish)) screen_->draw_anew();
    if (auto* call = std::get_if<Call>(&wish)) network_.ask(std::move(*call));
    if (const auto* link = std::get_if<OpenLink>(&wish)) open_link(link->url);
  }
  return true;
}

void Loop::open_link(const std::string& url) {
  const auto shown = client::printable_line(url);
  screen_->leave("newscache: opening " + shown + "; the reader goes on when the browser has ended");
  const auto opened = open_in_browser(url);
  signals_.forget_interrupts();  // they were meant for the browser
  screen_->enter();
  reader_.tell(opened ? "opened " + shown : opened.error().message, !opened);
}

void Loop::take_news() {
  for (auto& news : network_.take_news()) {
    if (const auto* answered = std::get_if<Answered>(&news)) reader_.take(answered->call, answered->answer);
    if (const auto* connected = std::get_if<Connected>(&news)) reader_.connected(connected->status);
    if (const auto* failure = std::get_if<Failure>(&news)) reader_.lost(*failure);
    if (const auto* event = std::get_if<client::Event>(&news)) reader_.take(*event);
  }
}

// What is due.
void Loop::take_time() {
  const auto now = Clock::now();
  if (reload_at_ && *reload_at_ <= now) {
    reload_at_.reset();
    reader_.reload();
  }
  reader_.set_slow(reader_.waiting() && slow_at_ && *slow_at_ <= now);
}

// Until something happens or is due; nothing wakes us while nothing does. The signal that ends us, or 0.
int Loop::wait() {
  const auto now = Clock::now();
  const auto delay = reader_.reload_due();
  if (!delay) reload_at_.reset();
  if (delay && (!reload_at_ || *reload_at_ > now + *delay)) reload_at_ = now + *delay;
  if (!reader_.waiting()) slow_at_.reset();
  if (reader_.waiting() && !slow_at_) slow_at_ = now + slow_after;

  int timeout = -1;
  for (const auto& at : {reload_at_, slow_at_}) {
    if (!at || (at == slow_at_ && *at <= now)) continue;  // a slow answer is told once
    const auto left = static_cast<int>(std::max(std::chrono::ceil<milliseconds>(*at - now), milliseconds(0)).count());
    timeout = timeout < 0 ? left : std::min(timeout, left);
  }
  pollfd waiting[] = {
      {STDIN_FILENO, POLLIN, 0}, {signals_.descriptor(), POLLIN, 0}, {network_.descriptor(), POLLIN, 0}};
  ::poll(waiting, std::size(waiting), timeout);  // also ends when we were stopped and go on
  if ((waiting[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return SIGHUP;
  return signals_.take_fatal();
}

Outcome<Exit> read(Session& session, const ReadOptions& options) {
  if (session.json) return Failure(Exit::usage, "read is a program for people and has no --json; see 'newscache list'");
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) {
    return Failure(Exit::usage, "read needs a terminal; 'newscache list' and 'newscache show' do not");
  }
  const auto reached = session.connection.get_object("/v1/status");
  if (!reached) return reached.error();
  std::int64_t feed = 0;
  if (!options.feed.empty()) {
    const auto id = client::find_feed_id(session, options.feed);
    if (!id) return id.error();
    feed = *id;
  }
  int signal = 0;
  {
    Signals signals;
    auto screen = Screen::open(session.console.colour);
    if (!screen) return screen.error();
    signal = Loop(signals, std::move(*screen), session.connection.socket_path(), feed).run();
  }
  if (signal != 0) {            // whoever waits for us sees how we ended
    ::signal(signal, SIG_DFL);  // in place of ncurses' own
    ::raise(signal);
  }
  return Exit::done;
}

}  // namespace
}  // namespace newscache::reader

namespace newscache::client {

void add_read_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("read", "Read in the whole terminal: feeds, articles, links");
  auto options = std::make_shared<reader::ReadOptions>();
  command->add_option("--feed", options->feed, "Begin with this feed (id or URL)");
  command->footer(
      "The key ? shows what the other keys do; they are those of newsboat and vim.\n"
      "Example:\n"
      "  newscache read --feed https://example.org/feed.xml");
  run_on(command, chosen, options, reader::read);
}

}  // namespace newscache::client
