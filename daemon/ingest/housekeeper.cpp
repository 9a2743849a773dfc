#include "ingest/housekeeper.hpp"

#include <algorithm>
#include <utility>

namespace newscache::ingest {
namespace {

// While something is wrong, we look again so often.
constexpr std::chrono::minutes again{1};
// What goes by age and number goes so often at most.
constexpr std::chrono::hours between_retentions{1};
// Of what articles may use: eviction begins above the first and ends at the second, in percent.
constexpr std::int64_t too_much = 98;
constexpr std::int64_t enough = 95;
// Given back to the disk at once, so that the WAL stays small.
constexpr std::int64_t shrink_step = 1 << 20;

}  // namespace

struct Housekeeper::Look {
  std::optional<sys::DiskSpace> disk;
  store::StorageUse use;
  bool writable = true;
};

struct Housekeeper::Step {
  store::Evicted evicted;
  std::optional<sys::DiskSpace> disk;
  std::int64_t used_bytes = 0;
  bool more = false;  // may be won
};

Housekeeper::Housekeeper(const Services& services, Poller& poller, Probe probe, std::string reserve_path)
    : services_(services),
      poller_(poller),
      probe_(std::move(probe)),
      reserve_(std::move(reserve_path)),
      alarm_(services.executor, services.clock) {}

void Housekeeper::configure(const model::StoreSettings& settings) {
  constexpr std::int64_t default_share = 4;  // of the disk
  keep_ = {settings.keep_days, settings.keep_per_feed};
  limit_ = settings.limit;
  if (!limit_) {
    if (const auto disk = probe_(); disk && disk->total_bytes > 0) limit_ = disk->total_bytes / default_share;
  }
  limit_changed_ = true;
  retention_due_ = true;
  next_retention_ = {};
  alarm_.wake();
}

void Housekeeper::note_commit() {
  retention_due_ = true;
  alarm_.wake();
}

void Housekeeper::note_shortage(store::Shortage shortage) {
  if (shortage != store::Shortage::limit) failed_ = shortage;
  // What fails while we make room is looked at when that is done.
  if (!working_ && state_ == DiskState::ok) alarm_.wake();
}

void Housekeeper::wake() {
  if (services_.clock.boot() >= next_round_) alarm_.wake();
}

StorageStatus Housekeeper::status() {
  StorageStatus status{state_, limit_, std::nullopt, trouble_};
  if (const auto disk = probe_()) {
    status.free_bytes = disk->free_bytes;
    // Also while we are at work, which may have looked before that.
    if (disk_state(*disk, state_) != state_) alarm_.wake();
  }
  return status;
}

loop::awaitable<void> Housekeeper::run() {
  for (;;) {
    working_ = true;
    try {
      co_await look_after();
    } catch (const store::StoreError& error) {
      services_.log.warning("the store cannot be kept within its bounds now", {{"error", error.what()}});
      failed_ = failed_.value_or(error.shortage());
    }
    working_ = false;
    next_round_ = next_round();
    co_await alarm_.wait_until(next_round_);
  }
}

BootInstant Housekeeper::next_round() const {
  const BootInstant now = services_.clock.boot();
  if (state_ != DiskState::ok || failed_) return now + again;
  if (retention_due_ && (keep_.days || keep_.per_feed)) return std::max(now, next_retention_);
  return now + std::chrono::hours(24);
}

loop::awaitable<void> Housekeeper::look_after() {
  Look seen = co_await look();
  const bool disk_may_be_written = !seen.disk || !seen.disk->read_only;
  if ((!seen.writable || reopening_) && disk_may_be_written) {
    if (seen.disk && disk_state(*seen.disk, state_) == DiskState::full) reserve_.release();
    co_await open_for_writing();
    seen = co_await look();
  }
  DiskState now = seen.disk ? disk_state(*seen.disk, state_) : DiskState::ok;
  if (!seen.writable && now != DiskState::full) now = DiskState::read_only;
  if (failed_ && now != DiskState::read_only) {
    now = *failed_ == store::Shortage::read_only ? DiskState::read_only
          : *failed_ == store::Shortage::disk    ? DiskState::full
                                                 : now;
  }
  if (now > state_) enter(now);  // polling stops before anything else
  if (now == DiskState::full) reserve_.release();
  if (seen.writable && now != DiskState::read_only && now != DiskState::ok) {
    if (!least_bytes_) least_bytes_ = (seen.use.used_bytes + seen.use.wal_bytes) / 2;  // the WAL is there in any case
    co_await make_room_on_disk();
  }
  if (failed_ && seen.writable && disk_may_be_written) {
    const bool fails = co_await still_fails();
    if (!fails) failed_.reset();
  }
  if (now != DiskState::ok && !failed_ && seen.writable) {
    seen = co_await look();
    now = seen.disk ? disk_state(*seen.disk, state_) : DiskState::ok;
  }
  enter(now);
  if (!seen.writable || now == DiskState::read_only) co_return;
  if (now == DiskState::ok) {
    least_bytes_.reset();
    keep_reserve(seen);
  }
  co_await keep_limit();
  if (retention_due_ && services_.clock.boot() >= next_retention_ && now != DiskState::full) co_await retain();
}

loop::awaitable<Housekeeper::Look> Housekeeper::look() {
  auto job = [this](store::Writer& writer) { return Look{probe_(), writer.storage(), writer.writable()}; };
  Look seen = co_await services_.writer.run(job);
  report(seen.use.evicted, "articles have been deleted to make room for new ones, store.limit is reached");
  co_return seen;
}

loop::awaitable<void> Housekeeper::open_for_writing() {
  if (may_write && !may_write()) co_return;
  reopening_ = true;
  auto reopen = [](store::Writer& writer) {
    try {
      if (!writer.reopen() || !writer.writable()) return false;
      writer.try_to_write();
      return true;
    } catch (const store::StoreError&) {
      return false;
    }
  };
  auto thaw = [](store::Reader& reader) { return reader.thaw(); };
  auto stand_by = [](store::Writer& writer) { writer.stand_by(); };
  co_await services_.writer.run(stand_by);
  // Before anything is written: who still reads the frozen file would never see it.
  const Result<void> readable = co_await services_.reader.run(thaw);
  if (!readable) co_return;
  const bool writable = co_await services_.writer.run(reopen);
  if (!writable) co_return;
  reopening_ = false;
  limit_changed_ = true;
  failed_.reset();
  services_.log.notice("the database can be written again");
  if (on_writable) on_writable();
}

// For the sake of the disk only what has been read is deleted, and half of what there was is kept in any case: it may
// be somebody else who fills it.
loop::awaitable<void> Housekeeper::make_room_on_disk() {
  store::Evicted all;
  bool evicts = false;  // first what is free already
  for (;;) {
    auto job = [this, evicts, least = *least_bytes_](store::Writer& writer) {
      Step step;
      try {
        if (evicts) step.evicted = writer.evict(least, store::Expendable::read);
        while (writer.shrink(shrink_step)) writer.checkpoint();
        writer.checkpoint();
        step.more = !evicts || step.evicted.articles() > 0;
      } catch (const store::StoreError&) {
        // Not even that is possible now.
      }
      step.disk = probe_();
      return step;
    };
    const Step step = co_await services_.writer.run(job);
    all += step.evicted;
    const bool enough_room =
        step.disk && !failed_ && step.disk->free_bytes >= well_above(disk_bounds(step.disk->total_bytes).low);
    if (!step.more || enough_room || (failed_ && step.evicted.articles() > 0)) break;
    evicts = true;
  }
  report(all, "articles have been deleted, the disk has too little room");
}

loop::awaitable<bool> Housekeeper::still_fails() {
  auto job = [](store::Writer& writer) {
    try {
      writer.try_to_write();
      return false;
    } catch (const store::StoreError&) {
      return true;
    }
  };
  co_return co_await services_.writer.run(job);
}

loop::awaitable<void> Housekeeper::keep_limit() {
  auto job = [limit = limit_, changed = std::exchange(limit_changed_, false)](store::Writer& writer) {
    if (changed) writer.limit(limit);
    return writer.storage();
  };
  store::StorageUse use = co_await services_.writer.run(job);
  if (!use.full_bytes) co_return;
  const std::int64_t most = *use.full_bytes / 100 * too_much;
  if (use.used_bytes > most) {
    const std::string_view why = "articles have been deleted, store.limit is reached";
    const auto evicted = co_await evict(*use.full_bytes / 100 * enough, store::Expendable::unread);
    report(evicted, why);
    // Only when that has left none of the others.
    const auto starred = co_await evict(most, store::Expendable::starred);
    report(starred, why);
    auto again_look = [](store::Writer& writer) { return writer.storage(); };
    use = co_await services_.writer.run(again_look);
    std::string trouble;
    if (use.used_bytes > most) {
      trouble = "nothing is left to delete and store.limit is exceeded; raise it";
    } else if (starred.starred > 0) {
      trouble = "starred articles had to be deleted since store.limit is reached; raise it, or star less";
    }
    if (!trouble.empty() && trouble != trouble_) services_.log.error(trouble);
    trouble_ = std::move(trouble);
  } else if (use.used_bytes < *use.full_bytes / 100 * enough) {
    trouble_.clear();
  }
  // Free pages are used again; only what is beyond the limit goes back to the disk.
  if (use.free_bytes > 0 && use.used_bytes + use.free_bytes > *use.limit_bytes) co_await shrink_file();
}

loop::awaitable<store::Evicted> Housekeeper::evict(std::int64_t used_bytes, store::Expendable up_to) {
  store::Evicted all;
  for (;;) {
    auto job = [used_bytes, up_to](store::Writer& writer) { return writer.evict(used_bytes, up_to); };
    const store::Evicted evicted = co_await services_.writer.run(job);
    if (evicted.articles() == 0) co_return all;
    all += evicted;
  }
}

loop::awaitable<void> Housekeeper::shrink_file() {
  auto job = [](store::Writer& writer) { return writer.shrink(shrink_step); };
  for (bool more = true; more;) more = co_await services_.writer.run(job);
}

loop::awaitable<void> Housekeeper::retain() {
  retention_due_ = false;
  next_retention_ = services_.clock.boot() + between_retentions;
  store::RetentionRun run;
  run.keep = keep_;
  run.by_age = services_.clock_trusted();
  while (!run.done) {
    auto job = [&run](store::Writer& writer) { writer.retain(run); };
    co_await services_.writer.run(job);
  }
  if (run.removed == 0) co_return;
  retention_due_ = true;  // of a feed only so many go at once
  services_.log.info("articles have been deleted by age or number", {{"articles", run.removed}});
  poller_.announce();
}

void Housekeeper::keep_reserve(const Look& look) const {
  if (!look.disk) return;
  const auto bytes = reserve_bytes(look.disk->total_bytes);
  if (bytes == 0 || reserve_.bytes() == bytes) return;
  const auto left = look.disk->free_bytes - bytes;
  if (left < bytes || left < well_above(disk_bounds(look.disk->total_bytes).low)) return;
  if (const auto taken = reserve_.take(bytes); !taken) {
    services_.log.info("no reserve on the disk", {{"detail", taken.error().detail}});
  }
}

void Housekeeper::enter(DiskState state) {
  const DiskState before = std::exchange(state_, state);
  if (before == state) return;
  const auto disk = probe_();
  const std::int64_t free = disk ? disk->free_bytes : 0;
  if (state == DiskState::ok) {
    services_.log.notice("the disk is well again", {{"free", free}});
  } else {
    services_.log.warning("the disk has trouble, polling is held back", {{"state", disk_word(state)}, {"free", free}});
  }
  poller_.hold_for_storage(state != DiskState::ok);
  if (on_change) on_change();
}

void Housekeeper::report(const store::Evicted& evicted, std::string_view why) const {
  if (evicted.articles() == 0) return;
  const LogLevel level = evicted.starred > 0  ? LogLevel::error
                         : evicted.unread > 0 ? LogLevel::warning
                                              : LogLevel::notice;
  services_.log.write(level, why, {{"read", evicted.read}, {"unread", evicted.unread}, {"starred", evicted.starred}});
  poller_.announce();
}

}  // namespace newscache::ingest
