#include "settings/rule.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "settings/settings.hpp"

namespace newscache::settings {
namespace {

Error wrong(const Rule& rule, std::string_view problem) {
  return Error{Cause::invalid, fmt::format("{}; {}", problem, expectation(rule))};
}

std::string shown_text(const Rule& rule, std::string_view text) {
  const bool hidden =
      rule.shown == Shown::never || (rule.shown == Shown::without_credentials && text.find('@') != text.npos);
  return hidden ? "this value" : toml_string(text);
}

std::string shown(const Rule& rule, const Value& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return shown_text(rule, *text);
  return "a list";
}

Result<Value> in_range(const Rule& rule, const Value& given, std::int64_t number) {
  if (number < rule.min || number > rule.max) return wrong(rule, shown(rule, given) + " is out of range");
  if (number % rule.step != 0) return wrong(rule, shown(rule, given) + " is no whole number of seconds");
  return Value(number);
}

bool among(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const auto choice = choices.substr(0, choices.find(' '));
    if (choice == text) return true;
    choices.remove_prefix(std::min(choices.size(), choice.size() + 1));
  }
  return false;
}

Result<Value> check_string(const Rule& rule, const std::string& text) {
  if (!rule.choices.empty() && !among(rule.choices, text)) return wrong(rule, toml_string(text) + " is unknown");
  if (rule.accepts && !rule.accepts(text)) return wrong(rule, shown_text(rule, text) + " is not valid");
  return Value(text);
}

Result<Value> check_strings(const Rule& rule, const std::vector<std::string>& texts) {
  constexpr std::size_t most = 64;
  if (texts.size() > most) return wrong(rule, fmt::format("has more than {} elements", most));
  for (const std::string& text : texts) {
    if (text.empty() || (rule.accepts && !rule.accepts(text)))
      return wrong(rule, shown_text(rule, text) + " is not valid");
  }
  return Value(texts);
}

Result<Value> check_mode(const Rule& rule, const std::string& text) {
  std::uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc{} || end != text.data() + text.size() || mode > 0777) {
    return wrong(rule, toml_string(text) + " is no mode");
  }
  return Value(static_cast<std::int64_t>(mode));
}

Result<Value> check_networks(const Rule& rule, const Value& value) {
  if (const auto* word = std::get_if<std::string>(&value)) {
    if (*word == "none" || *word == "all") return Value(std::vector<std::string>{*word});
    return wrong(rule, toml_string(*word) + " is unknown");
  }
  const auto& networks = std::get<std::vector<std::string>>(value);
  if (networks.empty()) return Value(std::vector<std::string>{"none"});
  return check_strings(rule, networks);
}

// The sizes and durations that come as a number have no unit; that is the likeliest mistake, so it gets its own words.
Result<Value> check_quantity(const Rule& rule, const Value& value) {
  if (std::holds_alternative<std::int64_t>(value)) return wrong(rule, shown(rule, value) + " has no unit");
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return wrong(rule, shown(rule, value) + " has the wrong type");
  std::int64_t number = 0;
  if (rule.kind == Kind::duration) {
    const auto duration = parse_duration(*text);
    if (!duration) return wrong(rule, duration.error().detail);
    number = duration->count();
  } else {
    const auto size = parse_size(*text);
    if (!size) return wrong(rule, size.error().detail);
    number = *size;
  }
  return in_range(rule, value, number);
}

bool has_right_type(Kind kind, const Value& value) {
  switch (kind) {
    case Kind::boolean:
      return std::holds_alternative<bool>(value);
    case Kind::integer:
      return std::holds_alternative<std::int64_t>(value);
    case Kind::string:
    case Kind::mode:
      return std::holds_alternative<std::string>(value);
    case Kind::strings:
      return std::holds_alternative<std::vector<std::string>>(value);
    case Kind::networks:
      return std::holds_alternative<std::string>(value) || std::holds_alternative<std::vector<std::string>>(value);
    case Kind::duration:
    case Kind::size:
      return true;  // check_quantity looks itself
  }
  return false;
}

std::optional<int> to_number(std::string_view digits, int max) {
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool right = error == std::errc{} && end == digits.data() + digits.size() && number >= 0 && number <= max;
  return right ? std::optional(number) : std::nullopt;
}

bool is_address(int family, std::string_view text) {
  unsigned char bytes[16];
  return ::inet_pton(family, std::string(text).c_str(), bytes) == 1;
}

// After "scheme://": something that can be a host, and no blanks or control characters anywhere.
bool has_host(std::string_view text, std::string_view scheme) {
  if (!text.starts_with(scheme)) return false;
  text.remove_prefix(scheme.size());
  return !text.empty() && text.front() != '/' && text.front() != '?' && text.front() != '#' && text.front() != ':' &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

}  // namespace

std::string expectation(const Rule& rule) {
  switch (rule.kind) {
    case Kind::boolean:
      return "expected true or false";
    case Kind::integer:
      return fmt::format("expected an integer from {} to {}", rule.min, rule.max);
    case Kind::duration:
      return fmt::format("expected a duration from {} to {} in a string, such as \"90s\" or \"24h\"",
                         format_duration(rule.min), format_duration(rule.max));
    case Kind::size:
      return fmt::format("expected a size from {} to {} in a string, such as \"500kB\" or \"16MiB\"",
                         format_size(rule.min), format_size(rule.max));
    case Kind::string:
      if (rule.choices.empty()) return fmt::format("expected {}", rule.expectation);
      return fmt::format("expected one of the strings {}", rule.choices);
    case Kind::strings:
      return fmt::format("expected a list of strings, each {}", rule.expectation);
    case Kind::mode:
      return "expected an octal mode in a string, such as \"0660\"";
    case Kind::networks:
      return "expected \"none\", \"all\" or a list of networks such as [\"192.168.0.0/16\"]";
  }
  return "";
}

Result<Value> check(const Rule& rule, const Value& value) {
  if (!has_right_type(rule.kind, value)) return wrong(rule, shown(rule, value) + " has the wrong type");
  switch (rule.kind) {
    case Kind::boolean:
      return value;
    case Kind::integer:
      return in_range(rule, value, std::get<std::int64_t>(value));
    case Kind::duration:
    case Kind::size:
      return check_quantity(rule, value);
    case Kind::string:
      return check_string(rule, std::get<std::string>(value));
    case Kind::strings:
      return check_strings(rule, std::get<std::vector<std::string>>(value));
    case Kind::mode:
      return check_mode(rule, std::get<std::string>(value));
    case Kind::networks:
      return check_networks(rule, value);
  }
  return value;
}

std::string toml_string(std::string_view text, bool shorten) {
  constexpr std::size_t most = 200;
  const bool cut = shorten && text.size() > most;
  if (cut) {
    text = text.substr(0, most);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.remove_suffix(1);
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) text.remove_suffix(1);
  }
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + (cut ? "...\"" : "\"");
}

std::string toml_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + toml_string(text, false);
  return "[" + out + "]";
}

bool is_clean_text(std::string_view text) {
  return text.size() <= 1024 && std::none_of(text.begin(), text.end(),
                                             [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

bool is_absolute_path(std::string_view text) { return text.empty() || (text.front() == '/' && is_clean_text(text)); }

bool is_web_url(std::string_view text) {
  return text.empty() || (text.size() <= 8192 && (has_host(text, "http://") || has_host(text, "https://")));
}

bool is_proxy_url(std::string_view text) {
  constexpr std::string_view schemes[] = {"http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://"};
  return text.empty() || std::any_of(std::begin(schemes), std::end(schemes),
                                     [&](std::string_view scheme) { return has_host(text, scheme); });
}

bool is_endpoint(std::string_view text) { return parse_endpoint(text).has_value(); }

Result<Endpoint> parse_endpoint(std::string_view text) {
  const Error fault{Cause::invalid, fmt::format("\"{}\" is no address with a port", text)};
  const auto colon = text.rfind(':');
  if (colon == text.npos) return fault;
  const auto port = to_number(text.substr(colon + 1), 65535).value_or(0);
  auto host = text.substr(0, colon);
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  if (in_brackets) host = host.substr(1, host.size() - 2);
  if (port == 0 || !is_address(in_brackets ? AF_INET6 : AF_INET, host)) return fault;
  return Endpoint{std::string(host), static_cast<std::uint16_t>(port)};
}

bool is_loopback(const Endpoint& endpoint) { return endpoint.address.starts_with("127.") || endpoint.address == "::1"; }

bool is_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  const int bits = is_address(AF_INET, address) ? 32 : is_address(AF_INET6, address) ? 128 : -1;
  if (bits < 0) return false;
  return slash == text.npos || to_number(text.substr(slash + 1), bits).has_value();
}

bool is_interval_or_off(std::string_view text) {
  if (text == "off") return true;
  const auto interval = parse_duration(text);
  return interval && *interval >= std::chrono::seconds(1) && *interval <= std::chrono::hours(24 * 366);
}

bool is_interface_pattern(std::string_view text) {
  constexpr std::size_t most = 64;
  return text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) > ' ' && c != 0x7f && c != '/';
         });
}

}  // namespace newscache::settings
