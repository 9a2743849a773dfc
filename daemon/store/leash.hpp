#pragma once
// Keeps a search from taking for ever: bounded in the steps of SQLite's machine, since time would depend on the
// machine.

#include <cstdint>

#include "base/result.hpp"
#include "store/database.hpp"

namespace newscache::store {

// While it lives, the connection's queries together may take Options::max_query_steps; see Query::step_bounded.
class Leash {
 public:
  explicit Leash(Database& database);
  ~Leash();
  Leash(const Leash&) = delete;
  Leash& operator=(const Leash&) = delete;

  // For work beside SQLite's. False: too much.
  bool spend(std::int64_t steps);

 private:
  static int check(void* self);
  Database& database_;
  std::int64_t between_;  // checks
  std::int64_t checks_left_;
  std::int64_t spent_ = 0;  // since the last check
};

// The answer when the leash was too short.
Error too_broad();

}  // namespace newscache::store
