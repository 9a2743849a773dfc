#pragma once
// What must be in the daemon's store, by what its publishers have shown it and what its clients were told: the judge of
// the soak test.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "publishers.hpp"

namespace newscache::test {

// An article as a client sees it.
struct Row {
  std::int64_t feed = 0;
  std::string guid;
  std::string title;
  bool read = false;
  bool starred = false;
  friend bool operator==(const Row&, const Row&) = default;
};
using Rows = std::map<std::int64_t, Row>;  // by id

// Of one feed.
class Expectations {
 public:
  explicit Expectations(const Source& source) : source_(&source) {}

  // The publisher has sent it; whether it arrives is not known yet.
  void sent(const Answer& answer);
  // Only the beginning was read.
  void cut_off() { cut_off_ = true; }
  // What was sent is stored by now, if it can be; or it may be lost with the daemon.
  void settled();
  void killed() { on_its_way_.reset(); }

  void marked(const std::string& guid, std::optional<bool> read, std::optional<bool> starred);
  // It may have been, or not.
  void perhaps_marked(const std::string& guid);
  // The subscription is over.
  void forget() { *this = Expectations(*source_); }

  // What is wrong with the articles of the feed; what is right about those in doubt is taken over.
  std::vector<std::string> judge(const std::vector<const Row*>& rows);
  // What was in the document all the time since then, and is not there.
  std::vector<std::string> missing(const std::vector<const Row*>& rows, Instant since) const;
  std::int64_t promised() const;

 private:
  struct Expected {
    int newest = 0;    // edition that was sent
    int promised = 0;  // edition that is stored, or a newer one; 0: perhaps none
    bool read = false;
    bool starred = false;
    bool was_read = false;  // perhaps for a moment only
    bool in_doubt = false;  // what it is marked
    bool gone = false;      // as it may be
  };
  const Source* source_;
  std::map<std::size_t, Expected> expected_;
  // What every document has that the daemon may take for the current one.
  std::set<std::size_t> in_document_;
  std::optional<std::vector<Shown>> on_its_way_;
  bool cut_off_ = false;
};

}  // namespace newscache::test
