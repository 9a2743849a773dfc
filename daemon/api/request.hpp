#pragma once
// A request as the handlers see it, and the strict reading of its head.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/dialect.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"

namespace newscache::api {

enum class Method { get, post, put, patch, remove, other };

// GET, POST, PUT, PATCH, DELETE; HEAD counts as GET.
Method method_from(std::string_view name);
std::string_view method_name(Method method);

// The decoded parameters of a query string; ours are each at most once, those of other dialects may repeat.
class Parameters {
 public:
  // Cause::invalid for a repeated name, a broken %XX, or what is not UTF-8.
  static Result<Parameters> parse(std::string_view query);
  // As other servers read a query string or a form: names may repeat, a % that begins no %XX is one, and what is not
  // UTF-8 is left out. Cause::too_large past 20,000.
  Result<void> add_leniently(std::string_view query);
  // A pair that is decoded already.
  Result<void> add(std::string name, std::string value);
  // The first one.
  const std::string* find(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  // The first one that is not in `allowed`, a list separated by blanks; empty when all are.
  std::string_view unknown(std::string_view allowed) const;
  // As a query string, without those in `left_out`, a list separated by blanks.
  std::string encoded(std::string_view left_out) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// Reads parameters into typed values; an absent one leaves the value as it is. Only the first mistake is kept.
class ParameterReader {
 public:
  explicit ParameterReader(const Parameters& parameters) : parameters_(parameters) {}
  void text(std::string_view name, std::optional<std::string>& value);
  void text(std::string_view name, std::string& value);
  void boolean(std::string_view name, std::optional<bool>& value);
  void boolean(std::string_view name, bool& value);
  void integer(std::string_view name, std::int64_t least, std::int64_t most, std::int64_t& value);
  void integer(std::string_view name, std::int64_t least, std::int64_t most, std::optional<std::int64_t>& value);
  void feed_id(std::string_view name, std::optional<model::FeedId>& value);
  // RFC 3339, or a date, which is its midnight in UTC.
  void instant(std::string_view name, std::optional<Instant>& value);
  // One of `words`; the value becomes its index.
  void word(std::string_view name, std::initializer_list<std::string_view> words, std::size_t& index);
  void fail(std::string_view name, std::string_view expected);
  const std::optional<Error>& error() const { return error_; }

 private:
  const Parameters& parameters_;
  std::optional<Error> error_;
};

struct Request {
  Method method = Method::get;
  Dialect dialect = Dialect::native;
  std::string path;  // decoded, without the query and a dialect's prefix
  Parameters parameters;
  std::int64_t id = 0;        // of the path's {id},
  std::int64_t entry_id = 0;  // its {entry},
  std::string sha256;         // its {sha256},
  std::string tail;           // and its {tail}, which may hold slashes
  std::string host;           // as the client calls us
  bool is_secure = false;     // over TLS
  std::string accept;
  std::string if_none_match;
  std::string range;
  std::string if_range;
  std::string last_event_id;
  std::string user_agent;
  std::string content_type;
  std::string reader_token;  // with which a client of Google Reader came
  std::string body;
  FileDescriptor body_file;  // instead, for routes that take files
  bool is_admin = false;
  bool is_tcp = false;
  bool chunks_understood = true;  // HTTP/1.1
};

struct Target {
  Dialect dialect = Dialect::native;
  std::string path;        // without the dialect's prefix
  std::string_view query;  // into the text given
};
// Origin form or absolute form. Cause::invalid for anything else.
Result<Target> parse_target(std::string_view target);

// "http://" and the Host, for links in answers; "http://localhost" when that is no host. `secure`: https.
std::string origin_of(std::string_view host, bool secure);

// Up to 2^31 - 1, without signs, blanks or leading zeros.
std::optional<std::int64_t> parse_id(std::string_view text);
// RFC 3339, or a date alone; nothing else that feeds contain.
std::optional<Instant> parse_instant(std::string_view text);

struct HeadFault {
  int status = 400;
  std::string_view detail;
};
// Bytes that may stand nowhere in a head: a NUL, a CR without LF, an LF without CR. Looks at head[from..]; a CR at the
// very end is let pass, its LF may be on the way.
std::optional<HeadFault> stray_byte(std::string_view head, std::size_t from);
// A whole head, request line to the empty line. Refuses what lets two readers disagree on where a message ends (RFC
// 9112, section 6.3), stricter than the parser behind it: both lengths, repeated or odd lengths, other codings than
// chunked, folded lines, blanks before a colon; and more than 64 fields.
std::optional<HeadFault> check_head(std::string_view head);

}  // namespace newscache::api
