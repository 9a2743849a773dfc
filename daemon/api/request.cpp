#include "api/request.hpp"

#include <algorithm>
#include <charconv>

#include "text/date.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::api {
namespace {

constexpr std::int64_t max_id = 0x7fffffff;
constexpr std::size_t max_parameters = 32;
// Clients mark up to 10,000 articles at once.
constexpr std::size_t most_lenient_parameters = 20000;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What %XX stands for; -1 where none is.
int escaped_byte(std::string_view text) {
  if (text.size() < 3) return -1;
  const int high = hex_digit(text[1]);
  const int low = hex_digit(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// None for a broken %XX (`leniently`: which stays as it is), a NUL, or ill-formed UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank, bool leniently = false) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int byte = escaped_byte(text.substr(i));
      if (byte < 0 && !leniently) return std::nullopt;
      if (byte >= 0) {
        c = static_cast<char>(byte);
        i += 2;
      }
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  if (!text::is_valid_utf8(out)) return std::nullopt;
  return out;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_token_char(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

}  // namespace

Method method_from(std::string_view name) {
  if (name == "GET" || name == "HEAD") return Method::get;
  if (name == "POST") return Method::post;
  if (name == "PUT") return Method::put;
  if (name == "PATCH") return Method::patch;
  if (name == "DELETE") return Method::remove;
  return Method::other;
}

std::string_view method_name(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::remove:
      return "DELETE";
    case Method::other:
      return "";
  }
  return "";
}

Result<Parameters> Parameters::parse(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query = end == query.size() ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) {
      return Error{Cause::invalid, "the query string has a broken %XX or is not UTF-8: encode each parameter"};
    }
    if (parameters.find(*name) != nullptr) {
      return Error{Cause::invalid, "parameter '" + *name + "' is given twice: give it once"};
    }
    if (parameters.pairs_.size() == max_parameters) return Error{Cause::invalid, "too many parameters"};
    parameters.pairs_.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

Result<void> Parameters::add_leniently(std::string_view query) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true, true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true, true);
    if (!name || name->empty() || !value) continue;
    if (auto added = add(std::move(*name), std::move(*value)); !added) return added;
  }
  return {};
}

Result<void> Parameters::add(std::string name, std::string value) {
  if (pairs_.size() == most_lenient_parameters)
    return Error{Cause::too_large, "too many parameters: send fewer at once"};
  pairs_.emplace_back(std::move(name), std::move(value));
  return {};
}

std::vector<std::string_view> Parameters::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& pair : pairs_) {
    if (pair.first == name) values.push_back(pair.second);
  }
  return values;
}

const std::string* Parameters::find(std::string_view name) const {
  for (const auto& pair : pairs_) {
    if (pair.first == name) return &pair.second;
  }
  return nullptr;
}

namespace {

// In a list separated by blanks.
bool is_listed(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const auto end = std::min(list.find(' '), list.size());
    if (list.substr(0, end) == name) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
}

}  // namespace

std::string_view Parameters::unknown(std::string_view allowed) const {
  for (const auto& pair : pairs_) {
    if (!is_listed(allowed, pair.first)) return pair.first;
  }
  return {};
}

std::string Parameters::encoded(std::string_view left_out) const {
  std::string query;
  for (const auto& [name, value] : pairs_) {
    if (is_listed(left_out, name)) continue;
    if (!query.empty()) query += '&';
    append_percent_encoded(query, name);
    query += '=';
    append_percent_encoded(query, value);
  }
  return query;
}

void ParameterReader::fail(std::string_view name, std::string_view expected) {
  if (error_) return;
  error_ = Error{Cause::invalid, "parameter '" + std::string(name) + "' must be " + std::string(expected)};
}

void ParameterReader::text(std::string_view name, std::optional<std::string>& value) {
  if (const auto* given = parameters_.find(name)) value = *given;
}

void ParameterReader::text(std::string_view name, std::string& value) {
  if (const auto* given = parameters_.find(name)) value = *given;
}

void ParameterReader::boolean(std::string_view name, std::optional<bool>& value) {
  const auto* given = parameters_.find(name);
  if (given == nullptr) return;
  if (*given == "true" || *given == "1") {
    value = true;
  } else if (*given == "false" || *given == "0") {
    value = false;
  } else {
    fail(name, "true or false");
  }
}

void ParameterReader::boolean(std::string_view name, bool& value) {
  std::optional<bool> given;
  boolean(name, given);
  value = given.value_or(value);
}

void ParameterReader::integer(std::string_view name, std::int64_t least, std::int64_t most, std::int64_t& value) {
  const auto* given = parameters_.find(name);
  if (given == nullptr) return;
  const auto number = parse_integer(*given);
  if (!number || *number < least || *number > most) {
    fail(name, "a number from " + std::to_string(least) + " to " + std::to_string(most));
    return;
  }
  value = *number;
}

void ParameterReader::integer(std::string_view name, std::int64_t least, std::int64_t most,
                              std::optional<std::int64_t>& value) {
  if (parameters_.find(name) == nullptr) return;
  std::int64_t number = 0;
  integer(name, least, most, number);
  value = number;
}

void ParameterReader::feed_id(std::string_view name, std::optional<model::FeedId>& value) {
  std::optional<std::int64_t> id;
  integer(name, 1, max_id, id);
  if (id) value = model::FeedId{*id};
}

void ParameterReader::instant(std::string_view name, std::optional<Instant>& value) {
  const auto* given = parameters_.find(name);
  if (given == nullptr) return;
  value = parse_instant(*given);
  if (!value) fail(name, "a time such as 2026-11-25T09:00:00Z or a date such as 2026-11-25");
}

void ParameterReader::word(std::string_view name, std::initializer_list<std::string_view> words, std::size_t& index) {
  const auto* given = parameters_.find(name);
  if (given == nullptr) return;
  std::string expected;
  std::size_t position = 0;
  for (const auto word : words) {
    if (word == *given) {
      index = position;
      return;
    }
    expected += (position++ == 0 ? "" : " or ") + std::string(word);
  }
  fail(name, expected);
}

Result<Target> parse_target(std::string_view target) {
  const Error fault{Cause::invalid, "the request target is no path: ask for something like /v1/status"};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text::equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    break;
  }
  const auto mark = std::min(target.find('?'), target.size());
  auto path = percent_decode(target.substr(0, mark), false);
  if (!path || !path->starts_with('/') || target.find('#') != std::string_view::npos) return fault;
  const auto dialect = take_dialect(*path);
  return Target{dialect, std::move(*path), target.substr(std::min(mark + 1, target.size()))};
}

std::string origin_of(std::string_view host, bool secure) {
  // A name or an address, and a port: nothing that means something else in a URL or needs escaping.
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]";
  const std::string scheme = secure ? "https://" : "http://";
  auto origin = scheme + std::string(host);
  const bool proper = host.find_first_not_of(allowed) == std::string_view::npos && text::split_url(origin + "/");
  return proper ? origin : scheme + "localhost";
}

std::optional<std::int64_t> parse_id(std::string_view text) {
  if (!all_digits(text) || text.size() > 10 || text.front() == '0') return std::nullopt;
  const auto value = parse_integer(text);
  if (!value || *value > max_id) return std::nullopt;
  return value;
}

std::optional<Instant> parse_instant(std::string_view text) {
  // parse_date() understands whatever feeds contain; an API takes one form only, so that a typing error is told.
  constexpr std::string_view date = "dddd-dd-dd";
  constexpr std::string_view time = "Tdd:dd:dd";
  const auto matches = [](std::string_view given, std::string_view shape) {
    if (given.size() < shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      const bool digit = given[i] >= '0' && given[i] <= '9';
      if (shape[i] == 'd' ? !digit : shape[i] != (given[i] == 't' ? 'T' : given[i])) return false;
    }
    return true;
  };
  if (!matches(text, date)) return std::nullopt;
  if (text.size() == date.size()) return text::parse_date(text);
  auto rest = text.substr(date.size());
  if (!matches(rest, time)) return std::nullopt;
  rest.remove_prefix(time.size());
  if (rest.starts_with('.')) {
    const auto end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    if (end == 1) return std::nullopt;
    rest.remove_prefix(end);
  }
  const bool utc = rest == "Z" || rest == "z";
  const bool offset = rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && matches(rest.substr(1), "dd:dd");
  if (!utc && !offset) return std::nullopt;
  return text::parse_date(text);
}

std::optional<HeadFault> stray_byte(std::string_view head, std::size_t from) {
  for (auto i = from; i < head.size(); ++i) {
    if (static_cast<unsigned char>(head[i]) > '\r') continue;
    if (head[i] == '\0') return HeadFault{400, "a NUL byte in the head"};
    if (head[i] == '\r' && i + 1 < head.size() && head[i + 1] != '\n')
      return HeadFault{400, "a CR without LF in the head"};
    if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r')) return HeadFault{400, "a line ends without CR"};
  }
  return std::nullopt;
}

namespace {

struct FieldCounts {
  int fields = 0;
  int content_length = 0;
  int transfer_encoding = 0;
  int host = 0;
};

std::optional<HeadFault> check_field(std::string_view line, FieldCounts& counts) {
  if (++counts.fields > 64) return HeadFault{431, "more than 64 header fields"};
  if (line.front() == ' ' || line.front() == '\t') return HeadFault{400, "a folded header line"};
  const auto colon = line.find(':');
  const auto name = line.substr(0, std::min(colon, line.size()));
  if (colon == std::string_view::npos || name.empty() || !std::all_of(name.begin(), name.end(), is_token_char)) {
    return HeadFault{400, "a header field without a proper name"};
  }
  const auto value = text::trim(line.substr(colon + 1));
  for (const char c : value) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
      return HeadFault{400, "a control character in a header field"};
    }
  }
  if (text::equal_ignoring_case(name, "content-length")) {
    ++counts.content_length;
    if (!all_digits(value) || value.size() > 18) return HeadFault{400, "Content-Length is no number"};
  } else if (text::equal_ignoring_case(name, "transfer-encoding")) {
    ++counts.transfer_encoding;
    if (!text::equal_ignoring_case(value, "chunked")) {
      return HeadFault{400, "a Transfer-Encoding other than chunked"};
    }
  } else if (text::equal_ignoring_case(name, "host")) {
    ++counts.host;
  }
  return std::nullopt;
}

}  // namespace

std::optional<HeadFault> check_head(std::string_view head) {
  if (auto fault = stray_byte(head, 0)) return fault;
  const auto first_end = head.find("\r\n");
  if (first_end == std::string_view::npos) return HeadFault{400, "no request line"};
  const auto request_line = head.substr(0, first_end);
  FieldCounts counts;
  for (auto rest = head.substr(first_end + 2);;) {
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos) return HeadFault{400, "the head has no end"};
    if (end == 0) break;
    if (auto fault = check_field(rest.substr(0, end), counts)) return fault;
    rest.remove_prefix(end + 2);
  }
  if (counts.content_length > 1) return HeadFault{400, "more than one Content-Length"};
  if (counts.transfer_encoding > 1) return HeadFault{400, "more than one Transfer-Encoding"};
  if (counts.content_length > 0 && counts.transfer_encoding > 0) {
    return HeadFault{400, "both Content-Length and Transfer-Encoding"};
  }
  const bool http_1_0 = request_line.ends_with(" HTTP/1.0");
  if (http_1_0 && counts.transfer_encoding > 0) return HeadFault{400, "Transfer-Encoding in HTTP/1.0"};
  if (counts.host > 1) return HeadFault{400, "more than one Host"};
  if (counts.host == 0 && request_line.ends_with(" HTTP/1.1")) return HeadFault{400, "no Host, which HTTP/1.1 demands"};
  return std::nullopt;
}

}  // namespace newscache::api
