#pragma once
// Looks after the database while it is in use: checks it after an unclean stop and when damage was met, repairs what
// can be made anew on the spot, and makes snapshots. Loop thread only.

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "loop/task.hpp"
#include "store/backup.hpp"
#include "store/checkup.hpp"
#include "store/store.hpp"

namespace newscache::app {

class Caretaker {
 public:
  Caretaker(boost::asio::any_io_executor executor, const Clock& clock, const Log& log,
            loop::OnThread<store::Writer>& writer, const store::Options& options);

  // The daemon before did not stop cleanly.
  void doubt() { check_wanted_ = true; }
  // A connection has met damage.
  void damage_met(const store::Damage& damage);
  void snapshot_every(std::optional<std::chrono::seconds> interval);
  // Until cancelled.
  loop::awaitable<void> run();
  // Ends what takes long; join() waits for it.
  void stop();
  void join() { thread_.join(); }

  // An index was made anew, and is empty so far.
  std::function<void()> on_repaired;
  // The database must be salvaged.
  std::function<void(std::string what)> on_damaged;

 private:
  loop::awaitable<void> check();
  loop::awaitable<store::Findings> examine();
  // Whether the index could be made anew.
  loop::awaitable<bool> repair(store::Condition condition);
  loop::awaitable<void> make_snapshot();
  BootInstant next_snapshot() const;

  const Clock& clock_;
  const Log& log_;
  loop::OnThread<store::Writer>& writer_;
  loop::Alarm alarm_;
  store::Checkup checkup_;
  store::Backup backup_;
  loop::Thread thread_;
  bool check_wanted_ = false;
  bool search_index_is_suspect_ = false;
  std::optional<BootInstant> last_check_;
  std::optional<std::chrono::seconds> interval_;
  std::optional<BootInstant> last_snapshot_;  // tried
};

}  // namespace newscache::app
