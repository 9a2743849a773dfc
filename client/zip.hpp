#pragma once
// A zip file as books need it: no entry has extra fields, which libarchive always writes and EPUB forbids for the
// first.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "client/outcome.hpp"

namespace newscache::client {

// Written under another name until it is complete.
class Zip {
 public:
  explicit Zip(std::string file);
  ~Zip();
  Zip(const Zip&) = delete;
  Zip& operator=(const Zip&) = delete;

  enum class Packing { stored, deflated };
  // Names are ASCII.
  Outcome<void> add(const std::string& name, std::string_view bytes, Packing packing);
  Outcome<void> finish();

 private:
  Outcome<void> write(std::string_view bytes);

  const std::string file_;
  const std::string unfinished_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out_;
  std::uint64_t position_ = 0;
  std::uint16_t entries_ = 0;
  std::string directory_;
};

}  // namespace newscache::client
