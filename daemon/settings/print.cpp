// Settings as a TOML document, and the difference of two.
#include <fmt/format.h>

#include "settings/access.hpp"
#include "settings/field_table.hpp"
#include "settings/site.hpp"

namespace newscache::settings {
namespace {

std::string format_feed_value(const model::SettingValue& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return toml_string(std::get<std::string>(value), false);
}

std::string format_feed(const model::DeclaredFeed& feed) {
  std::string out = fmt::format("\n[[feed]]\nurl = {}\n", toml_string(feed.url, false));
  if (!feed.title.empty()) out += fmt::format("title = {}\n", toml_string(feed.title, false));
  if (!feed.folder.empty()) out += fmt::format("folder = {}\n", toml_string(feed.folder, false));
  for (const auto& [key, value] : feed.settings) out += fmt::format("{} = {}\n", key, format_feed_value(value));
  return out + format_access(feed.access, feed.sources);
}

}  // namespace

std::string print(const model::Settings& settings) {
  model::Settings copy = settings;
  std::string out;
  std::string_view open_table;
  for (const Entry& entry : entries()) {
    const auto dot = entry.key.find('.');
    const auto table = entry.key.substr(0, dot);
    if (table != open_table) out += fmt::format("{}[{}]\n", open_table.empty() ? "" : "\n", table);
    open_table = table;
    const std::string value = entry.format(copy);
    const auto name = entry.key.substr(dot + 1);
    out += value.empty() ? fmt::format("# {} is not set\n", name) : fmt::format("{} = {}\n", name, value);
  }
  for (const auto& host : settings.hosts) {
    out += fmt::format("\n[[host]]\nhost = {}\n", toml_string(host.host, false));
    out += format_access(host.access, host.sources);
  }
  for (const auto& site : settings.sites) out += format_site(site);
  for (const auto& feed : settings.feeds) out += format_feed(feed);
  return out;
}

std::vector<std::string> needs_restart(const model::Settings& old_settings, const model::Settings& new_settings) {
  model::Settings before = old_settings;
  model::Settings after = new_settings;
  std::vector<std::string> keys;
  for (const Entry& entry : entries()) {
    if (!entry.live && entry.format(before) != entry.format(after)) keys.emplace_back(entry.key);
  }
  return keys;
}

}  // namespace newscache::settings
