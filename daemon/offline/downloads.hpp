#pragma once
// Files on their way to become assets: whole ones, and recordings that arrive in parts over days. Blocking: for the
// worker's thread. What is left behind is found by Writer::sweep_assets().

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/offline.hpp"

namespace newscache::offline {

// Writes the bytes to a file in the folder, synced.
Result<model::Media> keep_bytes(const std::string& folder, const std::string& url, std::string_view bytes,
                                std::string type);

// A download that goes on where it was cut off, by a process that ended perhaps.
class Partial {
 public:
  // Cause::unavailable when the folder cannot be used.
  static Result<Partial> open(const std::string& folder, const std::string& url);

  std::int64_t bytes() const { return bytes_; }
  // Of the version that the bytes are of: an entity tag; empty when there are none.
  const std::string& version() const { return version_; }
  Result<void> append(std::string_view piece, const std::string& version);
  // What is there is of another version.
  Result<void> restart();
  // All is there. Cause::invalid when the first bytes are of no recording or document that is kept.
  Result<model::Media> finish();
  void discard();

 private:
  std::string path_;
  std::string url_;
  std::string version_;
  std::int64_t bytes_ = 0;
};

}  // namespace newscache::offline
