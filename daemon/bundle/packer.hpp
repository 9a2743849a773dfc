#pragma once
// Writes a bundle as bytes to be taken piece by piece; in bounded memory. One thread at a time.

#include <memory>
#include <string>
#include <string_view>

#include "bundle/format.hpp"

namespace newscache::bundle {

class Packer {
 public:
  Packer();
  ~Packer();

  // An entry of that size, whose bytes follow with add(); no more and no fewer.
  void begin(std::string_view name, std::int64_t size);
  void add(std::string_view bytes);
  void entry(std::string_view name, std::string_view bytes) {
    begin(name, static_cast<std::int64_t>(bytes.size()));
    add(bytes);
  }
  // The last entry; its hash is filled in.
  void finish(Ending ending);

  // What has been compressed since it was last asked for; some hundred kB may still be inside.
  std::string take();
  std::size_t waiting() const;
  std::int64_t written() const;  // of compressed bytes, taken or waiting

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::bundle
