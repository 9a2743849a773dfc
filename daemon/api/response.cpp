#include "api/response.hpp"

#include <boost/asio/error.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>

#include "store/store.hpp"
#include "text/date.hpp"
#include "text/utf8.hpp"

namespace newscache::api {
namespace {

struct Phrase {
  int status;
  std::string_view phrase;
};
constexpr Phrase phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

// Of a refusal that no Error stands behind.
Cause cause_of(int status) {
  switch (status) {
    case 401:
    case 403:
      return Cause::forbidden;
    case 404:
      return Cause::not_found;
    case 408:
      return Cause::timeout;
    case 413:
    case 431:
      return Cause::too_large;
    case 500:
      return Cause::internal;
    case 503:
      return Cause::busy;
    default:
      return Cause::invalid;
  }
}

}  // namespace

std::string_view status_phrase(int status) {
  for (const auto& entry : phrases) {
    if (entry.status == status) return entry.phrase;
  }
  return "Unknown";
}

Response json_response(std::string body, int status) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

Response json_response(const boost::json::value& body, int status) {
  return json_response(boost::json::serialize(body), status);
}

Response problem(int status, std::string_view detail, boost::json::object more) {
  boost::json::object document;
  document["type"] = "about:blank";
  document["title"] = status_phrase(status);
  document["status"] = status;
  document["detail"] = detail;
  if (!more.contains("cause")) document["cause"] = cause_name(cause_of(status));
  for (auto& member : more) document[member.key()] = std::move(member.value());
  auto response = json_response(boost::json::value(std::move(document)), status);
  response.content_type = "application/problem+json";
  response.problem = detail;
  return response;
}

int status_of(Cause cause) {
  switch (cause) {
    case Cause::invalid:
      return 400;
    case Cause::forbidden:
      return 403;
    case Cause::missing:
    case Cause::not_found:
      return 404;
    case Cause::conflict:
      return 409;
    case Cause::gone:
      return 410;
    case Cause::too_large:
      return 413;
    case Cause::denied:
    case Cause::not_a_feed:
    case Cause::no_article:
      return 422;
    case Cause::link:
    case Cause::dns:
    case Cause::portal:
    case Cause::tls:
    case Cause::refused:
    case Cause::server:
      return 502;
    case Cause::clock:
    case Cause::busy:
    case Cause::budget:
    case Cause::unavailable:
      return 503;
    case Cause::timeout:
      return 504;
    case Cause::internal:
      return 500;
  }
  return 500;
}

Response problem(int status, const Error& error, boost::json::object more) {
  more["cause"] = cause_name(error.cause);
  return problem(status, error.detail, std::move(more));
}

Response problem(const Error& error) { return problem(status_of(error.cause), error); }

Response problem_from_exception(const std::exception_ptr& thrown, const Log& log) {
  try {
    std::rethrow_exception(thrown);
  } catch (const store::StoreError& error) {
    log.error("request failed in the store", {{"error", error.what()}});
    return problem(Error{error.cause(), std::string("the database cannot be used: ") + error.what()});
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    log.error("request failed", {{"error", error.what()}});
  } catch (const std::exception& error) {
    log.error("request failed", {{"error", error.what()}});
  }
  return problem(500, "the daemon failed at this request; its log says why");
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  const auto opaque = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
  if (etag.empty()) return false;
  while (!if_none_match.empty()) {
    const auto end = std::min(if_none_match.find(','), if_none_match.size());
    const auto tag = text::trim(if_none_match.substr(0, end));
    if (tag == "*" || opaque(tag) == opaque(etag)) return true;
    if_none_match.remove_prefix(std::min(end + 1, if_none_match.size()));
  }
  return false;
}

Response not_modified(std::string etag) {
  Response response;
  response.status = 304;
  response.etag = std::move(etag);
  return response;
}

namespace {

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string head_opening(int status, bool keep_alive, Instant now) {
  std::string head;
  head.reserve(128);
  head.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(status_phrase(status)).append("\r\n");
  append_field(head, "Date", text::format_rfc822(now));
  if (!keep_alive) append_field(head, "Connection", "close");
  return head;
}

std::string head_fields(const Response& response, bool chunks_understood) {
  const bool has_body = response.status != 204 && response.status != 304;
  std::string head;
  head.reserve(512);
  const auto field = [&head](std::string_view name, std::string_view value) { append_field(head, name, value); };
  if (!response.content_type.empty()) field("Content-Type", response.content_type);
  if (!response.has_known_length()) {
    if (chunks_understood) field("Transfer-Encoding", "chunked");
  } else if (has_body) {
    field("Content-Length", std::to_string(response.length.value_or(static_cast<std::int64_t>(response.body.size()))));
  }
  if (!response.etag.empty()) field("ETag", response.etag);
  for (const auto& [name, value] : response.headers) field(name, value);
  field("X-Content-Type-Options", "nosniff");
  head.append("\r\n");
  return head;
}

std::string response_head(const Response& response, bool keep_alive, bool chunks_understood, Instant now) {
  return head_opening(response.status, keep_alive, now) + head_fields(response, chunks_understood);
}

std::string chunk_head(std::size_t size) {
  char digits[16];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), size, 16).ptr;
  return std::string(std::begin(digits), end) + "\r\n";
}

}  // namespace newscache::api
