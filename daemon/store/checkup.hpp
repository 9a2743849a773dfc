#pragma once
// Looks for damage that SQLite can see: whether the pages and rows hang together as they should. It reads the whole
// database, on a connection of its own, while others read and write.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "store/store.hpp"

struct sqlite3;

namespace newscache::store {

class Database;

enum class Condition {
  sound,
  search_index,  // damaged: nothing but what Writer::renew_search_index() makes anew
  indexes,       // damaged: perhaps nothing but what Writer::renew_indexes() makes anew
  damaged,       // to be salvaged
  unknown,       // stopped before it was done
};

struct Findings {
  Condition condition = Condition::unknown;
  std::string detail;  // the first damage that was found
};

class Checkup {
 public:
  explicit Checkup(Options options) : options_(std::move(options)) { options_.on_damage = nullptr; }

  // Takes long. StoreError when it cannot be read for another reason than damage.
  Findings run();
  // From any thread: what runs ends soon, and so does whatever is started later.
  void stop();

 private:
  Findings examine(Database& database);
  Findings find_place(Database& database, std::string detail);
  std::string first_complaint(Database& database, std::string_view sql);

  Options options_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;            // of:
  sqlite3* running_ = nullptr;  // to be interrupted
};

}  // namespace newscache::store
