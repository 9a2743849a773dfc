#include "store/checkup.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace newscache::store {

namespace {

constexpr std::string_view kCheck = "PRAGMA quick_check(1)";
constexpr std::string_view kTables = "SELECT name FROM sqlite_schema WHERE type = 'table'";

bool is_of_search_index(std::string_view table) { return table == "search" || table.starts_with("search_"); }

std::string check_of(const std::string& table) { return "PRAGMA quick_check(\"" + table + "\")"; }

}  // namespace

void Checkup::stop() {
  stopped_ = true;
  const std::lock_guard lock(mutex_);
  if (running_ != nullptr) sqlite3_interrupt(running_);
}

Findings Checkup::run() {
  bool damage_met = false;
  auto options = options_;
  options.on_damage = [&](const Damage&) { damage_met = true; };
  try {
    Database database(options, Access::read);
    {
      const std::lock_guard lock(mutex_);
      running_ = database.handle();
    }
    auto forget = [this](void*) {
      const std::lock_guard lock(mutex_);
      running_ = nullptr;
    };
    const std::unique_ptr<Checkup, decltype(forget)> forget_at_end(this, forget);
    return examine(database);
  } catch (const StoreError& error) {
    if (!damage_met) throw;
    return {Condition::damaged, error.what()};
  }
}

// Empty: none. Stopped: whatever it says does not count.
std::string Checkup::first_complaint(Database& database, std::string_view sql) {
  if (stopped_) return {};
  bool interrupted = false;
  Query query(database, sql);
  if (!query.step_bounded(interrupted) || query.text(0) == "ok") return {};
  return query.string(0);
}

Findings Checkup::examine(Database& database) {
  auto detail = first_complaint(database, kCheck);
  if (stopped_) return {};
  if (detail.empty()) return {Condition::sound, {}};
  std::replace(detail.begin(), detail.end(), '\n', ' ');
  return find_place(database, std::move(detail));
}

Findings Checkup::find_place(Database& database, std::string detail) {
  std::vector<std::string> tables;
  for (Query query(database, kTables); query.step();) tables.push_back(query.string(0));
  std::size_t damaged = 0;
  std::size_t of_search_index = 0;
  for (const auto& table : tables) {
    if (first_complaint(database, check_of(table)).empty()) continue;
    ++damaged;
    if (is_of_search_index(table)) ++of_search_index;
  }
  if (stopped_) return {};
  // None: the lists of pages themselves.
  if (damaged == 0) return {Condition::damaged, std::move(detail)};
  return {of_search_index == damaged ? Condition::search_index : Condition::indexes, std::move(detail)};
}

}  // namespace newscache::store
