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
  Failure(Exit code, std::string text, long answered = 0) : exit(code), message(std::move(text)), status(answered) {}
  Exit exit = Exit::failed;
  std::string message;  // what is wrong and what to do
  long status = 0;      // of the daemon's answer, when there was one
  friend bool operator==(const Failure&, const Failure&) = default;
};

// For test failures.
std::ostream& operator<<(std::ostream& out, const Failure& failure);

template <class T>
using Outcome = boost::system::result<T, Failure>;

// Called by Outcome::value() on a failure; only where there can be none.
[[noreturn]] void throw_exception_from_error(const Failure& failure, const boost::source_location& where);

}  // namespace newscache::client
