#pragma once
// Opening the database, whatever state it is in.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "store/salvage.hpp"
#include "store/store.hpp"
#include "sys/notify.hpp"

namespace newscache::app {

// Damage that comes back so soon is not of the past, and is not repaired again.
constexpr std::chrono::hours shortest_peace{1};

// Where the connections of a database report what they meet, and ask what time it is; to be set before threads use
// them.
struct DatabaseHooks {
  std::function<void(const store::Damage&)> damage;
  std::function<void(store::Shortage)> shortage;
  std::function<Moment()> now;
};

struct OpenedDatabase {
  std::unique_ptr<store::Writer> writer;
  std::unique_ptr<store::Reader> reader;
  std::shared_ptr<DatabaseHooks> hooks;
  std::shared_ptr<const store::Editions> editions;
  bool was_left_open = false;               // by a daemon that was killed, or whose power failed
  bool is_new = false;                      // there was none
  std::optional<store::Salvaged> salvaged;  // it was damaged
};

// A damaged database is salvaged first. Cause::internal when one was an hour ago, for then the disk is to blame.
// `reserve_path`: of the file whose room is used on a full disk. `damage`: what is known already.
Result<OpenedDatabase> open_database(store::Options options, const std::string& reserve_path, const Log& log,
                                     const sys::Notifier& notifier, std::optional<std::string> damage);

// "database was damaged: 990 articles of 1000 saved, set aside as ..."
std::string describe(const store::Salvaged& salvaged);

}  // namespace newscache::app
