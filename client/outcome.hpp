#pragma once
// How a command can end: with a value, or with an exit code and one line for standard error.

#include <boost/system/result.hpp>
#include <iosfwd>
#include <string>
#include <utility>

namespace newscache::client {

enum class Exit { done = 0, failed = 1, usage = 2, unreachable = 3, not_found = 4 };

struct Failure {
  // Constructors, since an aggregate would be constructible from an Exit alone, and Outcome<Exit> ambiguous.
  Failure() = default;
  Failure(Exit code, std::string text) : exit(code), message(std::move(text)) {}
  Exit exit = Exit::failed;
  std::string message;  // what is wrong and what to do
  friend bool operator==(const Failure&, const Failure&) = default;
};

// For test failures.
std::ostream& operator<<(std::ostream& out, const Failure& failure);

template <class T>
using Outcome = boost::system::result<T, Failure>;

// Called by Outcome::value() on a failure; only where there can be none.
[[noreturn]] void throw_exception_from_error(const Failure& failure, const boost::source_location& where);

}  // namespace newscache::client
