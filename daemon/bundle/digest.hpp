#pragma once
// SHA-256 of what comes piece by piece.

#include <memory>
#include <string_view>

#include "base/hash.hpp"

namespace newscache::bundle {

class Digest {
 public:
  Digest();
  ~Digest();
  void add(std::string_view bytes);
  // Of everything so far; more may be added.
  Sha256 value() const;
  void start_over();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::bundle
