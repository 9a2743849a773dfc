#pragma once
// The languages spoken here: our own, and those of servers that feed readers know already. Which one a request is in is
// known from its path alone, since each has its own credentials and its own form of errors.

#include <array>
#include <cstddef>
#include <string>

#include "api/response.hpp"

namespace newscache::api {

// google_reader: as FreshRSS speaks it.
enum class Dialect { native, miniflux, google_reader };

// A value for each dialect.
template <class T>
class PerDialect {
 public:
  T& operator[](Dialect dialect) { return values_[static_cast<std::size_t>(dialect)]; }
  const T& operator[](Dialect dialect) const { return values_[static_cast<std::size_t>(dialect)]; }

 private:
  std::array<T, 3> values_{};
};

// Finds out which one a decoded path belongs to, and leaves of it what the dialect's own tables know: without the
// prefix, and with one slash at the beginning, where a client that was told an address with a slash at its end has two.
Dialect take_dialect(std::string& path);

// A problem as the dialect's clients understand it. Headers that tell more are kept.
Response in_dialect(Dialect dialect, Response problem);

}  // namespace newscache::api
