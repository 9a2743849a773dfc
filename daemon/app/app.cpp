#include "app/app.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "api/server.hpp"
#include "app/caretaker.hpp"
#include "app/database.hpp"
#include "app/outside.hpp"
#include "app/sockets.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "html/plain_text.hpp"
#include "ingest/housekeeper.hpp"
#include "ingest/indexer.hpp"
#include "ingest/poller.hpp"
#include "ingest/subscription_copy.hpp"
#include "ingest/subscriptions.hpp"
#include "loop/task.hpp"
#include "offline/completer.hpp"
#include "offline/extractor.hpp"
#include "settings/settings.hpp"
#include "store/store.hpp"
#include "sys/disk.hpp"
#include "sys/notify.hpp"
#include "sys/peer.hpp"
#include "sys/reserve.hpp"
#include "sys/signals.hpp"
#include "sys/written.hpp"

namespace newscache::app {
namespace {

constexpr Instant build_time{std::chrono::seconds(NEWSCACHE_BUILD_EPOCH)};
constexpr std::string_view clock_floor_key = "clock_floor";
constexpr std::string_view picture_secret_key = "picture_secret";
// What has been repaired, and when.
constexpr std::string_view repair_key = "repair";
constexpr std::string_view repair_time_key = "repair_time";
constexpr auto repair_is_news = std::chrono::hours(24);

std::string default_state_dir() {
  if (const char* given = std::getenv("STATE_DIRECTORY"); given != nullptr && *given != '\0') {
    const std::string_view list = given;  // systemd separates several by colons
    return std::string(list.substr(0, list.find(':')));
  }
  if (geteuid() == 0) return "/var/lib/newscached";
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return std::string(state) + "/newscached";
  }
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "/tmp") + "/.local/state/newscached";
}

bool writes_to_journal() { return std::getenv("JOURNAL_STREAM") != nullptr; }

bool lacks_room_or_permission(int error) { return error == EROFS || error == ENOSPC || error == EDQUOT; }

// Creates the directory, private, and takes the lock that keeps a second daemon out of it. No lock where nothing can be
// written.
Result<FileDescriptor> claim_state_dir(const std::string& path) {
  std::error_code error;
  const bool created = std::filesystem::create_directories(path, error);
  if (error) return Error{Cause::unavailable, "cannot create the state directory " + path + ": " + error.message()};
  if (created) ::chmod(path.c_str(), 0750);
  const std::string lock_path = path + "/lock";
  FileDescriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock && lacks_room_or_permission(errno)) {
    lock = FileDescriptor(::open(lock_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!lock) return lock;  // where nothing can be written, two do no harm
  }
  if (!lock)
    return Error{Cause::unavailable, "cannot write to the state directory " + path + ": " + std::strerror(errno)};
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{Cause::conflict, "another newscached is using " + path + ": stop it, or choose another --state-dir"};
  }
  return lock;
}

std::string reserve_file(const model::Settings& settings) { return settings.daemon.state_dir + "/reserve"; }

// Accepting on a copy ends with the copy; the socket itself stays for a successor.
FileDescriptor copy_of(const FileDescriptor& socket) {
  return FileDescriptor(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
}

std::optional<std::chrono::seconds> snapshot_interval(const model::Settings& settings) {
  const auto interval = settings::parse_duration(settings.store.snapshot);  // not when it is "off"
  if (!interval) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(*interval);
}

store::Options store_options(const model::Settings& settings) {
  store::Options options;
  options.path = settings.daemon.state_dir + "/news.db";
  options.plain_text = [](std::string_view safe_html) { return html::to_text(safe_html); };
  options.written_bytes = sys::written_bytes;
  return options;
}

}  // namespace

struct Estate {
  FileDescriptor state_lock;
  Sockets sockets;
  sys::Notifier notifier;
  model::Settings settings;
  model::Settings started_with;  // what needs a restart is still as it says
  std::string damage;
};

// In order of dependency: each is built from those above it, and outlives those below it.
struct App::State {
  State(CommandLine line, model::Settings s, Estate estate, sys::AdminPolicy admins, OpenedDatabase database,
        const MakeOutside& make_outside);

  loop::awaitable<void> supervise();
  // The keys that wait for a restart.
  loop::awaitable<Result<std::vector<std::string>>> reload();
  loop::awaitable<Result<std::vector<std::string>>> reload_once();
  loop::awaitable<void> feed_watchdog(std::chrono::milliseconds interval);
  loop::awaitable<void> start();
  loop::awaitable<void> reconcile();
  loop::awaitable<void> save_clock_floor();
  void note_clock_set();
  void after_commit();
  void connect_housekeeper();
  void connect_caretaker();
  loop::awaitable<void> note_repair();
  loop::awaitable<void> load_picture_secret();
  loop::awaitable<void> sweep_assets();
  loop::awaitable<void> restore_subscriptions();
  void stop_for_repair(std::string damage);
  void stop(int code);
  api::DaemonStatus status();
  // However a reload ends, systemd is told that it has.
  struct ReloadEnd {
    State& state;
    ~ReloadEnd() {
      state.reloading = false;
      if (!state.stopping) state.notifier.ready("serving");
    }
  };
  Instant clock_floor() const { return std::max(build_time, stored_floor); }
  bool clock_trusted() const { return clock.wall() >= clock_floor(); }

  CommandLine command_line;
  model::Settings settings;
  model::Settings started_with;
  FileDescriptor state_lock;
  Sockets sockets;
  Log log;
  sys::Notifier notifier;
  Instant stored_floor{};
  std::string picture_secret;  // see TcpAccess
  int exit_code = 0;
  bool stopping = false;
  std::optional<std::string> damage;    // why a successor has to repair the database
  std::optional<BootInstant> repaired;  // in this process
  std::string repair;                   // of now or of the last day
  bool was_left_open = false;
  bool is_new = false;
  bool is_ready = false;
  bool reloading = false;
  bool reload_again = false;
  std::optional<store::Salvaged> salvaged;

  boost::asio::io_context io{1};
  std::unique_ptr<Outside> outside;
  const Clock& clock;
  const BootInstant started;
  loop::Tasks tasks;
  loop::Thread worker;
  std::unique_ptr<store::Writer> writer_connection;
  std::unique_ptr<store::Reader> reader_connection;
  loop::OnThread<store::Writer> writer;
  loop::OnThread<store::Reader> reader;
  sys::Signals signals;
  ingest::Services ingest_services;
  ingest::Poller poller;
  ingest::Subscriptions subscriptions;
  ingest::SubscriptionCopy subscription_copy;
  ingest::Indexer indexer;
  ingest::Housekeeper housekeeper;
  offline::Extractor extractor;
  offline::Completer completer;
  Caretaker caretaker;
  std::shared_ptr<DatabaseHooks> hooks;
  api::Server server;
};

App::State::State(CommandLine line, model::Settings s, Estate estate, sys::AdminPolicy admins, OpenedDatabase database,
                  const MakeOutside& make_outside)
    : command_line(std::move(line)),
      settings(std::move(s)),
      started_with(std::move(estate.started_with)),
      state_lock(std::move(estate.state_lock)),
      sockets(std::move(estate.sockets)),
      log(STDERR_FILENO, settings.daemon.log_level, writes_to_journal()),
      notifier(std::move(estate.notifier)),
      was_left_open(database.was_left_open),
      is_new(database.is_new),
      salvaged(std::move(database.salvaged)),
      outside(make_outside(io, settings.net)),
      clock(outside->clock()),
      started(clock.boot()),
      tasks(io.get_executor(), log),
      writer_connection(std::move(database.writer)),
      reader_connection(std::move(database.reader)),
      writer(*writer_connection),
      reader(*reader_connection),
      signals(io.get_executor()),
      ingest_services{io.get_executor(),
                      clock,
                      log,
                      tasks,
                      outside->fetcher(),
                      worker,
                      writer,
                      reader,
                      [this] { return clock_trusted(); },
                      outside->seed()},
      poller(ingest_services, settings),
      subscriptions(ingest_services, poller),
      subscription_copy(ingest_services, subscriptions, settings.daemon.state_dir + "/subscriptions.opml"),
      indexer(ingest_services, [this] { return poller.activity().active > 0; }),
      housekeeper(
          ingest_services, poller, [path = settings.daemon.state_dir] { return sys::disk_space(path); },
          reserve_file(settings)),
      extractor(tasks, io.get_executor(), clock, worker),
      completer(
          ingest_services, poller, [this](offline::PageRequest page) { return extractor.extract(std::move(page)); },
          store::new_assets_path(store_options(settings)), settings),
      caretaker(io.get_executor(), clock, log, writer, store_options(settings)),
      hooks(std::move(database.hooks)),
      server(api::Services{io.get_executor(), clock, log, tasks, writer, reader, worker, poller, subscriptions, indexer,
                           std::move(admins), [this] { return status(); }, [this] { return reload(); },
                           settings.daemon.state_dir, std::move(database.editions)},
             api::Limits{.connections = settings.socket.max_connections}, api::TcpAccess(settings.http), sockets.tls) {
  tasks.on_fatal = [this] { stop(1); };
  poller.on_commit = [this] { after_commit(); };
  poller.on_network_change = [this] {
    server.notify_network();
    completer.wake();
  };
  completer.on_commit = [this] { after_commit(); };
  subscriptions.on_wants = [this](model::FeedId feed) { completer.reconsider(feed); };
  connect_housekeeper();
  subscriptions.on_change = [this] { subscription_copy.changed(); };
  if (salvaged) repaired = clock.boot();
  connect_caretaker();
}

void App::State::connect_caretaker() {
  caretaker.snapshot_every(snapshot_interval(settings));
  if (was_left_open && !salvaged) caretaker.doubt();
  caretaker.on_repaired = [this] { indexer.wake(); };
  caretaker.on_damaged = [this](std::string what) { stop_for_repair(std::move(what)); };
  // On whichever thread.
  hooks->now = [this] { return clock.moment(); };
  hooks->damage = [this](const store::Damage& met) {
    boost::asio::post(io, [this, met] { caretaker.damage_met(met); });
  };
}

void App::State::connect_housekeeper() {
  housekeeper.configure(settings.store);
  housekeeper.on_change = [this] {
    server.notify_storage(ingest::disk_word(housekeeper.status().state));
    completer.wake();
  };
  // A file system that was read-only: nobody else may have taken the directory meanwhile.
  housekeeper.may_write = [this] {
    if (state_lock) return true;
    Result<FileDescriptor> lock = claim_state_dir(settings.daemon.state_dir);
    if (!lock) {
      log.error("the state directory cannot be used", {{"detail", lock.error().detail}});
      return false;
    }
    state_lock = std::move(*lock);
    return true;
  };
  hooks->shortage = [this](store::Shortage what) {
    boost::asio::post(io, [this, what] { housekeeper.note_shortage(what); });
  };
  housekeeper.on_writable = [this] { tasks.spawn("reconcile", reconcile()); };
}

api::DaemonStatus App::State::status() {
  api::DaemonStatus status;
  status.version = NEWSCACHE_VERSION;
  status.uptime_s = std::chrono::duration_cast<std::chrono::seconds>(clock.boot() - started).count();
  status.clock_floor = clock_floor();
  status.clock_trusted = clock_trusted();
  status.repair = repair;
  status.written_bytes = sys::written_bytes();
  ingest::StorageStatus storage = housekeeper.status();
  status.storage_limit = storage.limit_bytes;
  status.storage_free = storage.free_bytes;
  status.storage_state = ingest::disk_word(storage.state);
  status.storage_trouble = std::move(storage.trouble);
  return status;
}

void App::State::after_commit() {
  indexer.wake();
  housekeeper.note_commit();
  completer.note_commit();
  server.notify_changes();
  // Power may go at any moment, so the latest trusted time is kept now and then: at most once a day, with other writes.
  const std::optional<Instant> confirmed = poller.time_confirmed();
  if (confirmed && *confirmed > clock_floor() + std::chrono::hours(24)) {
    stored_floor = *confirmed;
    tasks.spawn("save clock floor", save_clock_floor());
  }
}

loop::awaitable<void> App::State::save_clock_floor() {
  auto save = [floor = stored_floor](store::Writer& w) {
    w.set_meta(clock_floor_key, std::to_string(floor.time_since_epoch().count()), store::Durability::relaxed);
  };
  co_await writer.run(std::move(save));
}

// Made once: readers keep the addresses of pictures.
loop::awaitable<void> App::State::load_picture_secret() {
  if (!settings.http.offline_images || !picture_secret.empty()) co_return;
  picture_secret = outside->secret();
  auto load = [made = picture_secret](store::Writer& w) {
    if (auto known = w.meta(picture_secret_key)) return *known;
    w.set_meta(picture_secret_key, made, store::Durability::relaxed);
    return made;
  };
  try {
    picture_secret = co_await writer.run(std::move(load));
  } catch (const store::StoreError& error) {
    log.warning("pictures have other addresses until the next start", {{"error", error.what()}});
  }
}

// A full disk must not keep what is there from being served.
loop::awaitable<void> App::State::reconcile() {
  try {
    co_await subscriptions.reconcile(settings.feeds);
  } catch (const store::StoreError& error) {
    log.error("declared feeds were not taken over", {{"error", error.what()}});
  }
}

loop::awaitable<void> App::State::start() {
  auto read_floor = [](store::Writer& w) { return w.meta(clock_floor_key); };
  if (const auto floor = co_await writer.run(std::move(read_floor))) {
    stored_floor = Instant{std::chrono::seconds(std::strtoll(floor->c_str(), nullptr, 10))};
  }
  if (!clock_trusted()) {
    log.warning("the clock shows a time that has passed; it is not trusted until it is set");
  }
  co_await note_repair();
  co_await load_picture_secret();
  server.reconfigure(api::TcpAccess(settings.http, picture_secret));
  co_await poller.load();
  for (const FileDescriptor& socket : sockets.listening) server.serve(copy_of(socket));
  outside->listen(tasks, log,
                  {.link = [this](const ingest::LinkReport& report) { poller.link_reported(report); },
                   .clock_set = [this] { note_clock_set(); }});
  tasks.spawn_vital("poller", poller.run());
  tasks.spawn("indexer", indexer.run());
  tasks.spawn_vital("housekeeper", housekeeper.run());
  tasks.spawn_vital("completer", completer.run());
  co_await restore_subscriptions();
  co_await reconcile();
  tasks.spawn("subscription copy", subscription_copy.run());
  is_ready = true;
  notifier.ready("serving");
  std::string tcp;
  for (const std::string& address : settings.http.listen) tcp += (tcp.empty() ? "" : " ") + address;
  log.notice("ready", {{"version", NEWSCACHE_VERSION},
                       {"state_dir", settings.daemon.state_dir},
                       {"socket", sockets.own_path.empty() ? "as systemd has it" : sockets.own_path},
                       {"tcp", tcp.empty() ? "no" : tcp}});
  tasks.spawn("caretaker", caretaker.run());
  tasks.spawn("sweep assets", sweep_assets());
}

// Downloads that nobody goes on with, and files of a commit that never came.
loop::awaitable<void> App::State::sweep_assets() {
  constexpr auto longest_pause = std::chrono::days(7);
  auto sweep = [before = clock.wall() - longest_pause](store::Writer& w) { w.sweep_downloads(before); };
  try {
    co_await writer.run(std::move(sweep));
    for (unsigned byte = 0; (was_left_open || salvaged) && byte < 256; ++byte) {
      auto some = [byte](store::Writer& w) { w.sweep_assets(static_cast<std::uint8_t>(byte)); };
      co_await writer.run(std::move(some));
    }
  } catch (const store::StoreError& error) {
    log.warning("assets were not looked through", {{"error", error.what()}});
  }
}

// Whoever looks after the machine has a day to see it, or until all has been well once.
loop::awaitable<void> App::State::note_repair() {
  const std::string now = std::to_string(clock.wall().time_since_epoch().count());
  if (salvaged) repair = describe(*salvaged);
  auto keep = [this, now, text = repair](store::Writer& w) {
    if (!text.empty()) {
      w.set_meta(repair_key, text, store::Durability::relaxed);
      w.set_meta(repair_time_key, now, store::Durability::relaxed);
      return text;
    }
    const std::string earlier = w.meta(repair_key).value_or("");
    if (earlier.empty()) return earlier;
    const Instant since{std::chrono::seconds(std::strtoll(w.meta(repair_time_key).value_or("0").c_str(), nullptr, 10))};
    if (was_left_open && clock.wall() < since + repair_is_news) return earlier;
    w.set_meta(repair_key, "", store::Durability::relaxed);
    return std::string();
  };
  try {
    repair = co_await writer.run(std::move(keep));
  } catch (const store::StoreError& error) {
    log.warning("the note about the repair was not kept", {{"error", error.what()}});
  }
}

// A database that is new, or that has lost feeds.
loop::awaitable<void> App::State::restore_subscriptions() {
  if (!is_new && !(salvaged && (salvaged->feeds_may_be_lost || salvaged->feeds == 0))) co_return;
  try {
    const std::int64_t feeds = co_await subscription_copy.restore();
    if (feeds > 0) log.notice("subscriptions were restored from their copy", {{"feeds", feeds}});
  } catch (const store::StoreError& error) {
    log.error("subscriptions were not restored from their copy", {{"error", error.what()}});
  }
}

void App::State::note_clock_set() {
  log.notice("the clock was set", {{"trusted", clock_trusted() ? "yes" : "no"}});
  poller.clock_jumped();
}

loop::awaitable<void> App::State::supervise() {
  co_await start();
  for (;;) {
    const sys::Signals::Kind signal = co_await signals.next();
    if (signal == sys::Signals::Kind::stop) {
      stop(0);
      co_return;
    }
    co_await reload();
  }
}

// One at a time: who asks meanwhile has it read once more.
loop::awaitable<Result<std::vector<std::string>>> App::State::reload() {
  if (!is_ready) co_return Error{Cause::busy, "the daemon is starting and reads its configuration: ask again"};
  if (std::exchange(reloading, true)) {
    reload_again = true;
    co_return Error{Cause::busy, "the configuration is being read, and will be once more after that"};
  }
  const ReloadEnd ends{*this};
  notifier.reloading();
  do {
    reload_again = false;
    auto waiting = co_await reload_once();
    if (!reload_again) co_return waiting;
  } while (!stopping);
  co_return Error{Cause::busy, "the daemon is stopping"};
}

loop::awaitable<Result<std::vector<std::string>>> App::State::reload_once() {
  Result<model::Settings> fresh = load_settings(command_line);
  if (!fresh) {
    log.error("the configuration was not reloaded; the old one stays in force", {{"detail", fresh.error().detail}});
    co_return fresh.error();
  }
  auto waiting = settings::needs_restart(started_with, *fresh);
  for (const std::string& key : waiting)
    log.warning("a changed setting takes effect at the next start", {{"key", key}});
  settings = std::move(*fresh);
  log.set_level(settings.daemon.log_level);
  outside->reconfigure(settings.net);
  poller.reconfigure(settings);
  completer.reconfigure(settings);
  housekeeper.configure(settings.store);
  caretaker.snapshot_every(snapshot_interval(settings));
  co_await reconcile();
  co_await load_picture_secret();
  server.reconfigure(api::TcpAccess(settings.http, picture_secret));
  log.notice("configuration reloaded");
  co_return waiting;
}

// Proves to systemd that the loop runs and that the writer answers; whichever hangs, the daemon is restarted.
loop::awaitable<void> App::State::feed_watchdog(std::chrono::milliseconds interval) {
  loop::Alarm alarm(io.get_executor(), clock);
  for (;;) {
    co_await alarm.wait_until(clock.boot() + interval);
    auto ping = [](store::Writer& w) { return w.revision(); };
    co_await writer.run(std::move(ping));
    notifier.watchdog();
  }
}

// The sockets go on listening, and whoever connects meanwhile is served by the successor.
void App::State::stop_for_repair(std::string what) {
  if (stopping) return;
  if (repaired && clock.boot() < *repaired + shortest_peace) {
    log.error("the database is damaged, less than an hour after it was repaired: have a look at the disk",
              {{"detail", what}});
    stop(EX_TEMPFAIL);
    return;
  }
  stopping = true;
  damage = std::move(what);
  notifier.status("repairing the database");
  caretaker.stop();
  server.stop();
  tasks.cancel_all();
}

void App::State::stop(int code) {
  exit_code = std::max(exit_code, code);
  if (std::exchange(stopping, true)) return;
  notifier.stopping();
  log.notice("stopping");
  // While we still answer: a successor could take a path that nobody answers on for stale, and its own socket would go.
  if (!sockets.own_path.empty()) ::unlink(sockets.own_path.c_str());
  caretaker.stop();
  server.stop();
  tasks.cancel_all();
}

App::App(std::unique_ptr<State> state) : state_(std::move(state)) {}
App::~App() = default;

Result<model::Settings> load_settings(const CommandLine& command_line) {
  Result<model::Settings> settings = settings::load(command_line.config_file);
  if (!settings) return settings;
  if (!command_line.state_dir.empty()) settings->daemon.state_dir = command_line.state_dir;
  if (settings->daemon.state_dir.empty()) settings->daemon.state_dir = default_state_dir();
  if (!command_line.socket.empty()) {
    settings->socket.path = command_line.socket;
  } else if (const char* path = std::getenv("NEWSCACHE_SOCKET"); path != nullptr && *path != '\0') {
    settings->socket.path = path;
  }
  if (command_line.log_level) settings->daemon.log_level = *command_line.log_level;
  return settings;
}

namespace {

// What the first App has of nobody.
Result<Estate> found(const model::Settings& settings) {
  Estate estate;
  Result<FileDescriptor> lock = claim_state_dir(settings.daemon.state_dir);
  if (!lock) return lock.error();
  estate.state_lock = std::move(*lock);
  estate.started_with = settings;
  return estate;
}

}  // namespace

Result<std::unique_ptr<App>> App::create(CommandLine command_line, model::Settings settings,
                                         std::shared_ptr<Estate> inherited, const MakeOutside& outside) {
  if (inherited) settings = std::move(inherited->settings);
  Result<sys::AdminPolicy> admins = sys::AdminPolicy::create(settings.socket.admin_group);
  if (!admins) return admins.error();
  Result<Estate> estate = inherited ? std::move(*inherited) : found(settings);
  if (!estate) return estate.error();
  if (!inherited) estate->notifier = sys::Notifier::from_environment();
  const Log log(STDERR_FILENO, settings.daemon.log_level, writes_to_journal());
  const auto damage = inherited ? std::optional(estate->damage) : std::nullopt;
  Result<OpenedDatabase> database =
      open_database(store_options(settings), reserve_file(settings), log, estate->notifier, damage);
  if (!database) return database.error();
  if (!inherited) {
    Result<Sockets> sockets = open_sockets(settings);
    if (!sockets) return sockets.error();
    estate->sockets = std::move(*sockets);
  }
  auto state = std::make_unique<State>(std::move(command_line), std::move(settings), std::move(*estate),
                                       std::move(*admins), std::move(*database), outside);
  return std::unique_ptr<App>(new App(std::move(state)));
}

std::shared_ptr<Estate> App::estate() {
  State& s = *state_;
  if (!s.damage) return nullptr;
  return std::make_shared<Estate>(Estate{std::move(s.state_lock), std::move(s.sockets), s.notifier, s.settings,
                                         s.started_with, std::move(*s.damage)});
}

int App::run() {
  State& s = *state_;
  s.tasks.spawn_vital("supervisor", s.supervise());
  if (const auto interval = s.notifier.watchdog_interval()) s.tasks.spawn_vital("watchdog", s.feed_watchdog(*interval));
  for (bool ended = false; !ended;) {  // run() returns when the last task has ended
    try {
      s.io.run();
      ended = true;
    } catch (const std::exception& error) {
      s.log.error("the loop failed", {{"error", error.what()}});
      s.stop(1);
    }
  }
  s.caretaker.join();
  s.worker.join();
  s.reader.join();
  s.writer.join();
  *s.hooks = {};
  if (s.damage) return 0;
  try {
    s.subscription_copy.write_last(*s.reader_connection);
    s.reader_connection.reset();
    s.writer_connection->close();
  } catch (const store::StoreError& error) {
    s.log.error("the database could not be tidied up; it will be at the next start", {{"error", error.what()}});
  }
  s.log.notice("stopped");
  return s.exit_code;
}

}  // namespace newscache::app
