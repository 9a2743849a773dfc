#pragma once
// A file that keeps room on the disk for when there is none left: a database in WAL mode cannot even delete then.

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace newscache::sys {

class Reserve {
 public:
  explicit Reserve(std::string path) : path_(std::move(path)) {}
  // Takes that much room, really, unless it is taken already. Cause::unavailable; then nothing is taken.
  Result<void> take(std::int64_t bytes) const;
  // Gives it back; whether there was any.
  bool release() const;
  std::int64_t bytes() const;  // 0: none

 private:
  std::string path_;
};

}  // namespace newscache::sys
