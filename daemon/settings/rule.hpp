#pragma once
// What a value of the configuration may be. Internal to settings: the fields of the whole daemon and those of one feed
// share these rules, whether a value comes from TOML, from JSON or from a command line.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace newscache::settings {

enum class Kind { boolean, integer, duration, size, string, strings, mode, networks };

// What a message may say of a wrong string: it may end in a log.
enum class Shown { whole, without_credentials, never };

struct Rule {
  Kind kind = Kind::string;
  std::int64_t min = 0;  // integer; milliseconds of a duration; bytes of a size
  std::int64_t max = 0;
  std::int64_t step = 1;                        // what a duration must be a multiple of, in milliseconds
  std::string_view choices{};                   // of a string, separated by blanks; empty: any
  std::string_view expectation{};               // of a string or each of the strings, for the message
  bool (*accepts)(std::string_view) = nullptr;  // of a string or each of the strings
  Shown shown = Shown::whole;                   // the same
};

using Value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

// "duration" and so on, as settings::Field has it.
constexpr std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return "boolean";
    case Kind::integer:
      return "integer";
    case Kind::duration:
      return "duration";
    case Kind::size:
      return "size";
    case Kind::string:
      return "string";
    case Kind::strings:
      return "strings";
    case Kind::mode:
      return "mode";
    case Kind::networks:
      return "networks";
  }
  return "";
}
// "expected a duration from 1s to 30d, such as \"60m\"".
std::string expectation(const Rule& rule);
// The value as the daemon computes with it: a duration as milliseconds, a size as bytes, a mode as its bits.
// The error says what is wrong and what is expected, without the key.
Result<Value> check(const Rule& rule, const Value& value);

// As a TOML basic string, which is also how messages show a value; at most 200 bytes of it when `shorten`.
std::string toml_string(std::string_view text, bool shorten = true);
std::string toml_list(const std::vector<std::string>& texts);

std::string format_duration(std::int64_t milliseconds);
std::string format_size(std::int64_t bytes);

// Conditions for Rule::accepts; every one but is_network takes the empty string too, which means "not set".
bool is_clean_text(std::string_view text);  // no control characters, at most 1024 bytes
bool is_absolute_path(std::string_view text);
bool is_web_url(std::string_view text);
bool is_proxy_url(std::string_view text);
bool is_endpoint(std::string_view text);           // "127.0.0.1:8077", "[::1]:8077"
bool is_network(std::string_view text);            // "192.168.0.0/16", "fd00::/8", "10.1.2.3"
bool is_interval_or_off(std::string_view text);    // "off", "7d"
bool is_interface_pattern(std::string_view text);  // "wwan*"

}  // namespace newscache::settings
