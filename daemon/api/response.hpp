#pragma once
// An answer before it is written, and problem documents (RFC 9457).

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "loop/task.hpp"

namespace newscache::api {

class Subscriber;

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::string etag;  // quoted, with W/ where weak
  std::vector<std::pair<std::string, std::string>> headers;
  // Set: `body` is the beginning of one that is too large to be held, and this gives piece after piece until an empty
  // one. What it throws breaks the connection off, since half has been sent.
  std::function<loop::awaitable<std::string>()> rest;
  std::optional<std::int64_t> length;  // of all that comes so, when it is known before
  std::optional<std::string> problem;  // the detail, when it is a problem document
  std::shared_ptr<Subscriber> stream;  // set: the body is this one's events, without an end

  bool has_known_length() const { return length || (!rest && stream == nullptr); }
};

std::string_view status_phrase(int status);

// `body` is a JSON document.
Response json_response(std::string body, int status = 200);
Response json_response(const boost::json::value& body, int status = 200);

// `more` are extension members.
Response problem(int status, std::string_view detail, boost::json::object more = {});
// The one mapper from errors to HTTP; the cause's name is the extension member `cause`.
int status_of(Cause cause);
Response problem(const Error& error);
Response problem(int status, const Error& error, boost::json::object more = {});
// What a handler threw: 503 when the store cannot be used now, else 500; logged. Rethrows a cancellation.
Response problem_from_exception(const std::exception_ptr& thrown, const Log& log);

// True when one of the entity tags of If-None-Match means `etag` (weak comparison).
bool matches_etag(std::string_view if_none_match, std::string_view etag);
// 304 for what the client has already.
Response not_modified(std::string etag);

// The part of a head that is of the moment: status line, date, and whether the connection ends.
std::string head_opening(int status, bool keep_alive, Instant now);
// What follows it, to the empty line. A stream's answer is chunked unless `chunks_understood` is false.
std::string head_fields(const Response& response, bool chunks_understood);
// Both.
std::string response_head(const Response& response, bool keep_alive, bool chunks_understood, Instant now);

// What goes around the pieces of a chunked body (RFC 9112, section 7.1); no piece is empty.
std::string chunk_head(std::size_t size);
constexpr std::string_view chunk_tail = "\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace newscache::api
