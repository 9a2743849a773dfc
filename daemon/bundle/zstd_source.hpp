#pragma once
// The bytes of a zstd file, decompressed piece by piece: with a bound on the window and on how much may come of how
// little. On the way it hashes the file, for the signature at its end. Reads by position; the file's own stays.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace newscache::bundle {

class ZstdSource {
 public:
  explicit ZstdSource(int fd);
  ~ZstdSource();

  // Valid until the next one; empty: the end of the file.
  Result<std::string_view> next();
  std::int64_t file_bytes() const;
  std::int64_t read_bytes() const;
  // After the end: the public key of whoever signed the file; none: nobody did. Cause::invalid for a bad signature.
  Result<std::optional<std::string>> signer() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::bundle
