#pragma once
// Reads a bundle entry by entry, in bounded memory, and trusts nothing: names, types, sizes and counts are checked, an
// asset's bytes must have the hash that names it, and at the end the hash of everything must be the one that the end
// states. Whoever must not act on half a bundle reads it to the end first, and then again.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bundle/format.hpp"

namespace newscache::bundle {

enum class Kind { feeds, asset, articles };

struct Entry {
  Kind kind = Kind::feeds;
  std::string name;  // an asset's: its hash
  std::int64_t size = 0;
};

class Unpacker {
 public:
  // From the file's beginning; the descriptor stays the caller's.
  explicit Unpacker(int fd);
  ~Unpacker();

  // Reads what is left of the current entry first. None: the end, and the file is whole. Cause::invalid says what is
  // wrong, Cause::unavailable that the file cannot be read; then there is no going on.
  Result<std::optional<Entry>> next();
  // Some of the current entry's bytes, valid until the next call; empty: it is complete, and an asset's hash is right.
  Result<std::string_view> read();
  // All of them, for what is no asset.
  Result<std::string> read_all();

  const Manifest& manifest() const;  // after the first next()
  const Ending& ending() const;      // after the last
  std::int64_t file_bytes() const;
  std::int64_t read_bytes() const;  // of the file, for progress
  // After the last next(): as ZstdSource::signer().
  Result<std::optional<std::string>> signer() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::bundle
