#pragma once
// Makes a new database out of what can be read of a damaged one, and of a snapshot for what cannot. The damaged one is
// kept, see set_aside.hpp. No id and no revision is given again, but the epoch is a new one: clients start over.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "store/store.hpp"

namespace newscache::store {

struct Salvaged {
  std::int64_t feeds = 0;
  bool feeds_may_be_lost = false;
  std::int64_t articles = 0;
  std::int64_t articles_before = 0;  // as far as that is known
  std::int64_t without_content = 0;  // of the articles: content that was lost
  std::int64_t from_snapshot = 0;    // of the articles
  std::string set_aside;             // where the damaged database is now
};

std::string snapshot_path(const std::string& path);

// Whether the database at options.path has to be salvaged before it can be opened, because a salvage was interrupted.
bool salvage_is_unfinished(const Options& options);
// When one has ended, by the clock of the file system.
std::optional<Instant> last_salvage(const Options& options);
// Nothing has the database open. `progress` is called every so often. Begins anew where an earlier call was
// interrupted. Cause::invalid when the file was written by a newer version. Throws StoreError when the new database
// cannot be written; then the next call begins anew.
Result<Salvaged> salvage(const Options& options, const std::function<void()>& progress);

}  // namespace newscache::store
