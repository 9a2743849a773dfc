#pragma once
// HTTP for feeds, pages and media: one fetch as an awaitable. GET only, no cookies, no referrer, validators verbatim.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/feed.hpp"
#include "model/settings.hpp"

namespace newscache::net {

// Bytes `from` to `to`, both included, of what is stored there, and not of a compressed form.
struct ByteRange {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::string if_etag;  // a strong entity tag: else the whole is wanted; empty: the range in any case
};

struct Request {
  std::string url;               // user name and password in it are sent, to its own origin only
  model::Validators validators;  // sent as they are; empty: unconditional
  std::string accept;            // empty: feed types
  std::optional<ByteRange> range;
  std::int64_t max_body = 0;     // bytes after decompression; 0: the client's setting
  model::Access access;          // user, password, token and headers are sent to the URL's own origin only
  // Somebody on the net has named the URL: as after a redirect it must not lead into our own network.
  bool named_by_public_site = false;
  // Called while bytes arrive, and at the end of each hop, with how many came since the last call: whatever becomes of
  // the fetch, the calls add up to what it cost. False ends it: Cause::budget.
  std::function<bool(std::int64_t more)> meter;
  // Called while a document (a 200 or 206) arrives, with all of it so far, decompressed. True: the rest is not needed, and the
  // response is `cut_off`.
  std::function<bool(std::string_view body)> is_enough;
};

struct Hop {  // one redirect that was followed
  int status = 0;
  std::string to;           // absolute, without user name and password
  std::string retry_after;  // verbatim; empty when absent
};

struct Response {
  int status = 0;   // of the last hop: 200, 304, 404, ...; never a followed redirect
  std::string url;  // of the last hop, without user name, password and fragment
  std::vector<Hop> hops;
  std::string permanent_url;  // where the leading 301 and 308 of the hops led; empty: the first hop is none of them
  bool from_public_host =
      false;             // the last hop's address is public; behind a proxy nobody knows, so that yes is assumed
  bool cut_off = false;  // is_enough() said so: the body is the beginning of the document
  std::string body;      // decompressed; of statuses other than 200 and 206 only the first 64 kB, for messages
  std::string content_type;
  model::Validators validators;  // verbatim; empty when absent, over 512 bytes or with control characters
  // Header values verbatim, empty when absent.
  std::string content_range;
  std::string cache_control;
  std::string expires;
  std::string date;
  std::string age;
  std::string retry_after;
  std::int64_t wire_bytes = 0;  // received, headers included, all hops
};

// Two implementations: Client (libcurl) and the scripted one of the tests.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  // Any HTTP status is a Response. Errors: link, dns, clock (a certificate that is not yet valid), tls, timeout,
  // refused, denied (address policy; names net.allow_private), too_large (body, headers, redirects), budget, server
  // (protocol violation), invalid (no http or https URL). A body that ended before it was complete is Cause::refused.
  // Cancelled (terminal): throws operation_aborted and the transfer is gone.
  virtual boost::asio::awaitable<Result<Response>> fetch(Request request) = 0;
};

}  // namespace newscache::net
