#pragma once
// Keeps the store within its bounds: what has been read goes by age and number, what does not fit goes in the order of
// docs/storage.md, and where the disk has no room, or cannot be written, polling is held back until it has or can.
// Idle as long as nothing is committed and the disk is well. Loop thread only; the work is done on the writer's.

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "ingest/disk_state.hpp"
#include "ingest/poller.hpp"
#include "ingest/services.hpp"
#include "model/settings.hpp"
#include "sys/reserve.hpp"

namespace newscache::ingest {

struct StorageStatus {
  DiskState state = DiskState::ok;
  std::optional<std::int64_t> limit_bytes;
  std::optional<std::int64_t> free_bytes;  // none: cannot be told
  std::string trouble;                     // what a person should do something about; empty: nothing
};

class Housekeeper {
 public:
  using Probe = std::function<std::optional<sys::DiskSpace>()>;

  // `probe`: of the disk with the state directory, called on any thread.
  Housekeeper(const Services& services, Poller& poller, Probe probe, std::string reserve_path);

  void configure(const model::StoreSettings& settings);
  // Until cancelled.
  loop::awaitable<void> run();
  // The change log moved.
  void note_commit();
  // A manual clock moved.
  void wake();
  // A write has failed.
  void note_shortage(store::Shortage shortage);
  // Looks at the disk, too: it may have changed while nobody wrote.
  StorageStatus status();

  // The state changed.
  std::function<void()> on_change;
  // The database could only be read so far, and is about to be opened for writing: whether it may be.
  std::function<bool()> may_write;
  // It has been.
  std::function<void()> on_writable;

 private:
  struct Look;
  struct Step;

  loop::awaitable<void> look_after();
  loop::awaitable<Look> look();
  loop::awaitable<void> open_for_writing();
  loop::awaitable<void> make_room_on_disk();
  loop::awaitable<bool> still_fails();
  loop::awaitable<void> keep_limit();
  loop::awaitable<store::Evicted> evict(std::int64_t used_bytes, store::Expendable up_to);
  loop::awaitable<void> shrink_file();
  loop::awaitable<void> retain();
  void keep_reserve(const Look& look) const;
  void enter(DiskState state);
  void report(const store::Evicted& evicted, std::string_view why) const;
  BootInstant next_round() const;

  Services services_;
  Poller& poller_;
  Probe probe_;
  sys::Reserve reserve_;
  loop::Alarm alarm_;
  store::Keep keep_;
  std::optional<std::int64_t> limit_;
  bool limit_changed_ = true;
  DiskState state_ = DiskState::ok;
  std::optional<store::Shortage> failed_;    // a write has, and none has worked since
  std::optional<std::int64_t> least_bytes_;  // down to which articles are deleted for the sake of the disk
  bool retention_due_ = true;
  BootInstant next_retention_{};
  bool reopening_ = false;  // begun, and not all connections can write yet
  bool working_ = false;
  BootInstant next_round_{};
  std::string trouble_;
};

}  // namespace newscache::ingest
