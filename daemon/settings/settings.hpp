#pragma once
// TOML to validated Settings, from one table of fields {key, type, default, range, live or restart, help} that also
// drives
// --print-config and the tests of the example file and the documentation. Durations and sizes need a unit: "60m",
// "16MiB".

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/settings.hpp"

namespace newscache::settings {

struct Field {
  std::string_view key;            // "poll.floor"
  std::string_view type;           // "duration", "size", "integer", "boolean", "string", "strings", "mode", "networks"
  std::string_view default_value;  // as TOML; empty: unset
  bool live = false;               // takes effect at SIGHUP; else at restart
  std::string_view help;           // one line
};
std::span<const Field> fields();

// /etc/newscached/newscached.toml when `file` is empty (may then be absent), then `<file>.d/*.toml` in name order.
// Errors are Cause::invalid: "FILE:LINE:COLUMN: key: what is wrong; what is expected".
Result<model::Settings> load(const std::string& file);
// One document over what `base` holds.
Result<model::Settings> parse(std::string_view toml, std::string_view file_name, model::Settings base = {});
// All keys with their current values, as a TOML document that load() reads back to the same Settings.
std::string print(const model::Settings& settings);
// The keys that differ and need a restart.
std::vector<std::string> needs_restart(const model::Settings& old_settings, const model::Settings& new_settings);

// "90s", "60m", "24h", "7d", "1h30m", "500ms".
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
// "16MiB", "500kB", "2GB", "123B".
Result<std::int64_t> parse_size(std::string_view text);
// Minutes since midnight, local time. `end` is outside, and before `begin` where the span goes over midnight.
struct TimeSpan {
  int begin = 0;  // 0 .. 1439
  int end = 0;    // 0 .. 1440
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};
// "HH:MM-HH:MM": "23:00-06:30", "00:00-24:00".
Result<TimeSpan> parse_time_span(std::string_view text);
// A numeric address with its port: "127.0.0.1:8077", "[::1]:8077".
struct Endpoint {
  std::string address;  // without brackets
  std::uint16_t port = 0;
};
Result<Endpoint> parse_endpoint(std::string_view text);
// Of this machine only.
bool is_loopback(const Endpoint& endpoint);
// "error", "warning", "notice", "info", "debug".
Result<LogLevel> parse_log_level(std::string_view name);

}  // namespace newscache::settings
