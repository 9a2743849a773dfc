#pragma once
// An edition is what the database says between two commits. Whoever keeps what was read asks whether it is still so.
// The writer's thread counts them; any thread may ask.

#include <atomic>
#include <cstdint>
#include <optional>

namespace newscache::store {

using Edition = std::uint32_t;

class Editions {
 public:
  // Whatever is read from now on is of this one or of a later one. None while something is being committed, which one
  // reader may see already and another not yet: in between nobody can say what is old.
  std::optional<Edition> current() const {
    const Edition count = count_.load();
    if (count % 2 != 0) return std::nullopt;
    return count;
  }

  // While it lives, something is being committed. One at a time.
  class Commit {
   public:
    explicit Commit(Editions& editions) : count_(editions.count_) { ++count_; }
    ~Commit() { ++count_; }
    Commit(const Commit&) = delete;
    Commit& operator=(const Commit&) = delete;

   private:
    std::atomic<Edition>& count_;
  };

 private:
  std::atomic<Edition> count_{0};  // odd during a commit
};

}  // namespace newscache::store
