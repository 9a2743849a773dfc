#include "store/leash.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace newscache::store {

namespace {

constexpr std::int64_t kStepsBetweenChecks = 100'000;

}  // namespace

Leash::Leash(Database& database) : database_(database) {
  const auto steps = std::max<std::int64_t>(database.options().max_query_steps, 1);
  between_ = std::min(steps, kStepsBetweenChecks);
  checks_left_ = steps / between_;
  sqlite3_progress_handler(database_.handle(), static_cast<int>(between_), &Leash::check, this);
}

Leash::~Leash() { sqlite3_progress_handler(database_.handle(), 0, nullptr, nullptr); }

bool Leash::spend(std::int64_t steps) {
  spent_ += steps;
  checks_left_ -= spent_ / between_;
  spent_ %= between_;
  return checks_left_ >= 0;
}

int Leash::check(void* self) { return --static_cast<Leash*>(self)->checks_left_ < 0 ? 1 : 0; }

Error too_broad() { return Error{Cause::unavailable, "the search matches too much; add a word or a filter"}; }

}  // namespace newscache::store
