#include "app/database.hpp"

#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "base/clock.hpp"
#include "sys/reserve.hpp"

namespace newscache::app {
namespace {

// After a power cut a file system may bring back a file without its content.
bool has_content(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && info.st_size > 0;
}

bool was_salvaged_just_now(const store::Options& options) {
  const std::optional<Instant> last = store::last_salvage(options);
  if (!last) return false;
  const auto since = SystemClock().wall() - *last;
  return since > -shortest_peace && since < shortest_peace;  // the clock may have been set
}

// On a full disk the room that was kept for this is used.
Result<std::unique_ptr<store::Writer>> open_writer(const store::Options& options, const sys::Reserve& reserve) {
  Result<std::unique_ptr<store::Writer>> writer = Error{};
  try {
    writer = store::Writer::open(options);
    if (!writer || (*writer)->writable() || !reserve.release()) return writer;
  } catch (const store::StoreError& error) {
    if (error.shortage() == store::Shortage::none || !reserve.release()) throw;
  }
  writer = Error{};  // closed first
  return store::Writer::open(options);
}

// Null when the database is damaged, and why.
Result<std::unique_ptr<store::Writer>> try_to_open(const store::Options& options, const sys::Reserve& reserve,
                                                   DatabaseHooks& hooks, std::optional<std::string>& damage) {
  hooks.damage = [&damage](const store::Damage& met) { damage = met.detail; };
  Result<std::unique_ptr<store::Writer>> writer = Error{};
  try {
    writer = open_writer(options, reserve);
    if (!writer && writer.error().cause == Cause::internal) damage = writer.error().detail;
  } catch (const store::StoreError&) {
    if (!damage) throw;
  }
  hooks.damage = nullptr;
  if (damage) return std::unique_ptr<store::Writer>();
  return writer;
}

Result<store::Salvaged> repair(const store::Options& options, const Log& log, const sys::Notifier& notifier,
                               const std::string& damage) {
  if (!store::salvage_is_unfinished(options) && was_salvaged_just_now(options)) {
    return Error{Cause::internal,
                 "the database is damaged, less than an hour after it was repaired: have a look at the "
                 "disk (" +
                     damage + ")"};
  }
  log.error("the database is damaged and is being repaired", {{"detail", damage}});
  notifier.status("repairing the database");
  // Being stopped does no harm: the next start begins anew. A reload is no reason to.
  std::signal(SIGHUP, SIG_IGN);
  const std::function<void()> progress = [&notifier] { notifier.still_working(); };
  Result<store::Salvaged> salvaged = store::salvage(options, progress);
  if (salvaged) {
    log.error("the database was repaired", {{"articles", salvaged->articles},
                                            {"of", salvaged->articles_before},
                                            {"without_content", salvaged->without_content},
                                            {"from_snapshot", salvaged->from_snapshot},
                                            {"feeds", salvaged->feeds},
                                            {"set_aside", salvaged->set_aside}});
  }
  return salvaged;
}

}  // namespace

std::string describe(const store::Salvaged& salvaged) {
  return "database was damaged: " + std::to_string(salvaged.articles) + " articles of " +
         std::to_string(salvaged.articles_before) + " saved, set aside as " + salvaged.set_aside;
}

Result<OpenedDatabase> open_database(store::Options options, const std::string& reserve_path, const Log& log,
                                     const sys::Notifier& notifier, std::optional<std::string> damage) {
  OpenedDatabase opened;
  const sys::Reserve reserve(reserve_path);
  opened.hooks = std::make_shared<DatabaseHooks>();
  opened.editions = options.editions;
  options.on_damage = [hooks = opened.hooks](const store::Damage& met) {
    if (hooks->damage) hooks->damage(met);
  };
  options.on_shortage = [hooks = opened.hooks](store::Shortage what) {
    if (hooks->shortage) hooks->shortage(what);
  };
  options.now = [hooks = opened.hooks] { return hooks->now ? hooks->now() : Moment(); };
  opened.was_left_open = store::was_left_open(options);
  opened.is_new = !has_content(options.path);
  if (!damage && store::salvage_is_unfinished(options)) damage = "its repair was interrupted";
  if (!damage) {
    auto writer = try_to_open(options, reserve, *opened.hooks, damage);
    if (!writer) return writer.error();
    opened.writer = std::move(*writer);
  }
  if (damage) {
    auto salvaged = repair(options, log, notifier, *damage);
    if (!salvaged) return salvaged.error();
    opened.salvaged = std::move(*salvaged);
    opened.is_new = false;
    auto writer = store::Writer::open(options);
    if (!writer) return writer.error();
    opened.writer = std::move(*writer);
  }
  options.frozen = !opened.writer->writable();
  options.on_shortage = nullptr;  // readers write nothing
  auto reader = store::Reader::open(options);
  if (!reader) return reader.error();
  opened.reader = std::move(*reader);
  return opened;
}

}  // namespace newscache::app
