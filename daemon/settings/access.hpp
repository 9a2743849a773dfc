#pragma once
// The keys of [[host]] and [[feed]] that say how to come to a publisher. Internal to settings.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/settings.hpp"
#include "settings/rule.hpp"

namespace newscache::settings {

struct AccessField {
  std::string_view key;
  Rule rule;
  std::string_view help;
};
std::span<const AccessField> access_fields();
const AccessField* find_access_field(std::string_view key);

// Puts in what check() returned. Of a file only its name, so far.
void put_access(model::Access& access, model::AccessSources& sources, std::string_view key, const Value& checked);

struct AccessError {
  std::string_view key;  // whose place is to be told
  std::string problem;   // "what is wrong; what is expected"
};
// Reads the files, and judges what no single key can tell.
std::optional<AccessError> complete_access(model::Access& access, const model::AccessSources& sources);

// As lines of TOML: names of files, and nothing that was in them.
std::string format_access(const model::Access& access, const model::AccessSources& sources);

// "example.org", "[2001:db8::1]:8443" as URLs have it: lower case, punycode. Empty when it is no host, or several.
std::string clean_host(std::string_view text);

}  // namespace newscache::settings
