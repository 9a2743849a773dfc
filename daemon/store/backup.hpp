#pragma once
// A copy of the whole database beside it, checked before it takes the place of an older one: what a salvage takes from
// where the damaged database has nothing left.

#include <atomic>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "store/store.hpp"

namespace newscache::store {

class Backup {
 public:
  explicit Backup(Options options) : options_(std::move(options)) { options_.on_damage = nullptr; }

  // When the last one was made; none: there is none.
  std::optional<Instant> last() const;
  // Takes long; others read and write meanwhile. False when nothing has changed since the last, or it was stopped.
  // Cause::unavailable when there is not twice the room that it takes.
  Result<bool> make();
  // From any thread.
  void stop() { stopped_ = true; }

 private:
  bool copy(const std::string& to);

  Options options_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace newscache::store
