#pragma once
// Errors as values. An expected failure is a Result; an exception means a broken environment (see docs/architecture.md).

#include <boost/system/result.hpp>
#include <iosfwd>
#include <string>
#include <string_view>

namespace newscache {

// The closed list of causes. The first group is why a poll can fail: it is stored, shown by the API as `error.cause` and
// decides what counts against a feed. The second group is why a request of a client can fail.
enum class Cause {
  link,        // no route to the network
  dns,         // the resolver failed or knows no such host
  portal,      // a captive portal answered in the publisher's place
  clock,       // our clock is wrong, so certificates cannot be judged
  tls,         // no trustworthy TLS connection
  timeout,     // took longer than allowed
  refused,     // the connection was refused, reset or broken
  busy,        // 429 or 503: the publisher asks us to wait
  denied,      // 401, 403 and the like, or an address that `net.allow_private` forbids
  missing,     // 404
  gone,        // 410
  too_large,   // more bytes, headers, redirects or entries than allowed
  not_a_feed,  // an answer, but no feed document
  no_article,  // a page without an article: a front page, a login, a challenge, an error
  server,      // any other HTTP status or protocol violation
  budget,      // a budget of bytes is used up
  invalid,     // bad input of a caller
  not_found,   // no such feed or article
  conflict,    // it exists already
  forbidden,   // the caller may not do this
  unavailable, // cannot be served now: disk full, read-only, shutting down
  internal,    // our bug, or a broken environment
};

struct Error {
  Cause cause = Cause::internal;
  std::string detail;  // one line for a person: what failed, on which feed or file, and what to do

  friend bool operator==(const Error&, const Error&) = default;
};

// "cause: detail", for logs and test failures.
std::ostream& operator<<(std::ostream& out, const Error& error);

template <class T>
using Result = boost::system::result<T, Error>;

// Called by Result::value() on an error; only for errors that cannot happen where value() is used.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

// "not_a_feed" and so on: the API's and the database's name of a cause.
std::string_view cause_name(Cause cause);
// The reverse; Cause::internal for a name that this version does not know.
Cause cause_from_name(std::string_view name);

}  // namespace newscache
