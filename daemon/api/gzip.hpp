#pragma once
// Compression of answers, for who asks for it (RFC 9110, section 12.5.3; RFC 1952).

#include <memory>
#include <string>
#include <string_view>

namespace newscache::api {

// Pictures and the like are compressed already.
bool is_compressible(std::string_view content_type);

// One body, in pieces.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  // What there is to send of it so far; with `last`, the rest.
  std::string add(std::string_view piece, bool last);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::api
